"""Composition root of a hub: builds its parts.

A hub keeps nothing of the fleet: what it tells comes over the bus, so several serve the same fleet and any can end.
"""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from aiohttp import web

from zeropoint.catalogue import describe
from zeropoint.feed.view import View, parse_view
from zeropoint.fleet.asking import Answered, NoAnswerError, ask
from zeropoint.fleet.checking import RefusedError, check
from zeropoint.fleet.connection import Bus
from zeropoint.fleet.feeds import Feeds
from zeropoint.fleet.identity import Machine
from zeropoint.fleet.machines import Known, Machines, TooManyError
from zeropoint.fleet.message import Message
from zeropoint.fleet.names import host_of
from zeropoint.fleet.nats_server import NatsServer
from zeropoint.fleet.receiver import Receiver
from zeropoint.fleet.stream import Limits
from zeropoint.flight import Lane
from zeropoint.history.decode import SampleDecoder
from zeropoint.hub.asking import Asking
from zeropoint.hub.exposition import HubExposition
from zeropoint.hub.fleet import Fleet
from zeropoint.hub.hosts import Hosts
from zeropoint.hub.live import HubLive
from zeropoint.hub.routes import hub_routes
from zeropoint.hub.selecting import Selecting
from zeropoint.hub.state import Facts, State
from zeropoint.hub.store import Store
from zeropoint.parts.clock import now_ms
from zeropoint.parts.reports import known_reports
from zeropoint.parts.sessions import keep_in
from zeropoint.server.access import Gate
from zeropoint.server.certificate import Certificate
from zeropoint.server.openapi import OpenApi
from zeropoint.server.pages import Pages
from zeropoint.server.sessions import FILE as SESSIONS_FILE
from zeropoint.server.sessions import Sessions, kept_sessions
from zeropoint.server.signin import SignIn
from zeropoint.server.status import Status
from zeropoint.server.tokens import TokenRegister, TokenStore, utc_now
from zeropoint.settings import Settings
from zeropoint.startup import (
    front_of,
    is_loopback,
)
from zeropoint.texts import clean

AUDIT_SECONDS = 5.0
LOOK_SECONDS = 0.5


class Hub:
    """All parts of one hub, put together but not running. `claim` makes the data directory this process's, or raises
    OSError; `server` is the bus, where that is the hub's own."""

    def __init__(
        self,
        settings: Settings,
        bus: Bus,
        *,
        claim: Callable[[], None] = lambda: None,
        certificate: Certificate | None = None,
        limits: Limits | None = None,
        server: NatsServer | None = None,
    ) -> None:
        reports = known_reports()
        self._server = server
        self._refused = 0
        self._refusal = ""
        self._newest_at: float | None = None
        self.machines = Machines(settings.max_machines)
        self.receiver = Receiver(
            bus,
            self._receive,
            alive=self.machines.alive,
            restarted=self._restarted,
            keeps=self._keeps,
            limits=limits,
        )
        self.feeds = Feeds(settings.max_subscribers, lambda: self.receiver.link)
        data = Path(settings.data)
        self.front = front_of(settings, certificate, Lane("audit", AUDIT_SECONDS).call, claim)
        register = TokenRegister(TokenStore(data))
        public = parse_view(",".join(settings.public_sections)) if settings.public_sections else View()
        sessions = Sessions(register, kept_sessions(data))
        self.gate = Gate(register, public, not is_loopback(settings.host), utc_now, sessions)
        facts = Facts(
            is_listening=lambda: self.receiver.is_listening,
            messages_total=lambda: self.receiver.messages_total,
            refused_total=lambda: self._refused,
            refusal=lambda: self._refusal,
            clients=lambda: self.feeds.statistics().clients,
            failures=self._failures,
        )
        self.state = State(facts)
        self.store = Store(settings.store, describe(reports), settings.store_credentials) if settings.store else None
        selecting = Selecting(self.machines, self.feeds)
        self.routes = hub_routes(
            live=HubLive(self.gate, selecting.feed, settings.max_subscribers_per_client, self.receiver.reached),
            status=Status(
                self.gate, self.feeds.statistics, self.state.judge, self.state.uptime_seconds, self._sample_age_seconds
            ),
            pages=Pages(self.gate, is_fleet=True),
            sign_in=SignIn(
                self.gate,
                keep_in(data / SESSIONS_FILE, claim),
                lambda: self.feeds.end_unentitled("signed-out"),
                utc_now,
            ),
            openapi=OpenApi(reports),
            exposition=HubExposition(self.gate, selecting, self.machines, SampleDecoder(reports), facts),
            hosts=Hosts(self.machines),
            fleet=Fleet(self.machines, selecting),
            asking=Asking(selecting, self._ask, self._ask_store if self.store else None).handler,
        )

    async def look_after(self) -> None:
        """Tells readers of machines whose state has changed, and looks after the feeds, until it is cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.machines.listening(self.receiver.is_listening)
            for known, state in self.machines.changed():
                self.feeds.tell(known, state)
            self.feeds.look_after()

    def _receive(self, message: Message, is_new: bool) -> None:
        try:
            arrival = check(message)
            known = self.machines.receive(arrival, is_live=is_new)
        except (RefusedError, TooManyError) as error:
            self._refused += 1
            self._refusal = f"{self._named(message.subject)}: {error}"
            return
        self._newest_at = time.monotonic()
        if is_new:
            self.feeds.relay(arrival, known)

    def _named(self, subject: str) -> str:
        """The machine that a subject names, as people know it."""
        host = host_of(subject)
        known = None if host is None else self.machines.get(host)
        return known.machine.name if known is not None else host or clean(subject)

    def _keeps(self, seconds: float) -> None:
        self.machines.age_seconds = seconds

    def _restarted(self) -> None:
        self.machines.clear()
        self.feeds.restart("stream-begins-anew")

    async def _ask(self, machine: Machine, path: str, query: str) -> Answered:
        link = self.receiver.link
        if link is None:
            raise NoAnswerError("cannot be asked: the bus is away")
        return await ask(link, machine.id, path, query)

    async def _ask_store(self, known: Known, request: web.Request) -> bytes:
        assert self.store is not None  # noqa: S101 - else nobody asks
        return await self.store.history(known, request, now_ms())

    def _failures(self) -> list[str]:
        failures = [self.gate.register.failure] if self.gate.register.failure else []
        own = [] if self._server is None else self._server.failures()
        return [*failures, *self.front.failures(), *own, *self.receiver.failures()]

    def _sample_age_seconds(self) -> float | None:
        return None if self._newest_at is None else time.monotonic() - self._newest_at
