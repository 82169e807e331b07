"""What is sent together, and what is told to be missing before it."""

import json

import msgspec

from zeropoint.feed.frames import Frame
from zeropoint.feed.ring import Replay
from zeropoint.fleet.identity import Machine
from zeropoint.fleet.names import GAPS
from zeropoint.fleet.outgoing import WINDOW_BYTES, WINDOW_SAMPLES, Outgoing, window_of
from zeropoint.model import Gap

BOX = Machine("0" * 32, "box")
LARGEST = 1000


def frame(sequence: int, size: int = 10, missed: int = 0) -> Frame:
    gap = (
        Gap(since=f"e1-{sequence - 1}", until=f"e1-{sequence}", lost=missed, reason="missed-ticks") if missed else None
    )
    return Frame(sequence, f"e1-{sequence}", b'{"a":"%b"}' % (b"x" * size), gap)


def gaps(message: Outgoing) -> list[Gap]:
    return msgspec.json.decode(message.headers.get(GAPS, "[]"), type=list[Gap])


def test_a_sample_goes_with_whose_it_is_and_an_id_that_is_its_own_over_all_machines():
    window = window_of(Replay(None, [frame(1)]), BOX, LARGEST)
    (message,) = window.messages
    assert json.loads(message.payload) == {"host": {"id": "0" * 32, "name": "box"}, "a": "x" * 10}
    assert message.headers["Nats-Msg-Id"] == f"{'0' * 32}.e1-1"
    assert (gaps(message), message.lost, window.last_id, window.passed_over) == ([], 0, "e1-1", None)


def test_a_window_is_bounded_in_number_and_in_bytes():
    many = window_of(Replay(None, [frame(number) for number in range(1, 200)]), BOX, LARGEST)
    assert (len(many.messages), many.last_id) == (WINDOW_SAMPLES, f"e1-{WINDOW_SAMPLES}")
    large = window_of(Replay(None, [frame(number, WINDOW_BYTES // 3) for number in range(1, 9)]), BOX, WINDOW_BYTES)
    assert [message.id for message in large.messages] == ["e1-1", "e1-2", "e1-3"]


def test_what_is_gone_and_ticks_that_were_missed_are_told_before_the_sample_and_only_the_former_is_lost():
    hole = Gap(since="e1-1", until="e1-7", lost=5, reason="beyond-replay")
    window = window_of(Replay(hole, [frame(7, missed=2), frame(8, missed=1)]), BOX, LARGEST)
    first, second = window.messages
    assert [gap.reason for gap in gaps(first)] == ["beyond-replay", "missed-ticks"]
    assert [gap.lost for gap in gaps(second)] == [1]
    assert (first.lost, second.lost) == (5, 0)


def test_what_is_larger_than_the_bus_takes_is_passed_over_and_told_with_the_next_one():
    window = window_of(Replay(None, [frame(1), frame(2, 5000), frame(3, 5000), frame(4)]), BOX, LARGEST)
    assert [message.id for message in window.messages] == ["e1-1", "e1-4"]
    assert gaps(window.messages[1]) == [Gap(since="e1-1", until="e1-4", lost=2, reason="beyond-replay")]
    assert window.messages[1].lost == 2


def test_what_was_passed_over_at_the_end_is_told_with_the_next_window():
    first = window_of(Replay(None, [frame(1), frame(2, 5000)]), BOX, LARGEST)
    assert ([message.id for message in first.messages], first.last_id) == (["e1-1"], "e1-2")
    second = window_of(Replay(None, [frame(3, 5000)]), BOX, LARGEST, first.passed_over)
    assert (second.messages, second.last_id) == ([], "e1-3")
    third = window_of(Replay(None, [frame(4)]), BOX, LARGEST, second.passed_over)
    assert gaps(third.messages[0]) == [Gap(since="e1-1", until="e1-4", lost=2, reason="beyond-replay")]
    assert third.passed_over is None
    # Each is counted when it is passed over, and once.
    assert [window.lost for window in (first, second, third)] == [1, 1, 0]
    assert [message.lost for window in (first, second, third) for message in window.messages] == [0, 0]
    assert [window.passed_bytes is None for window in (first, second, third)] == [False, False, True]
