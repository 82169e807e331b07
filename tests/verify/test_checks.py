"""The table of checks and the model say the same."""

import pytest

from zeropoint.catalogue import describe
from zeropoint.model import Ledger, Usage
from zeropoint.verify.checks.registry import CHECKS, FURTHER
from zeropoint.verify.compare import Derived, Unchecked
from zeropoint.verify.sources.registry import SOURCES

# Texts and names of rows that are checked beside the metrics.
TEXTS = {
    "system.host.name",
    "system.host.boot_time",
    "system.host.platform.system",
    "system.host.platform.release",
    "system.host.platform.machine",
    "system.network.interfaces",
}
NEED_NO_SOURCE = (Unchecked, Derived)
FAMILIES = {spec.family.partition(".{")[0] for spec in describe({})}


def test_every_metric_of_the_machine_has_a_check():
    # A new field of the model needs a row in verify/checks.
    assert {family for family in FAMILIES if family.startswith("system.")} - CHECKS.keys() == set()


def test_every_check_is_of_something_that_the_model_has():
    assert CHECKS.keys() - FAMILIES - TEXTS == set()


def test_every_quantity_of_the_ledger_is_checked_against_the_machine_and_against_its_parts():
    assert "totals" in Ledger.__struct_fields__
    totals = {f"ledger.totals.{quantity}" for quantity in Usage.__struct_fields__}
    assert totals <= CHECKS.keys()
    assert totals == FURTHER.keys()


@pytest.mark.parametrize("family", [name for name, check in CHECKS.items() if not isinstance(check, NEED_NO_SOURCE)])
def test_a_source_says_that_it_tells_what_a_check_needs(family: str):
    # Else nobody would learn from the table which program is missing.
    row = family.rpartition(".")[0]
    for fact in CHECKS[family].facts():
        name = fact.replace("{name}", family).replace("{row}", row)
        assert any(
            name.startswith(source.tells) or any(each.startswith(name) for each in source.tells) for source in SOURCES
        )
