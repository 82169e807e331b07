"""What `zeropoint run` writes and what the SDK writes is of one form."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import zeropoint_sdk as zp
from zeropoint.ai.runs import parse_run
from zeropoint.commands import run_record as ours
from zeropoint_sdk import record as of_sdk


@given(st.text())
def test_both_make_the_same_folder_of_a_name(name: str) -> None:
    assert ours.safe(name) == of_sdk.safe(name)


def test_both_write_the_same_fields_and_the_appliance_reads_them(tmp_path: Path) -> None:
    record = ours.Record(tmp_path / "a", "same name", "tinygrad", None)
    record.started(42)
    record.ended(1)
    with pytest.raises(ValueError, match="no"), zp.run("same name", kind="tinygrad", artifacts=tmp_path / "b") as run:
        raise ValueError("no")
    assert run.folder is not None
    told: list[dict[str, Any]] = []
    for folder in (record.folder, run.folder):
        content = (folder / "run.json").read_bytes()
        told.append(json.loads(content))
        parsed = parse_run(content, ("x", "y"))
        assert parsed is not None
        assert (parsed.id, parsed.kind, parsed.exit_code) == (folder.name, "tinygrad", 1)
        assert parsed.started is not None
        assert parsed.ended is not None
    differing = {name for name in told[0] if told[0][name] != told[1][name]}
    assert list(told[0]) == list(told[1])
    assert differing <= {"id", "pid", "started", "ended"}
    assert len(told[0]["id"]) == len(told[1]["id"])
