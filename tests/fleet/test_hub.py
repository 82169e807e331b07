"""Real hubs, machines and a real nats-server: one feed for all of them, whatever is ended by force."""

import asyncio
import errno
import json
import os
import shlex
import signal
import stat
from datetime import datetime
from pathlib import Path

import msgspec
import nats
import pytest

from tests.e2e.test_remote_write import assert_stored, journal_of
from tests.fleet.fleet import FAST, bus, hosts, hub, into, machine, messages, numbers, published, wait_for
from tests.support.faults import Clock
from tests.support.process import TIMEOUT_SECONDS, Appliance, running, spawn
from tests.support.samples import sample
from tests.support.stores import VictoriaMetrics, started
from tests.support.stream import Stream
from tests.support.stream import messages as samples_in
from tests.support.tokens import bearer, made
from zeropoint.fleet.identity import Machine
from zeropoint.fleet.names import NEWEST, STREAM, samples_of
from zeropoint.fleet.outgoing import with_machine
from zeropoint.fleet.stream import Limits, ensure_stream, limit_stream


def live(of: Appliance, *names: str) -> bool:
    known = hosts(of)
    return all(name in known and known[name]["status"] == "live" for name in names)


def test_all_machines_are_in_one_stream_by_places_and_each_can_be_had_alone(tmp_path: Path):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left"),
        machine(tmp_path / "b", server.url, "right"),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        wait_for(lambda: live(one, "left", "right"))
        with Stream(one) as stream:
            seen = stream.samples(12)
        with Stream(one, "?host=left&sections=system.cpu") as stream:
            alone = stream.samples(4)
            hello = next(event for event in stream.events if event.type == "hello").json
        newest = one.get("/metrics/json?host=right").json
        answer = one.get(f"/metrics/json?since={seen[0].id}").json
    places = numbers([event.id for event in seen])
    assert places == list(range(places[0], places[0] + len(seen)))
    assert {event.json["host"]["name"] for event in seen} == {"left", "right"}
    assert {event.json["host"]["name"] for event in alone} == {"left"}
    assert set(alone[0].json["system"]) == {"cpu"}
    assert hello["epoch"] == "js"
    assert newest["host"]["name"] == "right"
    again = {event.json["id"] for event in seen[1:]}
    assert again <= {sample["id"] for sample in answer["samples"]}
    assert answer["gap"] is None


def test_machines_are_listed_with_what_they_do_and_told_when_they_go_silent(tmp_path: Path):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left") as left,
        machine(tmp_path / "b", server.url, "right"),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        wait_for(lambda: live(one, "left", "right"))
        row = hosts(one)["left"]
        assert row["id"] == (tmp_path / "a" / "host-id").read_text().strip()
        assert row["versions"] == {"zeropoint": one.first_line.split()[1], "contract": 1}
        assert 0 <= row["now"]["cpu_percent"] <= 100
        assert row["now"]["health"] in ("healthy", "degraded")
        with Stream(one) as stream:
            stream.samples(1)
            left.stop(signal.SIGKILL)
            told = stream.until(lambda seen: any(event.type == "machine" for event in seen))
        change = next(event for event in told if event.type == "machine").json
        known = hosts(one)
        history = one.get("/api/v1/history?host=left&metric=system.cpu.usage_percent").json
        runs = one.get("/api/v1/runs?host=left").json
        verdicts = one.get("/api/v1/verdicts?host=left")
    assert (change["name"], change["status"]) == ("left", "silent")
    assert (known["left"]["status"], known["right"]["status"]) == ("silent", "live")
    assert "nothing has come from it" in known["left"]["reason"]
    (missing,) = history["unavailable"]
    assert (history["series"], missing["path"]) == ({}, "system.cpu.usage_percent")
    assert missing["reason"].startswith("left is not connected to the bus")
    assert (runs["runs"], runs["unavailable"][0]["path"]) == ([], "runs")
    assert (verdicts.status, verdicts.json["error"]["code"]) == (503, "no-answer")


