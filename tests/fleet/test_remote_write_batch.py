import math
from datetime import UTC, datetime, timedelta

import msgspec
from msgspec import structs

from tests.support.receiver import decoded
from tests.support.samples import sample
from zeropoint.fleet.remote_write_batch import MOST_POINTS, Batch, Encoder
from zeropoint.fleet.remote_write_request import STALE
from zeropoint.fleet.remote_write_source import Row
from zeropoint.model import Ai, BlockDevice, Component, Cpu, Disk, Host, Sample, System
from zeropoint.server.exposition import families

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
NOON_MS = round(NOON.timestamp() * 1000)


def taken(sequence: int, second: float, *devices: str) -> Sample:
    disk = Disk(devices=[BlockDevice(name=name, busy_percent=50.0, reads_total=7) for name in devices])
    moment = (NOON + timedelta(seconds=second)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    system = System(disk=disk, cpu=Cpu(per_core_percent=[1.0, None, 3.25]), host=Host(name="box"))
    ai = Ai(components={"petals": Component(status="idle")})
    return structs.replace(sample(sequence), timestamp=moment, system=system, ai=ai)


def rows(*samples: Sample) -> list[Row]:
    return [Row(one.id, msgspec.json.encode(one), 0) for one in samples]


def points(batch: Batch) -> dict[tuple[tuple[str, str], ...], dict[int, float | None]]:
    """The values of each series by time; None is its end."""
    found: dict[tuple[tuple[str, str], ...], dict[int, float | None]] = {}
    for body in batch.bodies:
        for labels, samples in decoded(body):
            assert [at for at, _, _ in samples] == sorted({at for at, _, _ in samples})
            assert labels not in found
            found[labels] = {at: None if raw == STALE else value for at, value, raw in samples}
    return found


def named(found: dict, name: str, **labels: str) -> dict[int, float | None]:
    (one,) = [
        times
        for series, times in found.items()
        if dict(series)["__name__"] == name and labels.items() <= dict(series).items()
    ]
    return one


def encoder(**labels: str) -> Encoder:
    return Encoder({}, labels)


def test_series_and_values_are_those_of_the_exposition():
    one = taken(1, 0, "sda", "sdb")
    batch = encoder(job="zeropoint").batch(rows(one), None)
    added = {"job": "zeropoint", "instance": "box", "host": "box"}
    exposed = {
        tuple(sorted({**point.labels, **added, "__name__": point.name}.items())): {NOON_MS: point.value}
        for family in families(one)
        for point in family.samples
        if point.name != "zeropoint_build_info"  # it is of the process, not of the sample
    }
    assert points(batch) == exposed
    assert len(exposed) == 13


def test_labels_that_are_set_stand_in_place_of_the_hosts_name_and_an_empty_one_is_left_out():
    (labels, *_) = points(encoder(instance="lab-1", host="", site="lab").batch(rows(taken(1, 0)), None))
    assert {"instance": "lab-1", "site": "lab"}.items() <= dict(labels).items()
    assert "host" not in dict(labels)


def test_series_of_a_machine_of_a_fleet_bear_its_id_there_unless_that_is_left_out():
    told = {}
    for name, given in (("kept", {}), ("left out", {"host_id": ""})):
        one = encoder(**given)
        one.host_id = "0" * 32
        (labels, *_) = points(one.batch(rows(taken(1, 0)), None))
        told[name] = dict(labels).get("host_id")
    assert told == {"kept": "0" * 32, "left out": None}


def test_a_series_that_is_gone_ends_with_the_sample_that_has_it_no_more():
    batch = encoder().batch(rows(taken(1, 0, "sda", "sdb"), taken(2, 1, "sda")), None)
    busy = "zeropoint_system_disk_devices_busy_ratio"
    assert named(points(batch), busy, system_device="sda") == {NOON_MS: 0.5, NOON_MS + 1000: 0.5}
    assert named(points(batch), busy, system_device="sdb") == {NOON_MS: 0.5, NOON_MS + 1000: None}


def test_what_a_batch_left_open_ends_in_the_next_one_also_after_a_restart():
    first = encoder().batch(rows(taken(1, 0, "sda")), None)
    following = rows(taken(2, 1))
    again = encoder()
    restarted = again.batch(following, again.moment_of(rows(taken(1, 0, "sda"))[0].payload))
    for batch in (encoder().batch(following, first.moment), restarted):
        found = named(points(batch), "zeropoint_system_disk_devices_busy_ratio")
        assert found == {NOON_MS + 1000: None}


def test_over_a_silence_all_series_end_where_it_began():
    batch = encoder().batch(rows(taken(1, 0, "sda"), taken(2, 60, "sda")), None)
    found = named(points(batch), "zeropoint_system_disk_devices_busy_ratio")
    assert found == {NOON_MS: 0.5, NOON_MS + 1000: None, NOON_MS + 60_000: 0.5}
    short = encoder().batch(rows(taken(1, 0, "sda"), taken(2, 5, "sda")), None)
    assert None not in named(points(short), "zeropoint_system_disk_devices_busy_ratio").values()


def test_a_clock_that_was_set_back_ends_nothing_before_its_time():
    batch = encoder().batch(rows(taken(1, 60, "sda"), taken(2, 0)), None)
    times = [at for body in batch.bodies for _, samples in decoded(body) for at, _, raw in samples if raw == STALE]
    assert times == []


def test_of_two_rows_with_one_key_the_first_stands():
    one = taken(1, 0, "sda")
    devices = [BlockDevice(name="sda", busy_percent=50.0), BlockDevice(name="sda", busy_percent=60.0)]
    twice = structs.replace(one, system=structs.replace(one.system, disk=Disk(devices=devices)))
    found = named(points(encoder().batch(rows(twice), None)), "zeropoint_system_disk_devices_busy_ratio")
    assert found == {NOON_MS: 0.5}


def test_a_row_that_is_no_sample_costs_itself_only():
    first, second = rows(taken(1, 0), taken(2, 1))
    broken = [Row("e1-8", payload, None) for payload in (b"", b"{}", first.payload[:-9], b'{"id": 7}')]
    batch = encoder().batch([first, *broken, second], None)
    assert (batch.count, batch.unreadable, batch.lost, batch.id) == (6, 4, None, "e1-2")
    assert named(points(batch), "zeropoint_server_clients") == {NOON_MS: 1.0, NOON_MS + 1000: 2.0}


def test_what_stood_in_holes_is_counted():
    first, second = rows(taken(1, 0), taken(5, 4))
    holes = [structs.replace(first, lost=2), structs.replace(second, lost=3)]
    assert encoder().batch(holes, None).lost == 5


def test_a_batch_is_bounded_and_a_large_sample_goes_alone():
    names = [f"d{number}" for number in range(MOST_POINTS // 4)]
    large = rows(*(taken(sequence, sequence, *names) for sequence in (1, 2, 3, 4)))
    batch = encoder().batch(large, None)
    assert (batch.count, batch.id) == (2, "e1-2")  # the bound is reached with the second
    assert all(math.isfinite(value or 0) for times in points(batch).values() for value in times.values())


def test_series_that_come_and_go_leave_no_memory_behind():
    one = encoder()
    for turn in range(12):
        names = [f"d{turn}-{number}" for number in range(1000)]
        one.batch(rows(taken(turn + 1, turn, *names)), None)
    assert len(one._encoded) <= 25_000
