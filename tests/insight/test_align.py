"""Series are put on a common grid through jitter, holes and restarts, and no gap is bridged."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zeropoint.insight import align
from zeropoint.insight.align import AlignError, Grid, grids
from zeropoint.insight.clockwork import clock_of, interval_seconds
from zeropoint.insight.series import Floats, Series

NONE = np.nan


def numbered(times: Floats, name: str = "a") -> Series:
    """Its values are the numbers of its readings."""
    return Series(name, np.asarray(times, dtype=np.float64), np.arange(len(times), dtype=np.float64))


def only_grid(*series: Series, longest_lag: int = 1000) -> Grid:
    (grid,) = grids(series, longest_lag)
    return grid


@pytest.mark.parametrize("jitter_seconds", [0.0, 0.05, 0.3])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_each_reading_of_a_jittering_clock_has_a_cell_of_its_own(jitter_seconds: float, seed: int):
    random = np.random.default_rng(seed)
    times = 1.7e9 + np.arange(3600) + random.uniform(-jitter_seconds, jitter_seconds, 3600)
    grid = only_grid(numbered(times))
    assert grid.interval_seconds == pytest.approx(1, abs=1e-4)
    assert np.array_equal(grid.values[0], np.arange(3600))


def test_missing_readings_leave_holes_where_they_are_missing():
    random = np.random.default_rng(4)
    kept = random.random(3600) > 0.25
    kept[[0, -1]] = True
    times = (np.arange(3600) + random.uniform(-0.3, 0.3, 3600))[kept]
    values = only_grid(numbered(times)).values[0]
    assert np.array_equal(np.isfinite(values), kept)


def test_a_clock_that_was_started_anew_at_another_moment_keeps_one_reading_a_cell():
    times = np.concatenate([np.arange(300.0), 320.5 + np.arange(300)])
    values = only_grid(numbered(times)).values[0]
    assert np.array_equal(values[np.isfinite(values)], np.arange(600))


def test_a_slower_series_sets_the_pace_and_the_faster_is_averaged():
    fast, slow = numbered(np.arange(100.0)), numbered(np.arange(0.0, 100.0, 5.0), "b")
    of_fast, of_both = grids([fast, slow], 1000)
    assert (of_fast.pairs(), of_both.pairs()) == ([], [(0, 1)])
    assert of_both.interval_seconds == 5
    # The cell of the reading at 5 s has what was read from 3 to 7 s.
    assert of_both.values[:, 1].tolist() == [5.0, 1.0]


def test_a_cell_that_a_faster_series_has_little_of_is_empty():
    times = np.concatenate([np.arange(40.0), [45.0], np.arange(50.0, 100.0)])
    _, grid = grids([numbered(times), numbered(np.arange(0.0, 100.0, 5.0), "b")], 1000)
    empty = np.flatnonzero(np.isnan(grid.values[0]))
    # The last cell reaches beyond the readings.
    assert empty.tolist() == [8, 9, 20]


def test_a_long_gap_is_kept_as_long_as_anybody_compares_over():
    times = np.concatenate([np.arange(100.0), 1e9 + np.arange(100)])
    grid = only_grid(numbered(times), longest_lag=60)
    assert np.flatnonzero(np.isfinite(grid.values[0])).tolist() == [*range(100), *range(160, 260)]
    # The line that is taken off knows how long it was.
    assert grid.steps[-1] == pytest.approx(1e9 + 99)


def test_readings_halfway_between_the_steps_of_another_clock_are_not_lost():
    grid = only_grid(numbered(np.arange(0.0, 600.0, 2.0)), numbered(np.arange(1.0, 600.0, 2.0), "b"))
    assert np.isfinite(grid.values).sum(axis=1).tolist() == [300, 300]


@given(
    st.lists(st.integers(0, 10**9), min_size=2, max_size=60).filter(lambda times: len(set(times)) > 1),
    st.integers(1, 50),
)
@settings(deadline=None, max_examples=200)
def test_whatever_the_times_are_no_reading_moves_before_an_earlier_one(times_ms: list[int], longest_lag: int):
    at = np.sort(np.array(times_ms)) / 1000
    interval = interval_seconds(at)
    assert interval is not None
    assert (np.diff(clock_of(at, interval).steps(at)) >= 0).all()
    values = only_grid(numbered(at), longest_lag=longest_lag).values[0]
    assert (np.diff(values[np.isfinite(values)]) > 0).all()


def test_series_without_two_times_are_on_no_grid():
    assert grids([numbered([]), numbered([1.0]), numbered([2.0, 2.0])], 60) == []


def test_times_that_would_fill_the_memory_are_refused():
    times = np.cumsum(np.tile([1.0, 1.0, 900.0], 7000))
    with pytest.raises(AlignError, match=f"at most {align.MOST_CELLS:,} are taken"):
        only_grid(numbered(times), numbered(times, "b"))


def test_an_interval_of_nothing_over_a_long_time_is_refused():
    with pytest.raises(AlignError, match="too much"):
        only_grid(numbered([0.0, 1e-300, 2e-300, 3e-300, 1e9]))
