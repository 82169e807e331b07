"""The statistics behind the rules, and the words."""

import numpy as np
import pytest

from zeropoint.insight.change_point import split_of
from zeropoint.insight.verdicts.trend import trend_of
from zeropoint.insight.verdicts.words import in_bytes, in_percent, in_seconds


def test_a_slope_is_found_through_noise_and_its_interval_holds_it_as_often_as_it_says():
    rng = np.random.default_rng(7)
    times = np.arange(0, 300, 5.0)
    held = 0
    for _ in range(400):
        trend = trend_of(times, 3.0 * times + rng.normal(0, 40, times.size))
        assert trend is not None
        held += trend.low <= 3.0 <= trend.high
    # 95 % of 400, within the binomial's interval of 99.9 %.
    assert 363 <= held <= 393


def test_a_few_jumps_do_not_mislead_a_slope():
    times = np.arange(0, 300, 5.0)
    values = 2.0 * times
    values[[5, 20, 40]] += 5000
    trend = trend_of(times, values)
    assert trend is not None
    assert trend.slope == pytest.approx(2.0, rel=0.02)


def test_too_few_readings_and_those_of_one_moment_have_no_trend():
    assert trend_of([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]) is None
    assert trend_of([5.0] * 20, list(range(20))) is None


def test_a_level_series_has_no_slope_and_explains_nothing():
    trend = trend_of(list(range(60)), [4.0] * 60)
    assert trend is not None
    assert (trend.slope, trend.low, trend.high, trend.r_squared) == (0.0, 0.0, 0.0, 0.0)


def test_a_change_of_level_is_found_where_it_is():
    rng = np.random.default_rng(3)
    for at in (20, 50, 80):
        values = rng.normal(1.0, 0.2, 100)
        values[at:] += 1.0
        split = split_of(values)
        assert split is not None
        assert abs(split.at - at) <= 2
        assert split.p < 1e-4


def test_of_series_without_a_change_hardly_any_is_given_one():
    rng = np.random.default_rng(5)
    splits = [split_of(rng.lognormal(0, 0.5, 100)) for _ in range(1000)]
    assert sum(split is not None and split.p < 1e-3 for split in splits) <= 4


def test_equal_values_have_no_change():
    split = split_of([1.0] * 50)
    assert split is not None
    assert split.p == 1.0
    assert split_of([1.0, 2.0]) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (in_bytes(0), "0 B"),
        (in_bytes(1536), "1.5 KiB"),
        (in_bytes(512 * 2**20), "512 MiB"),
        (in_bytes(-3 * 2**30), "-3.0 GiB"),
        (in_seconds(0.1), "0.1 s"),
        (in_seconds(41.4), "41 s"),
        (in_seconds(600), "10 min"),
        (in_seconds(3600 * 3 + 1200), "3 h 20 min"),
        (in_seconds(86400 * 5 + 7300), "5 d 2 h"),
        (in_percent(0), "0 %"),
        (in_percent(4.25), "4.2 %"),
        (in_percent(61.2), "61 %"),
    ],
)
def test_numbers_in_words(text: str, expected: str):
    assert text == expected
