import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.host.counters import DeviceCounters, growth
from zeropoint.probe import NEEDS_TWO_READINGS, Absent

TOP = 2**32


def test_counters_grow():
    assert growth((10, 0), (15, 0)) == (5, 0)


def test_a_counter_of_32_bits_that_wraps_goes_on():
    assert growth((TOP - 1000, 70), (500, 75)) == (1500, 5)


def test_a_device_that_was_replaced_starts_anew():
    assert growth((TOP - 1000, 70), (500, 5)) is None


def test_a_fall_that_no_wrap_explains_is_no_growth():
    assert growth((1000, 70), (900, 75)) is None
    assert growth((TOP * 3, 70), (500, 75)) is None


def test_each_device_needs_two_readings_of_its_own():
    counters = DeviceCounters(1)
    counters.update({"a": (100,)}, {"a", "b"}, 10.0)
    assert counters.rates == {"a": Absent(NEEDS_TWO_READINGS)}
    assert counters.sum_rates == Absent(NEEDS_TWO_READINGS)
    counters.update({"a": (300,), "b": (7000,)}, {"a", "b"}, 12.0)
    assert counters.rates == {"a": (100.0,), "b": Absent(NEEDS_TWO_READINGS)}
    assert counters.sum_rates == (100.0,)
    assert counters.sums == (7300,)


def test_what_a_departed_device_counted_stays_in_the_sum():
    counters = DeviceCounters(1)
    counters.update({"a": (100,), "b": (50,)}, {"a", "b"}, 0.0)
    counters.update({"a": (110,)}, {"a", "b"}, 1.0)
    assert counters.sums == (160,)
    assert counters.sum_rates == (10.0,)
    counters.update({"a": (120,), "b": (5,)}, {"a", "b"}, 2.0)
    assert counters.sums == (175,)


def test_devices_that_are_not_counted_have_rates_and_are_in_no_sum():
    counters = DeviceCounters(1)
    counters.update({"a": (100,), "lo": (5,)}, {"a"}, 0.0)
    counters.update({"a": (100,), "lo": (9,)}, {"a"}, 1.0)
    assert counters.rates["lo"] == (4.0,)
    assert counters.sums == (100,)
    assert counters.sum_rates == (0.0,)


def test_a_sum_goes_on_over_a_wrap_and_does_not_fall_at_a_reset():
    counters = DeviceCounters(2)
    counters.update({"a": (TOP - 100, 10)}, {"a"}, 0.0)
    counters.update({"a": (100, 11)}, {"a"}, 1.0)
    assert counters.sums == (TOP + 100, 11)
    assert counters.sum_rates == (200.0, 1.0)
    counters.update({"a": (0, 0)}, {"a"}, 2.0)
    assert counters.sums == (TOP + 100, 11)
    assert counters.rates["a"] == counters.sum_rates == Absent("the counter was reset")
    counters.update({"a": (30, 3)}, {"a"}, 3.0)
    assert counters.sums == (TOP + 130, 14)


def test_without_devices_nothing_flows():
    counters = DeviceCounters(2)
    counters.update({}, set(), 0.0)
    counters.update({}, set(), 1.0)
    assert counters.sums == (0, 0)
    assert counters.sum_rates == (0.0, 0.0)


def test_a_reading_at_the_same_moment_has_no_rate():
    counters = DeviceCounters(1)
    counters.update({"a": (1,)}, {"a"}, 5.0)
    counters.update({"a": (2,)}, {"a"}, 5.0)
    assert counters.rates["a"] == Absent(NEEDS_TWO_READINGS)


readings = st.dictionaries(st.sampled_from("abc"), st.tuples(st.integers(0, 2**40), st.integers(0, 2**40)))


@given(st.lists(st.tuples(readings, st.frozensets(st.sampled_from("abc"))), max_size=12))
def test_sums_never_fall_and_rates_are_never_negative(states: list[tuple[dict[str, tuple[int, ...]], frozenset[str]]]):
    counters = DeviceCounters(2)
    before = counters.sums
    for now, (devices, counted) in enumerate(states):
        counters.update(devices, counted, float(now))
        assert all(later >= earlier for earlier, later in zip(before, counters.sums, strict=True))
        for rates in (*counters.rates.values(), counters.sum_rates):
            assert isinstance(rates, Absent) or min(rates) >= 0
        before = counters.sums


@pytest.mark.parametrize("last", [0, 1, TOP // 2, TOP - 1])
def test_growth_over_a_wrap_is_exact(last: int):
    step = 1000
    wrapped = (last + step) % TOP
    assert growth((last, 5), (wrapped, 6)) == (step, 1)
