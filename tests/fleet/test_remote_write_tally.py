from zeropoint.fleet.remote_write_tally import TOLD_SECONDS, Tally


class Clock:
    now = 1_796_000_000.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_known_before_the_first_request():
    report = Tally("store").report()
    assert (report.sent_samples_total, report.lag_seconds, report.request_seconds) == (0, None, None)


def test_one_failure_is_no_trouble_and_two_are_told_since_the_first():
    clock = Clock()
    tally = Tally("store:1", clock)
    tally.failed("HTTP 503")
    assert tally.reasons() == []
    clock.now += 60
    tally.failed("HTTP 500")
    assert tally.reasons() == ["remote write to store:1: HTTP 500, since 2026-11-30T00:53:20.000Z"]
    tally.answered(0.5, 100)
    assert tally.reasons() == []
    report = tally.report()
    assert (report.failed_requests_total, report.request_seconds, report.sent_bytes_total) == (2, 0.5, 100)


def test_what_was_dropped_is_counted_for_good_and_told_for_an_hour():
    clock = Clock()
    tally = Tally("store", clock)
    tally.dropped(3, "HTTP 400")
    tally.dropped(2, "HTTP 400: out of order")
    tally.dropped(None, "HTTP 400: out of order")
    (line,) = tally.reasons()
    assert line.startswith("remote write to store: 5 samples are not written: HTTP 400: out of order, last at 2026-")
    clock.now += TOLD_SECONDS + 1
    assert tally.reasons() == []
    tally.dropped(1, "HTTP 422")
    assert "1 samples are not written: HTTP 422" in tally.reasons()[0]
    assert tally.report().dropped_samples_total == 6


def test_the_lag_is_the_age_of_the_newest_sample_that_the_store_has():
    clock = Clock()
    tally = Tally("store", clock)
    tally.sent(5, round(clock.now * 1000) - 2500)
    tally.sent(0, None)
    assert tally.report().lag_seconds == 2.5
    assert tally.report().sent_samples_total == 5
    clock.now -= 3600  # a clock that is set back makes no lag below 0
    assert tally.report().lag_seconds == 0


def test_a_position_that_cannot_be_kept_is_told_until_it_is():
    tally = Tally("store")
    tally.kept("No space left on device")
    assert tally.reasons() == ["remote write: its position cannot be kept: No space left on device"]
    tally.kept(None)
    assert tally.reasons() == []
