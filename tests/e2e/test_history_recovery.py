"""The history of the real process under faults that are real: forced ends, disks, clocks, damage."""

import errno
import os
import random
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import apsw
import pytest

from tests.support.faults import Chance, Clock, disk, failing_calls, without_override
from tests.support.process import TIMEOUT_SECONDS, Appliance, running, spawn
from tests.support.stream import Stream
from zeropoint.history.gaps import GapReader, Loss
from zeropoint.history.journal_reader import JournalReader, Stored

FAST = ("--interval", "0.1")
ALL_OF_TIME = (-(1 << 50), 1 << 50)
MIB = 1024 * 1024
HOUR_SECONDS, HOUR_MS = 3600, 3_600_000
# `make soak` asks for more.
KILLS = int(os.environ.get("SOAK_KILLS", "4"))
# From the start of a process to its end by force, at most: it is up within one or two.
LIFE_SECONDS = 6.0
# What is older than this may be gone: the journal keeps a day.
KEPT_MS = 23 * HOUR_MS


def journal_of(data: Path) -> list[Stored]:
    reader = JournalReader(data / "history")
    try:
        return list(reader.between(*ALL_OF_TIME))
    finally:
        reader.close()


def losses_of(data: Path) -> list[Loss]:
    return GapReader(data / "history").between(*ALL_OF_TIME)


def drawn_moments() -> random.Random:
    """What draws the moments of forced ends; who wants the same again sets SOAK_SEED to what is printed."""
    seed = int(os.environ.get("SOAK_SEED") or secrets.randbits(32))
    print(f"SOAK_SEED={seed}")
    return random.Random(seed)  # noqa: S311 - nothing secret


def live_and_be_killed(data: Path, seconds: float, **environment: str) -> None:
    """A process that is ended by force so long after its start, wherever it is by then."""
    process = spawn(
        *("serve", "--port", "0", "--data", str(data), *FAST), ZEROPOINT_OVERHEAD_BUDGET_PERCENT="0", **environment
    )
    with suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    ended_itself = process.poll()
    process.kill()
    _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert ended_itself is None, errors


def moment_ms(sample: dict[str, Any]) -> float:
    return datetime.fromisoformat(sample["timestamp"]).timestamp() * 1000


