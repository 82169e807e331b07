"""Real appliances publish on a real nats-server, which is ended by force and comes back."""

import asyncio
import json
import re
import signal
import stat
from pathlib import Path
from typing import Any

import nats
import pytest

from tests.fleet.fleet import FAST, bus, machine, messages, published, sample_ids, sequences, wait_for
from tests.support.process import TIMEOUT_SECONDS, running, spawn
from tests.support.stream import Stream
from zeropoint.fleet.names import ALL_SAMPLES, STREAM


def epoch_of(id: str) -> str:
    return id.partition("-")[0]


def test_each_sample_is_published_once_as_it_was_served_with_whose_it_is(tmp_path: Path):
    with bus(tmp_path / "bus") as server, machine(tmp_path / "a", server.url, "box") as one:
        with Stream(one) as stream:
            served = {event.id: event.data for event in stream.samples(5)}
        wait_for(lambda: published(one)["published_samples_total"] >= 8)
        one.process.kill()
        found = messages(server.url)
    ids = sample_ids(found)
    assert ids == [f"{epoch_of(ids[0])}-{number}" for number in range(1, len(ids) + 1)]
    host = json.loads(found[0].data)["host"]
    assert host["name"] == "box"
    assert (tmp_path / "a" / "host-id").read_text().strip() == host["id"]
    assert stat.S_IMODE((tmp_path / "a" / "host-id").stat().st_mode) == 0o600
    for message, id in zip(found, ids, strict=True):
        assert message.subject == f"zeropoint.{host['id']}.samples"
        assert message.headers["Nats-Msg-Id"] == f"{host['id']}.{id}"
        if id in served:
            assert message.data == b'{"host":%b,%b' % (
                json.dumps(host, separators=(",", ":")).encode(),
                served[id].encode()[1:],
            )
    assert set(served) <= set(ids)


def test_what_the_bus_missed_is_sent_in_order_when_it_is_back_each_once(tmp_path: Path):
    with bus(tmp_path / "bus") as server, machine(tmp_path / "a", server.url, "box") as one:
        wait_for(lambda: published(one)["published_samples_total"] >= 3)
        server.kill()
        health = wait_for(lambda: (told := one.get("/health").json)["status"] == "degraded" and told)
        (reason,) = health["reasons"]
        assert reason.startswith(f"fleet: 127.0.0.1:{server.port}: ")
        wait_for(lambda: published(one)["waiting_samples"] >= 10)
        server.start()
        wait_for(lambda: one.get("/health").json["status"] == "healthy")
        wait_for(lambda: published(one)["connections_total"] == 2 and published(one)["waiting_samples"] <= 1)
        one.process.kill()
        ids = sample_ids(messages(server.url))
    assert len(ids) > 13
    assert sequences(ids, epoch_of(ids[0])) == list(range(1, len(ids) + 1))


def test_a_machine_that_was_ended_by_force_while_the_bus_was_away_sends_what_it_had_kept(tmp_path: Path):
    with bus(tmp_path / "bus") as server:
        with machine(tmp_path / "a", server.url, "box") as one:
            wait_for(lambda: published(one)["published_samples_total"] >= 3)
            server.kill()
            wait_for(lambda: published(one)["waiting_samples"] >= 10)
            written = one.get("/metrics/json?sections=server").json
            one.stop(signal.SIGKILL)
        with machine(tmp_path / "a", server.url, "box") as one:
            wait_for(lambda: one.get("/health").json["status"] == "degraded")
            server.start()
            wait_for(lambda: published(one)["waiting_samples"] == 0)
            one.process.kill()
        found = messages(server.url)
    ids = sample_ids(found)
    first, second = dict.fromkeys(epoch_of(id) for id in ids)
    before, after = sequences(ids, first), sequences(ids, second)
    assert before == list(range(1, len(before) + 1))
    # What was not on its disk yet when it was ended is gone, with the machine's own history of it.
    assert before[-1] >= written["server"]["history"]["written_samples_total"]
    assert after == list(range(1, len(after) + 1))
    assert [epoch_of(id) for id in ids] == [first] * len(before) + [second] * len(after)
    assert len({message.headers["Nats-Msg-Id"] for message in found}) == len(found)


def test_what_is_gone_before_the_bus_is_back_is_told_as_a_gap_with_the_next_sample(tmp_path: Path):
    data = tmp_path / "a"
    data.mkdir(mode=0o700)
    (data / "fleet-position").write_text("mdz-5\n")  # of a journal that is lost
    with bus(tmp_path / "bus") as server, machine(data, server.url, "box") as one:
        wait_for(lambda: published(one)["published_samples_total"] >= 3)
        one.process.kill()
        first, *others = messages(server.url)
    (gap,) = json.loads(first.headers["Zeropoint-Gaps"])
    assert (gap["from"], gap["to"], gap["reason"]) == ("mdz-5", json.loads(first.data)["id"], "unknown-id")
    assert all("Zeropoint-Gaps" not in one.headers for one in others)


