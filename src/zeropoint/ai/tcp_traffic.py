"""Bytes over the TCP connections of processes, as the kernel counts them for each: sock_diag(7), tcp_info of tcp(7).

The kernel tells of the network namespace that it is asked from.
"""

import socket
import struct
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from zeropoint.ai.growth import Growth
from zeropoint.ai.sockets import shares_network, socket_inodes
from zeropoint.probe import Absent, Roots

NETLINK_SOCK_DIAG, SOCK_DIAG_BY_FAMILY = 4, 20
REQUEST_AND_DUMP = 0x0301
DONE, ERROR = 3, 2
INET_DIAG_INFO = 2
ESTABLISHED = 1
ANSWER_SECONDS = 1.0
MOST_BYTES = 16 * 1024 * 1024
# nlmsghdr; inet_diag_req_v2: family, protocol, extensions, padding, states, and a socket that is no particular one.
HEADER, QUESTION = struct.Struct("=IHHII"), struct.Struct("=BBBBI48x")
# In struct inet_diag_msg the inode comes last; attributes follow it.
INODE, ATTRIBUTES = struct.Struct("=68xI"), 72
ATTRIBUTE = struct.Struct("=HH")
# In struct tcp_info, since Linux 4.1.
ACKED_AND_RECEIVED = struct.Struct("=120xQQ")
NOT_TOLD = "the kernel does not tell the bytes of connections"


class Bytes(NamedTuple):
    acked: int
    received: int


class Traffic(NamedTuple):
    """Bytes a second that were sent and acknowledged, and that were received."""

    sent: float | Absent
    received: float | Absent


def question(family: int) -> bytes:
    body = QUESTION.pack(family, socket.IPPROTO_TCP, 1 << (INET_DIAG_INFO - 1), 0, 1 << ESTABLISHED)
    return HEADER.pack(HEADER.size + len(body), SOCK_DIAG_BY_FAMILY, REQUEST_AND_DUMP, 1, 0) + body


def parse_answer(part: bytes) -> Iterator[tuple[int, Bytes] | None]:
    """(inode, bytes) of each connection in one datagram; None at the end of all. Raises OSError for a refusal."""
    while len(part) >= HEADER.size:
        length, kind, *_ = HEADER.unpack_from(part)
        if kind == DONE:
            yield None
            return
        if kind == ERROR:
            raise OSError(NOT_TOLD)
        if not HEADER.size <= length <= len(part):
            return
        found = parse_connection(part[HEADER.size : length])
        if found is not None:
            yield found
        part = part[(length + 3) & ~3 :]


def parse_connection(message: bytes) -> tuple[int, Bytes] | None:
    if len(message) < ATTRIBUTES:
        return None
    (inode,) = INODE.unpack_from(message)
    rest = message[ATTRIBUTES:]
    while len(rest) >= ATTRIBUTE.size:
        length, kind = ATTRIBUTE.unpack_from(rest)
        if not ATTRIBUTE.size <= length <= len(rest):
            return None
        if kind == INET_DIAG_INFO:
            info = rest[ATTRIBUTE.size : length]
            return (inode, Bytes(*ACKED_AND_RECEIVED.unpack_from(info))) if len(info) >= 136 else None
        rest = rest[(length + 3) & ~3 :]
    return None


def connections() -> Mapping[int, Bytes]:
    """All TCP connections of this network namespace by the inode of their socket. Raises OSError."""
    if not hasattr(socket, "AF_NETLINK"):
        raise OSError("this system does not tell the bytes of connections")
    found: dict[int, Bytes] = {}
    for family in (socket.AF_INET, socket.AF_INET6):
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_SOCK_DIAG) as asked:
            asked.settimeout(ANSWER_SECONDS)
            asked.send(question(family))
            size, ended = 0, False
            while not ended and size <= MOST_BYTES:
                part = asked.recv(65536)
                size += len(part)
                for one in parse_answer(part):
                    ended = one is None
                    if one is not None:
                        found[one[0]] = one[1]
    return found


class TcpTraffic:
    """What processes send and receive, over the connections that were open at two readings."""

    def __init__(self) -> None:
        self._sent, self._received = Growth(), Growth()

    def per_second(self, roots: Roots, pids: Iterable[int], now: float) -> Traffic:
        pids = tuple(pids)
        if not all(shares_network(roots, pid) for pid in pids):
            why = Absent("they are in another network namespace than the appliance")
            return Traffic(why, why)
        inodes = socket_inodes(roots, pids)
        if isinstance(inodes, Absent):
            return Traffic(inodes, inodes)
        try:
            own = {inode: count for inode, count in connections().items() if inode in inodes}
        except OSError as error:
            why = Absent(error.strerror or str(error))
            return Traffic(why, why)
        return Traffic(
            self._sent.per_second({inode: count.acked for inode, count in own.items()}, now),
            self._received.per_second({inode: count.received for inode, count in own.items()}, now),
        )
