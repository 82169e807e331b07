"""Composition root: builds the parts and runs them. Starting and stopping read top to bottom."""

import asyncio
import platform
import signal
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from aiohttp import web

from zeropoint.ai.recognise import Recogniser
from zeropoint.ai.registry import Options, components, refuse_wrong_targets
from zeropoint.ai.run_list import RunList
from zeropoint.catalogue import describe
from zeropoint.feed.archive import Archive, Tail
from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.feed.ring import Ring
from zeropoint.feed.view import View, parse_view
from zeropoint.fleet.extra import MissingExtraError, refuse_missing_extra
from zeropoint.flight import Lane
from zeropoint.history.columns_reader import ColumnReader
from zeropoint.history.fault import Fault
from zeropoint.history.gaps import GapReader, Loss
from zeropoint.history.history import History
from zeropoint.history.journal_reader import JournalReader
from zeropoint.history.queries import Queries
from zeropoint.history.readers import Readers
from zeropoint.history.record import record_of
from zeropoint.history.retention import DAY_MS, HOUR_MS, Limits
from zeropoint.model import (
    Component,
    FleetReport,
    HistoryReport,
    RemoteWriteReport,
    RunEntry,
    RunRecord,
    RunSteps,
    Sample,
)
from zeropoint.probe import Probe
from zeropoint.processes import ProcessTable
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
from zeropoint.server.history import OnHistory, Past
from zeropoint.server.live import Live
from zeropoint.server.openapi import OpenApi
from zeropoint.server.pages import Pages
from zeropoint.server.runs import MOST_POINTS, Runs
from zeropoint.server.runs_compared import Comparison
from zeropoint.server.sessions import FILE as SESSIONS_FILE
from zeropoint.server.sessions import Sessions, kept_sessions
from zeropoint.server.signin import SignIn
from zeropoint.server.specs import Specs
from zeropoint.server.status import Status
from zeropoint.server.token_watch import follow_tokens
from zeropoint.server.tokens import TokenRegister, TokenStore, replace_file, utc_now
from zeropoint.server.verdicts import Verdicts
from zeropoint.settings import Settings, SettingsError, load_tables
from zeropoint.startup import (
    certificate_of,
    front_of,
    is_loopback,
    listen,
    locked,
    refuse_open_bind,
    refuse_wrong_names,
)

if TYPE_CHECKING:
    from zeropoint.alerts.alerts import Alerts
    from zeropoint.alerts.plan import Plan
    from zeropoint.fleet.publisher import Publisher
    from zeropoint.fleet.remote_write import RemoteWrite
    from zeropoint.fleet.remote_write_target import Target

# Streams end at once by `bye`; whatever still hangs after this long is cut off.
SHUTDOWN_SECONDS = 2.0
# How long who asks for runs waits for the disk.
RUNS_SECONDS = 5.0
# How long who asks for a comparison of two runs waits for the computing of it, and of the one before.
COMPARE_SECONDS = 15.0
# How long who signs in or out waits for the disk.
SESSIONS_SECONDS = 5.0
# How long the audit log waits for the disk before it says so.
AUDIT_SECONDS = 5.0
# How long who asks for correlations waits for the computing of them, and of those before.
CORRELATIONS_SECONDS = 30.0
# How long a question to the history may take, and how long who asks waits for that of another one as well.
HISTORY_SECONDS = 10.0
HISTORY_WAIT_SECONDS = 15.0
# How long a reader that comes back waits for samples from behind the ring before it is told that they are gone.
REPLAY_SECONDS = 5.0
# How long encoding for a store, and keeping how far it has got, may take before it counts as failed.
ENCODE_SECONDS = 30.0
POSITION_SECONDS = 2.0

T = TypeVar("T")
Claim = Callable[[], None]


