"""The errors of docs/http-api.md are those that the source answers with, status by status."""

import ast
import re
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCES = [path for name in ("server", "hub") for path in (ROOT / "src/zeropoint" / name).glob("*.py")]
# What has a status or a code of others: of aiohttp's own errors and its parser's, by the phrase of the status; the
# answer to a connection without a place, which is bytes; and one error that two statuses have.
BY_PHRASE = {(code.value, code.phrase.lower().replace(" ", "-")) for code in HTTPStatus if code.value >= 400}
BESIDE = {(503, "too-many-connections"), (429, "full"), (503, "full")}


def status_of(node: ast.expr) -> int | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, int):
        return node.value
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "HTTPStatus":
        return HTTPStatus[node.attr].value
    return None


def in_source() -> Iterator[tuple[int, str]]:
    """The status and the code of each error that is made with both."""
    for path in SOURCES:
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Name):
                continue
            if call.func.id == "ApiError":
                status, code = status_of(call.args[0]), call.args[1]
            elif call.func.id == "unauthorized":
                status, code = 401, call.args[0]
            else:
                continue
            if status is not None and isinstance(code, ast.Constant):
                yield status, str(code.value)


def on_page() -> Iterator[tuple[int, str]]:
    section = (ROOT / "docs/http-api.md").read_text().partition("\n## Errors\n")[2].partition("\n## ")[0]
    for status, codes in re.findall(r"^\| ([0-9]{3}) \| ([^|]+) \|", section, re.MULTILINE):
        for code in re.findall(r"`([a-z-]+)`", codes):
            yield int(status), code


def test_each_error_of_the_source_is_on_the_page():
    made = set(in_source())
    assert (503, "bus-away") in made and (401, "token-needed") in made
    assert made - set(on_page()) == set()


def test_each_error_of_the_page_is_one_of_the_source():
    assert set(on_page()) - set(in_source()) - BY_PHRASE - BESIDE == set()
