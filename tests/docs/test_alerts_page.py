"""docs/alerts.md: its examples are read as the appliance reads them, and its tables name all keys and variables."""

import re
import tomllib

import pytest

from tests.alerts.readings import SPECS
from tests.docs.pages import ROOT
from zeropoint.alerts.notice_facts import NoticeFacts
from zeropoint.alerts.parse_channels import KEYS as CHANNEL_KEYS
from zeropoint.alerts.parse_rules import KEYS as RULE_KEYS
from zeropoint.alerts.plan import plan_of

PAGE = (ROOT / "docs/alerts.md").read_text()
BLOCKS = re.findall(r"^```toml\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)


def test_it_has_examples():
    assert len(BLOCKS) >= 2


@pytest.mark.parametrize("block", BLOCKS)
def test_each_example_is_right(block: str):
    plan = plan_of(tomllib.loads(block), SPECS)
    assert plan.rules and plan.channels
    told = {name for rule in plan.rules for name in rule.notify}
    assert told == {channel.name for channel in plan.channels}


def first_cells() -> set[str]:
    rows = re.findall(r"^\| ([^|]+) \|", PAGE, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row)}


def test_every_key_and_variable_is_on_it():
    assert {*RULE_KEYS, *CHANNEL_KEYS} <= first_cells()
    facts = set(NoticeFacts.__struct_fields__)
    assert facts | {f"ZP_ALERT_{name.upper()}" for name in facts} <= first_cells()
