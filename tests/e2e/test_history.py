"""The history of the real process: asked, replayed over restarts, exported while it is written."""

import csv
import io
import json
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.support.process import PROGRAM, TIMEOUT_SECONDS, Appliance, clean_environment, running
from tests.support.stream import Stream, messages

CPU = "system.cpu.usage_percent"
FAST = ("--interval", "0.1")


def ids(seen: list) -> list[str]:
    return [one.id for one in messages(seen)]


def sequence(id: str) -> int:
    return int(id.partition("-")[2])


def numbered(epoch: str, first: int, last: int) -> list[str]:
    return [f"{epoch}-{number}" for number in range(first, last + 1)]


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Appliance, Path]]:
    """A process that samples ten times a second and has taken some 30 samples."""
    data = tmp_path_factory.mktemp("data")
    with running(data, *FAST, "--artifacts", str(data / "artifacts")) as appliance:
        with Stream(appliance) as stream:
            stream.samples(30)
        yield appliance, data


def export(data: Path, *arguments: str) -> "subprocess.CompletedProcess[bytes]":
    command = [PROGRAM, "export", "--data", str(data), "--from", "0", "--to", str(int(time.time()) + 60), *arguments]
    return subprocess.run(command, env=clean_environment(), capture_output=True, timeout=TIMEOUT_SECONDS, check=False)


def test_a_reader_that_comes_back_after_a_restart_gets_each_sample_once_and_exactly(tmp_path: Path) -> None:
    with running(tmp_path, *FAST) as first:
        with Stream(first) as stream:
            before = messages(stream.until(lambda seen: len(messages(seen)) >= 5))
            # Meanwhile others see what this one misses.
        with Stream(first) as witness:
            seen = {one.id: one.data for one in messages(witness.until(lambda seen: len(messages(seen)) >= 20))}
            first.process.send_signal(signal.SIGTERM)
            seen |= {one.id: one.data for one in messages(witness.to_the_end())}
        assert first.process.wait(TIMEOUT_SECONDS) == 0
    last_seen = before[-1].id
    assert last_seen is not None
    old, newest_old = last_seen.partition("-")[0], max(map(sequence, seen))
    with running(tmp_path, *FAST) as second, Stream(second, Last_Event_ID=last_seen) as stream:
        found = stream.until(lambda seen: len([id for id in ids(seen) if not id.startswith(old)]) >= 10)
    new = [id for id in ids(found) if not id.startswith(old)]
    epoch = new[0].partition("-")[0]
    assert ids(found) == [*numbered(old, sequence(last_seen) + 1, newest_old), *numbered(epoch, 1, sequence(new[-1]))]
    # A tick that a busy machine missed was never a sample.
    gaps = [json.loads(one.data) for one in found if one.type == "gap"]
    assert [gap for gap in gaps if gap["reason"] != "missed-ticks"] == []
    assert all(one.data == seen[one.id] for one in messages(found) if one.id in seen)
    assert len(seen.keys() & set(ids(found))) >= 15


def test_a_poller_goes_on_after_a_restart(tmp_path: Path) -> None:
    with running(tmp_path, *FAST) as first:
        with Stream(first) as stream:
            last_seen = stream.samples(5)[-1].id or ""
        with Stream(first) as stream:
            stream.samples(5)
        assert first.stop() == 0
    with running(tmp_path, *FAST) as second:
        with Stream(second) as stream:
            stream.samples(3)
        answer = second.get(f"/metrics/json?since={last_seen}&sections=server").json
    found = [one["id"] for one in answer["samples"]]
    assert answer["gap"] is None
    old = last_seen.partition("-")[0]
    assert found[0] == f"{old}-{sequence(last_seen) + 1}"
    changed = next(place for place, id in enumerate(found) if not id.startswith(old))
    assert found[changed:] == numbered(found[changed].partition("-")[0], 1, len(found) - changed)
    assert set(answer["samples"][0]) == {"id", "timestamp", "interval_seconds", "server", "unavailable"}


