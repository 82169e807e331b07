"""Stores of history with simulated samples, as the appliance itself would have written them."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zeropoint.history.columns import ColumnStore
from zeropoint.history.minute import Columns

EPOCH = "bench1"
MINUTE_SECONDS = 60
INTERVAL_MS = 1000


@dataclass(frozen=True)
class Simulated:
    """`values` are (series, seconds); `seconds` are since 1970, one after the other."""

    names: tuple[str, ...]
    seconds: range
    values: NDArray[np.float64]

    @classmethod
    def over(cls, series: int, start: int, end: int) -> "Simulated":
        """The same for the same arguments."""
        random = np.random.default_rng(start)
        seconds = range(start // MINUTE_SECONDS * MINUTE_SECONDS, end // MINUTE_SECONDS * MINUTE_SECONDS)
        kinds = (_share, _counter, _steady)
        values = np.stack([kinds[one % len(kinds)](random, len(seconds)) for one in range(series)])
        return cls(tuple(f"system.simulated.series_{one}" for one in range(series)), seconds, values)


def _share(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """A percentage that wanders, told with three decimals."""
    walk = np.cumsum(random.normal(0, 1.5, count))
    return np.round(50 + 50 * np.sin(walk / 25), 3)


def _counter(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    return np.cumsum(random.integers(0, 200_000, count)).astype(np.float64)


def _steady(random: np.random.Generator, count: int) -> NDArray[np.float64]:
    """Bytes that change now and then."""
    return np.cumsum(random.integers(-1, 2, count) * (random.random(count) < 0.05) * 4096.0) + 2**33


def fill(data: Path, simulated: Simulated) -> None:
    """Writes a data directory's history."""
    store = ColumnStore(data / "history")
    times_ms = np.asarray(simulated.seconds, dtype=np.int64) * 1000
    for first in range(0, len(times_ms), MINUTE_SECONDS):
        part = slice(first, first + MINUTE_SECONDS)
        columns = Columns(times_ms[part], INTERVAL_MS, simulated.names, simulated.values[:, part])
        store.write(columns, EPOCH, int(times_ms[first] // 1000), int(times_ms[part][-1] // 1000))
    while store.roll_due(int(times_ms[-1]) + INTERVAL_MS):
        pass
    store.close()
