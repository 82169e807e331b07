"""All connections: how many there may be, and how long one may dawdle."""

import asyncio
import heapq
from collections import Counter
from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

from msgspec import Struct

from zeropoint.server.clients import Network, is_within, network_key

# Places beyond the limit in which nothing but a probe is answered, so that a supervisor can ask a server that is full.
RESERVED = 64
SWEEP_SECONDS = 2.0
# How long an answer may wait for a reader that takes nothing of it, and a closed connection for one that doesn't leave.
UNREAD_SECONDS = 30.0
CLOSING_SECONDS = 10.0
# To make room, one connection of so many goes at a time: to look for the oldest costs as much as a thousand accepts.
EVICTED_SHARE = 64


class Bounds(Struct, frozen=True, kw_only=True):
    """What connections are held to. A trusted proxy speaks for many clients, and is bounded by `connections` alone."""

    connections: int = 11_000
    connections_per_client: int = 2_000
    header_bytes: int = 16 * 1024
    header_seconds: float = 10.0
    keepalive_seconds: float = 75.0
    trusted: tuple[Network, ...] = ()


class Member(Protocol):
    """What the crowd knows of a connection. `busy`: a request of it is being handled, which bounds itself; a stream is
    one. `quiet_since`: when it connected, or its last request was done."""

    network: str
    busy: bool
    asked: bool
    reserved: bool
    quiet_since: float

    def is_overdue(self, now: float) -> bool: ...
    def is_stuck(self, now: float) -> bool: ...
    def end_late(self) -> None: ...
    def cut_off(self) -> None: ...


class Crowd:
    """The connections of one server. `refused` is told the address, status and reason of each that gets no place, or
    sends no request."""

    def __init__(self, bounds: Bounds, refused: Callable[[str, int, str], None] = lambda *_: None) -> None:
        self.bounds = bounds
        self.refused = refused
        # In the order in which they came: the loop's clock tells no two of one round apart.
        self._members: dict[Member, None] = {}
        self._reserved: dict[Member, None] = {}
        self._of_client: Counter[str] = Counter()
        self.evicted_total = 0

    def admit(self, member: Member, address: str) -> bool:
        """Gives a connection its place; not where its client has too many, or all others are at work."""
        member.network = network = network_key(address)
        if self._of_client[network] >= self.bounds.connections_per_client and not is_within(
            address, self.bounds.trusted
        ):
            self.refused(address, HTTPStatus.SERVICE_UNAVAILABLE, "too-many-connections")
            return False
        member.reserved = len(self._members) >= self.bounds.connections and not self._make_room(self._members)
        if member.reserved and len(self._reserved) >= RESERVED and not self._make_room(self._reserved):
            self.refused(address, HTTPStatus.SERVICE_UNAVAILABLE, "full")
            return False
        (self._reserved if member.reserved else self._members)[member] = None
        self._of_client[network] += 1
        return True

    def leave(self, member: Member) -> None:
        """Takes the place back; without effect where it has been taken already."""
        places = self._reserved if member.reserved else self._members
        if member not in places:
            return
        del places[member]
        self._of_client[member.network] -= 1
        if not self._of_client[member.network]:
            del self._of_client[member.network]

    async def run(self) -> None:
        """Ends what dawdles, until it is cancelled."""
        now = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            self.sweep(now())

    def sweep(self, now: float) -> None:
        for places in (self._members, self._reserved):
            # Of thousands nearly all are streams: these cost one look each.
            for member in [one for one in places if not one.busy]:
                if member.is_stuck(now):
                    member.cut_off()
                elif member.is_overdue(now):
                    member.end_late()

    def statistics(self) -> dict[str, int]:
        return {
            "connections": len(self._members) + len(self._reserved),
            "clients": len(self._of_client),
            "evicted_total": self.evicted_total,
        }

    def _make_room(self, places: dict[Member, None]) -> bool:
        """Ends those that have waited longest for a request; first of all those that never made one. Says whether it
        found any."""
        idle = (one for one in places if not one.busy)
        share = max(1, len(places) // EVICTED_SHARE)
        oldest = heapq.nsmallest(share, idle, key=lambda one: (one.asked, one.quiet_since))
        for member in oldest:
            self.leave(member)
            member.cut_off()
        self.evicted_total += len(oldest)
        return bool(oldest)
