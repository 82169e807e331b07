"""What the history answers, as JSON; the tiers are arrays in memory, the journal is a real one."""

import math
from pathlib import Path

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.history.test_queries import BEGINNING, Memory, queries
from tests.support.samples import sample
from zeropoint.catalogue import describe
from zeropoint.feed.ring import Ring
from zeropoint.history.gaps import GapReader, Loss
from zeropoint.history.journal_reader import JournalReader
from zeropoint.history.moments import parse_moment, rfc3339
from zeropoint.history.query import Window
from zeropoint.history.readers import Readers
from zeropoint.model import Component, Cpu, Sample, System
from zeropoint.server.history_answers import (
    HistoryAnswer,
    MetricsAnswer,
    MomentAnswer,
    encode_history,
    encode_metrics,
    encode_moment,
    encode_numbers,
    encode_timestamps,
)
from zeropoint.server.moment_sample import from_memory, from_readers
from zeropoint.server.specs import Specs

SPECS = Specs(describe({"tinygrad": Component}))


def readers(memory: Memory, directory: Path, *losses: Loss) -> Readers:
    return Readers(queries(memory), JournalReader(directory), lambda _from, _to: losses)


@pytest.mark.parametrize("points", [500, 10])
def test_columns_are_those_of_the_description(tmp_path: Path, points: int) -> None:
    window = Window(BEGINNING, BEGINNING + 60_000, points)
    content = encode_history(["a", 'q"uote', "z*"], window, readers(Memory(["a", 'q"uote'], 30), tmp_path))
    answer = msgspec.json.decode(content, type=HistoryAnswer)
    assert list(answer.series) == ["a", 'q"uote']
    for series in answer.series.values():
        assert len(series.mean) == len(series.min) == len(series.max) == len(answer.timestamps)
    assert (answer.since, answer.until) == (rfc3339(window.from_ms), rfc3339(window.to_ms))
    assert [row.path for row in answer.unavailable] == ["z*"]
    if points == 500:
        assert answer.interval_seconds == 1.0
        assert answer.timestamps == [rfc3339(BEGINNING + n * 1000) for n in range(30)]
        assert answer.series['q"uote'].mean == [1000.0 + n for n in range(30)]
    else:
        assert answer.interval_seconds == window.pixel_ms / 1000
        assert answer.series["a"].max[-1] is None
        assert max(value for value in answer.series["a"].max if value is not None) == 29


def test_how_many_samples_had_a_value_is_told_where_it_is_asked_for(tmp_path: Path) -> None:
    window = Window(BEGINNING, BEGINNING + 60_000, 10)
    for counted in (True, False):
        content = encode_history(["a"], window, readers(Memory(["a"], 30), tmp_path), counted=counted)
        series = msgspec.json.decode(content, type=HistoryAnswer).series["a"]
        assert (series.count is not None) == counted
        if series.count is not None:
            assert sum(series.count) == 30
            assert [number == 0 for number in series.count] == [value is None for value in series.mean]


def test_gaps_are_told_with_their_reasons_and_damage_among_them(tmp_path: Path) -> None:
    loss = Loss(BEGINNING + 5_000, BEGINNING + 9_000, 3, "not-running")
    window = Window(BEGINNING, BEGINNING + 60_000, 500)
    content = encode_history(["a"], window, readers(Memory(["a"], 30), tmp_path, loss))
    damaged, lost = msgspec.json.decode(content)["gaps"]
    assert (damaged["from"], damaged["lost"], damaged["reason"]) == (rfc3339(BEGINNING), None, "damaged")
    assert lost == {"from": rfc3339(loss.from_ms), "to": rfc3339(loss.to_ms), "lost": 3, "reason": "not-running"}


def test_values_are_told_where_the_file_of_gaps_fails(tmp_path: Path) -> None:
    (tmp_path / "gaps.db").write_bytes(b"no file of the history" * 100)
    made = Readers(queries(Memory(["a"], 30)), JournalReader(tmp_path), GapReader(tmp_path).between)
    answer = msgspec.json.decode(encode_history(["a"], Window(BEGINNING, BEGINNING + 60_000, 500), made))
    assert answer["series"]["a"]["mean"] == list(range(30))
    (row,) = answer["unavailable"]
    assert row["path"] == "gaps" and "gaps.db: it is damaged" in row["reason"]


