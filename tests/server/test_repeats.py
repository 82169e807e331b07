from zeropoint.server.repeats import Counted, Repeats


def test_the_first_is_told_at_once_and_the_others_are_counted_when_the_period_is_over():
    repeats: Repeats[str] = Repeats(60, 10)
    assert repeats.is_first("a", 0)
    assert [repeats.is_first("a", now) for now in (1, 2, 3)] == [False] * 3
    assert repeats.is_first("b", 4)
    assert repeats.due(59) == []
    assert repeats.due(60) == [Counted("a", 3, 1)]
    assert repeats.due(1000) == []
    assert repeats.is_first("a", 1001)


def test_what_there_is_no_room_for_is_counted_together():
    repeats: Repeats[int] = Repeats(60, 100)
    assert sum(repeats.is_first(number, 5) for number in range(10_000)) == 100
    assert repeats.statistics()["keys"] <= 101
    assert repeats.due(65) == [Counted(None, 9900, 5)]


def test_at_the_end_all_are_told():
    repeats: Repeats[str] = Repeats(60, 10)
    repeats.is_first("a", 0)
    repeats.is_first("a", 1)
    assert repeats.due(2, all_of_them=True) == [Counted("a", 1, 1)]
