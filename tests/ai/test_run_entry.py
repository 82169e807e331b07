"""What one run.json is told as."""

import json
import math
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.ai.processes import Life
from zeropoint.ai.run_entry import entry_of
from zeropoint.model import RunEntry

FOLDER = ("mnist", "7")


def told(life: Life | None = "gone", **fields: object) -> RunEntry:
    entry = entry_of(json.dumps({"pid": 5, **fields}).encode(), FOLDER, life)
    assert entry is not None
    return entry


@pytest.mark.parametrize(
    ("fields", "life", "status"),
    [
        ({}, "live", "running"),
        ({}, "gone", "failed"),
        ({}, "unseen", "unknown"),
        ({}, None, "unknown"),
        ({"ended": "2026-11-24T10:00:00Z"}, None, "unknown"),
        ({"exit_code": 0}, None, "finished"),
        ({"exit_code": 1}, None, "failed"),
        ({"exit_code": 137}, None, "failed"),
        ({"exit_code": 143}, None, "stopped"),
        ({"exit_code": 130}, None, "stopped"),
    ],
)
def test_the_status_follows_from_the_end_and_the_process(
    fields: dict[str, Any], life: Life | None, status: str
) -> None:
    entry = told(life, **fields)
    assert entry.status == status
    assert (entry.reason is None) == (status in ("running", "finished"))


def test_names_come_from_the_folder_where_the_file_has_none() -> None:
    assert (told().id, told().name) == ("7", "mnist")
    assert (told(id="a", name="b", kind="c").id, told(name="b").name, told(kind="c").kind) == ("a", "b", "c")


def test_hyperparameters_are_plain_and_bounded() -> None:
    given = {"lr": 0.1, "n": 10**30, "nan": math.nan, "layers": [64, 10], "none": None, "yes": True, "t\n": "x" * 999}
    entry = told(hyperparameters=given)
    long = entry.hyperparameters.pop("t\ufffd")
    assert isinstance(long, str)
    assert len(long) == 200
    assert entry.hyperparameters == {
        "lr": 0.1,
        "n": str(10**30),
        "nan": "nan",
        "layers": "[64, 10]",
        "none": None,
        "yes": True,
    }
    assert len(told(hyperparameters={str(n): n for n in range(1000)}).hyperparameters) == 64
    assert told(hyperparameters=[1, 2]).hyperparameters == {}


@given(
    st.binary(max_size=50)
    | st.dictionaries(
        st.sampled_from(["id", "name", "kind", "pid", "started", "ended", "exit_code", "hyperparameters"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.dictionaries(st.text(), st.floats()),
    ).map(lambda fields: json.dumps(fields).encode())
)
def test_any_file_is_told_in_json_or_not_at_all(content: bytes) -> None:
    entry = entry_of(content, FOLDER, "unseen")
    if entry is not None:
        json.loads(msgspec.json.encode(entry))
