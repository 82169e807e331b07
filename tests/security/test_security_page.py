"""docs/security-cases.md: every case has a test, and every test that is named exists."""

import re

import pytest

from tests.chaos.test_reliability_page import ROOT, names

PAGE = (ROOT / "docs" / "security-cases.md").read_text()
CASES = 24
ROWS = [
    (int(number), re.findall(r"`([^`]+::[^`]+)`", cell))
    for number, cell in re.findall(r"^\| (\d+) \| [^|]+ \| (.+) \|$", PAGE, re.MULTILINE)
]


def test_every_case_has_a_test():
    assert [number for number, _ in ROWS] == list(range(1, CASES + 1))
    assert all(tests for _, tests in ROWS)


@pytest.mark.parametrize("test", sorted({test for _, tests in ROWS for test in tests}))
def test_a_test_that_is_named_exists(test: str):
    path, _, name = test.partition("::")
    assert name in names(ROOT / path)