def test_a_machine_answers_for_itself_over_the_bus(tmp_path: Path):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left") as left,
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        wait_for(lambda: live(one, "left"))
        wait_for(lambda: len(left.get("/api/v1/history?metric=system.cpu.usage_percent").json["timestamps"]) > 3)
        query = "metric=system.cpu.usage_percent&from=2026-01-01T00:00:00Z&to=2100-01-01T00:00:00Z&points=50"
        direct, asked = left.get(f"/api/v1/history?{query}").json, one.get(f"/api/v1/history?host=left&{query}").json
        assert set(asked["series"]) == set(direct["series"]) == {"system.cpu.usage_percent"}
        assert asked["timestamps"][:2] == direct["timestamps"][:2]
        for path in ("metrics", "runs", "verdicts", "correlations?points=3"):
            asked, direct = one.get(f"/api/v1/{with_host(path)}"), left.get(f"/api/v1/{path}")
            assert (asked.status, set(asked.json)) == (direct.status, set(direct.json))
        wrong = one.get("/api/v1/history?host=left&metric=a&points=1")
        assert (wrong.status, wrong.json["error"]["code"]) == (400, "bad-parameter")


def with_host(path: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}host=left"


def test_requests_that_name_no_machine_that_is_there_are_told_so(tmp_path: Path):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "twin"),
        machine(tmp_path / "b", server.url, "twin"),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        wait_for(lambda: len(one.get("/api/v1/hosts").json["hosts"]) == 2)
        ids = sorted(row["id"] for row in one.get("/api/v1/hosts").json["hosts"])
        unknown, twins = one.get("/metrics/sse?host=nobody"), one.get("/metrics/json?host=twin")
        by_id = one.get(f"/metrics/json?host={ids[0]}").json
        no_host, doubled = one.get("/api/v1/runs"), one.get("/metrics/json?host=a&host=b")
    assert (unknown.status, unknown.json["error"]["code"]) == (404, "unknown-host")
    assert (twins.status, twins.json["error"]["detail"]) == (409, {"ids": ids})
    assert by_id["host"]["id"] == ids[0]
    assert (no_host.status, doubled.status) == (400, 400)


def test_a_client_goes_on_at_another_hub_by_the_place_that_it_was_at(tmp_path: Path):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left"),
        machine(tmp_path / "b", server.url, "right"),
    ):
        with hub(tmp_path / "hub", "--nats", server.url) as one, hub(tmp_path / "other", "--nats", server.url) as other:
            wait_for(lambda: live(one, "left", "right") and live(other, "left", "right"))
            with Stream(one) as stream, Stream(other) as beside:
                before = stream.samples(6)
                same = beside.samples(6)
            one.stop(signal.SIGKILL)
            common = {event.id for event in before} & {event.id for event in same}
            assert {event.id: event.data for event in before if event.id in common} == {
                event.id: event.data for event in same if event.id in common
            }
            with Stream(other, Last_Event_ID=before[-1].id or "") as stream:
                after = stream.samples(8)
        with hub(tmp_path / "hub", "--nats", server.url) as again:
            with Stream(again, Last_Event_ID=before[-1].id or "") as stream:
                later = stream.samples(12)
                gaps = [event for event in stream.events if event.type == "gap"]
            with Stream(again, f"?host=left&last_event_id={before[0].id}") as stream:
                alone = stream.samples(6)
                gaps += [event for event in stream.events if event.type == "gap"]
    first = numbers([before[-1].id])[0]
    assert numbers([event.id for event in after]) == list(range(first + 1, first + 1 + len(after)))
    assert numbers([event.id for event in later]) == list(range(first + 1, first + 1 + len(later)))
    assert [event.data for event in later[: len(after)]] == [event.data for event in after]
    own = [int(event.json["id"].rpartition("-")[2]) for event in alone]
    assert own == list(range(own[0], own[0] + len(own)))
    assert gaps == []