class Appliance:
    """All parts of one appliance, put together but not running. `claim` makes the data directory this process's, or
    raises OSError; nothing is written to it before. `store` is what is written to by remote write, `plan` has the rules
    of alerts."""

    def __init__(
        self,
        settings: Settings,
        claim: Callable[[], None] = lambda: None,
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


def runs_of(run_list: RunList, on_history: OnHistory | None) -> tuple[Runs, Comparison]:
    """Handlers that read the runs on a thread of their own: a disk that hangs holds nothing else. Two are compared on
    another one."""
    lane, computing = Lane("runs", RUNS_SECONDS), Lane("compare", COMPARE_SECONDS)

    async def listed() -> tuple[list[RunEntry], str | None]:
        listing = await lane.call(run_list.list)
        return listing.runs, listing.shortfall

    async def steps(run: str, points: int) -> RunSteps | None:
        return await lane.call(lambda: run_list.steps(run, points))

    async def record(run: str) -> RunRecord | None:
        return await lane.call(lambda: run_list.record(run, MOST_POINTS))

    return Runs(listed, steps), Comparison(record, on_history, computing.call, now_ms)


def now_ms() -> int:
    return int(utc_now().timestamp() * 1000)


def keep_in(file: Path, claim: Callable[[], None]) -> Callable[[bytes], Awaitable[None]]:
    """What writes the sessions, on a thread of its own."""
    lane = Lane("sessions", SESSIONS_SECONDS)

    def write(content: bytes) -> None:
        claim()
        replace_file(file, content)

    async def keep(content: bytes) -> None:
        await lane.call(lambda: write(content))

    return keep


def limits_of(settings: Settings) -> Limits:
    return Limits(
        journal_ms=settings.history_journal_hours * HOUR_MS,
        samples_ms=settings.history_samples_days * DAY_MS,
        minutes_ms=settings.history_minutes_days * DAY_MS,
        hours_ms=settings.history_hours_days * DAY_MS,
        size_bytes=settings.history_size_mib * 1024 * 1024,
    )


def publisher_of(
    settings: Settings, feed: Broadcaster, answer: Callable[[str, str], Awaitable[tuple[int, bytes]]], claim: Claim
) -> "Publisher | None":
    """What publishes to the bus that is set; None where none is. Raises SettingsError."""
    if not settings.fleet:
        for setting in ("fleet_credentials", "fleet_ca", "fleet_name"):
            if getattr(settings, setting):
                raise SettingsError(f"--{setting.replace('_', '-')}: it needs --fleet, which names the bus")
        return None

    def name() -> str:
        newest = feed.newest_sample
        told = newest.system.host.name if newest is not None and newest.system.host is not None else None
        return settings.fleet_name or told or platform.node()

    try:
        refuse_missing_extra()
        from zeropoint.fleet.build import publisher_of as build  # noqa: PLC0415 - else nothing of it is loaded
        from zeropoint.fleet.connection import Bus  # noqa: PLC0415

        return build(
            Bus(settings.fleet, settings.fleet_credentials, settings.fleet_ca),
            feed,
            data=Path(settings.data),
            name=name,
            claim=claim,
            disk=Lane("fleet", POSITION_SECONDS).call,
            answer=answer,
        )
    except (MissingExtraError, ValueError) as error:
        raise SettingsError(f"--fleet: {error}") from None


def store_of(settings: Settings) -> "Target | None":
    """The store to write to; None where none is set. Raises SettingsError."""
    if not settings.remote_write:
        for name in ("remote_write_credentials", "remote_write_labels"):
            if getattr(settings, name):
                raise SettingsError(f"--{name.replace('_', '-')}: it needs --remote-write, which names the store")
        return None
    from zeropoint.fleet.remote_write_target import Target  # noqa: PLC0415 - else nothing of it is loaded

    try:
        return Target(settings.remote_write, settings.remote_write_credentials, settings.remote_write_labels)
    except ValueError as error:
        raise SettingsError(str(error)) from None


def remote_write_of(
    target: "Target",
    ring: Ring,
    archive: Archive | None,
    *,
    reports: Mapping[str, type[Component]],
    data: Path,
    claim: Callable[[], None],
) -> "RemoteWrite":
    """What writes to a store, on threads of its own."""
    from zeropoint.fleet.remote_write_build import remote_write_of as build  # noqa: PLC0415 - else nothing of it is loaded

    return build(
        target,
        ring=ring,
        archive=archive,
        reports=reports,
        data=data,
        claim=claim,
        compute=Lane("remote-write", ENCODE_SECONDS).call,
        disk=Lane("remote-write-position", POSITION_SECONDS).call,
    )


def alerts_plan(settings: Settings, config: str | None) -> "Plan | None":
    """The rules of alerts in the settings file, and where their notices go; None where it has none. Raises
    SettingsError."""
    tables = load_tables(config)
    if not tables:
        return None
    from zeropoint.alerts.plan import plan_of  # noqa: PLC0415 - else nothing of it is loaded
    from zeropoint.alerts.table_reader import AlertsError  # noqa: PLC0415

    processes = ProcessTable()
    options = Options(artifacts=Path(settings.artifacts), openmetrics_targets=settings.openmetrics_targets)
    try:
        ai = components(options, processes, Recogniser(processes))
        return plan_of(tables, describe(reports_of(ai)))
    except AlertsError as error:
        raise SettingsError(f"{config}: {error}") from None
    except ValueError as error:
        raise SettingsError(f"openmetrics_targets: {error}") from None


def alerts_of(plan: "Plan | None", data: Path, claim: Claim) -> "Alerts | None":
    """What looks at each sample by the rules; None without any."""
    if plan is None or not plan.rules:
        return None
    from zeropoint.alerts.alerts import Alerts  # noqa: PLC0415 - else nothing of it is loaded

    return Alerts(plan.rules, plan.channels, data, claim)


def archive_of(directory: Path, doubt: Callable[[], None]) -> Archive:
    """What the feed asks for samples that are older than memory reaches back: the journal, on a thread of its own.
    `doubt` is called where it turns out to be damaged."""
    lane, journal = Lane("replay", REPLAY_SECONDS), JournalReader(directory)

    async def after(id: str, limit: int) -> Tail:
        try:
            return await lane.call(lambda: journal.after(id, limit))
        except Fault as fault:
            if fault.kind == "damaged":
                doubt()
            raise

    return after


def on_history_of(history: History, interval_seconds: float) -> OnHistory:
    """Calls that read the history, on a thread of their own: they cost whoever asks, and nobody else, the time."""
    lane, gaps = Lane("history", HISTORY_WAIT_SECONDS), GapReader(history.directory)
    columns = ColumnReader(history.directory, history.newest_columns)
    queries = Queries(columns, round(interval_seconds * 1000), HISTORY_SECONDS)

    def losses(from_ms: int, to_ms: int) -> list[Loss]:
        return gaps.between(from_ms, to_ms, history.unwritten_losses())

    readers = Readers(queries, JournalReader(history.directory), losses)

    async def on_history(call: Callable[[Readers], T], /) -> T:
        return await lane.call(lambda: call(readers))

    return on_history


def reports_of(ai: tuple[Probe, ...]) -> Mapping[str, type[Component]]:
    """The report of each AI component by its name."""
    return {probe.name: probe.report for probe in ai if issubclass(probe.report, Component)}


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
                    follow_tokens(appliance.gate, appliance.broadcaster.end_unentitled),
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
            await asyncio.gather(runner.cleanup(), *([appliance.remote_write.stop()] if appliance.remote_write else []))
            await appliance.front.close()
            if appliance.history is not None:
                appliance.history.stop()
            if appliance.alerts is not None:
                appliance.alerts.stop()
