"""Which tier of the history is compared."""

from pathlib import Path

import numpy as np
import pytest

from tests.history.records import NOON_MS
from zeropoint.history.columns import ColumnStore
from zeropoint.history.columns_reader import ColumnReader
from zeropoint.history.run_buffer import Columns
from zeropoint.insight.stored_series import stored_series

MINUTES = 3


def store_of(directory: Path, interval_ms: int) -> ColumnReader:
    """Three minutes of one series that counts its samples."""
    store = ColumnStore(directory)
    each = 60_000 // interval_ms
    for minute in range(MINUTES):
        numbers = np.arange(minute * each, (minute + 1) * each, dtype=np.int64)
        values = numbers[None].astype(np.float64)
        store.write(
            Columns(NOON_MS + interval_ms * numbers, interval_ms, ("a",), values),
            "e1",
            int(numbers[0]),
            int(numbers[-1]),
        )
    store.close()
    return ColumnReader(directory)


@pytest.mark.parametrize(
    ("interval_ms", "most", "tier", "count"),
    [
        (1000, float("inf"), "samples", 180),
        (1000, 180, "samples", 180),
        (1000, 100, "minutes", 3),
        # Sampled more often than was expected: found when it is read.
        (100, 500, "minutes", 3),
        (100, 900, "samples", 1800),
    ],
)
def test_the_finest_tier_is_taken_that_has_no_more_than_may_be(
    tmp_path: Path, interval_ms: int, most: float, tier: str, count: int
):
    reader = store_of(tmp_path, interval_ms)
    stored = stored_series(reader, ["a", "nobody"], NOON_MS, NOON_MS + MINUTES * 60_000, most)
    reader.close()
    series, unknown = stored.series
    assert (stored.tier, len(series.values)) == (tier, count)
    assert stored.interval_seconds == (60 if tier == "minutes" else interval_ms / 1000)
    assert np.isnan(unknown.values).all()
