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


def test_a_gap_is_told_once_until_the_next_sample():
    position = Position()
    gap = Gap("missed-ticks", "e-1", "e-4", 2)
    assert [position.news_of(gap), position.news_of(gap)] == [gap, None]
    other = Gap("beyond-replay", "e-1", "e-4", 2)
    assert position.news_of(other) == other
    position.accept_sample("e-2")
    assert position.news_of(gap) == gap
    position.accept_sample("e-4")
    assert position.news_of(gap) is None


def test_of_a_gap_that_has_grown_while_the_connection_was_broken_the_rest_is_told():
    position = Position()
    position.accept_sample("e-1")
    first = Gap("beyond-replay", "e-1", "e-52", 50)
    assert position.news_of(first) == first
    assert position.news_of(Gap("beyond-replay", "e-1", "e-83", 81)) == Gap("beyond-replay", "e-1", "e-83", 31)
    assert position.news_of(Gap("beyond-replay", "e-1", "e-90", 88)) == Gap("beyond-replay", "e-1", "e-90", 7)
    position.accept_sample("e-90")
    assert position.news_of(Gap("beyond-replay", "e-90", "e-95", 4)) == Gap("beyond-replay", "e-90", "e-95", 4)


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
