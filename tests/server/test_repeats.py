from zeropoint.server.repeats import Counted, Repeats


def first_letter(key: str) -> str:
    return key[0]


def test_nobody_takes_the_room_of_others():
    repeats = Repeats(60, 10, 3, first_letter)
    assert [repeats.is_first(f"a{number}", 1) for number in range(100)] == [True] * 3 + [False] * 97
    assert repeats.is_first("b1", 2)
    assert not repeats.is_first("a1", 3)
    assert repeats.due(61) == [Counted("a1", 1, 3), Counted("a", 97, 1)]
    assert repeats.is_first("a7", 62), "the next period is a new one"


def test_a_crowd_has_no_more_rows_than_there_is_room_for():
    repeats: Repeats[tuple[int, int]] = Repeats(60, 100, 3, lambda key: (key[0], -1))
    told_at_once = sum(repeats.is_first((one, kind), 5) for one in range(1000) for kind in range(10))
    assert told_at_once <= 100 and repeats.statistics()["keys"] <= 101
    assert told_at_once + sum(one.more for one in repeats.due(65)) == 10_000


def test_the_first_is_told_at_once_and_the_others_are_counted_when_the_period_is_over():
    repeats = Repeats(60, 10, 10, first_letter)
    assert repeats.is_first("a", 0)
    assert [repeats.is_first("a", now) for now in (1, 2, 3)] == [False] * 3
    assert repeats.is_first("b", 4)
    assert repeats.due(59) == []
    assert repeats.due(60) == [Counted("a", 3, 1)]
    assert repeats.due(1000) == []
    assert repeats.is_first("a", 1001)


def test_what_there_is_no_room_for_is_counted_together():
    repeats: Repeats[int] = Repeats(60, 100, 100, lambda number: -1)
    assert sum(repeats.is_first(number, 5) for number in range(10_000)) == 100
    assert repeats.statistics()["keys"] <= 101
    assert repeats.due(65) == [Counted(None, 9900, 5)]


def test_at_the_end_all_are_told():
    repeats = Repeats(60, 10, 10, first_letter)
    repeats.is_first("a", 0)
    repeats.is_first("a", 1)
    assert repeats.due(2, all_of_them=True) == [Counted("a", 1, 1)]
