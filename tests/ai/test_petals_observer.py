"""What the observer makes of records of the DHT, which anybody may have written."""

import json
import math
import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from zeropoint.ai import petals_observer
from zeropoint.ai.petals_swarm import parse_message

NOW = 1000.0


def entries(**values: Any) -> SimpleNamespace:
    """A dictionary of the DHT, as hivemind gives it: every entry has a time at which it expires."""
    return SimpleNamespace(
        value={key: SimpleNamespace(value=value, expiration_time=NOW + 10) for key, value in values.items()}
    )


MORE = {
    "start_block": 1,
    "end_block": 3,
    "public_name": "lab",
    "inference_rps": 5.5,
    "forward_rps": 100,
    "network_rps": None,
    "cache_tokens_left": 16384,
    "next_pings": {"QmNext": 0.02, "QmFar": math.inf},
}


def test_a_servers_record_is_read() -> None:
    (server,) = petals_observer.servers_of([None, entries(Qm1=(2, 1.5, MORE)), entries(Qm1=(2, 1.5, MORE))], NOW)
    assert server == {
        "peer": "Qm1",
        "state": "ONLINE",
        "throughput": 1.5,
        "name": "lab",
        "start_block": 1,
        "end_block": 3,
        "inference_per_second": 5.5,
        "forward_per_second": 100,
        "network_per_second": None,
        "cache_tokens_left": 16384,
        "next_pings": [0.02],
    }


def test_the_span_of_a_server_that_tells_none_is_where_it_is_found() -> None:
    blocks = [None, entries(Qm1=(1, 1.0)), entries(Qm1=[1, 1.0, {}]), None]
    (server,) = petals_observer.servers_of(blocks, NOW)
    assert (server["start_block"], server["end_block"], server["state"]) == (1, 3, "JOINING")


def test_of_a_server_that_tells_several_states_the_best_counts() -> None:
    blocks = [entries(Qm1=(0, 1.0), Qm2=(2, 3.0)), entries(Qm1=(2, 2.0)), entries(Qm1=(1, 1.0), Qm2=(1, 4.0))]
    servers = petals_observer.servers_of(blocks, NOW)
    told = [(one["peer"], one["state"], one["throughput"], one["start_block"], one["end_block"]) for one in servers]
    assert told == [("Qm1", "ONLINE", 2.0, 0, 3), ("Qm2", "ONLINE", 3.0, 0, 3)]


def test_its_memory_is_limited() -> None:
    code = (
        "from zeropoint.ai import petals_observer\n"
        "petals_observer.limit_memory()\n"
        "bytearray(1 << 20)\n"
        "try: bytearray(petals_observer.MEMORY_LIMIT_BYTES)\n"
        "except MemoryError: print('refused')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("refused\n", "")


def test_records_that_have_expired_are_left_out() -> None:
    assert petals_observer.servers_of([entries(Qm1=(2, 1.0))], NOW + 11) == []


@pytest.mark.parametrize(
    "record", [None, 7, "text", (), (2,), (9, 1.0), ("2", 1.0), (True, 1.0), (2.5, 1.0), {"state": 2}, [[2], 1.0]]
)
def test_what_is_no_record_is_left_out(record: Any) -> None:
    assert petals_observer.servers_of([entries(Qm1=record)], NOW) == []


@pytest.mark.parametrize("value", [math.nan, math.inf, -1, 10**400, "5", None, True, [1]])
def test_numbers_that_are_none_are_null(value: Any) -> None:
    more = {"inference_rps": value, "cache_tokens_left": value, "next_pings": {"a": value}}
    (server,) = petals_observer.servers_of([entries(Qm1=(2, value, more))], NOW)
    assert (server["throughput"], server["inference_per_second"], server["cache_tokens_left"]) == (None, None, None)
    assert server["next_pings"] == []


@pytest.mark.parametrize("more", [{"next_pings": 3, "public_name": 4}, "text", {"public_name": "\x00\n" * 10_000}])
def test_whatever_a_peer_writes_makes_a_line_that_is_understood(more: Any) -> None:
    servers = petals_observer.servers_of([entries(**{"Q" * 1000: (2, 1.0, more)})], NOW)
    for server in servers:
        server["addresses"] = []
    line = json.dumps({"models": [{"prefix": "p", "blocks": 1, "repository": None, "servers": servers}]})
    (told,) = parse_message(line.encode()).models
    assert len(told.servers) == 1


@pytest.mark.parametrize("span", [(-1, 2), (0, 10**9), (5, 2), (True, False), ("0", "2"), (None, 3)])
def test_a_span_that_cannot_be_is_replaced_by_where_it_is_found(span: tuple[Any, Any]) -> None:
    (server,) = petals_observer.servers_of([entries(Qm1=(2, 1.0, {"start_block": span[0], "end_block": span[1]}))], NOW)
    assert (server["start_block"], server["end_block"]) == (0, 1)


def test_models_are_read_and_others_left_out() -> None:
    record = entries(
        good={"num_blocks": 4, "repository": "https://huggingface.co/org/good"},
        none=None,
        odd={"num_blocks": "4"},
        huge={"num_blocks": 10**9},
        true={"num_blocks": True},
    )
    assert petals_observer.models_of(record, NOW) == [("good", 4, "https://huggingface.co/org/good")]
    assert petals_observer.models_of(None, NOW) == []
    assert petals_observer.models_of(SimpleNamespace(value=b"no dictionary"), NOW) == []
    assert petals_observer.models_of(SimpleNamespace(value={"plain": {"num_blocks": 4}}), NOW) == []
