"""What was delivered already, and after what to resume."""

from hypothesis import given
from hypothesis import strategies as st

from zeropoint.client.events import Gap
from zeropoint.client.position import EPOCHS_KEPT, Position


def test_a_sample_is_accepted_once_and_in_order():
    position = Position()
    assert [position.accept_sample(id) for id in ("e-1", "e-1", "e-3", "e-2", "e-4")] == [
        True,
        False,
        True,
        False,
        True,
    ]


def test_epochs_are_apart_and_may_hold_dashes():
    position = Position()
    assert position.accept_sample("e-9")
    assert position.accept_sample("f-1")
    assert position.accept_sample("a-b-1")
    assert not position.accept_sample("e-9")
    assert not position.accept_sample("a-b-1")


def test_the_position_never_goes_back_behind_what_was_delivered():
    position = Position()
    position.accept_sample("e-5")
    position.commit("e-5")
    position.commit("e-3")
    assert position.resume_id == "e-5"
    position.commit("f-1")
    assert position.resume_id == "f-1"
    position.commit("")
    assert position.resume_id is None


def test_numbers_of_thousands_of_digits_are_ids_of_another_form():
    position = Position()
    assert position.accept_sample("e-" + "9" * 10_000)
    assert not position.accept_sample("e-" + "9" * 10_000)
    assert position.accept_sample("e-1")


def test_gaps_are_told_with_the_sample_behind_them_and_once():
    position = Position()
    gone, missed = Gap("beyond-replay", "e-1", "e-4", 2), Gap("missed-ticks", "e-3", "e-4", 1)
    for gap in (gone, missed, gone):
        position.hold(gap)
    assert position.gaps_before("e-4") == [gone, missed]
    assert position.accept_sample("e-4")
    assert position.gaps_before("e-5") == []


def test_a_gap_that_was_filled_over_another_transport_is_not_told():
    position = Position()
    position.accept_sample("e-5")
    position.hold(Gap("slow-subscriber", "e-1", "e-4", 2))
    assert position.gaps_before("e-6") == []


def test_a_gap_stands_while_samples_come_that_are_no_news():
    position = Position()
    position.accept_sample("e-3")
    restart = Gap("unknown-id", "e-3", "f-1", None)
    position.hold(restart)
    assert position.gaps_before("e-2") == []
    assert position.gaps_before("f-1") == [restart]


def test_what_came_over_another_transport_meanwhile_is_not_told_as_lost():
    position = Position()
    position.accept_sample("e-631")
    position.hold(Gap("slow-subscriber", "e-631", "e-634", 2))
    assert position.gaps_before("e-632") == []  # by a poll
    position.accept_sample("e-632")
    assert position.gaps_before("e-634") == [Gap("slow-subscriber", "e-631", "e-634", 1)]


def test_a_gap_that_was_filled_whole_is_not_told():
    position = Position()
    position.accept_sample("e-631")
    position.hold(Gap("slow-subscriber", "e-631", "e-634", 2))
    position.hold(Gap("missed-ticks", "e-633", "e-634", 5))
    for id in ("e-632", "e-633"):
        assert position.gaps_before(id) == []
        position.accept_sample(id)
    assert position.gaps_before("e-634") == [Gap("missed-ticks", "e-633", "e-634", 5)]


def test_a_gap_whose_sample_never_came_is_told_anew_by_the_next_connection():
    position = Position()
    position.accept_sample("e-1")
    position.hold(Gap("beyond-replay", "e-1", "e-52", 50))
    position.forget_gaps()
    longer = Gap("beyond-replay", "e-1", "e-83", 81)
    position.hold(longer)
    assert position.gaps_before("e-83") == [longer]


@given(st.lists(st.tuples(st.integers(0, EPOCHS_KEPT * 2), st.integers(0, 5)), max_size=300))
def test_memory_is_bounded_and_no_sample_of_a_recent_epoch_comes_twice(places: list[tuple[int, int]]):
    position = Position()
    seen: set[str] = set()
    recent: list[int] = []
    for epoch, number in places:
        id = f"{epoch}-{number}"
        accepted = position.accept_sample(id)
        if epoch in recent:
            assert not (accepted and id in seen)
        if accepted:
            seen.add(id)
            recent = [epoch, *(one for one in recent if one != epoch)][:EPOCHS_KEPT]
    assert len(position._highest) <= EPOCHS_KEPT
