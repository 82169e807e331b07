"""What is told of the swarm, which is other people's word."""

import json
from typing import Any

import pytest
from msgspec import structs

from zeropoint.ai.petals_fields import NO_SERVER, of_own, told_model
from zeropoint.ai.petals_rows import block_rows, server_rows
from zeropoint.ai.petals_swarm import (
    Here,
    Message,
    Model,
    NotUnderstoodError,
    Server,
    Sessions,
    chosen,
    endpoints,
    is_here,
    known_here,
    live_here,
    parse_message,
)
from zeropoint.probe import Absent, Missing

HERE = Here(live=frozenset({("192.0.2.1", 31330), ("127.0.0.1", 31330)}), orphaned=frozenset({("192.0.2.1", 31331)}))


def server(peer: str = "QmPeer", blocks: tuple[int, int] = (0, 2), **more: Any) -> Server:
    told: dict[str, Any] = {"state": "ONLINE", "throughput": 1.0, "addresses": ["/ip4/198.51.100.9/tcp/31330"], **more}
    return Server(peer=peer, start_block=blocks[0], end_block=blocks[1], **told)


def model(*servers: Server, blocks: int = 4, prefix: str = "llama-hf") -> Model:
    return Model(prefix, blocks, "https://huggingface.co/org/llama", list(servers))


OWN = server("QmOwn", addresses=["/ip4/192.0.2.1/tcp/31330"], cache_tokens_left=100)
ORPHAN = server("QmOrphan", (2, 4), addresses=["/ip4/192.0.2.1/tcp/31331"])
FAR = server("QmFar", (0, 4), addresses=["/ip4/203.0.113.5/tcp/4001"], next_pings=[0.3, 0.1], name="far")


def test_a_line_of_the_observer_is_read() -> None:
    line = {"prefix": "p", "blocks": 2, "repository": None, "servers": [{
        "peer": "Qm1", "state": "JOINING", "throughput": 2, "start_block": 0, "end_block": 2, "name": None,
        "cache_tokens_left": 16384, "next_pings": [0.5], "addresses": ["/ip4/127.0.0.1/tcp/1"], "unknown": 1,
    }]}  # fmt: skip
    told = parse_message(json.dumps({"models": [line], "left_out": 0}).encode())
    assert told.models[0].servers[0].cache_tokens_left == 16384
    assert parse_message(b'{"problem": "no peer answers"}').problem == "no peer answers"


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"hello",
        b"\xff\xff",
        b"[]",
        b"[" * 100_000,
        b'{"models": [{"prefix": "p", "blocks": -1, "repository": null, "servers": []}]}',
        b'{"models": [{"prefix": "p", "blocks": 1e99, "repository": null, "servers": []}]}',
        b'{"models": [{"prefix": "' + b"p" * 300 + b'", "blocks": 1, "repository": null, "servers": []}]}',
        b'{"models": [' + b",".join([b'{"prefix":"p","blocks":1,"repository":null,"servers":[]}'] * 65) + b"]}",
        b'{"models": [{"prefix": "p", "blocks": 1, "repository": null, "servers": [{"peer": "a", "state": "FINE"}]}]}',
        b'{"problem": NaN}',
    ],
)
def test_whatever_else_is_not_understood(line: bytes) -> None:
    with pytest.raises(NotUnderstoodError):
        parse_message(line)


def test_where_the_observer_is_connected_tells_whether_a_server_is_of_this_machine() -> None:
    assert is_here(OWN, HERE) is True
    assert is_here(ORPHAN, HERE) is True
    assert is_here(FAR, HERE) is False
    assert is_here(FAR, Here()) is False  # nothing listens here
    behind_a_router, relayed = server(), server(addresses=["/ip4/1.2.3.4/tcp/1/p2p/QmRelay/p2p-circuit"])
    assert is_here(behind_a_router, HERE) == Absent(
        "its port is one of this machine's, its address is not; a router may stand between"
    )
    assert is_here(relayed, HERE) == Absent("the observer has no direct connection to it")
    assert is_here(OWN, Here(shortfall="closed")) == Absent("closed")


@pytest.mark.parametrize("address", ["", "/dns4/x/tcp/1", "/ip4/1.2.3.4/udp/1/quic", "/ip4/1.2.3.4/tcp/999999", "\x00"])
def test_addresses_that_are_no_direct_tcp_are_left_out(address: str) -> None:
    assert endpoints(server(addresses=[address])) == set()


