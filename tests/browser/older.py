"""A history that was written before: hours of made samples in the files that the real process keeps."""

import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zeropoint.history.columns import ColumnStore
from zeropoint.history.run_buffer import Columns

MINUTE_MS = 60_000
INTERVAL_MS = 1000


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def write_past(data: Path, from_ms: int, to_ms: int, series: Mapping[str, NDArray[np.float64]]) -> NDArray[np.int64]:
    """Writes a sample a second from a minute's beginning to another's end, and rolls up what is over.

    A series has a value for each of them, which are as many as the times that are returned.
    """
    directory = data / "history"
    directory.mkdir(mode=0o700)
    times = np.arange(from_ms, to_ms, INTERVAL_MS, dtype=np.int64) + 17
    store = ColumnStore(directory)
    for first in range(0, len(times), 60):
        minute = slice(first, first + 60)
        values = np.stack([column[minute] for column in series.values()])
        store.write(Columns(times[minute], INTERVAL_MS, tuple(series), values), "before", first + 1, first + 60)
    while store.roll_due(now_ms()):
        pass
    store.close()
    return times


def whole_minute(milliseconds: int) -> int:
    return milliseconds - milliseconds % MINUTE_MS
