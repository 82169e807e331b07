"""What the times of the samples tell: ticks that were missed, a clock that was set, and time in which nothing ran."""

from collections.abc import Callable

from zeropoint.history.gaps import GapLog
from zeropoint.history.record import Record

# The clock was set where the time between two samples differs by so much from what is due, and by three intervals. What
# a machine slept through are missed ticks; without Linux's clock of that it looks as if the clock was set.
CLOCK_SET_MS = 5000
# Time without the appliance after which its clock may as well be wrong.
LONG_REST_MS = 86_400_000
TRUST_SECONDS = 3600.0


class Timeline:
    """Owned by the writer's thread."""

    def __init__(self, gaps: GapLog, monotonic: Callable[[], float]) -> None:
        self._gaps = gaps
        self._monotonic = monotonic
        self._last: Record | None = None
        self._jumped_at: float | None = None

    @property
    def is_trusted(self) -> bool:
        """Whether the clock has gone on evenly for an hour, so that what is old by it may be deleted."""
        return self._jumped_at is None or self._monotonic() - self._jumped_at >= TRUST_SECONDS

    def note(self, record: Record) -> None:
        """Compares the time of a sample with that of the one before."""
        last, self._last = self._last, record
        if last is None:
            return
        if record.missed:
            self._gaps.add(last.time_ms, record.time_ms, record.missed, "missed-ticks")
        passed_ms, due_ms = record.time_ms - last.time_ms, (record.missed + 1) * record.interval_ms
        if passed_ms <= 0 or passed_ms - due_ms > max(CLOCK_SET_MS, 3 * record.interval_ms):
            self._jumped_at = self._monotonic()
            earlier, later = sorted((last.time_ms, record.time_ms))
            self._gaps.add(earlier, later, 0, "clock-set")

    def note_rest(self, newest_ms: int | None, record: Record) -> None:
        """Between the last sample that was written before and the first one of this process nothing ran."""
        if newest_ms is not None:
            earlier, later = sorted((newest_ms, record.time_ms))
            self._gaps.add(earlier, later, None, "not-running")
        if newest_ms is None or abs(record.time_ms - newest_ms) > LONG_REST_MS:
            self._jumped_at = self._monotonic()
