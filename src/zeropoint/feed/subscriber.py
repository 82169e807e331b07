"""Who reads the stream: one connection, and all those of one wire form."""

import asyncio
from collections import deque
from collections.abc import Callable

from zeropoint.feed.frames import Frame, Wire

QUEUE_FRAMES = 32


class Subscriber:
    """One connection of the stream. `ended` is set when the feed has nothing more to send to it, `holds` says whether
    it may still read, `charge` counts what it costs as so many more requests of its client; `catching_up` is the task
    that sends what it missed."""

    __slots__ = (
        "capacity",
        "catching_up",
        "charge",
        "drained",
        "ended",
        "holds",
        "lost",
        "missed",
        "paused",
        "sent_id",
        "slow_since",
        "spoke_at",
        "transport",
        "waiting",
        "wire",
    )

    def __init__(self, transport: asyncio.Transport, wire: Wire, ended: "asyncio.Future[None]") -> None:
        self.transport = transport
        self.wire = wire
        self.ended = ended
        self.holds: Callable[[], bool] = lambda: True
        self.charge: Callable[[float], None] = lambda requests: None
        self.waiting: deque[Frame] = deque()
        self.slow_since = 0.0
        self.spoke_at = 0.0
        self.paused = False
        self.drained: asyncio.Event | None = None
        self.catching_up: asyncio.Task[None] | None = None
        self.sent_id: str | None = None
        self.lost = 0
        self.missed = 0
        self.capacity = QUEUE_FRAMES

    async def writable(self) -> None:
        """Returns when all that was written is with the kernel, others having had their turn in any case."""
        if self.paused:
            self.drained = asyncio.Event()
            await self.drained.wait()
        else:
            await asyncio.sleep(0)


class Group:
    """The subscribers of one wire form: all of them, and those that keep up, which a sample goes to at once.

    The latter by their transports: to touch a thousand further objects at each sample is a tenth of what it costs.
    """

    __slots__ = ("members", "quick")

    def __init__(self) -> None:
        self.members: set[Subscriber] = set()
        self.quick: dict[asyncio.Transport, Subscriber] = {}