def test_a_bus_that_was_away_leaves_no_hole_in_the_stream_of_a_hub(tmp_path: Path):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left") as left,
        hub(tmp_path / "hub", "--nats", server.url) as one,
        Stream(one) as stream,
    ):
        wait_for(lambda: live(one, "left"))
        stream.samples(3)
        server.kill()
        wait_for(lambda: hosts(one)["left"]["status"] == "unknown")
        unready = wait_for(lambda: (told := one.get("/readyz")).status == 503 and told)
        health = one.get("/health").json
        away = one.get("/metrics/sse"), one.get("/metrics/json?since=js-1")
        assert one.get("/metrics/json").json["host"]["name"] == "left"
        wait_for(lambda: published(left)["waiting_samples"] >= 10)
        server.start()
        wait_for(lambda: published(left)["connections_total"] == 2 and published(left)["waiting_samples"] <= 1)
        wait_for(lambda: live(one, "left") and one.get("/readyz").status == 200)
        total = published(left)["published_samples_total"]
        seen = stream.until(lambda seen: numbers([event.id for event in seen])[-1:] >= [total])
    assert unready.json == {"ok": False}
    assert [(answer.status, answer.json["error"]["code"]) for answer in away] == [(503, "bus-away")] * 2
    assert health["status"] == "unhealthy"
    assert health["reasons"][0].startswith(f"the bus: 127.0.0.1:{server.port}: ")
    taken = samples_in(seen)
    places = numbers([event.id for event in taken])
    assert places == list(range(places[0], places[0] + len(places)))
    own = [int(event.json["id"].rpartition("-")[2]) for event in taken]
    assert own == list(range(own[0], own[0] + len(own)))
    assert not [event for event in seen if event.type == "gap"]


def test_a_bus_that_lost_everything_ends_the_streams_of_its_ids_and_all_goes_on(tmp_path: Path):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left") as left,
        hub(tmp_path / "hub", "--nats", server.url) as one,
        Stream(one) as stream,
    ):
        wait_for(lambda: live(one, "left"))
        before = stream.samples(5)[-1]
        server.kill()
        server.lose_all()
        server.start()
        bye = stream.to_the_end()[-1]
        wait_for(lambda: live(one, "left") and published(left)["waiting_samples"] <= 1)
        with Stream(one, Last_Event_ID="js-1") as again:
            after = again.samples(5)
    assert (bye.type, bye.json) == ("bye", {"reason": "stream-begins-anew"})
    places = numbers([event.id for event in after])
    assert places == list(range(2, 7))
    assert number(after[0].json["id"]) <= number(before.json["id"]) + 20


async def _newest_follows(url: str) -> bool:
    """Whether the stream of the newest samples takes from the other one already: a server begins that on its own time,
    and what the other one has dropped before is gone."""
    client = await nats.connect(url)
    info = await client.jetstream().stream_info(NEWEST)
    await client.close()
    return bool(info.sources) and all((source.active or -1) >= 0 for source in info.sources)


async def _fill(url: str, boxes: int, further: int) -> None:
    """A sample of each of the boxes, and further ones of the last."""
    client = await nats.connect(url)
    stream = client.jetstream(publish_async_max_pending=500)
    await limit_stream(stream, Limits(size_bytes=1024 * 1024))
    for count in range(boxes + further):
        box = Machine(f"{min(count, boxes - 1):032x}", f"box-{min(count, boxes - 1)}")
        payload = with_machine(msgspec.json.encode(sample(count)), box)
        await stream.publish_async(samples_of(box.id), payload, wait_stall=TIMEOUT_SECONDS)
    await stream.publish_async_completed()
    await client.close()


def test_a_hub_that_begins_knows_machines_of_which_the_stream_has_nothing_any_more(tmp_path: Path):
    with bus(tmp_path / "bus") as server:
        with hub(tmp_path / "hub", "--nats", server.url) as one:
            wait_for(lambda: one.get("/readyz").status == 200)
            wait_for(lambda: asyncio.run(_newest_follows(server.url)))
            asyncio.run(_fill(server.url, 3, 4000))
            last = wait_for(lambda: (row := hosts(one).get("box-2")) and row["newest_id"] == "js-4003" and row)
            before = hosts(one)
        held = {message.subject for message in messages(server.url)}
        with hub(tmp_path / "hub", "--nats", server.url) as again:
            after = wait_for(lambda: (rows := hosts(again)) and "box-2" in rows and rows)
            wait_for(lambda: hosts(again)["box-0"]["status"] == "silent")
            exposition = again.get("/metrics?sections=system.cpu").body.decode()
            # What is taken out of a stream that is made anew would wait for the old places.
            server.kill()
            server.lose_all()
            server.start()
            wait_for(lambda: again.get("/readyz").status == 200 and not hosts(again))
    assert held == {samples_of(f"{2:032x}")}
    assert last["versions"] == {"zeropoint": None, "contract": None}
    assert {name: (row["id"], row["newest_id"], row["sample_id"]) for name, row in after.items()} == {
        name: (row["id"], row["newest_id"], row["sample_id"]) for name, row in before.items()
    }
    assert f'zeropoint_hub_machine_up{{host="box-0",host_id="{0:032x}"}} 0.0' in exposition


