"""Receives what all machines publish, for a hub: over one connection after the other, each message once."""

import asyncio
import random
import time
from collections.abc import Callable

import structlog
from nats.aio.msg import Msg

from zeropoint.fleet.connection import Bus, BusError, Link, connected
from zeropoint.fleet.following import Following
from zeropoint.fleet.message import Message
from zeropoint.fleet.names import ALL_ALIVE, HUB_INBOX, host_of
from zeropoint.fleet.stream import Limits, ensure_newest, ensure_stream, limit_stream
from zeropoint.texts import rfc3339

log = structlog.get_logger()
FIRST_WAIT_SECONDS, LONGEST_WAIT_SECONDS = 0.25, 5.0


class Receiver:
    """`receive` gets each message and whether it is to be sent on: what was stored before the hub came is not, of which
    it gets the newest message of each machine. `alive` gets the id of a machine that told that it lives, `restarted` is
    called when the stream is another one than before, `keeps` gets for how many seconds the bus knows a machine that is
    silent, 0 for ever. With `limits` the stream is given these."""

    def __init__(
        self,
        bus: Bus,
        receive: Callable[[Message, bool], None],
        *,
        alive: Callable[[str], None],
        restarted: Callable[[], None],
        keeps: Callable[[float], None],
        limits: Limits | None = None,
    ) -> None:
        self._bus = bus
        self._receive = receive
        self._alive = alive
        self._restarted = restarted
        self._keeps = keeps
        self._limits = limits
        self._following = Following(self._take)
        self._created: object = None
        self._begun = False
        self._fault: tuple[str, float] | None = None
        self.link: Link | None = None
        self.messages_total = 0

    @property
    def is_listening(self) -> bool:
        """Whether everything is received that is published now."""
        return self.link is not None and not self.link.lost.is_set() and self._following.caught_up.is_set()

    def reached(self) -> int | None:
        """The place in the stream up to which everything was received; None while it is not listening."""
        return (self._following.sequence or 0) if self.is_listening else None

    def failures(self) -> list[str]:
        """Why it is not listening, a line."""
        if self._fault is not None:
            return [f"the bus: {self._fault[0]}, since {rfc3339(self._fault[1])}"]
        denied = [] if self.link is None else self.link.denied
        missing = [] if self.is_listening else [f"{self._bus.name}: not connected yet"]
        return [f"the bus: {reason}" for reason in (*missing, *denied)]

    async def begun(self, limit_seconds: float) -> bool:
        """Waits until all that was stored has been received; False where that takes longer."""
        try:
            async with asyncio.timeout(limit_seconds):
                await self._following.caught_up.wait()
        except TimeoutError:
            return False
        return True

    async def run(self) -> None:
        """Receives until it is cancelled, whatever becomes of the bus."""
        wait_seconds = FIRST_WAIT_SECONDS
        while True:
            received = self.messages_total
            try:
                await self._serve()
                self._fails(f"{self._bus.name}: the connection was lost")
            except BusError as error:
                self._fails(str(error))
            except Exception:
                log.exception("receiving failed")
                self._fails("receiving failed; see the log")
            finally:
                self.link = None
                self._following.caught_up.clear()
            wait_seconds = FIRST_WAIT_SECONDS if self.messages_total > received else 2 * wait_seconds
            wait_seconds = min(wait_seconds, LONGEST_WAIT_SECONDS)
            await asyncio.sleep(random.uniform(wait_seconds / 2, wait_seconds))  # noqa: S311 - spread, no secret

    async def _serve(self) -> None:
        async with connected(self._bus, "zeropoint hub", HUB_INBOX) as link:
            if self._limits is not None:
                await limit_stream(link.stream, self._limits)
            info = await ensure_stream(link.stream)
            self._keeps(await ensure_newest(link.stream, info))
            last = self._following.sequence
            if last is not None and (info.created != self._created or info.state.last_seq < last):
                log.warning("the stream begins anew", last_seq=info.state.last_seq, was=last)
                self._following.forget()
                self._begun = False
                self._restarted()
            self._created = info.created
            await link.client.subscribe(ALL_ALIVE, cb=self._on_alive)
            self.link = link
            if self._fault is not None:
                log.info("the bus is back", bus=self._bus.name)
            self._fault = None
            await self._following.run(link)

    async def _on_alive(self, message: Msg) -> None:
        host = host_of(message.subject)
        if host is not None:
            self._alive(host)

    def _take(self, message: Message) -> None:
        self.messages_total += 1
        self._begun = self._begun or message.pending == 0
        self._receive(message, self._begun)

    def _fails(self, reason: str) -> None:
        if self._fault is None or self._fault[0] != reason:
            log.warning("nothing is received", reason=reason)
        self._fault = (reason, self._fault[1] if self._fault else time.time())
