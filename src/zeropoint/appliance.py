"""Composition root: builds the parts and runs them. Starting and stopping read top to bottom."""

import asyncio
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from aiohttp import web

from zeropoint import health
from zeropoint.ai.registry import Options, components, refuse_wrong_targets
from zeropoint.ai.run_list import RunList
from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.feed.ring import Ring
from zeropoint.feed.view import View, parse_view
from zeropoint.flight import Lane
from zeropoint.host.registry import probes
from zeropoint.model import Component, RunEntry, RunSteps, Sample, Server
from zeropoint.probe import Probe, Roots
from zeropoint.sampling.assemble import SelfReport
from zeropoint.sampling.executor import Executor
from zeropoint.sampling.own_cost import OwnCostMeter
from zeropoint.sampling.scheduler import Facts, Scheduler, new_epoch
from zeropoint.server.access import Gate
from zeropoint.server.app import application, routes
from zeropoint.server.exposition import Exposition
from zeropoint.server.live import Live
from zeropoint.server.openapi import OpenApi
from zeropoint.server.pages import Pages
from zeropoint.server.runs import Runs
from zeropoint.server.status import Status
from zeropoint.server.tokens import TokenRegister, TokenStore, utc_now
from zeropoint.settings import Settings, SettingsError
from zeropoint.startup import is_loopback, listen, locked, refuse_open_bind, refuse_wrong_names, tls_context

# Streams end at once by `bye`; whatever still hangs after this long is cut off.
SHUTDOWN_SECONDS = 2.0
# A change of the token file reaches the running process within a second.
TOKEN_SECONDS = 0.5
# How long who asks for runs waits for the disk.
RUNS_SECONDS = 5.0


