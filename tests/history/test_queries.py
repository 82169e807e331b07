"""Which series are meant, and how they are read; the tiers are arrays in memory."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.history.columns_reader import BLOCK_IS_DAMAGED, Hole, Stretch
from zeropoint.history.patterns import Pattern
from zeropoint.history.queries import MOST_SERIES, SLICE_VALUES, Queries, TooSlowError
from zeropoint.history.query import Window
from zeropoint.history.tiers import Tier

BEGINNING = 1_700_000_040_000  # a full minute
HOUR = 3_600_000


class Memory:
    """A sample a second over `seconds`; the n-th value of the series number k is n + 1000 k."""

    def __init__(self, names: Sequence[str], seconds: int) -> None:
        self.rows = {name: number for number, name in enumerate(names)}
        self.times = np.arange(BEGINNING, BEGINNING + seconds * 1000, 1000)
        self.reads: list[tuple[int, int]] = []

    def names(self, from_ms: int, to_ms: int) -> set[str]:
        return set(self.rows)

    def extent(self, tier: Tier) -> tuple[int, int] | None:
        return int(self.times[0]), int(self.times[-1])

    def read(self, names: Sequence[str], from_ms: int, to_ms: int, tier: Tier) -> tuple[Stretch, list[Hole]]:
        assert tier == "samples"
        self.reads.append((from_ms, to_ms))
        times = self.times[(self.times >= from_ms) & (self.times < to_ms)]
        values = np.full((len(names), len(times)), np.nan)
        for row, name in enumerate(names):
            if name in self.rows:
                values[row] = (times - BEGINNING) // 1000 + 1000 * self.rows[name]
        count = (~np.isnan(values)).astype(np.float64)
        return Stretch(times, 1000, values, values, values, count), [Hole(from_ms, to_ms, BLOCK_IS_DAMAGED)]


def queries(memory: Memory, *moments: float) -> Queries:
    given = iter(moments)
    return Queries(memory, 1000, 10, lambda: next(given, 0.0))


def test_a_window_with_no_more_samples_than_points_has_each_of_them() -> None:
    answered = queries(Memory(["a", "b"], 600)).ask(["b"], Window(BEGINNING + 1500, BEGINNING + 4000, 500))
    assert (answered.tier, answered.stretch.interval_ms) == ("samples", 1000)
    assert answered.stretch.times_ms.tolist() == [BEGINNING + 2000, BEGINNING + 3000]
    assert answered.stretch.mean.tolist() == [[1002, 1003]]
    assert answered.stretch.min is answered.stretch.mean


def test_a_window_with_more_samples_has_pixels_of_whole_width() -> None:
    window = Window(BEGINNING, BEGINNING + 600_000, 101)
    answered = queries(Memory(["a"], 600)).ask(["a"], window)
    assert answered.stretch.interval_ms == window.pixel_ms == 6000
    assert len(answered.stretch.times_ms) <= 101
    assert (answered.stretch.times_ms % 6000 == 0).all()
    assert np.nansum(answered.stretch.count) == 600
    assert (np.nanmin(answered.stretch.min), np.nanmax(answered.stretch.max)) == (0, 599)


def test_a_window_that_is_read_in_slices_is_the_same_as_in_one() -> None:
    names = [f"s{number:04}" for number in range(60)]
    memory = Memory(names, 36_000)
    assert 36_000 * len(names) > SLICE_VALUES
    window = Window(BEGINNING, BEGINNING + 36_000_000, 1000)
    several = queries(memory).ask(["s*"], window)
    assert len(memory.reads) > 1
    assert [end for _, end in memory.reads[:-1]] == [beginning for beginning, _ in memory.reads[1:]]
    one = queries(Memory(names, 36_000)).ask(["s0007"], window)
    row = several.names.index("s0007")
    for attribute in ("mean", "min", "max", "count"):
        assert np.array_equal(
            getattr(several.stretch, attribute)[row], getattr(one.stretch, attribute)[0], equal_nan=True
        )
    assert len(several.holes) == len(memory.reads)


def test_names_come_once_and_in_the_order_in_which_they_were_asked_for() -> None:
    answered = queries(Memory(["a.x", "a.y", "b"], 60)).ask(
        ["b", "a.*", "a.x", "*"], Window(BEGINNING, BEGINNING + 60_000, 100)
    )
    assert answered.names == ("b", "a.x", "a.y")
    assert answered.unavailable == ()


def test_what_is_not_there_is_told_and_a_name_keeps_its_row() -> None:
    answered = queries(Memory(["a"], 60)).ask(["a", "z", "y*"], Window(BEGINNING, BEGINNING + 60_000, 100))
    assert answered.names == ("a", "z")
    assert np.isnan(answered.stretch.mean[1]).all()
    assert [row.path for row in answered.unavailable] == ["y*", "z"]


def test_of_too_many_series_the_largest_are_told_and_how_many_there_are() -> None:
    names = [f"s{number:04}" for number in range(MOST_SERIES + 50)]
    answered = queries(Memory(names, 60)).ask(["s*"], Window(BEGINNING, BEGINNING + 60_000, 100))
    assert answered.names == tuple(names[50:])
    (row,) = answered.unavailable
    assert (row.path, row.reason) == ("series", "250 series are meant; the 200 largest are told")


def test_many_series_have_fewer_points_and_that_is_told() -> None:
    names = [f"s{number:04}" for number in range(100)]
    answered = queries(Memory(names, 6000)).ask(["s*"], Window(BEGINNING, BEGINNING + 6_000_000, 20_000))
    assert len(answered.stretch.times_ms) <= 4000
    assert [row.path for row in answered.unavailable] == ["points"]


def test_a_question_that_takes_too_long_ends() -> None:
    with pytest.raises(TooSlowError):
        queries(Memory(["a"], 60), 100.0, 100.0, 110.1).ask(["a"], Window(BEGINNING, BEGINNING + 60_000, 100))


@pytest.mark.parametrize(
    ("pattern", "name", "holds"),
    [
        ("a", "a", True),
        ("a", "ab", False),
        ("*", "", True),
        ("a*c", "abc", True),
        ("a*c", "ac", True),
        ("ab*bc", "abc", False),
        ("a*b*c", "aXbYbc", True),
        ("*x*", "axb", True),
        ("**x", "ax", True),
        ("system.gpus.*.power_watts", "system.gpus.GPU-1.x.power_watts", True),
        ("[a]?", "a", False),
    ],
)
def test_a_star_stands_for_any_characters(pattern: str, name: str, holds: bool) -> None:
    assert Pattern(pattern).matches(name) is holds


@given(st.text("ab*", max_size=8), st.text("ab", max_size=8))
def test_patterns_agree_with_a_plain_search(pattern: str, name: str) -> None:
    def search(pattern: str, name: str) -> bool:
        if not pattern:
            return not name
        if pattern[0] == "*":
            return search(pattern[1:], name) or (bool(name) and search(pattern, name[1:]))
        return name[:1] == pattern[0] and search(pattern[1:], name[1:])

    assert Pattern(pattern).matches(name) is search(pattern, name)


def test_a_hostile_pattern_takes_no_longer() -> None:
    assert not Pattern("*a" * 150).matches("a" * 100 + "b" * 200)


def test_a_window_in_which_nothing_is_stored_is_empty_and_nothing_is_read() -> None:
    memory = Memory(["a"], 60)
    answered = queries(memory).ask(["a"], Window(BEGINNING - 10 * HOUR, BEGINNING - 9 * HOUR, 100))
    assert (answered.stretch.mean.shape, answered.stretch.interval_ms) == ((1, 0), 1000)
    assert [row.path for row in answered.unavailable] == ["a"]
    assert memory.reads == []


def test_pixels_cover_the_window_where_only_a_part_of_it_is_stored() -> None:
    window = Window(BEGINNING - HOUR, BEGINNING + HOUR, 200)
    answered = queries(Memory(["a"], 600)).ask(["a"], window)
    times = answered.stretch.times_ms
    assert times[0] <= window.from_ms and times[-1] + answered.stretch.interval_ms >= window.to_ms
    assert (np.diff(times) == answered.stretch.interval_ms).all()
    assert np.nansum(answered.stretch.count) == 600
