import threading

from tests.history.records import NOON_MS, record
from zeropoint.history.record import Record
from zeropoint.history.waiting import Lost, Waiting


def filled(count: int, waiting: Waiting | None = None) -> Waiting:
    waiting = waiting or Waiting()
    for sequence in range(1, count + 1):
        waiting.put(record(sequence))
    return waiting


def taken(waiting: Waiting) -> list[int]:
    found = []
    while (one := waiting.take()) is not None:
        found.append(one.sequence)
    return found


def test_what_is_put_is_seen_once_and_stays_until_it_is_taken():
    waiting = filled(3)
    records, _ = waiting.wait(0)
    assert [one.sequence for one in records] == [1, 2, 3]
    for one in records:
        waiting.seen(one)
    assert waiting.wait(0) == ([], False)
    assert taken(waiting) == [1, 2, 3]


def test_what_is_put_back_is_the_next_to_be_taken():
    waiting = filled(3)
    first = waiting.take()
    assert first is not None
    waiting.put_back(first)
    assert taken(waiting) == [1, 2, 3]


def test_the_oldest_go_when_there_are_too_many():
    waiting = filled(7, Waiting(capacity_records=4))
    assert waiting.lost_total == 3
    assert waiting.take_lost() == Lost(NOON_MS - 1000, NOON_MS + 3000, 3)
    assert waiting.take_lost() is None
    assert [one.sequence for one in waiting.wait(0)[0]] == [4, 5, 6, 7]
    assert taken(waiting) == [4, 5, 6, 7]


def test_it_is_bounded_in_bytes_but_takes_any_one_sample():
    waiting = Waiting(capacity_bytes=10_000)
    for sequence in (1, 2, 3):
        waiting.put(record(sequence, padding_bytes=20_000))
    assert waiting.statistics()["records"] == 1
    assert taken(waiting) == [3]
    assert waiting.statistics() == {"records": 0, "bytes": 0, "lost_total": 2}


def test_one_that_comes_back_to_a_full_queue_is_lost():
    waiting = filled(3, Waiting(capacity_records=3))
    first = waiting.take()
    assert first is not None
    waiting.put(record(4))
    waiting.put_back(first)
    assert waiting.lost_total == 1
    assert taken(waiting) == [2, 3, 4]


def test_a_wait_ends_with_a_sample_with_the_end_and_when_asked():
    waiting = Waiting()
    answers: list[tuple[list[Record], bool]] = []

    def follow() -> None:
        while not answers or not answers[-1][1]:
            answers.append(waiting.wait(None))
            for one in answers[-1][0]:
                waiting.seen(one)

    thread = threading.Thread(target=follow)
    thread.start()
    waiting.put(record(1))
    while not answers:
        pass
    waiting.ask()
    while len(answers) < 2:
        pass
    waiting.close()
    thread.join(10)
    assert [([one.sequence for one in records], closed) for records, closed in answers] == [
        ([1], False),
        ([], False),
        ([], True),
    ]
