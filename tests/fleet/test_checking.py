"""Messages of the bus become samples of a machine, or are refused."""

import json
from typing import Any

import msgspec
import pytest

from tests.support.samples import sample
from zeropoint.fleet.checking import RefusedError, check
from zeropoint.fleet.identity import Machine
from zeropoint.fleet.message import Message, place_of
from zeropoint.fleet.outgoing import with_machine
from zeropoint.fleet.stream import LARGEST_SAMPLE_BYTES

ID = "0123456789abcdef" * 2


def payload(**changes: Any) -> bytes:
    encoded = with_machine(msgspec.json.encode(sample(7)), Machine(ID, "box"))
    return json.dumps({**json.loads(encoded), **changes}).encode() if changes else encoded


def message(content: bytes, subject: str = f"zeropoint.{ID}.samples", **headers: str) -> Message:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return Message(5, subject, named, content, 1_795_913_301_682, 0)


def test_a_sample_passes_as_it_came_with_whose_it_is():
    arrival = check(message(payload(), Zeropoint_Version="1.2.3", Zeropoint_Contract="1"))
    assert (arrival.machine, arrival.sample.id, arrival.message.id) == (Machine(ID, "box"), "e1-7", "js-5")
    assert (arrival.version, arrival.contract, arrival.gap) == ("1.2.3", 1, None)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"[]",
        b"{}",
        b"{" * 100_000,
        b'{"a":' * 200_000,
        payload()[:-1],
        payload() + b"\n",
        payload().replace(b",", b",\r\n", 1),
        payload().replace(b"e1-7", b"\xff\xfe-7", 1),
        payload(id="no id"),
        payload(id="e1-7\u2028"),
        payload(interval_seconds=0),
        payload(interval_seconds=1e300),
        payload(system=[]),
        payload(host={"id": "f" * 32, "name": "box"}),
        payload(host={"id": ID}),
        payload(host=None),
        payload(system={"gpus": [{"memory_used_bytes": 10**400}]}),
        payload(system={"gpus": [{"memory_total_bytes": 2**63}]}),
        payload(system={"cpu": {"usage_percent": 1e300}}),
        payload(ai={"components": {}, "runs": [{"id": "a", "name": "a", "kind": "a", "step": -(10**30)}]}),
        b" " * (LARGEST_SAMPLE_BYTES + 1),
    ],
    ids=range(23),
)
def test_what_is_no_sample_of_its_machine_is_refused_with_a_reason_of_one_line(content: bytes):
    with pytest.raises(RefusedError) as refused:
        check(message(content))
    reason = str(refused.value)
    assert reason.startswith("it")
    assert reason.isprintable()
    assert len(reason) <= 200


def test_words_of_a_newer_machine_are_taken():
    told = json.loads(payload())
    told["ai"]["components"] = {"new": {"status": "dreaming"}}
    told["alerts"] = [{"name": "a", "severity": "fatal", "says": "b"}]
    told["ledger"] = {"workloads": [{"id": "a", "name": "a", "kind": "swarm", "cpu_percent": 5}]}
    told["server"] = {**told["server"], "health": "splendid"}
    read = check(message(json.dumps(told).encode())).sample
    assert (read.server.health, read.alerts[0].severity) == ("splendid", "fatal")
    assert read.ai.components["new"].status == "dreaming"
    assert read.ledger is not None and read.ledger.workloads is not None
    assert read.ledger.workloads[0].kind == "swarm"


@pytest.mark.parametrize("subject", ["zeropoint.x.samples", f"other.{ID}.samples", f"zeropoint.{ID}.samples.x", ""])
def test_a_subject_of_somebody_else_is_refused(subject: str):
    with pytest.raises(RefusedError):
        check(message(payload(), subject))


@pytest.mark.parametrize(
    ("told", "lost", "reason"),
    [
        ('[{"from":"e1-1","to":"e1-7","lost":5,"reason":"beyond-replay"}]', 5, "beyond-replay"),
        ('[{"lost":5,"reason":"beyond-replay"},{"lost":2,"reason":"missed-ticks"}]', 7, "beyond-replay"),
        ('[{"reason":"unknown-id"},{"lost":2,"reason":"missed-ticks"}]', None, "unknown-id"),
        ('[{"lost":-5,"reason":"missed-ticks"}]', None, "missed-ticks"),
    ],
)
def test_gaps_before_a_sample_become_one(told: str, lost: int | None, reason: str):
    gap = check(message(payload(), Zeropoint_Gaps=told)).gap
    assert gap is not None
    assert (gap.lost, gap.reason) == (lost, reason)


@pytest.mark.parametrize("told", ["", "[]", "x", '[{"reason":"<b>"}]', "[" * 4000, "[" + "1," * 5000 + "1]"])
def test_gaps_that_are_not_understood_are_none(told: str):
    assert check(message(payload(), Zeropoint_Gaps=told)).gap is None


def test_hostile_texts_are_made_fit_to_be_shown_and_bounded():
    hostile = payload(host={"id": ID, "name": "\x1b[31m\n\u202ebox" + "a" * 100_000})
    arrival = check(message(hostile, Zeropoint_Version="9" * 1000, Zeropoint_Contract="9" * 1000))
    assert arrival.machine.name.isprintable()
    assert len(arrival.machine.name) == 64
    assert len(arrival.version or "") <= 32
    assert arrival.contract is None


@pytest.mark.parametrize(
    ("reply", "sequence"),
    [
        ("$JS.ACK.ZEROPOINT.consumer.1.12.3.1795913301682174228.4", 12),
        ("$JS.ACK.hub.ACC.ZEROPOINT.consumer.1.12.3.1795913301682174228.4.token", 12),
        ("$JS.ACK._.ACC.ZEROPOINT.consumer.1.12.3.1795913301682174228.4", 12),
    ],
)
def test_the_place_of_a_message_is_read_in_each_form_that_servers_have(reply: str, sequence: int):
    place = place_of(reply)
    assert place is not None
    assert (place.sequence, place.consumed, place.pending, place.time_ms) == (sequence, 3, 4, 1_795_913_301_682)


@pytest.mark.parametrize("reply", ["", "$JS.ACK", "_INBOX.a.b.c.d.e.f.g.h", "$JS.ACK.S.c.1.x.3.4.5"])
def test_a_subject_that_names_no_place_has_none(reply: str):
    assert place_of(reply) is None
