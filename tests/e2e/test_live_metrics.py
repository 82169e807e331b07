"""What the product is for, on this machine, by the real process: live metrics over every way that leads out."""

import threading
import time
from datetime import UTC, datetime

import psutil

from tests.support.process import Appliance
from tests.support.reasons import covers
from tests.support.stream import Stream, messages
from zeropoint.model import Sample


def test_the_sample_has_every_key_of_the_contract(appliance: Appliance):
    taken = appliance.get("/metrics/json").json
    assert set(taken) == set(Sample.__struct_fields__)
    assert set(taken["system"]) == {"cpu", "memory", "disk", "network", "host", "gpus", "sensors"}
    assert {"tinygrad", "petals", "wondercraft"} <= set(taken["ai"]["components"])
    assert {"clients", "queue_size", "dropped_total", "uptime_seconds", "health", "collectors"} <= set(taken["server"])


def test_the_numbers_are_this_machines(appliance: Appliance):
    with Stream(appliance) as stream:
        taken = stream.samples(3)[-1].json
    system = taken["system"]
    assert system["cpu"]["count_logical"] == psutil.cpu_count()
    assert system["memory"]["total_bytes"] == psutil.virtual_memory().total
    assert system["disk"]["total_bytes"] == psutil.disk_usage("/").total
    assert abs(system["host"]["uptime_seconds"] - (time.time() - psutil.boot_time())) < 5
    assert system["network"]["bytes_sent_total"] is not None
    assert 0 <= system["cpu"]["usage_percent"] <= 100
    assert len(system["cpu"]["per_core_percent"]) == psutil.cpu_count()
    assert system["host"]["process_count"] > 1
    age = datetime.now(UTC) - datetime.fromisoformat(taken["timestamp"])
    assert abs(age.total_seconds()) < 60


def test_a_busy_core_shows(appliance: Appliance):
    """Burns CPU in this process until the feed shows it: an event, no duration."""
    done = threading.Event()
    burner = threading.Thread(target=lambda: [None for _ in iter(done.is_set, True)], daemon=True)
    with Stream(appliance) as stream:
        quiet = stream.samples(3)[-1].json["system"]["cpu"]["times_seconds"]["user_seconds_total"]
        burner.start()
        try:
            stream.until(
                lambda seen: (
                    messages(seen)[-1].json["system"]["cpu"]["times_seconds"]["user_seconds_total"] > quiet + 0.5
                )
            )
        finally:
            done.set()


def test_every_null_has_a_reason(appliance: Appliance):
    with Stream(appliance) as stream:
        taken = stream.samples(4)
    for one in taken:
        rows = {row["path"]: row["reason"] for row in one.json["unavailable"]}
        assert all(rows.values())
        for path in nulls({key: one.json[key] for key in ("system", "ai", "ledger", "server")}):
            assert path.endswith((".reason", ".since")) or any(covers(row, path) for row in rows), (
                f"{path} is null without a reason"
            )


def nulls(value: object, path: str = "") -> list[str]:
    if value is None:
        return [path]
    if isinstance(value, dict):
        below = [nulls(item, f"{path}.{name}" if path else name) for name, item in value.items()]
    elif isinstance(value, list):
        below = [nulls(item, f"{path}[{index}]") for index, item in enumerate(value)]
    else:
        return []
    return [one for part in below for one in part]


def test_no_probe_leaves_a_null_unexplained(appliance: Appliance):
    rows = appliance.get("/metrics/json").json["unavailable"]
    assert [row for row in rows if "gives no reason" in row["reason"]] == []


def test_all_collectors_work_or_are_absent(appliance: Appliance):
    with Stream(appliance) as stream:
        collectors = stream.samples(12)[-1].json["server"]["collectors"]
    assert {name: one for name, one in collectors.items() if one["status"] not in ("ok", "absent")} == {}
    assert all(one["duration_seconds"] >= 0 and one["age_seconds"] is not None for one in collectors.values())


def test_two_subscribers_and_a_poller_each_get_every_sample(appliance: Appliance):
    """The system that this one began from gave each sample to one of its readers only."""
    start = appliance.get("/metrics/json").json["id"]
    polled: list[dict] = []
    with Stream(appliance, Last_Event_ID=start) as one, Stream(appliance, Last_Event_ID=start) as other:
        while len(polled) < 15:
            answer = appliance.get(f"/metrics/json?since={polled[-1]['id'] if polled else start}&wait=20").json
            assert answer["gap"] is None
            polled += answer["samples"]
        streamed = [[event.json for event in stream.samples(15)[:15]] for stream in (one, other)]
    assert streamed[0] == streamed[1] == polled[:15]
    sequences = [int(sample["id"].split("-")[1]) for sample in polled]
    assert sequences == list(range(sequences[0], sequences[0] + len(polled)))
    assert sequences[0] == int(start.split("-")[1]) + 1
