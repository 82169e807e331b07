"""The import rules of docs/architecture.md are the contracts in pyproject.toml, and these bite."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src/zeropoint"
CONTRACTS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
FREE = {"appliance", "hub", "parts", "commands", "web"}  # those that may import anything, and a folder of assets


def modules() -> set[str]:
    """Names of all modules and packages directly below zeropoint."""
    return {path.stem for path in PACKAGE.iterdir() if path.suffix == ".py" or path.is_dir()} - {
        "__init__",
        "__pycache__",
    }


def table() -> dict[str, set[str]]:
    """What each module may import, by docs/architecture.md."""
    section = (ROOT / "docs/architecture.md").read_text().partition("## Who may import whom")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| ([a-z]+) \| ([a-z, ]+) \|$", section, re.MULTILINE)
    return {
        name: set() if may == "nothing" else set(may.split(", ")) for name, may in rows if name not in FREE | {"module"}
    }


def granted() -> dict[str, set[str]]:
    """What each module may import, by the contracts: all that they don't forbid it."""
    return {
        source: modules() - {source} - {name.removeprefix("zeropoint.") for name in contract["forbidden_modules"]}
        for contract in CONTRACTS
        if contract["type"] == "forbidden"
        for source in [name.removeprefix("zeropoint.") for name in contract["source_modules"]]
    }


def lint(tree: Path) -> "subprocess.CompletedProcess[str]":
    """Runs the contracts over the package in `tree`/src."""
    return subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=tree,
        env={**os.environ, "PYTHONPATH": str(tree / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_table_and_the_contracts_say_the_same():
    assert table() == granted()


def test_every_module_has_its_row():
    assert modules() == set(table()) | FREE


def test_the_package_keeps_the_rules():
    checked = lint(ROOT)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize(
    ("importer", "imported"),
    [
        *((f"{name}.py", "zeropoint.web") for name in ("model", "settings", "flight", "texts", "files")),
        ("probe.py", "zeropoint.settings"),
        ("catalogue.py", "zeropoint.settings"),
        ("health.py", "zeropoint.probe"),
        ("client/position.py", "zeropoint.feed.ring"),
        ("startup.py", "zeropoint.health"),
        ("host/memory.py", "zeropoint.settings"),
        ("host/memory.py", "zeropoint.host.registry"),
        ("host/memory.py", "zeropoint.ai.tree"),
        ("ai/tinygrad.py", "zeropoint.host.memory"),
        ("ai/tinygrad.py", "zeropoint.ai.registry"),
        ("sampling/scheduler.py", "zeropoint.host.memory"),
        ("sampling/scheduler.py", "zeropoint.host.registry"),
        ("sampling/assemble.py", "zeropoint.ai.tinygrad"),
        ("sampling/scheduler.py", "zeropoint.feed.ring"),
        ("feed/broadcaster.py", "zeropoint.server.errors"),
        ("feed/ring.py", "zeropoint.sampling.executor"),
        ("history/journal.py", "zeropoint.feed.ring"),
        ("history/history.py", "zeropoint.settings"),
        ("feed/archive.py", "zeropoint.history.journal"),
        ("ai/tree.py", "zeropoint.flight"),
        ("insight/correlate.py", "zeropoint.probe"),
        ("alerts/engine.py", "zeropoint.server"),
        ("fleet/publisher.py", "zeropoint.server"),
        ("hub.py", "zeropoint.commands.logs"),
        ("server/app.py", "zeropoint.appliance"),
        ("parts/history.py", "zeropoint.appliance"),
        ("startup.py", "zeropoint.parts.clock"),
        ("server/status.py", "zeropoint.settings"),
        ("server/live.py", "zeropoint.commands.logs"),
        ("server/live.py", "zeropoint.host.memory"),
        ("sampler.py", "zeropoint.feed.ring"),
        ("terminal/app.py", "zeropoint.model"),
        ("verify/rows.py", "zeropoint.host.memory"),
        ("appliance.py", "zeropoint.commands.logs"),
    ],
)
def test_a_planted_violation_is_found(importer: str, imported: str, tmp_path: Path):
    shutil.copytree(PACKAGE, tmp_path / "src/zeropoint", ignore=shutil.ignore_patterns("static", "__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    with (tmp_path / "src/zeropoint" / importer).open("a") as file:
        file.write(f"\nimport {imported}\n")
    checked = lint(tmp_path)
    assert checked.returncode == 1, checked.stdout + checked.stderr
    module = "zeropoint." + importer.removesuffix(".py").replace("/", ".")
    assert f"{module} -> {imported}" in checked.stdout


def test_package_files_are_empty():
    # Two of them hold the names that others import from many places.
    full = {path.parent.name for path in PACKAGE.rglob("__init__.py") if path.read_text()}
    assert full == {"client", "processes"}
