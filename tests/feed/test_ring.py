import msgspec
import pytest

from tests.support.samples import sample
from zeropoint.feed.frames import Frame
from zeropoint.feed.ring import Replay, Ring
from zeropoint.model import Gap


def filled(count: int, capacity: int = 600, capacity_bytes: int = 1 << 30) -> Ring:
    ring = Ring("e1", capacity, capacity_bytes)
    for sequence in range(1, count + 1):
        ring.append(sample(sequence), 0, msgspec.json.encode)
    return ring


def ids(frames: list) -> list[str]:
    return [frame.id for frame in frames]


def test_what_came_after_an_id_is_replayed_once_and_in_order():
    replay = filled(5).after("e1-2")
    assert replay.gap is None
    assert ids(replay.frames) == ["e1-3", "e1-4", "e1-5"]


def test_nothing_came_after_the_newest():
    replay = filled(5).after("e1-5")
    assert (replay.gap, replay.frames) == (None, [])


def test_the_oldest_kept_frame_may_follow_directly_without_a_gap():
    replay = filled(10, capacity=4).after("e1-6")
    assert replay.gap is None
    assert ids(replay.frames) == ["e1-7", "e1-8", "e1-9", "e1-10"]


def test_what_is_gone_is_told_with_its_count():
    replay = filled(10, capacity=4).after("e1-2")
    assert replay.gap is not None
    assert (replay.gap.since, replay.gap.until, replay.gap.lost) == ("e1-2", "e1-7", 4)
    assert replay.gap.reason == "beyond-replay"
    assert ids(replay.frames)[0] == "e1-7"


@pytest.mark.parametrize(
    "id", ["", "x", "e1-", "-3", "e1-99", "zz-1", "e1-1\r\nid: 3", "e1-1 ", "E1-1", "\udcff", "9" * 70000, "e1-０"]
)
def test_an_id_that_is_not_ours_gets_a_gap_and_the_newest(id: str):
    replay = filled(5).after(id)
    assert replay.gap is not None
    assert (replay.gap.since, replay.gap.lost, replay.gap.reason) == (None, None, "unknown-id")
    assert ids(replay.frames) == ["e1-5"]


def test_an_id_from_before_the_restart_gets_a_gap_and_all_there_is():
    replay = filled(3).after("d9-500")
    assert replay.gap is not None
    assert (replay.gap.since, replay.gap.until, replay.gap.reason) == ("d9-500", "e1-1", "unknown-id")
    assert ids(replay.frames) == ["e1-1", "e1-2", "e1-3"]


def test_it_is_bounded_in_bytes_too():
    size = len(msgspec.json.encode(sample(1)))
    ring = filled(50, capacity_bytes=size * 10)
    assert ring.statistics()["frames"] <= 10
    assert ring.statistics()["bytes"] <= size * 10
    assert ring.newest is not None and ring.newest.id == "e1-50"


def test_missed_ticks_stand_as_a_gap_before_their_frame():
    ring = filled(2)
    frame = ring.append(sample(3), 4, msgspec.json.encode)
    assert frame.gap is not None
    assert (frame.gap.since, frame.gap.until, frame.gap.lost, frame.gap.reason) == ("e1-2", "e1-3", 4, "missed-ticks")


def test_a_ring_whose_numbers_have_holes_knows_by_them_what_it_has_and_not_how_many_are_missing():
    ring = Ring("js", 3, is_sparse=True)
    for sequence in (10, 20, 35, 50):
        ring.add(Frame(sequence, f"js-{sequence}", b"{}", None))
    assert ring.after("js-10") == Replay(None, ring.frames())
    assert [frame.id for frame in ring.after("js-22").frames] == ["js-35", "js-50"]
    assert ring.after("js-22").gap is None
    assert ring.after("js-50") == Replay(None, [])
    assert ring.after("js-9").gap == Gap(since="js-9", until="js-20", lost=None, reason="beyond-replay")
    assert ring.after("js-51").gap == Gap(until="js-50", reason="unknown-id")