def test_each_sample_of_the_stream_is_in_the_history(kept: tuple[Appliance, Path]) -> None:
    appliance, _ = kept
    with Stream(appliance) as stream:
        shown = {one.json["timestamp"]: one.json["system"]["cpu"]["usage_percent"] for one in stream.samples(5)[1:]}
    first, last = min(shown), max(shown)
    answer = appliance.get(f"/api/v1/history?metric={CPU}&from={first}&points=20000").json
    stored = dict(zip(answer["timestamps"], answer["series"][CPU]["mean"], strict=True))
    assert (answer["tier"], answer["interval_seconds"], answer["gaps"]) == ("samples", 0.1, [])
    # Columns keep four decimals of a percentage.
    assert {time: value for time, value in stored.items() if time <= last} == pytest.approx(shown, abs=5.1e-5)
    assert answer["series"][CPU]["min"] == answer["series"][CPU]["max"] == answer["series"][CPU]["mean"]


def test_pixels_hold_the_least_and_the_most_of_their_samples(kept: tuple[Appliance, Path]) -> None:
    appliance, _ = kept
    exact = appliance.get(f"/api/v1/history?metric={CPU}&points=20000").json
    first, last = exact["timestamps"][0], exact["timestamps"][-1]
    answer = appliance.get(f"/api/v1/history?metric={CPU}&from={first}&to={last}&points=5").json
    assert (answer["tier"], answer["from"], answer["to"]) == ("samples", first, last)
    assert len(answer["timestamps"]) <= 5
    values = [value for value in exact["series"][CPU]["mean"] if value is not None]
    column = answer["series"][CPU]
    assert max(value for value in column["max"] if value is not None) == max(values)
    assert all(
        low <= mean <= high
        for low, mean, high in zip(column["min"], column["mean"], column["max"], strict=True)
        if mean is not None
    )


def test_wildcards_and_names_that_are_unknown(kept: tuple[Appliance, Path]) -> None:
    appliance, _ = kept
    cores = appliance.get("/metrics/json").json["system"]["cpu"]["count_logical"]
    answer = appliance.get("/api/v1/history?metric=system.cpu.per_core_percent.*&metric=nobody&metric=no*").json
    assert set(answer["series"]) == {*(f"system.cpu.per_core_percent.{core}" for core in range(cores)), "nobody"}
    assert set(answer["series"]["nobody"]["mean"]) == {None}
    assert [row["path"] for row in answer["unavailable"]] == ["no*", "nobody"]


def test_every_number_of_the_newest_sample_is_a_series_with_its_unit(kept: tuple[Appliance, Path]) -> None:
    appliance, _ = kept
    answer = appliance.get("/api/v1/metrics").json
    rows = {row["name"]: row for row in answer["metrics"]}
    assert answer["unavailable"] == []
    assert (rows[CPU]["unit"], rows[CPU]["kind"]) == ("percent", "gauge")
    assert rows["server.samples_total"]["kind"] == "counter"
    assert "healthy" in rows["server.health"]["states"]


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("history", "bad-parameter"),
        ("history?metric=", "bad-parameter"),
        ("history?metric=" + "x" * 301, "bad-parameter"),
        ("history?" + "&".join(["metric=a"] * 65), "bad-parameter"),
        ("history?metric=a&points=1", "bad-parameter"),
        ("history?metric=a&points=20001", "bad-parameter"),
        ("history?metric=a&points=%D9%A3%D9%A3", "bad-parameter"),
        ("history?metric=a&from=yesterday", "bad-parameter"),
        ("history?metric=a&from=2&to=1", "bad-parameter"),
        ("history?metric=a&from=1&to=1", "bad-parameter"),
        ("sample", "bad-parameter"),
        ("sample?at=then", "bad-parameter"),
    ],
)
def test_what_is_asked_wrongly_is_an_error_in_json(kept: tuple[Appliance, Path], path: str, code: str) -> None:
    answer = kept[0].get(f"/api/v1/{path}")
    assert (answer.status, answer.json["error"]["code"]) == (400, code)


def test_hostile_names_are_only_names(kept: tuple[Appliance, Path]) -> None:
    for name in ("'; DROP TABLE series; --", "a\x00b", "../../etc/passwd", "\u202egnp", "*" * 300):
        answer = kept[0].get(f"/api/v1/history?metric={quote(name)}")
        assert answer.status == 200
        assert set(answer.json["series"]) == {name} or "*" in name