def test_a_server_whose_process_has_gone_counts_as_offline_before_its_record_expires() -> None:
    told = known_here(model(OWN, ORPHAN, FAR), HERE)
    assert [one.state for one in told.servers] == ["ONLINE", "OFFLINE", "ONLINE"]
    assert live_here(told, HERE) == [OWN]


def test_the_model_of_this_machine_is_told_before_one_with_more_servers() -> None:
    own, other = model(OWN, prefix="own"), model(FAR, server("QmA"), prefix="other")
    assert chosen([own, other], HERE) is own
    assert chosen([own, other], Here()) is other
    assert chosen([], HERE) is None
    assert told_model(Message(), HERE) == Absent("the swarm announces no model")
    assert told_model(Absent("why"), HERE) == Absent("why")


def test_rows_of_blocks_tell_the_best_state_and_who_serves() -> None:
    missing = Missing()
    told = known_here(model(OWN, ORPHAN, server("QmJ", (1, 3), state="JOINING"), blocks=5), HERE)
    rows = block_rows(told, frozenset({0, 4}), HERE, missing)
    assert [row.on_disk for row in rows] == [True, False, False, False, True]
    assert [row.served_here for row in rows] == [True, True, False, False, False]
    assert [row.servers_count for row in rows] == [1, 2, 1, 0, 0]
    assert [row.state for row in rows] == ["ONLINE", "ONLINE", "JOINING", "OFFLINE", "OFFLINE"]
    assert missing == {}


def test_a_server_of_this_machine_that_is_joining_serves_nothing_yet() -> None:
    joining = structs.replace(OWN, state="JOINING")
    told, missing = model(joining, blocks=3), Missing()
    rows = block_rows(told, frozenset(), HERE, missing)
    assert [(row.served_here, row.servers_count, row.state) for row in rows[:2]] == [(False, 1, "JOINING")] * 2
    fields = of_own(live_here(told, HERE))
    assert (fields["served_blocks"], fields["state"]) == (0, "JOINING")


def test_rows_are_bounded_whatever_the_swarm_says() -> None:
    crowd = [server(f"Qm{number:08}", (0, 100_000), throughput=None) for number in range(1024)]
    large = model(*crowd, blocks=100_000)
    missing = Missing()
    assert len(block_rows(large, frozenset(), HERE, missing)) == 256
    assert len(server_rows(large, HERE, missing)) == 64


def test_rows_of_servers_put_this_machine_first_and_are_clean() -> None:
    hostile = server("Qm\n\x1b[31mEvil", name="<script>\u202e\x00" + "x" * 150, throughput=9e9)
    missing = Missing()
    rows = server_rows(model(hostile, FAR, OWN), HERE, missing)
    assert [row.peer for row in rows] == ["QmOwn", "\ufffd[31mEvil"[-8:], "QmFar"]
    assert rows[1].name is not None
    assert "\x00" not in rows[1].name
    assert rows[2].next_ping_seconds == 0.1
    assert missing["servers[0].name"] == "it gives itself none"
    assert missing["servers[1].here"].startswith("its port is one of")


def test_two_peers_with_the_same_end_are_one_row() -> None:
    rows = server_rows(model(server("QmA12345678"), server("QmB12345678")), HERE, Missing())
    assert [row.peer for row in rows] == ["12345678"]


def test_several_own_servers_tell_their_smallest_numbers() -> None:
    fields = of_own([OWN, server("QmTwo", (2, 4), state="JOINING", cache_tokens_left=50, throughput=0.5)])
    assert (fields["served_blocks"], fields["state"]) == (2, "ONLINE")
    assert (fields["cache_tokens_left"], fields["throughput"]) == (50, 0.5)
    assert fields["forward_per_second"] == Absent("it does not announce it")


def test_without_a_live_server_no_block_is_served_and_no_state_announced() -> None:
    fields = of_own(NO_SERVER)
    assert fields["served_blocks"] == 0
    assert fields["state"] == NO_SERVER


def test_a_session_is_noticed_by_the_room_that_it_takes() -> None:
    sessions = Sessions()

    def in_use(left: int | None) -> bool:
        return sessions.in_use([server("QmA", cache_tokens_left=left)])

    assert [in_use(left) for left in (16384, 15584, None, 15584, 16384, 16384)] == [
        False,
        True,
        False,
        False,  # it was not told meanwhile: what it has may be all
        False,
        False,
    ]


def test_names_on_disk_come_from_the_repository_and_the_prefix() -> None:
    assert model().names == ("org/llama", "llama", "llama-hf")
    assert Model("bloom-petals", 1, None, []).names == ("bloom-petals",)
    assert Model("x", 1, "../../etc", []).names == ("etc", "x")
