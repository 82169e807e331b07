"""What can happen to a connection: how its bytes travel, where it is cut, and how that looks from the client's end.

Pure: the places are found in the bytes, chance is an argument. Only the way from the server to the client suffers; a
request is a single packet.
"""

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
        for index, byte in enumerate(part):
            self._framing.take(byte)
            self._passed += 1
            if self._passed > self._fault.after_bytes and self._is_place(byte):
                self.is_due = True
                return index + 1
        return len(part)

    def _is_place(self, byte: int) -> bool:
        """Whether it may be cut right behind this byte."""
        if self._passed > self._fault.after_bytes + PATIENCE_BYTES:
            return True
        match self._fault.place:
            case "anywhere":
                return True
            case "chunk-header":
                return self._framing.is_within_header
            case "character":
                return byte >= 0xC0  # UTF-8: the first byte of a character of several


class Framing:
    """Where in HTTP/1.1's chunked coding (RFC 9112, 7.1) a stream of bytes is; nowhere in an answer of another form."""

    def __init__(self) -> None:
        self._head = bytearray()
        self._line = bytearray()
        self._left = 0
        self._state: Literal["head", "size", "data", "other"] = "head"

    @property
    def is_within_header(self) -> bool:
        """Some of a chunk's length has come, and the line has not ended."""
        return self._state == "size" and bool(self._line.strip())

    def take(self, byte: int) -> None:
        match self._state:
            case "head":
                self._head.append(byte)
                if self._head.endswith(b"\r\n\r\n"):
                    chunked = b"transfer-encoding: chunked" in self._head.lower()
                    self._state = "size" if chunked else "other"
            case "size":
                self._line.append(byte)
                if self._line.endswith(b"\n") and self._line.strip():
                    # Two more: the line end behind the data.
                    self._left = int(self._line, 16) + 2
                    self._line.clear()
                    self._state = "data"
            case "data":
                self._left -= 1
                if self._left == 0:
                    self._state = "size"
            case "other":
                pass
