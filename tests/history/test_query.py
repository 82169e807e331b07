"""How stored values become points: pure functions over arrays."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zeropoint.history.columns_reader import Stretch
from zeropoint.history.query import Window, choose_tier, largest, pixels, within
from zeropoint.history.tiers import Tier

HOUR, DAY = 3_600_000, 86_400_000
NOW = 20_000 * DAY
ALL: dict[Tier, tuple[int, int] | None] = {
    "samples": (NOW - 7 * DAY, NOW),
    "minutes": (NOW - 90 * DAY, NOW),
    "hours": (NOW - 1000 * DAY, NOW),
}


def samples(times: list[int], *rows: list[float]) -> Stretch:
    values = np.array(rows, dtype=np.float64).reshape(len(rows), len(times))
    return Stretch(np.array(times, dtype=np.int64), 1000, values, values, values, (~np.isnan(values)).astype(float))


@pytest.mark.parametrize(
    ("length_ms", "points", "tier"),
    [
        (HOUR, 3600, "samples"),
        (HOUR, 500, "samples"),
        (HOUR, 20, "minutes"),
        (DAY, 1000, "minutes"),
        (DAY, 5000, "samples"),
        (7 * DAY, 500, "minutes"),
        (7 * DAY, 20_000, "minutes"),  # each sample of a week would be 10,080 blocks
        (90 * DAY, 500, "hours"),
        (90 * DAY, 20_000, "minutes"),
        (1000 * DAY, 20_000, "hours"),
    ],
)
def test_the_tier_is_as_fine_as_the_points_and_no_finer(length_ms: int, points: int, tier: Tier) -> None:
    assert choose_tier(Window(NOW - length_ms, NOW, points), ALL, 1000) == tier


def test_a_young_history_is_told_sample_by_sample_in_a_long_window() -> None:
    young: dict[Tier, tuple[int, int] | None] = dict.fromkeys(ALL, (NOW - 20_000, NOW))
    assert choose_tier(Window(NOW - 90 * DAY, NOW, 500), young, 1000) == "samples"
    assert choose_tier(Window(NOW - 90 * DAY, NOW, 10), young, 1000) == "hours"


def test_what_only_a_coarser_tier_has_is_answered_by_it() -> None:
    assert choose_tier(Window(NOW - 8 * DAY, NOW - 8 * DAY + HOUR, 500), ALL, 1000) == "minutes"
    assert choose_tier(Window(NOW - 91 * DAY, NOW - 91 * DAY + HOUR, 500), ALL, 1000) == "hours"
    assert choose_tier(Window(NOW - HOUR, NOW, 500), {**ALL, "samples": None}, 1000) == "minutes"


def test_the_coarser_tiers_period_that_began_before_the_first_sample_is_no_reason_to_take_it() -> None:
    first = NOW - HOUR - 1234
    rolled: dict[Tier, tuple[int, int] | None] = {
        "samples": (first, NOW),
        "minutes": (first - first % 60_000, NOW),
        "hours": (first - first % HOUR, NOW),
    }
    assert choose_tier(Window(NOW - 2 * HOUR, NOW, 500), rolled, 1000) == "samples"


def test_nothing_at_all_is_no_error() -> None:
    assert choose_tier(Window(0, 1, 2), dict.fromkeys(ALL), 1000) == "samples"


def test_a_spike_of_one_sample_shows_in_its_pixel() -> None:
    values = [1.0] * 1000
    values[437] = 99.0
    window = Window(0, 1_000_000, 11)
    found = pixels(samples([n * 1000 for n in range(1000)], values), window, 100_000)
    assert found.times_ms.tolist() == [n * 100_000 for n in range(10)]
    assert found.max[0].tolist() == [1, 1, 1, 1, 99, 1, 1, 1, 1, 1]
    assert found.min[0].tolist() == [1.0] * 10
    assert found.mean[0, 4] == 1.98
    assert found.count[0].tolist() == [100.0] * 10


def test_a_pixel_without_values_is_empty_and_nothing_is_bridged() -> None:
    found = pixels(samples([0, 1000, 5000], [1, np.nan, 3]), Window(0, 6000, 7), 1000)
    assert np.array_equal(found.mean[0], [1, np.nan, np.nan, np.nan, np.nan, 3], equal_nan=True)
    assert found.count[0].tolist() == [1, 0, 0, 0, 0, 1]


def test_means_are_weighted_by_what_they_are_the_means_of() -> None:
    rolled = Stretch(
        np.array([0, 60_000]),
        60_000,
        np.array([[1.0, 5.0]]),
        np.array([[0.0, 5.0]]),
        np.array([[2.0, 5.0]]),
        np.array([[30.0, 10.0]]),
    )
    found = pixels(rolled, Window(0, 120_000, 2), 120_000)
    assert (found.mean[0, 0], found.min[0, 0], found.max[0, 0], found.count[0, 0]) == (2.0, 0.0, 5.0, 40.0)


def test_pixels_hold_the_same_samples_while_the_window_slides() -> None:
    stored = samples([n * 1000 for n in range(500)], np.arange(500.0).tolist())
    pictures = []
    for moved in (0, 3_000, 9_000):
        window = Window(100_000 + moved, 300_000 + moved, 21)
        assert window.pixel_ms == 10_000
        aligned = window.aligned(10_000)
        found = pixels(stored, aligned, 10_000)
        pictures.append(dict(zip(found.times_ms.tolist(), found.mean[0].tolist(), strict=True)))
    for one in pictures[1:]:
        shared = one.keys() & pictures[0].keys()
        assert len(shared) > 15
        assert all(one[time] == pictures[0][time] for time in shared)


def test_there_are_never_more_pixels_than_points() -> None:
    for points in (2, 3, 7, 500):
        for moved in range(0, 100_000, 777):
            window = Window(1_000_000 + moved, 1_100_000 + moved, points)
            aligned = window.aligned(window.pixel_ms)
            assert (aligned.to_ms - aligned.from_ms) // window.pixel_ms <= points


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(st.integers(0, 99_999), st.floats(-1e9, 1e9) | st.just(np.nan)), max_size=60, unique_by=lambda t: t[0]
    ),
    st.integers(500, 40_000),
)
def test_pixels_agree_with_a_plain_count(rows: list[tuple[int, float]], width: int) -> None:
    rows.sort()
    window = Window(0, 100_000, 2).aligned(width)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = pixels(samples([time for time, _ in rows], [value for _, value in rows]), window, width)
    for place, beginning in enumerate(found.times_ms.tolist()):
        inside = [value for time, value in rows if beginning <= time < beginning + width and not np.isnan(value)]
        assert found.count[0, place] == len(inside)
        if inside:
            assert (found.min[0, place], found.max[0, place]) == (min(inside), max(inside))
            assert found.mean[0, place] == pytest.approx(sum(inside) / len(inside), rel=1e-9, abs=1e-6)
            assert found.min[0, place] <= found.mean[0, place] <= found.max[0, place]
        else:
            assert np.isnan([found.mean[0, place], found.min[0, place], found.max[0, place]]).all()


def test_the_part_of_a_stretch_in_a_window_ends_before_its_end() -> None:
    part = within(samples([0, 1000, 2000, 3000], [0, 1, 2, 3]), Window(1000, 3000, 2))
    assert part.times_ms.tolist() == [1000, 2000]
    assert part.min is part.mean
    assert part.mean.tolist() == [[1, 2]]


def test_the_largest_series_keep_their_order() -> None:
    stored = samples([0, 1], [1, 1], [5, np.nan], [np.nan, np.nan], [0, 9])
    assert largest(stored, 2).tolist() == [1, 3]
    assert largest(stored, 10).tolist() == [0, 1, 2, 3]