async def _begin_the_stream_anew(url: str) -> None:
    client = await nats.connect(url)
    stream = client.jetstream()
    await stream.delete_stream(STREAM)
    await ensure_stream(stream)
    await client.close()


def test_the_newest_samples_are_those_of_the_stream_that_is_there(tmp_path: Path):
    with bus(tmp_path / "bus") as server:
        with hub(tmp_path / "hub", "--nats", server.url) as one:
            wait_for(lambda: one.get("/readyz").status == 200)
            asyncio.run(_fill(server.url, 3, 0))
            wait_for(lambda: len(hosts(one)) == 3)
        asyncio.run(_begin_the_stream_anew(server.url))
        with hub(tmp_path / "hub", "--nats", server.url) as again:
            wait_for(lambda: again.get("/readyz").status == 200)
            assert hosts(again) == {}
            asyncio.run(_fill(server.url, 1, 0))
            wait_for(lambda: set(hosts(again)) == {"box-0"})
        with hub(tmp_path / "hub", "--nats", server.url) as third:
            assert wait_for(lambda: hosts(third))["box-0"]["newest_id"] == "js-1"


def number(id: str) -> int:
    return int(id.rpartition("-")[2])


def test_an_hour_between_the_clocks_of_machines_changes_neither_order_nor_liveness(tmp_path: Path):
    clock = Clock(tmp_path / "clock")
    clock.shift(3600)
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "right"),
        machine(tmp_path / "b", server.url, "ahead", **clock.environment),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        wait_for(lambda: live(one, "right", "ahead"))
        with Stream(one) as stream:
            seen = stream.samples(10)
        known = hosts(one)
    times = {event.json["host"]["name"]: datetime.fromisoformat(event.json["timestamp"]) for event in seen}
    assert 3500 < (times["ahead"] - times["right"]).total_seconds() < 3700
    heard = [datetime.fromisoformat(known[name]["last_seen"]) for name in ("right", "ahead")]
    assert abs((heard[0] - heard[1]).total_seconds()) < 60
    places = numbers([event.id for event in seen])
    assert places == list(range(places[0], places[0] + len(seen)))
    for name in ("right", "ahead"):
        own = [number(event.json["id"]) for event in seen if event.json["host"]["name"] == name]
        assert own == list(range(own[0], own[0] + len(own)))


@pytest.mark.system
def test_samples_of_a_clock_that_is_an_hour_behind_are_in_the_stream_and_in_a_store_each_once(tmp_path: Path):
    clock = Clock(tmp_path / "clock")
    clock.shift(-3600)
    with (
        # Prometheus takes nothing that is an hour old.
        started(VictoriaMetrics, tmp_path / "store") as store,
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "right"),
        machine(tmp_path / "b", server.url, "behind", *into(store.url), **clock.environment),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        wait_for(lambda: live(one, "right", "behind"))
        with Stream(one, "?host=behind") as stream:
            seen = stream.samples(20)
        wait_for(lambda: seen[-1].json["id"] in {row.id for row in journal_of(tmp_path / "b")})
        rows = journal_of(tmp_path / "b")
        assert_stored(store, rows)
    own = [number(event.json["id"]) for event in seen]
    assert own == list(range(own[0], own[0] + len(own)))
    assert {event.json["id"] for event in seen} <= {row.id for row in rows}


async def _publish(url: str, subject: str, *payloads: bytes, **headers: str) -> None:
    client = await nats.connect(url)
    for payload in payloads:
        await client.jetstream().publish(subject, payload, headers=dict(headers))
    await client.close()


