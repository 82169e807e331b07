"""docs/component-spec.md: each rule names the test or the code that holds it, and these exist."""

import re

import pytest

from tests.docs.pages import ROOT
from tests.docs.test_features import python_tests, quoted

PAGE = (ROOT / "docs/component-spec.md").read_text()
RULES = re.findall(r"^\| ([^|]*\b(?:MUST|SHOULD)\b[^|]*) \| ([^|]+) \|$", PAGE, re.MULTILINE)


def test_the_page_has_rules_for_each_of_its_subjects():
    assert len(RULES) >= 25
    for subject in ("Names", "Status", "Values", "Bounds", "Hostile", "Secrets", "Runs", "Versions"):
        assert re.search(rf"^## {subject}", PAGE, re.MULTILINE), subject


@pytest.mark.parametrize(("rule", "holders"), RULES, ids=[rule[:60] for rule, _ in RULES])
def test_a_rule_is_held_by_tests_or_code_that_exist(rule: str, holders: str):
    named = quoted(holders)
    assert named, "nothing holds it"
    for holder in named:
        path, separator, name = holder.partition("::")
        assert (ROOT / path).is_file(), path
        assert not separator or name in python_tests(ROOT / path), holder


def test_what_it_says_of_the_example_is_in_the_example():
    example = (ROOT / "tests/ai/example_component/pyproject.toml").read_text()
    for line in re.findall(r"^    (.*(?:entry-points|zeropoint_safetensors).*)$", PAGE, re.MULTILINE):
        assert line in example
