"""docs/reliability.md: every case of the live feed has a test, and every test that is named exists."""

import ast
import json
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "reliability.md").read_text()
SERVER_CASES, CLIENT_CASES = 24, 35
# Cases of pages: no script has tabs, charts or a network that it is told of.
WITHOUT_PYTHON = {29, 32, 35}


def rows(heading: str) -> list[tuple[int, list[list[str]]]]:
    """The numbers of a section's table, each with the tests that its cells name."""
    section = PAGE.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    found = re.findall(r"^\| (\d+) \| [^|]+ \| (.+) \|$", section, re.MULTILINE)
    return [
        (int(number), [re.findall(r"`([^`]+::[^`]+)`", cell) for cell in cells.split(" | ")]) for number, cells in found
    ]


SERVER, CLIENT = rows("Cases of the server"), rows("Cases of the clients")
NAMED = sorted({test for table in (SERVER, CLIENT) for _, cells in table for cell in cells for test in cell})


@cache
def names(file: Path) -> set[str]:
    """What tests are called in a file: functions in Python, cases in JSON, texts in TypeScript."""
    match file.suffix:
        case ".py":
            functions = (node for node in ast.walk(ast.parse(file.read_text())))
            return {node.name for node in functions if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
        case ".json":
            return {row["name"] for row in json.loads(file.read_text())["parsing"]}
        case _:
            return set(re.findall(r'"((?:[^"\\]|\\.)*)"', file.read_text()))


def test_every_case_of_the_server_has_a_test():
    assert [number for number, _ in SERVER] == list(range(1, SERVER_CASES + 1))
    assert all(tests for _, [tests] in SERVER)


def test_every_case_of_the_clients_has_a_test_for_each_client():
    assert [number for number, _ in CLIENT] == list(range(1, CLIENT_CASES + 1))
    assert all(javascript for _, [javascript, _] in CLIENT)
    assert {number for number, [_, python] in CLIENT if not python} == WITHOUT_PYTHON


@pytest.mark.parametrize("test", NAMED)
def test_a_test_that_is_named_exists(test: str):
    path, _, name = test.partition("::")
    assert name in names(ROOT / path)


def test_every_soak_has_its_place():
    places = re.findall(r"<!-- soak (\w+) begins -->", PAGE)
    assert places == re.findall(r"<!-- soak (\w+) ends -->", PAGE)
    soaks = re.search(r"^SOAKS = (\(.*\))$", (ROOT / "soak" / "__main__.py").read_text(), re.MULTILINE)
    assert soaks is not None
    assert tuple(places) == ast.literal_eval(soaks[1])
