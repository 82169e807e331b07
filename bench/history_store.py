"""Stores of history with simulated samples, as the appliance itself would have written them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from zeropoint.history import database
from zeropoint.history.columns import ColumnStore
from zeropoint.history.journal import INSERT_BLOCK
from zeropoint.history.journal_format import FILE, SCHEMA, Entry, block_crc, pack, place_of
from zeropoint.history.run_buffer import Columns
from zeropoint.history.tiers import KINDS

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
    ends = np.flatnonzero(np.diff(times_ms // KINDS["samples"].block_ms)) + 1
    for first, end in pairwise((0, *ends.tolist(), len(times_ms))):
        part = slice(first, end)
        columns = Columns(times_ms[part], INTERVAL_MS, simulated.names, simulated.values[:, part])
        store.write(columns, EPOCH, int(times_ms[first] // 1000), int(times_ms[part][-1] // 1000))
    while store.roll_due(int(times_ms[-1]) + INTERVAL_MS):
        pass
    store.close()


def fill_journal(data: Path, seconds: range, payload: bytes) -> None:
    """Writes the journal of a data directory, in whole minutes: a sample as it was encoded, again and again, with the
    time and the id that it would have."""
    path = data / "history" / FILE
    known = json.loads(payload)
    before, after = payload.split(json.dumps(known["id"]).encode(), 1)
    timestamp = json.dumps(known["timestamp"]).encode()
    connection = database.open_writer(path, SCHEMA, "FULL")
    with database.transaction(connection, path):
        for first in range(seconds.start, seconds.stop, MINUTE_SECONDS):
            entries = []
            for second in range(first, first + MINUTE_SECONDS):
                head, tail = f'"{EPOCH}-{second}"'.encode(), json.dumps(_told(second)).encode()
                content = b"".join((before, head, after)).replace(timestamp, tail, 1)
                entries.append(Entry(second - seconds.start + 1, second, second * 1000, INTERVAL_MS, 0, content))
            content = pack(entries)
            row = (*place_of(EPOCH, entries), block_crc(EPOCH, content), content)
            connection.execute(INSERT_BLOCK, row)
    database.close(connection)


def _told(second: int) -> str:
    return datetime.fromtimestamp(second, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