def test_messages_that_look_like_the_buss_own_break_neither_the_stream_nor_replay(tmp_path: Path):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left"),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        wait_for(lambda: live(one, "left"))
        with Stream(one) as stream:
            first = stream.samples(2)[0]
            for status in ("100", "204", "404", "409", "503"):
                named = {"Status": status, "Nats-Sequence": "1", "Nats-Last-Consumer": "99"}
                nothing = (b"", b"{}") * 20  # more than is replayed at once
                asyncio.run(_publish(server.url, f"zeropoint.{'e' * 32}.samples", *nothing, **named))
            wait_for(lambda: "200 messages were refused" in str(one.get("/health").json))
            seen = stream.samples(12)
        other = hub(tmp_path / "other", "--nats", server.url)
        with other as fresh, Stream(fresh, Last_Event_ID=first.id or "") as stream:
            again = stream.samples(8)
    own = [number(event.json["id"]) for event in seen]
    assert own == list(range(own[0], own[0] + len(own)))
    assert [event.json["id"] for event in again[:8]] == [event.json["id"] for event in seen[1:9]]


def test_what_is_no_sample_of_the_machine_that_its_subject_names_is_refused_and_counted(tmp_path: Path):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left"),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        wait_for(lambda: live(one, "left"))
        good = messages(server.url)[0].data
        other = "f" * 32
        hostile = [
            b"nonsense",
            b"{" * 100_000,
            good,  # of another machine than the subject's
            good.replace(b'"host"', b'"host" :\n', 1),  # a line of its own in the event stream
            json.dumps({**json.loads(good), "system": 5, "host": {"id": other, "name": "x"}}).encode(),
            json.dumps({**json.loads(good), "id": "\u202e-1", "host": {"id": other, "name": "x"}}).encode(),
        ]
        asyncio.run(_publish(server.url, f"zeropoint.{other}.samples", *hostile))
        health = wait_for(lambda: (told := one.get("/health").json)["status"] == "degraded" and told)
        assert f"{len(hostile)} messages were refused" in wait_for(
            lambda: (told := one.get("/health").json["reasons"]) and f"{len(hostile)} " in told[0] and told[0]
        )
        named = json.loads(good)
        named["host"] = {"id": other, "name": "<img src=x onerror=alert(1)>\x1b[31m\u202e" + "a" * 60_000}
        asyncio.run(_publish(server.url, f"zeropoint.{other}.samples", json.dumps(named).encode()))
        row = wait_for(lambda: [row for row in one.get("/api/v1/hosts").json["hosts"] if row["id"] == other])[0]
        exposition = one.get("/metrics?sections=system.cpu").body.decode()
    assert f"the last one of {other}: it" in health["reasons"][0]
    assert len(row["name"]) == 64
    assert row["name"].isprintable()
    assert "\x1b" not in exposition
    assert f'host_id="{other}"' in exposition


def test_a_number_with_which_nothing_can_be_reckoned_costs_its_own_machine_alone(tmp_path: Path):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left"),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        wait_for(lambda: live(one, "left"))
        told = {**json.loads(messages(server.url)[0].data), "host": {"id": "f" * 32, "name": "odd"}}
        gpus = {"system": {"gpus": [{"memory_used_bytes": 10**400, "memory_total_bytes": 5}]}}
        memory = {"system": {"memory": {"total_bytes": 10**400, "used_bytes": "digits"}}}
        for content in ({**told, **gpus}, {**told, **memory}):
            asyncio.run(_publish(server.url, f"zeropoint.{'f' * 32}.samples", _encoded(content)))
        wait_for(lambda: "odd" in hosts(one))
        reasons = wait_for(lambda: one.get("/health").json["reasons"])
        rows = {row["name"] for row in one.get("/api/v1/fleet").json["rows"]}
        exposition = one.get("/metrics").body.decode()
    assert rows == {"left", "odd"}
    assert "the last one of " in reasons[0]
    assert "memory_used_bytes" in reasons[0]
    assert 'zeropoint_system_cpu_usage_ratio{host="left"' in exposition
    assert "zeropoint_hub_machines_left_out 1.0" in exposition
    assert "f" * 32 not in exposition.split("zeropoint_hub", 1)[0]


