"""Where processes listen, and what goes over their connections: real sockets of this process, and recorded lines."""

import os
import socket
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from zeropoint.ai.growth import Growth
from zeropoint.ai.sockets import address_of, listening, parse_listening, parse_local, shares_network, socket_inodes
from zeropoint.ai.tcp_traffic import TcpTraffic, connections, parse_answer, question
from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Roots

TCP = b"""  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:7A62 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3939209 1 0000000000000000
   1: 00000000:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0000000000000000
   2: 0100007F:7A62 0100007F:B42C 01 00000000:00000000 00:00000000 00000000     0        0 12 1 0000000000000000
   3: damaged
   4: 0100007F:ZZZZ 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 13 1 0000000000000000
"""
FIB_TRIE = b"""Main:
  +-- 0.0.0.0/0 3 0 5
     |-- 10.0.0.0
        /24 link UNICAST
     |-- 10.0.0.5
        /32 host LOCAL
     |-- 127.0.0.1
        /32 host LOCAL
     |-- 10.0.0.255
        /32 link BROADCAST
"""


def test_what_listens_is_read_from_the_kernels_table() -> None:
    assert list(parse_listening(TCP)) == [(("127.0.0.1", 31330), 3939209), (("0.0.0.0", 8080), 11)]


def test_addresses_are_in_the_machines_byte_order() -> None:
    assert address_of("0100007F") == "127.0.0.1"
    assert address_of("00000000000000000000000001000000") == "::1"
    assert address_of("0000000000000000FFFF00000500000A") == "10.0.0.5"


def test_own_addresses_are_those_that_the_kernel_calls_local() -> None:
    inet6 = (
        b"00000000000000000000000000000001 01 80 10 80       lo\nfe800000000000000000000000000005 02 40 20 80 eth0\n"
    )
    assert parse_local(FIB_TRIE, inet6) == {"10.0.0.5", "127.0.0.1", "::1", "fe80::5"}
    assert parse_local(b"", b"\n") == set()


def test_a_port_of_this_process_is_found_with_the_addresses_that_reach_it() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as one, closing(socket.create_server(("", 0))) as every:
        found = listening(Roots(), [os.getpid()])
        assert not isinstance(found, Absent)
        assert ("127.0.0.1", one.getsockname()[1]) in found
        assert ("127.0.0.1", every.getsockname()[1]) in found
        inodes = socket_inodes(Roots(), [os.getpid()])
        assert not isinstance(inodes, Absent)
        assert os.fstat(one.fileno()).st_ino in inodes


def test_a_process_that_has_ended_holds_nothing() -> None:
    nobody = int(Path("/proc/sys/kernel/pid_max").read_text()) + 1
    assert socket_inodes(Roots(), [nobody]) == set()
    assert listening(Roots(), [nobody]) == set()
    assert not shares_network(Roots(), nobody)


@contextmanager
def connected() -> Iterator[tuple[socket.socket, socket.socket]]:
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        near = socket.create_connection(server.getsockname())
        far, _ = server.accept()
    with near, far:
        yield near, far


def test_bytes_of_a_connection_are_what_was_sent_over_it() -> None:
    with connected() as (near, far):
        near.sendall(b"x" * 5000)
        assert len(far.recv(5000, socket.MSG_WAITALL)) == 5000
        far.sendall(b"y" * 700)
        assert len(near.recv(700, socket.MSG_WAITALL)) == 700
        found = connections()
        # The kernel counts the start of a connection as one byte.
        assert found[os.fstat(near.fileno()).st_ino].acked in (5000, 5001)
        assert found[os.fstat(near.fileno()).st_ino].received == 700
        assert found[os.fstat(far.fileno()).st_ino].received == 5000


def test_traffic_is_a_rate_over_connections_that_stay() -> None:
    traffic, own = TcpTraffic(), [os.getpid()]
    with connected() as (near, far):
        assert traffic.per_second(Roots(), own, 10.0).sent == Absent(NEEDS_TWO_READINGS)
        near.sendall(b"x" * 40_000)
        assert len(far.recv(40_000, socket.MSG_WAITALL)) == 40_000
        assert traffic.per_second(Roots(), own, 12.0).received == pytest.approx(20_000)


def test_a_process_of_another_network_namespace_is_told_as_that() -> None:
    assert TcpTraffic().per_second(Roots(proc="/nowhere"), [1], 1.0).sent == Absent(
        "they are in another network namespace than the appliance"
    )


@pytest.mark.parametrize("part", [b"", b"\x00" * 15, b"\xff" * 400, question(socket.AF_INET), b"\x00" * 64])
def test_answers_that_are_cut_or_odd_tell_of_nothing(part: bytes) -> None:
    assert list(parse_answer(part)) == []


def test_growth_counts_what_stays_and_takes_a_fall_for_a_standstill() -> None:
    growth = Growth()
    assert growth.per_second({"a": 5}, 1.0) == Absent(NEEDS_TWO_READINGS)
    assert growth.per_second({"a": 9, "b": 100}, 3.0) == 2.0
    assert growth.per_second({"a": 1, "b": 102}, 4.0) == 2.0
    assert growth.per_second({"c": 1}, 5.0) == Absent(NEEDS_TWO_READINGS)
    assert growth.per_second({}, 6.0) == 0.0
    assert growth.per_second({}, 6.0) == Absent(NEEDS_TWO_READINGS)
