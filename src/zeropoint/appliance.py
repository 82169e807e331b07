"""Composition root: builds the parts and runs them. Starting and stopping read top to bottom."""

import asyncio
import ipaddress
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import filelock
import msgspec
import structlog
from aiohttp import web

from zeropoint import health
from zeropoint.ai.registry import components
from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.feed.ring import Ring
from zeropoint.host.registry import probes
from zeropoint.model import Component, Sample, Server
from zeropoint.probe import Probe, Roots
from zeropoint.sampling.assemble import SelfReport
from zeropoint.sampling.executor import Executor
from zeropoint.sampling.own_cost import OwnCostMeter
from zeropoint.sampling.scheduler import Facts, Scheduler, new_epoch
from zeropoint.server.app import application, routes
from zeropoint.server.exposition import Exposition
from zeropoint.server.live import Live
from zeropoint.server.openapi import OpenApi
from zeropoint.server.pages import Pages
from zeropoint.server.routes import Route
from zeropoint.server.status import Status
from zeropoint.settings import Settings, SettingsError

log = structlog.get_logger()
# Streams end at once by `bye`; whatever still hangs after this long is cut off.
SHUTDOWN_SECONDS = 2.0
KEEPALIVE_SECONDS = 75.0
BACKLOG = 4096


class InUseError(Exception):
    """The port or the data directory is in use. The message is one line that names it."""


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
        ai = components(Path(settings.artifacts))
        executors = [Executor(probe, roots) for probe in (*probes(roots), *ai)]
        self._facts = Facts({}, 0, 0)
        self.scheduler = Scheduler(executors, settings.interval, epoch, self._self_report, self._publish)
        self.routes = route_table(self.broadcaster, self._judge, self._uptime, self._sample_age, reports_of(ai))

    def _publish(self, sample: Sample, missed: int) -> None:
        self.broadcaster.publish(sample, missed)

    def _uptime(self) -> float:
        return time.monotonic() - self._started_at

    def _sample_age(self) -> float | None:
        taken_at = self.scheduler.last_sample_at
        return None if taken_at is None else time.monotonic() - taken_at

    def _judge(self) -> health.Verdict:
        return health.judge(self._sample_age(), self._settings.interval, self._facts.collectors)

    def _self_report(self, facts: Facts) -> SelfReport:
        self._facts = facts
        statistics, cost = self.broadcaster.statistics(), self._own_cost.read()
        server = Server(
            clients=statistics.clients,
            queue_size=statistics.queue_size,
            dropped_total=statistics.dropped_total,
            samples_total=facts.samples_total,
            missed_ticks_total=facts.missed_ticks_total,
            uptime_seconds=self._uptime(),
            health=health.judge(0.0, self._settings.interval, facts.collectors).status,
            cpu_percent=cost.cpu_percent,
            cpu_seconds_total=cost.cpu_seconds_total,
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


def reports_of(ai: tuple[Probe, ...]) -> Mapping[str, type[Component]]:
    """The report of each AI component by its name."""
    return {probe.name: probe.report for probe in ai if issubclass(probe.report, Component)}


def route_table(
    broadcaster: Broadcaster,
    judge: Callable[[], health.Verdict],
    uptime: Callable[[], float],
    sample_age: Callable[[], float | None],
    reports: Mapping[str, type[Component]],
) -> tuple[Route, ...]:
    status = Status(broadcaster, judge, uptime, sample_age)
    return routes(Live(broadcaster), status, Exposition(broadcaster), Pages(), OpenApi(reports))


async def serve(settings: Settings, announce: Callable[[str], None]) -> None:
    """Runs until SIGTERM or SIGINT. `announce` gets the page's address once it is served.

    Raises SettingsError for a setting that cannot work here, InUseError when the port or data directory is taken.
    """
    refuse_open_bind(settings.host)
    with locked(Path(settings.data)):
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            with suppress(NotImplementedError):  # Windows: ^C raises KeyboardInterrupt there
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        appliance = Appliance(settings)
        await appliance.scheduler.first()
        runner = web.AppRunner(
            application(appliance.routes, settings.allowed_hosts),
            access_log=None,
            handler_cancellation=True,
            keepalive_timeout=KEEPALIVE_SECONDS,
            shutdown_timeout=SHUTDOWN_SECONDS,
        )
        await runner.setup()
        try:
            announce(await listen(runner, settings.host, settings.port))
            async with asyncio.TaskGroup() as tasks:
                running = [tasks.create_task(appliance.scheduler.run()), tasks.create_task(appliance.broadcaster.run())]
                await stop.wait()
                for task in running:
                    task.cancel()
        finally:
            appliance.broadcaster.close("shutdown")
            await runner.cleanup()


async def listen(runner: web.AppRunner, host: str, port: int) -> str:
    """Starts listening; answers with the page's address. Raises InUseError, or SettingsError for a bad address."""
    site = web.TCPSite(runner, host, port, backlog=BACKLOG)
    try:
        await site.start()
    except socket.gaierror:
        raise SettingsError(f"--host: {host!r} is no address of this machine") from None
    except OSError as error:
        raise InUseError(f"cannot listen on {host} port {port}: {error.strerror or error}") from None
    name = f"[{host}]" if ":" in host else host
    return f"http://{name}:{runner.addresses[0][1]}/control/metrics"


def refuse_open_bind(host: str) -> None:
    """Raises SettingsError for an address that others can reach."""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = host == "localhost"
    if not loopback:
        message = "it is a loopback address or localhost, since this version has no access tokens"
        raise SettingsError(f"--host: {host!r} is not allowed; {message}")


@contextmanager
def locked(data: Path) -> Iterator[None]:
    """Holds the data directory for this process; makes it where it is missing, for its owner alone."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = filelock.FileLock(data / "lock", mode=0o600)
        lock.acquire(blocking=False)
    except filelock.Timeout:
        raise InUseError(f"the data directory {str(data)!r} is in use by another zeropoint") from None
    except OSError as error:
        raise SettingsError(f"--data: {str(data)!r} cannot be used: {error.strerror}") from None
    try:
        yield
    finally:
        lock.release()