def test_the_stream_knows_better_than_the_file_what_it_has(tmp_path: Path):
    with bus(tmp_path / "bus") as server:
        with machine(tmp_path / "a", server.url, "box") as one:
            wait_for(lambda: published(one)["published_samples_total"] >= 5)
            one.stop(signal.SIGKILL)
        epoch = epoch_of(sample_ids(messages(server.url))[0])
        (tmp_path / "a" / "fleet-position").write_text(f"{epoch}-1\n")
        with machine(tmp_path / "a", server.url, "box") as one:
            wait_for(lambda: published(one)["published_samples_total"] >= 3)
            assert published(one)["repeated_samples_total"] == 0
            one.process.kill()
        ids = sample_ids(messages(server.url))
    assert len(set(ids)) == len(ids)


def test_a_bus_that_is_not_there_costs_the_machine_nothing_but_a_reason(tmp_path: Path):
    with (
        running(tmp_path, "--interval", FAST, "--fleet", "nats://someone:s3cret@127.0.0.1:1") as one,
        Stream(one) as stream,
    ):
        health = wait_for(lambda: (told := one.get("/health").json)["reasons"] and told)
        stream.samples(5)
    assert health["status"] == "degraded"
    assert "127.0.0.1:1: connection refused" in health["reasons"][0]
    assert "s3cret" not in str(health)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--fleet", "http://bus:4222"), "as in nats://"),
        (("--fleet", "nats://"), "as in nats://"),
        (("--fleet", "nats://bus", "--fleet-credentials", "/does/not/exist"), "'/does/not/exist' cannot be read"),
        (("--fleet-name", "box"), "it needs --fleet"),
        (("--fleet", "nats://bus", "--fleet-credentials", "{wrong}"), "holds neither credentials"),
        (("--fleet", "nats://bus", "--fleet-ca", "{wrong}"), "holds no certificates"),
    ],
)
def test_a_wrong_setting_is_one_line_that_shows_no_secret(tmp_path: Path, arguments: tuple[str, ...], says: str):
    wrong = tmp_path / "wrong"
    wrong.write_text("SUsecret")
    wrong.chmod(0o600)
    given = [argument.replace("{wrong}", str(wrong)) for argument in arguments]
    process = spawn("serve", "--port", "0", "--data", str(tmp_path / "data"), *given)
    output, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert (process.returncode, output) == (2, "")
    assert errors.count("\n") == 1
    assert says in errors
    assert "SUsecret" not in errors


def test_without_a_fleet_nothing_of_it_is_loaded(tmp_path: Path):
    with running(tmp_path, "--interval", FAST) as one:
        maps = Path(f"/proc/{one.process.pid}/maps").read_text()
        told = one.get("/metrics/json?sections=server").json
    assert "nacl" not in maps
    assert told["server"]["fleet"] is None
    assert {"path": "server.fleet", "reason": "it is in no fleet (setting fleet)"} in told["unavailable"]


async def _make_stream(url: str, **changes: Any) -> None:
    client = await nats.connect(url)
    config = {"name": STREAM, "subjects": [ALL_SAMPLES], "allow_direct": True}
    await client.jetstream().add_stream(**{**config, **changes})
    await client.close()


def test_samples_that_are_all_too_large_are_counted_and_told_and_the_machine_is_no_silent_one(tmp_path: Path):
    with bus(tmp_path / "bus") as server:
        asyncio.run(_make_stream(server.url, max_msg_size=5 * 1024))
        with machine(tmp_path / "a", server.url, "box") as one:
            told = wait_for(lambda: [text for text in one.get("/health").json["reasons"] if "larger" in text])
            asyncio.run(_signs_of_life(server.url, 5))
            lost = published(one)["lost_samples_total"]
            newest = int(one.get("/metrics/json?sections=server").json["id"].rpartition("-")[2])
            assert published(one)["published_samples_total"] == 0
        assert messages(server.url) == []
    assert re.fullmatch(r"fleet: samples of \d+ KiB are larger than the bus takes, which is 1 KiB; .*", told[0])
    assert 5 <= lost <= newest


async def _signs_of_life(url: str, count: int) -> None:
    client = await nats.connect(url)
    subscription = await client.subscribe("zeropoint.*.alive")
    for _ in range(count):
        await subscription.next_msg(TIMEOUT_SECONDS)
    await client.close()


def test_a_stream_that_cannot_be_used_is_a_reason(tmp_path: Path):
    with bus(tmp_path / "bus") as server:
        asyncio.run(_make_stream(server.url, allow_direct=False))
        with running(tmp_path / "a", "--interval", FAST, "--fleet", server.url) as one:
            (reason, *_) = wait_for(lambda: one.get("/health").json["reasons"])
    assert "the stream ZEROPOINT on the bus has to allow direct access" in reason


@pytest.mark.parametrize("command", [("serve", "--fleet", "nats://bus:4222"), ("hub",)])
def test_without_the_extra_the_line_that_installs_it_is_told(tmp_path: Path, command: tuple[str, ...]):
    # As where the extra is not installed: the packages cannot be imported.
    (tmp_path / "sitecustomize.py").write_text("import sys\nsys.modules['nats'] = sys.modules['nkeys'] = None\n")
    process = spawn(*command, "--port", "0", "--data", str(tmp_path / "data"), PYTHONPATH=str(tmp_path))
    output, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert (process.returncode, output, errors.count("\n")) == (2, "", 1)
    assert "pip install 'zeropoint[fleet]'" in errors
