"""Composition root: builds the parts and runs them. Starting and stopping read top to bottom."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from aiohttp import web

from zeropoint.ai.registry import refuse_wrong_targets
from zeropoint.ai.run_list import RunList
from zeropoint.catalogue import describe
from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.feed.ring import Ring
from zeropoint.feed.view import View, parse_view
from zeropoint.flight import Lane
from zeropoint.history.history import History
from zeropoint.history.record import record_of
from zeropoint.model import (
    FleetReport,
    HistoryReport,
    RemoteWriteReport,
    Sample,
)
from zeropoint.parts.alerts import alerts_of
from zeropoint.parts.clock import now_ms
from zeropoint.parts.history import archive_of, limits_of, on_history_of
from zeropoint.parts.publisher import publisher_of
from zeropoint.parts.remote_write import remote_write_of, store_of
from zeropoint.parts.reports import reports_of
from zeropoint.parts.runs import runs_of
from zeropoint.parts.sessions import keep_in
from zeropoint.sampler import SERVING, Sampler
from zeropoint.sampling.scheduler import new_epoch
from zeropoint.server.access import Gate
from zeropoint.server.alerts import Alerts as AlertsHandler
from zeropoint.server.alerts import AlertsAnswer
from zeropoint.server.app import application, routes
from zeropoint.server.asked import answered, is_of_machine
from zeropoint.server.certificate import Certificate
from zeropoint.server.correlations import Correlations
from zeropoint.server.exposition import Exposition
from zeropoint.server.history import Past
from zeropoint.server.live import Live
from zeropoint.server.openapi import OpenApi
from zeropoint.server.pages import Pages
from zeropoint.server.sessions import FILE as SESSIONS_FILE
from zeropoint.server.sessions import Sessions, kept_sessions
from zeropoint.server.signin import SignIn
from zeropoint.server.specs import Specs
from zeropoint.server.status import Status
from zeropoint.server.token_watch import HANG_SECONDS, follow_tokens
from zeropoint.server.tokens import TokenRegister, TokenStore, utc_now
from zeropoint.server.verdicts import Verdicts
from zeropoint.settings import Settings, SettingsError
from zeropoint.startup import (
    Claim,
    certificate_of,
    front_of,
    is_loopback,
    listen,
    locked,
    refuse_open_bind,
    refuse_wrong_names,
)

if TYPE_CHECKING:
    from zeropoint.alerts.plan import Plan
    from zeropoint.fleet.remote_write_target import Target

# Streams end at once by `bye`. aiohttp waits so long for other answers, then as long again for their handlers to end.
SHUTDOWN_SECONDS = 1.0
# How long the audit log waits for the disk before it says so.
AUDIT_SECONDS = 5.0
# How long who asks for correlations waits for the computing of them, and of those before.
CORRELATIONS_SECONDS = 30.0


class Appliance:
    """All parts of one appliance, put together but not running. `claim` makes the data directory this process's, or
    raises OSError; nothing is written to it before. `store` is what is written to by remote write, `plan` has the rules
    of alerts."""

    def __init__(
        self,
        settings: Settings,
        claim: Claim = lambda: None,
        store: "Target | None" = None,
        certificate: Certificate | None = None,
        plan: "Plan | None" = None,
    ) -> None:
        epoch = new_epoch(datetime.now(UTC))
        ring = Ring(epoch)
        directory = Path(settings.data) / "history"
        archive = archive_of(directory, self._doubt_journal) if settings.history else None
        self.broadcaster = Broadcaster(
            ring, settings.interval, settings.max_subscribers, msgspec.json.encode, archive=archive
        )
        self.front = front_of(settings, certificate, Lane("audit", AUDIT_SECONDS).call, claim)
        self.register = TokenRegister(TokenStore(Path(settings.data)))
        self.alerts = alerts_of(plan, Path(settings.data), claim)
        sampler = Sampler(
            settings,
            epoch,
            self._publish,
            self._serving,
            self._failures,
            history=self._history_report,
            fleet=self._fleet_report,
            remote_write=self._remote_write_report,
            alerts=tuple if self.alerts is None else self.alerts.firing,
            alerts_report=lambda: None if self.alerts is None else self.alerts.report(),
        )
        self.scheduler = sampler.scheduler
        public = parse_view(",".join(settings.public_sections)) if settings.public_sections else View()
        sessions = Sessions(self.register, kept_sessions(Path(settings.data)))
        self.gate = Gate(self.register, public, not is_loopback(settings.host), utc_now, sessions)
        status = Status(
            self.gate,
            self.broadcaster.statistics,
            sampler.judge,
            sampler.uptime_seconds,
            sampler.sample_age_seconds,
        )
        self.reports = reports_of(sampler.ai)
        self.history = History(directory, self.reports, limits_of(settings), claim) if settings.history else None
        self.remote_write = None
        if store is not None:
            # Of its own: readers that come back must not hold it up, nor it them.
            older = archive_of(directory, self._doubt_journal) if settings.history else None
            self.remote_write = remote_write_of(
                store, ring, older, reports=self.reports, data=Path(settings.data), claim=claim
            )
        specs = Specs(describe(self.reports))
        on_history = None if self.history is None else on_history_of(self.history, settings.interval)
        runs, comparison = runs_of(RunList(Path(settings.artifacts), sampler.roots), on_history)
        self.publisher = publisher_of(settings, self.broadcaster, self._answer, claim)
        self.routes = routes(
            live=Live(self.gate, lambda request: self.broadcaster, settings.max_subscribers_per_client),
            status=status,
            exposition=Exposition(self.gate, self.broadcaster),
            past=Past(
                self.gate,
                self.broadcaster,
                specs,
                on_history,
                now_ms,
            ),
            correlations=Correlations(specs, on_history, Lane("correlations", CORRELATIONS_SECONDS).call, now_ms),
            verdicts=Verdicts(sampler.observer.told),
            alerts=AlertsHandler(self._alerts_answer),
            runs=runs,
            comparison=comparison,
            pages=Pages(self.gate),
            sign_in=SignIn(
                self.gate,
                keep_in(Path(settings.data) / SESSIONS_FILE, claim),
                lambda: self.broadcaster.end_unentitled("signed-out"),
                utc_now,
            ),
            openapi=OpenApi(self.reports),
        )

    async def stop(self, runner: web.AppRunner) -> None:
        """Ends all parts side by side: each takes its time where something hangs, and together they have 5 s."""
        stops = [self._stop_serving(runner)]
        if self.remote_write is not None:
            stops.append(self.remote_write.stop())
        if self.history is not None:
            stops.append(asyncio.to_thread(self.history.stop))
        if self.alerts is not None:
            stops.append(asyncio.to_thread(self.alerts.stop))
        await asyncio.gather(*stops)

    async def _stop_serving(self, runner: web.AppRunner) -> None:
        await runner.cleanup()
        await self.front.close()  # it tells of the last answers too

    def _serving(self) -> Mapping[str, int]:
        statistics = self.broadcaster.statistics()
        return {field: getattr(statistics, field) for field in SERVING}

    def _failures(self) -> list[str]:
        failures = [self.register.failure] if self.register.failure else []
        failures += self.front.failures()
        failures += [] if self.publisher is None else self.publisher.failures()
        failures += [] if self.remote_write is None else self.remote_write.failures()
        failures += [] if self.alerts is None else self.alerts.failures()
        return failures if self.history is None else failures + self.history.failures()

    def _history_report(self) -> HistoryReport | None:
        return None if self.history is None else self.history.statistics()

    def _remote_write_report(self) -> RemoteWriteReport | None:
        return None if self.remote_write is None else self.remote_write.statistics()

    def _fleet_report(self) -> FleetReport | None:
        return None if self.publisher is None else self.publisher.statistics()

    def _alerts_answer(self) -> AlertsAnswer | None:
        if self.alerts is None:
            return None
        return AlertsAnswer(self.alerts.rules(), self.alerts.events(), self.alerts.targets())

    async def _answer(self, path: str, query: str) -> tuple[int, bytes]:
        """What this machine answers over the bus of its fleet."""
        return await answered({one.path: one.handler for one in self.routes if is_of_machine(one)}, path, query)

    def _doubt_journal(self) -> None:
        if self.history is not None:
            self.history.doubt_journal()

    def _publish(self, sample: Sample, missed: int) -> None:
        """Live first: what is kept is kept of the same bytes."""
        self.broadcaster.publish(sample, missed)
        newest = self.broadcaster.ring.newest
        if self.history is not None and newest is not None:
            self.history.put(record_of(sample, missed, newest.payload))
        if self.alerts is not None:
            self.alerts.put(sample)


async def serve(settings: Settings, announce: Callable[[str], None], plan: "Plan | None" = None) -> None:
    """Runs until SIGTERM or SIGINT. `announce` gets the page's address once it is served, `plan` has the rules of
    alerts.

    Raises SettingsError for a setting that cannot work here, InUseError when the port or data directory is taken.
    """
    certificate = certificate_of(settings.tls_cert, settings.tls_key)
    refuse_wrong_names(settings)
    try:
        refuse_wrong_targets(settings.openmetrics_targets)
    except ValueError as error:
        raise SettingsError(f"openmetrics_targets: {error}") from None
    store = store_of(settings)
    refuse_open_bind(settings.host, TokenStore(Path(settings.data)))
    with locked(Path(settings.data)) as lock:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError):  # Windows: ^C raises KeyboardInterrupt there
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        appliance = Appliance(settings, lock.take, store, certificate, plan)
        await appliance.scheduler.first()
        app = application(
            appliance.routes,
            appliance.gate,
            settings.allowed_hosts,
            settings.allowed_origins,
            front=appliance.front,
            embed_origins=settings.embed_origins,
        )
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        assert runner.server is not None  # noqa: S101 - setup() makes it
        try:
            listener, address = await listen(runner.server, appliance.front, settings.host, settings.port)
            announce(address)
            if appliance.history is not None:
                appliance.history.start()
            if appliance.remote_write is not None:
                appliance.remote_write.start()
            if appliance.alerts is not None:
                appliance.alerts.start()
            async with asyncio.TaskGroup() as tasks:
                parts = [
                    appliance.scheduler.run(),
                    appliance.broadcaster.run(),
                    follow_tokens(
                        appliance.gate, appliance.broadcaster.end_unentitled, Lane("tokens", HANG_SECONDS).call
                    ),
                ]
                parts.append(appliance.front.run())
                if appliance.publisher is not None:
                    parts.append(appliance.publisher.run())
                running = [tasks.create_task(part) for part in parts]
                await stop.wait()
                listener.close()
                for task in running:
                    task.cancel()
        finally:
            appliance.broadcaster.close("shutdown")
            await appliance.stop(runner)
