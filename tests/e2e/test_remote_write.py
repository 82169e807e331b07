"""Remote write of the real process into real stores, over their ends and its own."""

import json
import signal
import time
from bisect import bisect
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import msgspec
import pytest

from tests.support.process import TIMEOUT_SECONDS, Appliance, running
from tests.support.stores import Points, Prometheus, Series, Store, VictoriaMetrics, started
from tests.support.stream import Stream
from zeropoint.fleet.remote_write_post import HEADERS
from zeropoint.fleet.remote_write_request import around_value, encode_labels, pack_double, requests
from zeropoint.history.decode import SampleDecoder
from zeropoint.history.journal_reader import JournalReader, Stored
from zeropoint.model import Sample
from zeropoint.sampler import Sampler
from zeropoint.server.exposition import families
from zeropoint.settings import Settings

pytestmark = pytest.mark.system

LABELS = ("--remote-write-labels", "instance=test", "--remote-write-labels", "host=")
FAST = ("--interval", "0.2", *LABELS)
ALL_OF_TIME = (-(1 << 50), 1 << 50)


@pytest.fixture(params=[Prometheus, VictoriaMetrics], ids=["prometheus", "victoria-metrics"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with started(request.param, tmp_path / "store") as one:
        yield one


def journal_of(data: Path) -> list[Stored]:
    reader = JournalReader(data / "history")
    try:
        return list(reader.between(*ALL_OF_TIME))
    finally:
        reader.close()


def time_ms(sample: Sample) -> int:
    return round(datetime.fromisoformat(sample.timestamp).timestamp() * 1000)


def exposed(rows: list[Stored]) -> Points:
    """What a store is to hold of these samples: all that the exposition tells of each, by series and time."""
    ai = Sampler(Settings(), "e1", lambda sample, missed: None).ai
    decoder = SampleDecoder({probe.name: probe.report for probe in ai})  # type: ignore[misc]
    found: Points = {}
    for row in rows:
        sample = decoder.decode(row.payload)
        for family in families(sample):
            for point in family.samples:
                if point.name != "zeropoint_build_info":
                    labels = {**point.labels, "__name__": point.name, "job": "zeropoint", "instance": "test"}
                    series = tuple(sorted((name, text) for name, text in labels.items() if text))
                    found.setdefault(series, {}).setdefault(time_ms(sample), point.value)
    return found


def until(wanted: Callable[[], bool], otherwise: Callable[[], object]) -> None:
    ends_at = time.monotonic() + TIMEOUT_SECONDS
    while not wanted():
        assert time.monotonic() < ends_at, otherwise()
        time.sleep(0.2)


def is_between_epochs(at: int, rows: list[Stored]) -> bool:
    after = bisect([row.time_ms for row in rows], at)
    return rows[after - 1].id.partition("-")[0] != rows[after].id.partition("-")[0]


def assert_stored(store: Store, rows: list[Stored], *, killed: bool = False) -> None:
    """Each value of each sample is there once, and no other one is, but for those that were sent and not durable yet
    when the appliance was `killed`. What a store takes becomes visible little by little, and is waited for.
    VictoriaMetrics makes a decimal of each value that is right to 1e-12 of it (conversionPrecision in its lib/decimal),
    and keeps some 15 digits of the largest value of a series."""
    first, last = rows[0].time_ms, rows[-1].time_ms
    assert len(rows) == len({row.id for row in rows})
    wanted, found = exposed(rows), store.points()

    def missing() -> list[tuple[Series, set[int]]]:
        found.clear()
        found.update(store.points())
        absent = ((series, set(times) - set(found.get(series, {}))) for series, times in wanted.items())
        return [(series, times) for series, times in absent if times]

    until(lambda: not missing(), lambda: missing()[:3])
    kept = {
        series: {at: value for at, value in times.items() if first <= at <= last} for series, times in found.items()
    }
    for series, times in kept.items():
        more = times.keys() - wanted.get(series, {}).keys()
        assert not more or (killed and all(is_between_epochs(at, rows) for at in more)), series
    for series, times in wanted.items():
        digits = 1e-15 * max(map(abs, times.values()))
        assert {at: kept[series][at] for at in times} == pytest.approx(times, rel=1e-12, abs=digits), series


def report(appliance: Appliance) -> dict[str, Any]:
    found: dict[str, Any] = appliance.get("/metrics/json").json["server"]["remote_write"]
    return found


def sent(appliance: Appliance) -> int:
    count: int = report(appliance)["sent_samples_total"]
    return count


def reasons(appliance: Appliance) -> str:
    return "\n".join(appliance.get("/health").json["reasons"])


def test_a_store_has_each_value_of_each_sample_as_the_exposition_names_it(store: Store, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data, "--remote-write", store.url, *FAST) as appliance:
        with Stream(appliance) as stream:
            stream.samples(12)
        until(lambda: sent(appliance) >= 10, lambda: reasons(appliance))
        told = report(appliance)
        assert (told["dropped_samples_total"], told["failed_requests_total"]) == (0, 0)
        assert told["sent_bytes_total"] > 0 and told["lag_seconds"] >= 0 and told["request_seconds"] > 0
        assert appliance.stop() == 0
    rows = journal_of(data)
    assert len(rows) >= 12
    assert_stored(store, rows)  # what waited was sent at the end


def test_a_store_that_was_away_gets_all_that_it_missed_once_and_in_order(store: Store, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data, "--remote-write", store.url, *FAST) as appliance, Stream(appliance) as stream:
        until(lambda: sent(appliance) > 0, lambda: reasons(appliance))
        # VictoriaMetrics keeps the newest seconds in memory alone, and loses them when it is killed.
        store.stop(signal.SIGKILL if isinstance(store, Prometheus) else signal.SIGTERM)
        until(lambda: "remote write to 127.0.0.1" in reasons(appliance), lambda: "it is not told")
        assert "cannot be reached" in reasons(appliance)
        assert appliance.get("/health").json["status"] == "degraded"
        stream.samples(len(stream.events) + 5)
        # It tries again meanwhile.
        until(lambda: report(appliance)["failed_requests_total"] >= 2, lambda: reasons(appliance))
        store.start()
        until(lambda: not reasons(appliance), lambda: reasons(appliance))
        assert report(appliance)["dropped_samples_total"] == 0
        rows = journal_of(data)
        assert_stored(store, rows)


def test_an_appliance_that_was_killed_goes_on_where_it_was(store: Store, tmp_path: Path) -> None:
    data = tmp_path / "data"
    for _ in range(3):
        with running(data, "--remote-write", store.url, *FAST) as appliance:
            until(lambda one=appliance: sent(one) > 0, lambda: "nothing is sent")  # type: ignore[misc]
            with Stream(appliance) as stream:
                stream.samples(4)  # some of which wait
            appliance.stop(signal.SIGKILL)
    with running(data, "--remote-write", store.url, *FAST) as appliance:
        until(lambda: sent(appliance) > 0, lambda: reasons(appliance))
        rows = journal_of(data)
        assert_stored(store, rows, killed=True)
        assert report(appliance)["dropped_samples_total"] == 0
    assert len({row.id.partition("-")[0] for row in rows}) == 4


def test_what_was_taken_while_nothing_was_sent_follows_after_a_restart(store: Store, tmp_path: Path) -> None:
    data = tmp_path / "data"
    with running(data, "--remote-write", store.url, *FAST) as appliance:
        until(lambda: sent(appliance) > 0, lambda: reasons(appliance))
        store.stop()
        with Stream(appliance) as stream:
            stream.samples(40)
        assert appliance.stop() == 0
    store.start()
    with running(data, "--remote-write", store.url, *FAST) as appliance:
        with Stream(appliance) as stream:
            stream.samples(2)
        rows = journal_of(data)
        assert_stored(store, rows)
        assert report(appliance)["dropped_samples_total"] == 0


def test_without_a_history_what_memory_holds_is_written(tmp_path: Path) -> None:
    with started(Prometheus, tmp_path / "store") as store:
        arguments = ("--history", "false", "--remote-write", store.url, *FAST)
        with running(tmp_path / "data", *arguments) as appliance:
            with Stream(appliance) as stream:
                first = stream.samples(1)[0]
            until(lambda: sent(appliance) > 0, lambda: reasons(appliance))
            store.stop()
            until(lambda: "cannot be reached" in reasons(appliance), lambda: "it is not told")
            store.start()
            until(lambda: not reasons(appliance), lambda: reasons(appliance))
            # Memory holds all of them still.
            last = appliance.get("/metrics/json").json["id"]
            with Stream(appliance, Last_Event_ID=first.id or "") as stream:
                seen = stream.until(lambda events: last in {one.id for one in events})
            payloads = [first.data, *(one.data for one in seen if one.type == "message")]
            until(lambda: sent(appliance) >= len(payloads), lambda: reasons(appliance))
        rows = [
            Stored(one["id"], round(datetime.fromisoformat(one["timestamp"]).timestamp() * 1000), 0, 0, text.encode())
            for text in payloads
            for one in [json.loads(text)]
        ]
        assert_stored(store, rows)
        assert not list((tmp_path / "data").glob("history/*"))


def test_samples_that_the_store_cannot_take_any_more_are_dropped_counted_and_told(tmp_path: Path) -> None:
    with started(Prometheus, tmp_path / "store") as store:
        # The store has a later value of one of the series already, as after a clock that was set back.
        labels = {"__name__": "zeropoint_server_clients", "job": "zeropoint", "instance": "test"}
        head, tail = around_value(round(time.time() * 1000) + 3_600_000)
        (body,) = requests({encode_labels(labels): [head + pack_double(1.0) + tail]})
        urlopen(Request(f"{store.url}/api/v1/write", body, HEADERS), timeout=TIMEOUT_SECONDS).close()  # noqa: S310 - loopback
        with running(tmp_path / "data", "--remote-write", store.url, *FAST) as appliance:
            until(lambda: report(appliance)["dropped_samples_total"] >= 5, lambda: reasons(appliance))
            assert "samples are not written: HTTP 400: out of order" in reasons(appliance)
            assert appliance.get("/health").json["status"] == "degraded"
            assert report(appliance)["sent_samples_total"] == 0


def test_the_same_samples_again_change_nothing_in_prometheus(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with started(Prometheus, tmp_path / "store") as store:
        for _ in range(2):
            with running(data, "--remote-write", store.url, *FAST) as appliance:
                until(lambda one=appliance: sent(one) > 0, lambda: "nothing is sent")  # type: ignore[misc]
                assert reasons(appliance) == ""
                appliance.stop()
            # As if it had been ended before it could note how far it had got.
            (position,) = (data / "remote-write").glob("*.json")
            position.write_bytes(msgspec.json.encode({"id": journal_of(data)[-40:][0].id}))
        with running(data, "--remote-write", store.url, *FAST) as appliance:
            rows = journal_of(data)
            assert_stored(store, rows)
            until(lambda: sent(appliance) > 0, lambda: reasons(appliance))
            assert (report(appliance)["dropped_samples_total"], reasons(appliance)) == (0, "")
