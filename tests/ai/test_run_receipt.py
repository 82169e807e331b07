"""Receipts in run.json, right ones and whatever else may stand there."""

import json
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.ai.run_entry import entry_of
from zeropoint.ai.run_receipt import COUNTS, NOT_TOLD, REALS, receipt_of
from zeropoint.model import Limit, Receipt

NUMBERS: dict[str, Any] = {**dict.fromkeys(REALS, 1.5), **dict.fromkeys(COUNTS, 7)}
WHOLE = Receipt(
    limits=[
        Limit(cause="memory-limit", count=2, of="run"),
        Limit(cause="cpu-quota", seconds=0.5, share_percent=33.3, count=5, of="cgroup"),
    ],
    **NUMBERS,
)


def test_what_zeropoint_run_writes_is_told_as_it_is() -> None:
    assert receipt_of(msgspec.to_builtins(WHOLE)) == WHOLE
    content = json.dumps({"exit_code": 0, "receipt": msgspec.to_builtins(WHOLE)}).encode()
    entry = entry_of(content, ("a", "b"), None)
    assert entry is not None
    assert entry.receipt == WHOLE


def test_every_field_of_a_receipt_is_read() -> None:
    assert {*REALS, *COUNTS, "limits", "unavailable"} == set(Receipt.__struct_fields__)


def test_a_null_has_the_reason_that_was_written_or_one_of_ours() -> None:
    receipt = receipt_of(
        {
            "cpu_seconds": -1,
            "gpu_seconds": None,
            "read_bytes": 1.5,
            "write_bytes": 2**60,
            "limits": "none",
            "unavailable": [
                {"path": "gpu_seconds", "reason": "no\nGPU"},
                {"path": "limits[cpu]", "reason": "no PSI"},
                3,
            ],
        }
    )
    assert receipt is not None
    reasons = {row.path: row.reason for row in receipt.unavailable}
    assert reasons.pop("gpu_seconds") == "no\ufffdGPU"
    assert reasons.pop("limits[cpu]") == "no PSI"
    assert reasons == dict.fromkeys({*REALS, *COUNTS, "limits"} - {"gpu_seconds"}, NOT_TOLD)


def test_limits_that_nobody_knows_are_left_out_and_there_are_not_too_many() -> None:
    known = {"cause": "cpu", "of": "machine", "seconds": 1}
    rows: list[Any] = [{"cause": "ghosts", "of": "run"}, {"cause": ["cpu"], "of": "run"}, 7, known]
    receipt = receipt_of({"limits": rows})
    assert receipt is not None
    assert receipt.limits == [Limit(cause="cpu", of="machine", seconds=1.0)]
    many = receipt_of({"limits": [known] * 1000, "unavailable": [{"path": str(n), "reason": ""} for n in range(1000)]})
    assert many is not None
    assert len(many.limits or ()) == 16
    assert len(many.unavailable) < 64


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=5) | st.dictionaries(st.text(max_size=10), inner, max_size=5),
    max_leaves=20,
)
FIELDS = st.sampled_from([*Receipt.__struct_fields__, "path", "reason", "cause", "of"])


@given(JSON | st.dictionaries(FIELDS, JSON))
def test_whatever_stands_there_gives_a_receipt_that_can_be_encoded_or_none(value: Any) -> None:
    receipt = receipt_of(value)
    assert (receipt is None) == (not isinstance(value, dict))
    if receipt is not None:
        told = json.loads(msgspec.json.encode(receipt))
        reasons = {row["path"] for row in told["unavailable"]}
        assert all(told[name] is not None or name in reasons for name in told)
