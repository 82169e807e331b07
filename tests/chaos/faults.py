"""What can happen to a connection: how its bytes travel, where it is cut, and how that looks from the client's end.

Pure: the places are found in the bytes, chance is an argument. Only the way from the server to the client suffers; a
request is a single packet.
"""

import re
from collections.abc import Iterator
from random import Random
from typing import Literal, NamedTuple

# plain: as they come. bytes: each byte is a packet of its own. late: each packet waits first. slow: as over a line that
# carries less than the feed has.
Manner = Literal["plain", "bytes", "late", "slow"]
# anywhere; within the line that gives a chunk's length; within a character of several bytes.
Place = Literal["anywhere", "chunk-header", "character"]
# reset: as when a router loses its mind. close: as when a proxy ends in good order. stall: as when a cable is pulled.
End = Literal["reset", "close", "stall"]

MANNERS: tuple[Manner, ...] = ("plain", "plain", "plain", "bytes", "late")
PLACES: tuple[Place, ...] = ("anywhere", "chunk-header", "character")
ENDS: tuple[End, ...] = ("reset", "reset", "close", "close", "stall")
FARTHEST_BYTES = 16 * 1024
FARTHEST_BY_BYTES = 2048
"""A byte at a time this is long already."""
PATIENCE_BYTES = 64 * 1024
"""Where the place does not come within this much, any will do: the answer to a poll has no chunks."""


class Fault(NamedTuple):
    """The cut comes at the first such place after so many bytes."""

    manner: Manner
    place: Place
    end: End
    after_bytes: int


NEVER = 1 << 60
BEGINNING = re.compile(rb"[\xc0-\xff]")
"""UTF-8: the first byte of a character of several."""
SLOW = Fault("slow", "anywhere", "reset", NEVER)


def draw(random: Random) -> Fault:
    """Half of the cuts come early: within the head of the answer, the greeting or the first sample."""
    manner = random.choice(MANNERS)
    farthest = random.choice((512, 4096, FARTHEST_BYTES, FARTHEST_BYTES))
    if manner == "bytes":
        farthest = min(farthest, FARTHEST_BY_BYTES)
    return Fault(manner, random.choice(PLACES), random.choice(ENDS), random.randrange(farthest))


class Cutter:
    """Follows one connection's bytes, and says how many of them may pass before the cut."""

    def __init__(self, fault: Fault) -> None:
        self._fault = fault
        self._passed = 0
        self._framing = Framing()
        self.is_due = False

    def allow(self, part: bytes) -> int:
        """How many bytes of `part` pass; the cut is due right behind them if `is_due` is set."""
        least = self._fault.after_bytes - self._passed
        self._passed += len(part)
        allowed = next((index for index in self._places(part, least) if index > least), None)
        self.is_due = allowed is not None or self._passed > self._fault.after_bytes + PATIENCE_BYTES
        return len(part) if allowed is None else allowed

    def _places(self, part: bytes, least: int) -> Iterator[int]:
        """The indexes in `part` before which it may be cut; all of them are gone through, for what comes later."""
        match self._fault.place:
            case "anywhere":
                yield from range(max(1, least + 1), len(part) + 1)
            case "chunk-header":
                yield from self._framing.within_headers(part)
            case "character":
                yield from (found.end() for found in BEGINNING.finditer(part))


class Framing:
    """Where in HTTP/1.1's chunked coding (RFC 9112, 7.1) a stream of bytes is; nowhere in an answer of another form."""

    def __init__(self) -> None:
        self._head = b""
        self._line = b""
        self._left = 0
        self._state: Literal["head", "size", "data", "other"] = "head"

    def within_headers(self, part: bytes) -> list[int]:
        """The indexes in `part` before which some of a chunk's length has come, and its line has not ended."""
        found, at = [], 0
        while at < len(part):
            match self._state:
                case "head":
                    at = self._take_head(part)
                case "size":
                    at += 1
                    self._line += part[at - 1 : at]
                    if self._line.strip():
                        found += [at]
                        self._end_line()
                case "data":
                    taken = min(self._left, len(part) - at)
                    self._left -= taken
                    at += taken
                    self._state = "data" if self._left else "size"
                case "other":
                    return found
        return found

    def _take_head(self, part: bytes) -> int:
        known = len(self._head)
        self._head += part
        head, end, _ = self._head.partition(b"\r\n\r\n")
        if not end:
            return len(part)
        self._state = "size" if b"transfer-encoding: chunked" in head.lower() else "other"
        return len(head) + len(end) - known

    def _end_line(self) -> None:
        if self._line.endswith(b"\n"):
            self._left = int(self._line, 16) + len(b"\r\n")
            self._line = b""
            self._state = "data"
