"""What the SDK is made of: nothing but the standard library, in the syntax of Python 3.9."""

import ast
import sys
import tomllib
from pathlib import Path

import pytest

SDK = Path(__file__).parents[2] / "sdk"
FILES = sorted((SDK / "src").rglob("*.py"))


def imported(tree: ast.AST) -> set[str]:
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(node.module or "")
    return {name.partition(".")[0] for name in found}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_it_imports_nothing_but_the_standard_library(file: Path) -> None:
    tree = ast.parse(file.read_text(), feature_version=(3, 9))
    assert imported(tree) <= set(sys.stdlib_module_names) | {"zeropoint_sdk"}


def test_it_requires_nothing() -> None:
    project = tomllib.loads((SDK / "pyproject.toml").read_text())
    assert project["project"]["dependencies"] == []
    assert project["project"]["requires-python"] == ">=3.9"
    # By this target the linter refuses what Python 3.9 does not have.
    assert project["tool"]["ruff"]["target-version"] == "py39"


def test_the_licence_is_the_same() -> None:
    assert (SDK / "LICENSE").read_text() == (SDK.parent / "LICENSE").read_text()