class Appliance:
    """All parts of one appliance, put together but not running."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._started_at = time.monotonic()
        self._own_cost = OwnCostMeter()
        epoch = new_epoch(datetime.now(UTC))
        ring = Ring(epoch)
        self.broadcaster = Broadcaster(ring, settings.interval, settings.max_subscribers, msgspec.json.encode)
        roots = Roots(proc=settings.procfs, sys=settings.sysfs, root=settings.rootfs)
        ai = components(
            Options(
                artifacts=Path(settings.artifacts),
                petals_peers=settings.petals_peers,
                petals_python=settings.petals_python,
                petals_cache=settings.petals_cache,
                openmetrics_targets=settings.openmetrics_targets,
            )
        )
        executors = [Executor(probe, roots) for probe in (*probes(roots), *ai)]
        self._facts = Facts({}, 0, 0)
        self.scheduler = Scheduler(executors, settings.interval, epoch, self._self_report, self._publish)
        self.register = TokenRegister(TokenStore(Path(settings.data)))
        public = parse_view(",".join(settings.public_sections)) if settings.public_sections else View()
        self.gate = Gate(self.register, public, not is_loopback(settings.host), utc_now)
        status = Status(self.gate, self.broadcaster, self._judge, self._uptime, self._sample_age)
        self.reports = reports_of(ai)
        self.routes = routes(
            live=Live(self.gate, self.broadcaster),
            status=status,
            exposition=Exposition(self.broadcaster),
            runs=runs_of(RunList(Path(settings.artifacts), roots)),
            pages=Pages(),
            openapi=OpenApi(self.reports),
        )

    def _publish(self, sample: Sample, missed: int) -> None:
        self.broadcaster.publish(sample, missed)

    def _uptime(self) -> float:
        return time.monotonic() - self._started_at

    def _sample_age(self) -> float | None:
        taken_at = self.scheduler.last_sample_at
        return None if taken_at is None else time.monotonic() - taken_at

    async def follow_tokens(self) -> None:
        """Follows the token file, and ends the streams of tokens that hold no longer, until it is cancelled."""
        looked_at = utc_now()
        while True:
            await asyncio.sleep(TOKEN_SECONDS)
            before, looked_at = looked_at, utc_now()
            # To ask each of thousands of subscribers twice a second would cost as much as sending to them.
            if self.register.refresh() or self.register.ends_within(before, looked_at):
                self.broadcaster.end_unentitled("token-no-longer-valid")

    def _judge(self) -> health.Verdict:
        return self._verdict(self._sample_age())

    def _verdict(self, sample_age_seconds: float | None) -> health.Verdict:
        failures = [self.register.failure] if self.register.failure else []
        return health.judge(sample_age_seconds, self._settings.interval, self._facts.collectors, failures)

    def _self_report(self, facts: Facts) -> SelfReport:
        self._facts = facts
        statistics, cost = self.broadcaster.statistics(), self._own_cost.read()
        server = Server(
            clients=statistics.clients,
            queue_size=statistics.queue_size,
            dropped_total=statistics.dropped_total,
            stalled_total=statistics.stalled_total,
            views=statistics.views,
            replay_frames=statistics.replay_frames,
            replay_bytes=statistics.replay_bytes,
            samples_total=facts.samples_total,
            missed_ticks_total=facts.missed_ticks_total,
            uptime_seconds=round(self._uptime(), 3),
            health=self._verdict(0.0).status,
            cpu_percent=None if cost.cpu_percent is None else round(cost.cpu_percent, 3),
            cpu_seconds_total=round(cost.cpu_seconds_total, 3),
            memory_bytes=cost.memory_bytes,
            collectors=facts.collectors,
        )
        return SelfReport(server, dict(_missing_of(server)))


def _missing_of(server: Server) -> Iterator[tuple[str, str]]:
    if server.cpu_percent is None:
        yield "cpu_percent", "needs two readings"
    if server.memory_bytes is None:
        yield "memory_bytes", "this system does not tell"
    for name, collector in server.collectors.items():
        for field in ("duration_seconds", "age_seconds"):
            if getattr(collector, field) is None:
                yield f"collectors.{name}.{field}", collector.reason or "not read yet"


def runs_of(run_list: RunList) -> Runs:
    """Handlers that read the runs on a thread of their own: a disk that hangs holds nothing else."""
    lane = Lane("runs", RUNS_SECONDS)

    async def listed() -> tuple[list[RunEntry], str | None]:
        listing = await lane.call(run_list.list)
        return listing.runs, listing.shortfall

    async def steps(run: str, points: int) -> RunSteps | None:
        return await lane.call(lambda: run_list.steps(run, points))

    return Runs(listed, steps)


def reports_of(ai: tuple[Probe, ...]) -> Mapping[str, type[Component]]:
    """The report of each AI component by its name."""
    return {probe.name: probe.report for probe in ai if issubclass(probe.report, Component)}


async def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Runs until SIGTERM or SIGINT. `announce` gets the page's address once it is served.

    Raises SettingsError for a setting that cannot work here, InUseError when the port or data directory is taken.
    """
    tls = tls_context(settings.tls_cert, settings.tls_key)
    refuse_wrong_names(settings)
    try:
        refuse_wrong_targets(settings.openmetrics_targets)
    except ValueError as error:
        raise SettingsError(f"openmetrics_targets: {error}") from None
    refuse_open_bind(settings.host, TokenStore(Path(settings.data)))
    with locked(Path(settings.data)):
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError):  # Windows: ^C raises KeyboardInterrupt there
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        appliance = Appliance(settings)
        await appliance.scheduler.first()
        app = application(appliance.routes, appliance.gate, settings.allowed_hosts, settings.allowed_origins)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=SHUTDOWN_SECONDS)
        await runner.setup()
        assert runner.server is not None  # noqa: S101 - setup() makes it
        try:
            listener, address = await listen(runner.server, settings.host, settings.port, tls)
            announce(address)
            async with asyncio.TaskGroup() as tasks:
                parts = (appliance.scheduler.run(), appliance.broadcaster.run(), appliance.follow_tokens())
                running = [tasks.create_task(part) for part in parts]
                await stop.wait()
                listener.close()
                for task in running:
                    task.cancel()
        finally:
            appliance.broadcaster.close("shutdown")
            await runner.cleanup()