def times_of_columns(appliance: Appliance, wanted: set[int]) -> set[int]:
    """The times, of an hour each, at which a series has values."""
    found: set[int] = set()
    for hour in {time_ms // HOUR_MS for time_ms in wanted}:
        of_hour = [time_ms for time_ms in wanted if time_ms // HOUR_MS == hour]
        window = f"from={min(of_hour) / 1000 - 1:.3f}&to={max(of_hour) / 1000 + 1:.3f}&points=2000"
        answer = appliance.get(f"/api/v1/history?metric=server.clients&{window}").json
        found |= {
            round(datetime.fromisoformat(moment).timestamp() * 1000)
            for moment, value in zip(answer["timestamps"], answer["series"]["server.clients"]["mean"], strict=True)
            if value is not None
        }
    return found


def mended(data: Path, epoch: str) -> set[int]:
    """What the journal has of an epoch once a process has mended what it found."""
    with running(data, *FAST) as appliance:
        until(appliance, written(5))
        assert appliance.stop() == 0
    return set(sequences(journal_of(data), epoch))


def sequences(rows: list[Stored], epoch: str) -> list[int]:
    return [int(row.id.partition("-")[2]) for row in rows if row.id.startswith(f"{epoch}-")]


def until(appliance: Appliance, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Follows the samples up to one that is as wanted, at most as long as tests wait for anything."""
    ends_at = time.monotonic() + TIMEOUT_SECONDS
    newest: dict[str, Any] = appliance.get("/metrics/json").json
    while not wanted(newest):
        assert time.monotonic() < ends_at, appliance.get("/health").json
        samples = appliance.get(f"/metrics/json?since={newest['id']}&wait=5").json["samples"]
        newest = next(filter(wanted, samples), samples[-1])
    return newest


def age_seconds(sample: dict[str, Any]) -> float:
    return time.time() - datetime.fromisoformat(sample["timestamp"]).timestamp()


def written(count: int) -> Callable[[dict[str, Any]], bool]:
    return lambda sample: sample["server"]["history"]["written_samples_total"] >= count


def is_degraded(sample: dict[str, Any]) -> bool:
    return bool(sample["server"]["health"] == "degraded")


def is_well(sample: dict[str, Any]) -> bool:
    return sample["server"]["health"] == "healthy" and sample["server"]["history"]["waiting_samples"] <= 1


def reasons(appliance: Appliance) -> str:
    answer = appliance.get("/health")
    assert answer.status == 200
    return "\n".join(answer.json["reasons"])


def set_version(journal: Path, version: int) -> None:
    connection = apsw.Connection(str(journal))
    connection.pragma("user_version", version)
    connection.close()


def test_nothing_older_than_a_second_is_lost_when_it_is_killed(tmp_path: Path):
    seen: list[tuple[str, int]] = []  # what the client saw, and when that was taken
    durable: set[str] = set()  # what a process that was killed left, before the next one came to it
    last = None
    for _ in range(KILLS):
        with running(tmp_path, *FAST) as appliance:
            stream = Stream(appliance, **({"Last_Event_ID": last} if last else {}))
            with stream:
                events = stream.samples(25)
                appliance.stop(signal.SIGKILL)
            ended_ms = time.time() * 1000
            gaps = [event.json for event in stream.events if event.type == "gap"]
            # A busy machine may miss ticks, which nobody had.
            assert [gap for gap in gaps if gap["lost"] and gap["reason"] != "missed-ticks"] == []
            seen += [(event.id or "", event.json["timestamp"]) for event in events]
            last = events[-1].id
            left = {row.id for row in journal_of(tmp_path)}
            assert durable <= left
            durable = left
            old = [event.id for event in events if moment_ms(event.json) <= ended_ms - 1000]
            assert set(old) <= durable
    with running(tmp_path, *FAST) as appliance:
        assert appliance.stop() == 0
    ids = [id for id, _ in seen]
    assert len(ids) == len(set(ids))  # each once, over all restarts
    kept = journal_of(tmp_path)
    stored = [row.id for row in kept]
    assert len(stored) == len(set(stored))
    epochs = list(dict.fromkeys(id.partition("-")[0] for id in stored))
    assert len(epochs) == KILLS + 1
    for epoch in epochs:
        numbers = sequences(kept, epoch)
        assert numbers == list(range(1, len(numbers) + 1))  # no hole
    assert durable <= set(stored)
    # Only what a client saw in the last second before a kill may be missing.
    for epoch in epochs:
        lost = [id for id in ids if id.startswith(f"{epoch}-") and id not in set(stored)]
        assert len(lost) <= 10
    reasons = [loss.reason for loss in losses_of(tmp_path)]
    assert [reason for reason in reasons if reason != "missed-ticks"] == ["not-running"] * KILLS


def test_a_kill_at_any_moment_costs_nothing_that_was_on_the_disk(tmp_path: Path):
    """While it starts, seals a minute, rolls up an hour, forgets what is old: the end of an hour lies somewhere in each
    of the lives, and an hour between them."""
    drawn, clock, data = drawn_moments(), Clock(tmp_path / "clock"), tmp_path / "data"
    durable: dict[str, int] = {}
    hour = int(time.time()) // HOUR_SECONDS
    for _ in range(KILLS):
        hour += 1
        begins = hour * HOUR_SECONDS - drawn.uniform(0, LIFE_SECONDS)
        clock.shift(round(begins - time.time()))
        live_and_be_killed(data, drawn.uniform(0, LIFE_SECONDS), **clock.environment)
        left = {row.id: row.time_ms for row in journal_of(data)} if data.exists() else {}
        newest = max(left.values(), default=0)
        assert {id for id, time_ms in durable.items() if time_ms > newest - KEPT_MS} <= left.keys()
        durable = left
    with running(data, *FAST, **clock.environment) as appliance:
        until(appliance, is_well)
        wanted = {time_ms for time_ms in durable.values() if time_ms > max(durable.values()) - KEPT_MS}
        ends_at = time.monotonic() + TIMEOUT_SECONDS
        # The columns catch up with the journal, whatever was under way.
        while missing := wanted - times_of_columns(appliance, wanted):
            assert time.monotonic() < ends_at, f"{len(missing)} of {len(wanted)} are missing"
        assert appliance.stop() == 0
    left = {row.id: row.time_ms for row in journal_of(data)}
    newest = max(left.values())
    assert {id for id, time_ms in durable.items() if time_ms > newest - KEPT_MS} <= left.keys()


@pytest.mark.parametrize("name", ["journal.db", "samples/*.db"])
def test_a_kill_while_what_is_damaged_is_mended_costs_no_more_than_the_damage(tmp_path: Path, name: str):
    damaged, whole = tmp_path / "damaged", tmp_path / "whole"
    with running(damaged, *FAST) as appliance:
        epoch = until(appliance, written(30))["id"].partition("-")[0]
        assert appliance.stop() == 0
    history = damaged / "history"
    path = next(history.glob(name))
    content = bytearray(path.read_bytes())
    content[20:40] = b"\xff" * 20
    path.write_bytes(content)
    shutil.copytree(damaged, whole)
    expected = mended(whole, epoch)
    assert expected
    drawn = drawn_moments()
    for kill in range(max(1, KILLS // 4)):
        data = tmp_path / f"killed-{kill}"
        shutil.copytree(damaged, data)
        live_and_be_killed(data, drawn.uniform(0, LIFE_SECONDS))
        assert mended(data, epoch) >= expected
        shutil.rmtree(data)


def test_a_full_disk_costs_nothing_that_can_wait(tmp_path: Path):
    with disk(tmp_path / "disk", 8 * MIB) as full:
        data = full.path / "data"
        with running(data, *FAST) as appliance:
            until(appliance, written(10))
            full.fill()
            until(appliance, is_degraded)
            assert "history/journal.db: the disk is full, since " in reasons(appliance)
            until(appliance, lambda sample: sample["server"]["history"]["waiting_samples"] >= 20)
            full.free()
            until(appliance, is_well)
            newest = until(appliance, written(60))
            assert newest["server"]["history"]["lost_samples_total"] == 0
            epoch = newest["id"].partition("-")[0]
            assert appliance.stop() == 0
        numbers = sequences(journal_of(data), epoch)
        assert numbers == list(range(1, len(numbers) + 1))
        assert len(numbers) >= 60


def test_it_starts_on_a_full_disk_and_goes_on_when_there_is_room(tmp_path: Path):
    with disk(tmp_path / "disk", 2 * MIB) as full:
        data = full.path / "data"
        data.mkdir()
        full.fill()
        with running(data, *FAST) as appliance:
            until(appliance, is_degraded)
            assert "the disk is full" in reasons(appliance)
            full.free()
            until(appliance, is_well)
            assert appliance.stop() == 0
        assert journal_of(data)[0].id.endswith("-1")


def test_eight_mib_for_all_of_it_are_enough(tmp_path: Path):
    with disk(tmp_path / "disk", 8 * MIB) as small:
        with running(small.path, *FAST, "--history-size-mib", "4") as appliance:
            newest = until(appliance, written(400))
        assert newest["server"]["history"]["lost_samples_total"] == 0
        assert newest["server"]["health"] == "healthy"
        assert newest["server"]["history"]["size_bytes"] < 8 * MIB


def test_it_starts_on_a_disk_that_is_read_only_and_goes_on_when_it_is_not(tmp_path: Path):
    with disk(tmp_path / "disk", 8 * MIB) as broken:
        data = broken.path / "data"
        with running(data, *FAST) as appliance:
            until(appliance, written(5))
            assert appliance.stop() == 0
        before = [row.id for row in journal_of(data)]
        broken.make_read_only(True)
        with running(data, *FAST) as appliance:
            until(appliance, is_degraded)
            assert "the file system is read-only" in reasons(appliance)
            # What is there can be read.
            with Stream(appliance, Last_Event_ID=before[1]) as stream:
                assert [event.id for event in stream.samples(len(before))][: len(before) - 2] == before[2:]
            broken.make_read_only(False)
            newest = until(appliance, is_well)
            assert newest["server"]["history"]["lost_samples_total"] == 0
            assert appliance.stop() == 0
        epoch = newest["id"].partition("-")[0]
        assert sequences(journal_of(data), epoch)[0] == 1


def test_it_starts_where_it_may_not_write_and_goes_on_when_it_may(tmp_path: Path):
    data = tmp_path / "data"
    data.mkdir(mode=0o500)
    with running(data, *FAST, prefix=without_override()) as appliance:
        until(appliance, is_degraded)
        assert "it may not be written" in reasons(appliance)
        assert str(tmp_path) not in reasons(appliance)
        data.chmod(0o700)
        until(appliance, is_well)
        assert appliance.stop() == 0
    assert journal_of(data)[0].id.endswith("-1")


def test_a_disk_that_cannot_sync_degrades_it_and_loses_nothing(tmp_path: Path):
    with running(tmp_path, *FAST) as appliance:
        until(appliance, written(5))
        with failing_calls(appliance.process.pid, "fsync,fdatasync", "EIO"):
            until(appliance, is_degraded)
            assert "history/journal.db: the disk fails (Input/output error)" in reasons(appliance)
        newest = until(appliance, is_well)
        assert newest["server"]["history"]["lost_samples_total"] == 0
        epoch = newest["id"].partition("-")[0]
        assert appliance.stop() == 0
    numbers = sequences(journal_of(tmp_path), epoch)
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("error", ["EIO", "EROFS", "ENOSPC"])
def test_a_disk_that_takes_no_writes_degrades_it_and_loses_nothing(tmp_path: Path, error: str):
    with running(tmp_path, *FAST) as appliance:
        until(appliance, written(5))
        with failing_calls(appliance.process.pid, "pwrite64", error):
            until(appliance, is_degraded)
            words = {"EIO": "the disk fails", "EROFS": "the file system is read-only", "ENOSPC": "the disk is full"}
            assert words[error] in reasons(appliance)
        newest = until(appliance, is_well)
        epoch = newest["id"].partition("-")[0]
        assert appliance.stop() == 0
    numbers = sequences(journal_of(tmp_path), epoch)
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("point", ["posix/io/rw/pwrite", "posix/io/sync/*"])
def test_a_disk_that_fails_by_chance_loses_nothing(tmp_path: Path, point: str):
    data, chance = tmp_path / "data", Chance(tmp_path)
    with running(data, *FAST, prefix=chance.prefix) as appliance:
        until(appliance, written(5))
        with chance.failing(appliance.process.pid, point, 0.3, errno.EIO):
            until(appliance, is_degraded)
            assert "the disk fails (Input/output error)" in reasons(appliance)
        newest = until(appliance, is_well)
        assert newest["server"]["history"]["lost_samples_total"] == 0
        epoch = newest["id"].partition("-")[0]
        assert appliance.stop() == 0
    numbers = sequences(journal_of(data), epoch)
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_disk_that_cannot_be_read_is_told_to_who_asks_and_costs_nothing(tmp_path: Path):
    with running(tmp_path, *FAST) as appliance:
        until(appliance, written(20))
        assert appliance.stop() == 0
    before = journal_of(tmp_path)
    old = before[10]
    moment = f"/api/v1/sample?at={datetime.fromtimestamp(old.time_ms / 1000, UTC):%Y-%m-%dT%H:%M:%S.%fZ}"
    with running(tmp_path, *FAST) as appliance:
        until(appliance, written(5))
        assert appliance.get(moment).json["sample"]["id"] == old.id

        def asked_until(wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
            ends_at = time.monotonic() + TIMEOUT_SECONDS
            while not wanted(answer := appliance.get(moment).json):
                assert time.monotonic() < ends_at, answer
            return answer

        with ThreadPoolExecutor(1) as asking:
            failed = asking.submit(asked_until, lambda answer: answer["sample"] is None)
            with failing_calls(appliance.process.pid, "pread64", "EIO"):
                (missing,) = failed.result()["unavailable"]
                # SQLite tells a read that fails as damage: of SQLITE_IOERR_CORRUPTFS it makes SQLITE_CORRUPT.
                assert missing["reason"].startswith("the history: history/journal.db: ")
                # The feed and the page need no disk.
                assert appliance.get("/metrics/json").status == 200
        assert asked_until(lambda answer: answer["sample"] is not None)["sample"]["id"] == old.id
        newest = until(appliance, is_well)
        assert newest["server"]["history"]["lost_samples_total"] == 0
        epoch = newest["id"].partition("-")[0]
        assert appliance.stop() == 0
    after = journal_of(tmp_path)
    assert after[: len(before)] == before
    numbers = sequences(after, epoch)
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("left", [0.0, 0.3, 0.7, 0.99])
def test_a_truncated_wal_costs_what_was_in_it(tmp_path: Path, left: float):
    with running(tmp_path, *FAST) as appliance:
        until(appliance, written(20))
        appliance.stop(signal.SIGKILL)
    before = [row.id for row in journal_of(tmp_path)]
    wal = tmp_path / "history" / "journal.db-wal"
    os.truncate(wal, int(left * wal.stat().st_size))
    with running(tmp_path, *FAST) as appliance:
        until(appliance, written(5))
        assert appliance.stop() == 0
    after = [row.id for row in journal_of(tmp_path)]
    epoch = before[0].partition("-")[0]
    kept = [id for id in after if id.startswith(f"{epoch}-")]
    assert kept == before[: len(kept)]
    assert len(after) >= len(kept) + 5


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path):
    journal = tmp_path / "history" / "journal.db"
    with running(tmp_path, *FAST) as appliance:
        until(appliance, written(5))
        assert appliance.stop() == 0
    set_version(journal, 99)
    before = journal.read_bytes()
    with running(tmp_path, *FAST) as appliance:
        until(appliance, is_degraded)
        assert "history/journal.db: it was written by a newer version (version 99)" in reasons(appliance)
        assert journal.read_bytes() == before
        set_version(journal, 1)
        newest = until(appliance, is_well)
        assert newest["server"]["history"]["lost_samples_total"] == 0
        assert appliance.stop() == 0


def test_a_damaged_journal_is_set_aside_and_told(tmp_path: Path):
    journal = tmp_path / "history" / "journal.db"
    with running(tmp_path, *FAST) as appliance:
        until(appliance, written(5))
        assert appliance.stop() == 0
    content = bytearray(journal.read_bytes())
    content[20:40] = b"\xff" * 20
    journal.write_bytes(content)
    with running(tmp_path, *FAST) as appliance:
        until(appliance, written(5))
        until(appliance, is_degraded)
        (aside,) = journal.parent.glob("journal.db.damaged-*Z")
        assert f"history/journal.db was damaged, and is kept as {aside.name}" in reasons(appliance)
        assert aside.read_bytes() == bytes(content)
        assert appliance.stop() == 0
    assert len(journal_of(tmp_path)) >= 5


@pytest.mark.parametrize("hours", [-1, 1])
def test_a_clock_that_jumps_costs_nothing(tmp_path: Path, hours: int):
    clock = Clock(tmp_path / "clock")
    data = tmp_path / "data"
    with running(data, *FAST, **clock.environment) as appliance:
        until(appliance, written(10))
        clock.shift(hours * HOUR_SECONDS)
        jumped = until(appliance, lambda sample: abs(age_seconds(sample)) > HOUR_SECONDS - 60)
        newest = until(appliance, written(jumped["server"]["history"]["written_samples_total"] + 10))
        assert newest["server"]["health"] == "healthy"
        epoch = newest["id"].partition("-")[0]
        assert appliance.stop() == 0
    rows = journal_of(data)
    numbers = sequences(rows, epoch)
    assert numbers == list(range(1, len(numbers) + 1))
    assert max(abs(after.time_ms - before.time_ms) for before, after in pairwise(rows)) > 3_590_000
    assert {loss.reason for loss in losses_of(data)} - {"missed-ticks"} == {"clock-set"}


def test_two_processes_never_write_the_same_history(tmp_path: Path):
    with running(tmp_path, *FAST) as appliance:
        until(appliance, written(2))
        second = spawn("serve", "--port", "0", "--data", str(tmp_path))
        _, errors = second.communicate(timeout=TIMEOUT_SECONDS)
        assert second.returncode == 3
        assert "in use" in errors
        assert appliance.stop() == 0
