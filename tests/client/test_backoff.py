"""Waits, as pure functions."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.client.backoff import backoff_seconds, probe_seconds, retry_after_seconds
from zeropoint.client.timing import Timing
from zeropoint.client.watchdog import silence_limit_seconds

TIMING = Timing()
NOW = 1_795_478_400.0  # 2026-11-24T00:00:00Z


def always(value: float) -> Callable[[], float]:
    return lambda: value


def test_the_first_wait_is_exactly_what_the_server_asked_for():
    assert backoff_seconds(1, 1.234, TIMING, always(0.9)) == 1.234
    assert backoff_seconds(1, 99.0, TIMING, always(0.9)) == 99.0


@pytest.mark.parametrize(("failures", "ceiling"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (7, 30), (10_000, 30)])
def test_the_ceiling_doubles_and_is_capped_before_the_draw(failures: int, ceiling: float):
    assert backoff_seconds(failures, None, TIMING, always(1.0)) == ceiling
    assert backoff_seconds(failures, None, TIMING, always(0.25)) == ceiling / 4
    assert backoff_seconds(failures, None, TIMING, always(0.0)) == 0


def test_the_servers_retry_is_where_doubling_begins():
    assert backoff_seconds(2, 3.0, TIMING, always(0.5)) == 3.0


def test_a_server_that_asks_for_no_wait_gets_one_attempt_at_once_and_no_more():
    assert backoff_seconds(1, 0.0, TIMING, always(0.5)) == 0
    assert backoff_seconds(2, 0.0, TIMING, always(0.5)) == 1.0


@given(st.integers(1, 100_000), st.none() | st.floats(0, 1e7), st.floats(0, 1, exclude_max=True))
def test_no_drawn_wait_is_longer_than_the_cap(failures: int, retry: float | None, drawn: float):
    wait = backoff_seconds(failures, retry, TIMING, always(drawn))
    assert 0 <= wait <= (retry if failures == 1 and retry is not None else TIMING.backoff_cap_seconds)


@pytest.mark.parametrize(("attempts", "ceiling"), [(0, 15), (1, 30), (2, 60), (3, 120), (4, 120), (10_000, 120)])
def test_half_of_the_wait_for_a_probe_is_certain(attempts: int, ceiling: float):
    assert probe_seconds(attempts, TIMING, always(0.0)) == ceiling / 2
    assert probe_seconds(attempts, TIMING, always(1.0)) == ceiling


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("1.5", None),
        ("-1", None),
        ("٣", None),
        ("0", 0),
        (" 17 ", 17),
        ("7200", 3600),
        ("9" * 10_000, 3600),
        ("Tue, 24 Nov 2026 00:00:30 GMT", 30),
        ("Tue, 24 Nov 2026 00:00:30 -0000", 30),
        ("Tue, 24 Nov 2026 01:00:30 +0100", 30),
        ("Mon, 23 Nov 2026 00:00:00 GMT", 0),
        ("Thu, 24 Nov 2036 00:00:00 GMT", 3600),
        ("Tue, 99 Nov 2026 00:00:30 GMT", None),
    ],
)
def test_retry_after_is_seconds_or_a_date(header: str | None, seconds: float | None):
    assert retry_after_seconds(header, NOW) == seconds


@given(st.text(max_size=40))
def test_any_retry_after_is_a_wait_or_nothing(header: str):
    assert 0 <= (retry_after_seconds(header, NOW) or 0) <= 3600


@pytest.mark.parametrize(("interval", "limit"), [(None, 5), (0.2, 5), (1, 5), (2, 6), (8, 24), (10, 25), (3600, 25)])
def test_26_silence_is_three_intervals_within_bounds(interval: float | None, limit: float):
    assert silence_limit_seconds(interval, TIMING) == limit