def test_series_are_told_with_what_the_catalogue_knows_of_them() -> None:
    newest = msgspec.structs.replace(sample(1), system=System(cpu=Cpu(usage_percent=1.0, per_core_percent=[1.0, 2.0])))
    stored = {
        "system.gpus.GPU-1.2.power_watts",
        "ai.components.tinygrad.status",
        "old.thing_bytes_total",
        "system.disk.filesystems./mnt/a.b.used_bytes",
    }
    rows = {
        row.name: row for row in msgspec.json.decode(encode_metrics(stored, newest, SPECS), type=MetricsAnswer).metrics
    }
    assert list(rows) == sorted(rows)
    assert (rows["system.gpus.GPU-1.2.power_watts"].unit, rows["system.gpus.GPU-1.2.power_watts"].kind) == (
        "watts",
        "gauge",
    )
    assert rows["ai.components.tinygrad.status"].states[:2] == ["running", "idle"]
    assert rows["system.cpu.per_core_percent.1"].unit == "percent"
    assert rows["system.disk.filesystems./mnt/a.b.used_bytes"].otel_name == "system.filesystem.usage"
    unknown = rows["old.thing_bytes_total"]
    assert (unknown.unit, unknown.kind, unknown.help) == ("bytes", "counter", "")


def test_without_the_history_the_series_of_now_are_told_and_why_they_are_all() -> None:
    answer = msgspec.json.decode(encode_metrics(set(), sample(1), SPECS, "it is off"), type=MetricsAnswer)
    assert "server.clients" in {row.name for row in answer.metrics}
    assert [(row.path, row.reason) for row in answer.unavailable] == [("metrics", "it is off")]


def ms(moment: str) -> int:
    parsed = parse_moment(moment)
    assert parsed is not None
    return parsed


def at(moment: str, sequence: int) -> Sample:
    return msgspec.structs.replace(sample(sequence), timestamp=moment)


def test_a_moment_that_memory_holds_is_answered_by_the_newest_sample_before_it() -> None:
    ring = Ring("e1")
    kept = [at(f"2026-11-28T14:03:0{second}.500Z", second) for second in range(3)]
    for one in kept:
        ring.append(one, 0, msgspec.json.encode)
    now = ms("2026-11-28T15:00:00Z")
    payload, reason = from_memory(ring, ms("2026-11-28T14:03:01.700Z"), now)
    assert (payload, reason) == (msgspec.json.encode(kept[1]), None)
    assert from_memory(ring, ms("2026-11-28T14:03:01.500Z"), now)[0] == payload
    assert from_memory(ring, ms("2026-11-28T14:03:00.499Z"), now) == (None, None)
    late = from_memory(ring, ms("2026-11-28T14:03:08Z"), now)
    assert late == (None, "no sample was taken in the 5 s before it")
    assert from_memory(ring, now + 1, now) == (None, "this moment is still to come")
    answer = msgspec.json.decode(encode_moment(payload, None), type=MomentAnswer)
    assert answer.sample is not None and answer.sample.id == "e1-1"


def test_a_moment_that_is_nowhere_says_why(tmp_path: Path) -> None:
    loss = Loss(BEGINNING, BEGINNING + 9_000, None, "not-running")
    payload, reason = from_readers(BEGINNING + 100, readers(Memory([], 1), tmp_path, loss))
    assert payload is None
    assert reason == "it is older than the journal of whole samples"
    content = msgspec.json.decode(encode_moment(payload, reason))
    assert content == {"sample": None, "unavailable": [{"path": "sample", "reason": reason}]}


@given(st.lists(st.integers(0, 253_402_300_799_999), max_size=50))
def test_timestamps_are_those_of_the_standard_library(times: list[int]) -> None:
    assert msgspec.json.decode(encode_timestamps(np.array(times, dtype=np.int64))) == [rfc3339(time) for time in times]


@given(st.lists(st.floats(allow_infinity=False) | st.integers(-(2**53), 2**53).map(float), max_size=50))
def test_numbers_are_exactly_those_that_are_stored(values: list[float]) -> None:
    told = msgspec.json.decode(encode_numbers(np.array(values, dtype=np.float64)))
    assert told == [None if math.isnan(value) else value for value in values]
