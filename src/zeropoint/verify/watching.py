"""Takes samples, and looks at all sources right before and right after each."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence

from msgspec import Struct

from zeropoint.flight import Flight
from zeropoint.model import Sample
from zeropoint.probe import Probe, Roots
from zeropoint.texts import clean
from zeropoint.verify.facts import Facts, SourceError
from zeropoint.verify.looks import Log, Look, Span
from zeropoint.verify.rows import Reader, Row, rows
from zeropoint.verify.source import Source
from zeropoint.verify.tool import Running, end_all

# More than a tool may take: it is for files behind which a driver hangs.
LOOK_SECONDS = 6.0
# The ledger takes the disks and the network of the sample before; it is read once a second.
FIRST_SECONDS = 1.0
BROKEN = ("failed", "hanging")


class Stopwatch:
    """The clock of a probe's executor, which asks it right before and right after each reading."""

    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        self._times: list[float] = []

    def __call__(self) -> float:
        self._times.append(time.monotonic())
        return self._times[-1]

    def readings(self) -> list[Span]:
        """Those that have ended; one that failed has no end, and nothing is compared with it."""
        return [Span(began, ended) for began, ended in zip(self._times[::2], self._times[1::2], strict=False)]


class Tick(Struct, frozen=True):
    """A sample, when it was taken, and until then all readings of each probe."""

    sample: Sample
    span: Span
    readings: Sequence[Sequence[Span]]


class Observer:
    """Asks one source, and never again once it has failed: one that hangs costs its time once."""

    def __init__(self, source: Source, roots: Roots, running: Running) -> None:
        self.log = Log(source, [])
        self._running = running
        self._roots = roots
        self._flight: Flight[tuple[float, Facts, float]] = Flight(f"source {source.name}")

    def start(self) -> "asyncio.Future[tuple[float, Facts, float]] | None":
        return None if self.log.failure else asyncio.wrap_future(self._flight.start(self._read))

    def land(self, future: "asyncio.Future[tuple[float, Facts, float]]") -> None:
        if not future.done():
            self.log.failure = f"{self.log.source.name}: no answer within {LOOK_SECONDS:.0f} s"
            return
        error = future.exception()
        if error is None:
            began, facts, ended = future.result()
            self.log.looks.append(Look(began, ended, facts))
        else:
            # Only our own words are fit to be shown.
            told = str(error) if isinstance(error, SourceError) else type(error).__name__
            self.log.failure = clean(told)

    def _read(self) -> tuple[float, Facts, float]:
        began = time.monotonic()
        return began, self.log.source.read(self._roots, self._running), time.monotonic()


async def verify(
    take: Callable[[], Awaitable[Sample]],
    clocks: Sequence[Stopwatch],
    sources: Sequence[Source],
    roots: Roots,
    seconds: float,
) -> list[Row]:
    """Takes three samples, the last one `seconds` after the second, and compares that one with the sources.

    `clocks` are those of all probes whose values are in what `take` gives.
    """
    running: Running = set()
    observers = [Observer(source, roots, running) for source in sources]
    ticks = []
    try:
        for pause in (0.0, FIRST_SECONDS, seconds):
            await asyncio.sleep(pause)
            await _look(observers)
            began = time.monotonic()
            sample = await take()
            span = Span(began, time.monotonic(), is_exact=False)
            ticks.append(Tick(sample, span, [clock.readings() for clock in clocks]))
            await _look(observers)
    finally:
        end_all(running)
    readers = [_reader(place, clock.probe, ticks) for place, clock in enumerate(clocks)]
    own = Reader(("server",), [tick.span for tick in ticks])
    return rows(ticks[-1].sample, ticks[-2].sample, [*readers, own], [observer.log for observer in observers])


async def _look(observers: Sequence[Observer]) -> None:
    started = [(observer, future) for observer in observers if (future := observer.start()) is not None]
    if started:
        await asyncio.wait([future for _, future in started], timeout=LOOK_SECONDS)
    for observer, future in started:
        observer.land(future)


def _reader(place: int, probe: Probe, ticks: Sequence[Tick]) -> Reader:
    paths = tuple(f"{probe.section}.{field}" for field in probe.fields) or (probe.section,)
    states = [tick.sample.server.collectors.get(probe.name) for tick in ticks]
    failure = next((state.reason or state.status for state in states if state and state.status in BROKEN), None)
    if any(state is None or state.status != "ok" for state in states):
        # Absent: there is nothing to compare, and another probe may fill the same place.
        return Reader(paths, (), failure)
    if probe.section == "ledger":
        # It takes the processes as they were listed in the same tick, by whoever asked first.
        return Reader(paths, [tick.span for tick in ticks], failure)
    return Reader(paths, ticks[-1].readings[place], failure)
