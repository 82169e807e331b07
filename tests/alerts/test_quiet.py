from datetime import UTC, datetime

import pytest

from zeropoint.alerts.durations import in_words, parse_duration
from zeropoint.alerts.quiet import Quiet, is_zone, parse_spans


def quiet(*spans: str, zone: str | None = None) -> Quiet:
    parsed = parse_spans(list(spans))
    assert parsed is not None
    return Quiet(parsed, zone)


def test_a_span_holds_from_its_beginning_up_to_its_end():
    day = quiet("12:00-13:00", zone="UTC")
    moments = [datetime(2026, 11, 24, *clock, tzinfo=UTC) for clock in ((11, 59), (12, 0), (12, 59), (13, 0))]
    assert [day.holds(moment) for moment in moments] == [False, True, True, False]


def test_a_span_over_midnight():
    night = quiet("22:00-07:00", zone="UTC")
    assert [night.holds(datetime(2026, 11, 24, hour, tzinfo=UTC)) for hour in (21, 22, 0, 6, 7)] == [
        False, True, True, True, False,
    ]  # fmt: skip


@pytest.mark.parametrize(("month", "begins"), [(1, 21), (7, 20)])
def test_summer_time_is_that_of_the_zone(month: int, begins: int):
    night = quiet("22:00-07:00", zone="Europe/Berlin")
    assert not night.holds(datetime(2026, month, 10, begins - 1, 59, tzinfo=UTC))
    assert night.holds(datetime(2026, month, 10, begins, tzinfo=UTC))


def test_without_a_zone_it_is_the_machines_own():
    here = datetime(2026, 11, 24, 12, 30).astimezone()
    assert quiet("12:00-13:00").holds(here.astimezone(UTC))


def test_zones():
    assert is_zone("Europe/Berlin") and is_zone("UTC")
    assert not any(is_zone(name) for name in ("", "Europe", "Europe/Nowhere", "/etc/localtime", "\0", 3))


@pytest.mark.parametrize(
    ("written", "seconds"),
    [(90, 90), (1.5, 1.5), ("90", 90), ("90s", 90), ("5m", 300), ("1.5h", 5400), ("1d", 86400), (0, 0)],
)
def test_durations(written: object, seconds: float):
    assert parse_duration(written) == seconds


@pytest.mark.parametrize(
    "written", ["", "m", "5 m", "-5m", "5w", "1e3", True, None, [], -1, float("inf"), float("nan")]
)
def test_what_is_no_duration(written: object):
    assert parse_duration(written) is None


def test_durations_in_words():
    assert [in_words(seconds) for seconds in (0, 1.5, 60, 90, 300, 5400, 7200, 259200)] == [
        "0 s", "1.5 s", "1 min", "90 s", "5 min", "90 min", "2 h", "3 d",
    ]  # fmt: skip
