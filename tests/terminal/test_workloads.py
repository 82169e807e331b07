"""The table of workloads: its order, its filter, its columns."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.client import Sample
from zeropoint.client.wire import decode_sample
from zeropoint.terminal.workloads import COLUMNS, Order, fitting, summary, workload_rows

REST = ["other", "unattributed"]


def sample(*workloads: dict[str, Any], **ledger: Any) -> Sample:
    told = {
        "workloads": list(workloads),
        "other": {},
        "unattributed": {},
        "over_attributed": {},
        "totals": {},
        **ledger,
    }
    return decode_sample(json.dumps({"id": "e-1", "ledger": told, "unavailable": []}))


def workload(name: str, kind: str = "program", **values: Any) -> dict[str, Any]:
    return {"id": f"{kind}:{name}", "name": name, "kind": kind, **values}


def names(found: Sample, order: Order, words: str = "") -> list[str]:
    return [row.name for row in workload_rows(found, order, words)]


@pytest.mark.parametrize("column", [column for column in COLUMNS if not column.is_text], ids=lambda column: column.key)
def test_each_key_sorts_by_its_column_the_largest_first_and_the_unknown_last(column):
    found = sample(workload("low", **{column.field: 1}), workload("none"), workload("high", **{column.field: 20}))
    order = Order("n").pressed(column.key)
    assert names(found, order) == ["high", "low", "none", *REST]
    assert names(found, order.pressed(column.key)) == ["low", "high", "none", *REST]
    assert names(found, order.pressed(column.key).pressed(column.key)) == ["high", "low", "none", *REST]


def test_names_and_kinds_begin_with_a():
    found = sample(workload("b", "unit"), workload("A", "run"), workload("c", "container"))
    assert names(found, Order("n")) == ["A", "b", "c", *REST]
    assert names(found, Order("n", reversed=True)) == ["c", "b", "A", *REST]
    assert names(found, Order("k")) == ["c", "A", "b", *REST]


def test_the_filter_takes_names_and_kinds_and_leaves_the_rest():
    found = sample(workload("Train-MNIST", "run"), workload("nginx", "container"), workloads_count=2)
    assert names(found, Order(), "mnist") == ["Train-MNIST", *REST]
    assert names(found, Order(), "contain") == ["nginx", *REST]
    assert names(found, Order(), "[") == REST
    assert summary(found, workload_rows(found, Order(), "mnist"), "mnist").startswith("1 of 2 workloads with “mnist”")


def test_what_the_parts_exceed_the_totals_by_is_a_row_when_there_is_any():
    assert names(sample(), Order()) == REST
    assert names(sample(over_attributed={"cpu_percent": 0}), Order()) == REST
    assert names(sample(over_attributed={"cpu_percent": 0.5}), Order()) == [*REST, "over-attributed"]


@pytest.mark.parametrize("ledger", [None, [], "x", {"workloads": {}}, {"workloads": [None, 3, "x", []]}])
def test_a_ledger_of_another_form_costs_nothing_but_itself(ledger: Any):
    found = decode_sample(json.dumps({"id": "e-1", "ledger": ledger}))
    for column in COLUMNS:
        assert len(workload_rows(found, Order(column.key))) in (0, 2, 6)


@given(st.integers(20, 300), st.sampled_from([column.key for column in COLUMNS]), st.booleans())
def test_the_columns_fit_the_terminal_and_the_one_that_is_sorted_by_is_there(width: int, key: str, gpus: bool):
    columns = fitting(width, key, gpus)
    assert key in [column.key for column in columns]
    assert columns[0].field == "name"
    if width >= 60:
        assert sum(column.cells + 1 for column in columns) <= width


def test_at_80_columns_gpus_come_before_kind_and_rates_where_there_are_any():
    assert "gpu_percent" not in [column.field for column in fitting(76, "c", gpus=False)]
    with_gpus = [column.field for column in fitting(76, "c", gpus=True)]
    assert {"gpu_percent", "gpu_memory_bytes", "power_watts"} <= set(with_gpus)
