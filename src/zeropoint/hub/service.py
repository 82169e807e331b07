"""Composition root of a hub: builds its parts and runs them. Starting and stopping read top to bottom.

A hub keeps nothing of the fleet: what it tells comes over the bus, so several serve the same fleet and any can end.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import structlog
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
from zeropoint.fleet.nats_server import NatsServer, NatsServerError
from zeropoint.fleet.receiver import Receiver
from zeropoint.fleet.stream import Limits
from zeropoint.flight import Lane
from zeropoint.history.decode import SampleDecoder
from zeropoint.hub.asking import Asking
from zeropoint.hub.bus import agents_line, joined_bus, limits_of, own_bus, own_server
from zeropoint.hub.exposition import HubExposition
from zeropoint.hub.fleet import Fleet
from zeropoint.hub.hosts import Hosts
from zeropoint.hub.live import HubLive
from zeropoint.hub.routes import hub_routes
from zeropoint.hub.selecting import Selecting
from zeropoint.hub.state import Facts, State
from zeropoint.hub.store import Store, refuse_wrong_store
from zeropoint.parts.clock import now_ms
from zeropoint.parts.reports import known_reports
from zeropoint.parts.sessions import keep_in
from zeropoint.server.access import Gate
from zeropoint.server.app import application
from zeropoint.server.certificate import Certificate
from zeropoint.server.openapi import OpenApi
from zeropoint.server.pages import Pages
from zeropoint.server.sessions import FILE as SESSIONS_FILE
from zeropoint.server.sessions import Sessions, kept_sessions
from zeropoint.server.signin import SignIn
from zeropoint.server.status import Status
from zeropoint.server.token_watch import HANG_SECONDS, follow_tokens
from zeropoint.server.tokens import TokenRegister, TokenStore, utc_now
from zeropoint.settings import Settings, SettingsError
from zeropoint.startup import (
    certificate_of,
    front_of,
    is_loopback,
    listen,
    locked,
    refuse_open_bind,
    refuse_public_without_names,
    refuse_wrong_names,
)

log = structlog.get_logger()
SHUTDOWN_SECONDS = 2.0
AUDIT_SECONDS = 5.0
# How long the first answer waits for the bus: without it the hub serves what it has, which is that the bus is away.
BEGIN_SECONDS = 5.0
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
        self._newest_at: float | None = None
        self.machines = Machines(settings.max_machines, (limits or Limits()).age_seconds)
        self.receiver = Receiver(
            bus, self._receive, alive=self.machines.alive, restarted=self._restarted, limits=limits
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
            clients=lambda: self.feeds.statistics().clients,
            failures=self._failures,
        )
        self.state = State(facts)
        self.store = Store(settings.store, describe(reports)) if settings.store else None
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
        except (RefusedError, TooManyError):
            self._refused += 1
            return
        self._newest_at = time.monotonic()
        if is_new:
            self.feeds.relay(arrival, known)

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
        return await self.store.history(known.summary.host_name or known.machine.name, request, now_ms())

    def _failures(self) -> list[str]:
        failures = [self.gate.register.failure] if self.gate.register.failure else []
        own = [] if self._server is None else self._server.failures()
        return [*failures, *self.front.failures(), *own, *self.receiver.failures()]

    def _sample_age_seconds(self) -> float | None:
        return None if self._newest_at is None else time.monotonic() - self._newest_at


async def serve(settings: Settings, announce: Callable[[str], None], tell: Callable[[str], None]) -> None:
    """Runs until SIGTERM or SIGINT. `announce` gets the page's address once it is served, `tell` the command by which
    machines join, where the bus is the hub's own.

    Raises SettingsError for a setting that cannot work here, InUseError when a port or the data directory is taken.
    """
    certificate = certificate_of(settings.tls_cert, settings.tls_key)
    refuse_wrong_names(settings)
    refuse_public_without_names(settings.public_sections)
    if settings.store:
        refuse_wrong_store(settings.store)
    refuse_open_bind(settings.host, TokenStore(Path(settings.data)))
    with locked(Path(settings.data)) as lock:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):  # Windows: ^C raises KeyboardInterrupt there
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        if settings.nats:
            await _run(
                Hub(settings, joined_bus(settings), claim=lock.take, certificate=certificate),
                settings,
                None,
                announce,
                stop,
            )
            return
        server, listening = own_server(settings, lock.take)
        hub = Hub(
            settings,
            own_bus(server, listening),
            claim=lock.take,
            certificate=certificate,
            limits=limits_of(settings),
            server=server,
        )
        try:
            server.start()
            if await unless_stopped(server.ready(), stop):
                tell(agents_line(server, listening))
                await _run(hub, settings, server, announce, stop)
        except NatsServerError as error:
            raise SettingsError(f"--nats-listen: {error}") from None
        finally:
            server.end()


async def unless_stopped(waiting: Coroutine[Any, Any, object], stop: asyncio.Event) -> bool:
    """Whether `waiting` came to its end before the hub was told to stop. Raises what it raises."""
    task, stopped = asyncio.ensure_future(waiting), asyncio.ensure_future(stop.wait())
    await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not task.done():
        task.cancel()
        return False
    await task
    return not stop.is_set()


async def _run(
    hub: Hub, settings: Settings, server: NatsServer | None, announce: Callable[[str], None], stop: asyncio.Event
) -> None:
    app = application(
        hub.routes,
        hub.gate,
        settings.allowed_hosts,
        settings.allowed_origins,
        front=hub.front,
        embed_origins=settings.embed_origins,
    )
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    assert runner.server is not None  # noqa: S101 - setup() makes it
    try:
        listener, address = await listen(runner.server, hub.front, settings.host, settings.port)
        parts: list[Coroutine[Any, Any, None]] = [
            hub.receiver.run(),
            hub.look_after(),
            follow_tokens(hub.gate, hub.feeds.end_unentitled, Lane("tokens", HANG_SECONDS).call),
            hub.front.run(),
        ]
        if server is not None:
            parts.append(server.run())
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(part) for part in parts]
            if await unless_stopped(hub.receiver.begun(BEGIN_SECONDS), stop):
                if not hub.receiver.is_listening:
                    log.warning("the bus does not answer; it is served without it", reasons=hub.receiver.failures())
                announce(address)
            await stop.wait()
            listener.close()
            for task in running:
                task.cancel()
    finally:
        hub.feeds.close("shutdown")
        await runner.cleanup()
        if hub.store is not None:
            await hub.store.close()
        await hub.front.close()
