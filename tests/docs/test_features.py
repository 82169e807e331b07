"""docs/features.md: each row names files that exist and tests that exist."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

# | feature | where | tests |
ROW = re.compile(r"^\| (?!feature|---)([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ROWS = ROW.findall((ROOT / "docs/features.md").read_text())


@cache
def python_tests(file: Path) -> set[str]:
    """Names of the test functions in a file."""
    tree = ast.parse(file.read_text())
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {function.name for function in functions if function.name.startswith("test_")}


def quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_the_page_has_rows():
    assert len(ROWS) >= 20


@pytest.mark.parametrize(("feature", "where", "tests"), ROWS, ids=[row[0].strip()[:60] for row in ROWS])
def test_a_feature_lives_where_the_page_says_and_is_tested(feature: str, where: str, tests: str):
    files = quoted(where)
    assert files, "no file is named"
    for file in files:
        assert (ROOT / file).exists(), file
    named = quoted(tests)
    assert named, "no test is named"
    for test in named:
        path, separator, name = test.partition("::")
        assert (ROOT / path).is_file(), path
        assert separator, f"{test}: the test's name is missing"
        if path.endswith(".py"):
            assert name in python_tests(ROOT / path), test
        else:
            # vitest's titles are texts in the file.
            assert f'"{name}"' in (ROOT / path).read_text(), test