def _encoded(content: object) -> bytes:
    """Its JSON; Python itself writes no numbers of so many digits."""
    return json.dumps(content).replace('"digits"', "1" + "0" * 5000).encode()


def test_a_hub_starts_a_bus_of_its_own_and_prints_the_command_by_which_machines_join(tmp_path: Path):
    process = spawn("hub", "--port", "0", "--data", str(tmp_path / "hub"), "--nats-listen", "127.0.0.1:0")
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        one = Appliance(process, process.stdout.readline().strip())
        program, command, *arguments = shlex.split(process.stderr.readline())
        assert (program, command, arguments[0]) == ("zeropoint", "serve", "--fleet")
        key = Path(arguments[-1])
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
        assert "SU" not in " ".join(arguments)
        with running(tmp_path / "a", "--interval", FAST, "--fleet-name", "left", *arguments) as left:
            wait_for(lambda: live(one, "left"))
            assert one.get("/api/v1/runs?host=left").status == 200
            one.process.kill()
            one.process.wait(TIMEOUT_SECONDS)
            wait_for(lambda: left.get("/health").json["status"] == "degraded")
        url = arguments[1].rpartition(":")[2]
        with hub(tmp_path / "hub", "--nats-listen", f"127.0.0.1:{url}") as again:
            assert hosts(again)["left"]["status"] != "live"
            assert again.stop() == 0
    finally:
        process.kill()
        process.communicate(timeout=TIMEOUT_SECONDS)
    assert stat.S_IMODE((tmp_path / "hub" / "bus").stat().st_mode) == 0o700
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in (tmp_path / "hub" / "bus").glob("*.*"))


def test_machines_of_a_hubs_own_bus_may_publish_and_be_asked_and_nothing_else(tmp_path: Path):
    async def tries(url: str, key: str, hostname: str) -> list[str]:
        refused: list[str] = []

        async def on_error(error: Exception) -> None:
            refused.append(str(error).lower())

        client = await nats.connect(url, nkeys_seed=key, error_cb=on_error)
        for subject in (
            "$JS.API.STREAM.DELETE.ZEROPOINT",
            "$JS.API.STREAM.PURGE.ZEROPOINT",
            f"zeropoint.{hostname}.query",
        ):
            await client.publish(subject, b"")
        await client.subscribe("_INBOX_zeropoint_hub.>")
        await client.subscribe(">")
        await client.flush()
        await asyncio.sleep(0)
        while len(refused) < 5:
            await client.flush()
        await client.close()
        return refused

    process = spawn("hub", "--port", "0", "--data", str(tmp_path / "hub"), "--nats-listen", "127.0.0.1:0")
    try:
        assert process.stdout is not None
        assert process.stderr is not None
        one = Appliance(process, process.stdout.readline().strip())
        arguments = shlex.split(process.stderr.readline())
        refused = asyncio.run(tries(arguments[3], arguments[5], "f" * 32))
        assert one.get("/health").json["status"] == "healthy"
    finally:
        process.kill()
        process.communicate(timeout=TIMEOUT_SECONDS)
    assert len(refused) == 5
    assert all("permissions violation" in text for text in refused)


def test_ids_of_another_stream_and_texts_that_are_none_get_a_gap_and_the_newest(tmp_path: Path):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left"),
        hub(tmp_path / "hub", "--nats", server.url) as one,
    ):
        wait_for(lambda: live(one, "left"))
        for id in ("js-999999999", "mdz-5", "nonsense", "js-" + "9" * 40):
            with Stream(one, Last_Event_ID=id) as stream:
                seen = stream.until(lambda seen: len(samples_in(seen)) >= 2)
            gap = next(event for event in seen if event.type == "gap").json
            assert (gap["reason"], gap["to"]) == ("unknown-id", samples_in(seen)[0].id)


