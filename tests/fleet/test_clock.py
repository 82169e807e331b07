"""Whether a machine's clock is right, told from when its samples were taken and stored."""

from zeropoint.fleet.clock import Reading, is_wrong, reading_of


def last(*readings: tuple[float, float], interval: float = 1.0) -> Reading:
    """The last of readings (sampled, stored) that follow one another."""
    found: Reading | None = None
    for sampled, stored in readings:
        found = reading_of(sampled, stored, interval, found)
    assert found is not None
    return found


def test_a_clock_is_right_whose_samples_come_when_they_were_taken():
    assert last((1000.0, 1000.2)).ahead_seconds == 1000.0 - 1000.2
    assert not is_wrong(last((1000.0, 1004.9)).ahead_seconds)


def test_samples_of_the_future_are_told_at_once():
    assert is_wrong(last((4600.0, 1000.0)).ahead_seconds)


def test_a_clock_that_is_behind_is_told_once_its_samples_come_in_step_with_the_bus():
    assert last((1000.0, 4600.0)).ahead_seconds is None
    assert last((1000.0, 4600.0), (1001.0, 4601.1)).ahead_seconds == 1001.0 - 4601.1
    late = last((1000.0, 4600.0), (1001.0, 4601.0), (1002.0, 4603.5))
    assert is_wrong(late.ahead_seconds)


def test_a_machine_that_sends_what_it_has_missed_has_no_wrong_clock():
    before = [(1000.0 + second, 1000.1 + second) for second in range(3)]
    missed = [(1003.0 + second, 1600.0 + second / 100) for second in range(597)]
    for count in range(1, len(missed)):
        assert not is_wrong(last(*before, *missed[:count]).ahead_seconds)
    assert all(not is_wrong(last(*missed[:count]).ahead_seconds) for count in range(1, len(missed), 50))


def test_a_clock_that_was_set_right_is_right_with_the_next_sample():
    assert not is_wrong(last((4600.0, 1000.0), (4601.0, 1001.0), (1002.0, 1002.1)).ahead_seconds)