def test_a_past_moment_is_told_whole_and_exactly(tmp_path: Path) -> None:
    with running(tmp_path, *FAST) as first:
        with Stream(first) as stream:
            shown = messages(stream.until(lambda seen: len(messages(seen)) >= 5))[3]
        moment = shown.json["timestamp"]
        answer = first.get(f"/api/v1/sample?at={moment}")
        assert answer.body == b'{"sample":%b,"unavailable":[]}' % shown.data.encode()
        assert first.stop() == 0
    with running(tmp_path, *FAST) as second:
        assert second.get(f"/api/v1/sample?at={moment}").body == answer.body
        missing = second.get("/api/v1/sample?at=1000000000").json
        assert missing["sample"] is None
        assert missing["unavailable"][0]["reason"].startswith("it is older than the journal of whole samples, which")
        future = second.get("/api/v1/sample?at=2100-01-01T00:00:00Z").json
        assert future["unavailable"] == [{"path": "sample", "reason": "this moment is still to come"}]


def test_time_not_running_is_a_gap(tmp_path: Path) -> None:
    with running(tmp_path, *FAST) as first:
        with Stream(first) as stream:
            stream.samples(3)
        assert first.stop() == 0
    with running(tmp_path, *FAST) as second:
        with Stream(second) as stream:
            newest = stream.samples(3)[0].json["timestamp"]
        answer = second.get(f"/api/v1/history?metric={CPU}&points=20000").json
    (gap,) = (one for one in answer["gaps"] if one["reason"] == "not-running")
    times = answer["timestamps"]
    assert gap["from"] in times and gap["to"] in times
    assert times.index(gap["to"]) == times.index(gap["from"]) + 1
    assert gap["to"] <= newest


def test_without_history_it_says_so_and_serves(tmp_path: Path) -> None:
    with running(tmp_path, *FAST, "--history", "false") as appliance:
        answer = appliance.get(f"/api/v1/history?metric={CPU}")
        assert (answer.status, answer.json["error"]["code"]) == (503, "history-off")
        listed = appliance.get("/api/v1/metrics").json
        assert "system.memory.used_bytes" in {row["name"] for row in listed["metrics"]}
        assert [row["path"] for row in listed["unavailable"]] == ["metrics"]
        past = appliance.get("/api/v1/sample?at=1000000000").json
        assert past["sample"] is None and "switched off" in past["unavailable"][0]["reason"]
        newest = appliance.get("/metrics/json").json
        assert appliance.get(f"/api/v1/sample?at={newest['timestamp']}").json["sample"] == newest
    assert not (tmp_path / "history").exists()


def test_public_sections_open_their_own_history_alone(tmp_path: Path) -> None:
    subprocess.run(
        [PROGRAM, "token", "create", "--scope", "status", "--data", str(tmp_path)], check=True, capture_output=True
    )
    with running(tmp_path, "--public-sections", "system.cpu") as appliance:
        assert appliance.get("/metrics/json?sections=system.cpu").status == 200
        assert appliance.get(f"/api/v1/history?metric={CPU}").status == 200
        other = "system.memory.used_bytes"
        for path in (f"history?metric={other}", f"history?metric={CPU}&metric={other}", "metrics", "sample?at=1"):
            assert appliance.get(f"/api/v1/{path}").status == 401, path


def test_an_export_while_it_runs_has_what_was_streamed(kept: tuple[Appliance, Path]) -> None:
    appliance, data = kept
    with Stream(appliance) as stream:
        shown = {one.json["timestamp"]: one.json["system"]["cpu"]["usage_percent"] for one in stream.samples(5)}
    last = max(shown)
    # A sample is durable within a second; this one was taken before those after it.
    found = export(data, "--metric", CPU, "--metric", "server.*", "--format", "jsonl")
    assert (found.returncode, found.stderr) == (0, b"")
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    times = [row["timestamp"] for row in rows]
    assert times == sorted(set(times))
    stored = {row["timestamp"]: row[CPU] for row in rows}
    both = {time for time in stored if time in shown and time < last}
    # Columns keep four decimals of a percentage.
    assert {time: stored[time] for time in both} == pytest.approx({time: shown[time] for time in both}, abs=5.1e-5)
    assert len(stored.keys() & shown.keys()) >= 4
    content = export(data, "--metric", CPU).stdout.decode()
    head, *lines = csv.reader(io.StringIO(content))
    assert head == ["timestamp", CPU]
    assert len(lines) >= len(rows)
