from datetime import UTC, datetime
from email.utils import format_datetime

from zeropoint.fleet.remote_write_wait import backoff_seconds, retry_after_seconds

NOW = 1_796_000_000.0


def test_the_wait_is_drawn_from_the_whole_of_a_ceiling_that_doubles_up_to_a_minute():
    ceilings = [1, 2, 4, 8, 16, 32, 60, 60]
    assert [backoff_seconds(failures, None, 0.5) for failures in range(1, 9)] == [one / 2 for one in ceilings]
    assert backoff_seconds(5, None, 0.0) == 0
    assert backoff_seconds(1_000_000, None, 0.999) < 60


def test_it_comes_after_what_the_store_asked_for():
    assert backoff_seconds(2, 30.0, 0.5) == 31


def test_retry_after_is_seconds_or_a_date():
    waits = {"7": 7.0, "0": 0.0, "9" * 500: 3600.0, None: None, "": None, "-3": None, "soon": None, "\u0662": None}
    for ahead, wait in ((90, 90.0), (-90, 0.0), (100_000, 3600.0)):
        waits[format_datetime(datetime.fromtimestamp(NOW + ahead, UTC), usegmt=True)] = wait
    assert {header: retry_after_seconds(header, NOW) for header in waits} == waits