def test_tokens_guard_a_hub_as_they_guard_an_appliance(tmp_path: Path):
    data = tmp_path / "hub"
    made = spawn("token", "create", "--scope", "read", "--data", str(data))
    token = made.communicate(timeout=TIMEOUT_SECONDS)[0].strip()
    with bus(tmp_path / "bus") as server, hub(data, "--nats", server.url) as one:
        paths = ("/metrics/sse", "/metrics/json", "/metrics", "/api/v1/hosts", "/api/v1/history?host=a&metric=b")
        assert [one.get(path).status for path in (*paths, "/openapi.json")] == [401] * 6
        assert one.get("/api/v1/hosts", Authorization=f"Bearer {token}").json == {"hosts": []}
        assert one.get("/health").json == {"status": "healthy"}
        assert one.get("/livez").status == 200
        document = one.get("/openapi.json", Authorization=f"Bearer {token}").json
    assert "/api/v1/hosts" in document["paths"]
    host = document["paths"]["/api/v1/history"]["get"]["parameters"][0]
    assert host["name"] == "host"


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("--nats", "http://bus"), 2, "--nats: the address of a NATS server is needed"),
        (("--nats-listen", "somewhere"), 2, "--nats-listen: 'somewhere' is not allowed"),
        (("--host", "0.0.0.0"), 2, "beyond loopback a token is needed"),
        (("--artifacts", "x"), 2, "there is no option '--artifacts'"),
        (("--fleet-ca", "x"), 2, "--fleet-ca: it needs --nats"),
    ],
)
def test_wrong_arguments_of_a_hub_are_one_line(tmp_path: Path, arguments: tuple[str, ...], code: int, says: str):
    process = spawn("hub", "--port", "0", "--data", str(tmp_path), *arguments)
    output, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert (process.returncode, output, errors.count("\n")) == (code, "", 1)
    assert says in errors


def test_a_port_that_is_taken_is_told(tmp_path: Path):
    with bus(tmp_path / "bus") as server:
        arguments = ("--port", str(server.port), "--nats", server.url)
        process = spawn("hub", *arguments, "--data", str(tmp_path / "hub"))
        _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 3
    assert errors.startswith(f"zeropoint: cannot listen on 127.0.0.1 port {server.port}: ")
    assert errors.count("\n") == 1


def test_a_hub_whose_bus_does_not_answer_serves_that_and_stops_when_it_is_asked(tmp_path: Path):
    with hub(tmp_path / "hub", "--nats", "nats://someone:s3cret@127.0.0.1:1") as one:
        health = wait_for(lambda: (told := one.get("/health")).status == 503 and told)
        assert one.get("/metrics/sse").status == 503
        assert one.get("/livez").status == 200
        assert one.get("/api/v1/hosts").json == {"hosts": []}
        assert one.stop() == 0
    assert health.json["reasons"][0].startswith("the bus: 127.0.0.1:1: connection refused")
    assert b"s3cret" not in health.body


def test_a_port_of_the_bus_that_is_taken_is_told(tmp_path: Path):
    with bus(tmp_path / "bus") as server:
        process = spawn(
            "hub", "--port", "0", "--data", str(tmp_path / "hub"), "--nats-listen", f"127.0.0.1:{server.port}"
        )
        _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert process.returncode == 3
    reason = os.strerror(errno.EADDRINUSE)
    assert errors == f"zeropoint: cannot listen on 127.0.0.1 port {server.port}: {reason} (setting nats_listen)\n"


def test_a_visitor_reads_public_sections_of_the_machines_and_nothing_of_the_hub(tmp_path: Path):
    with (
        bus(tmp_path / "bus") as server,
        machine(tmp_path / "a", server.url, "left"),
        hub(tmp_path / "hub", "--nats", server.url, "--public-sections", "system.cpu,system.host") as one,
    ):
        wait_for(lambda: live(one, "left"))
        reader = bearer(made(tmp_path / "hub", "read"))
        wait_for(lambda: one.get("/metrics").status == 401)
        visitor = one.get("/metrics?sections=system.cpu").body.decode()
        known = one.get("/metrics?sections=system.cpu", **reader).body.decode()
        refused = [one.get(path).status for path in ("/api/v1/hosts", "/metrics/json", "/api/v1/metrics?host=left")]
    assert "zeropoint_system_cpu_usage_ratio{" in visitor
    assert "zeropoint_hub" not in visitor
    assert "zeropoint_build" not in visitor
    assert "zeropoint_hub_machines 1.0" in known
    assert refused == [401] * 3
