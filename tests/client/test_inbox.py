"""The queue between the network and the reader."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.client.events import Event, Gap, Sample, StateChanged
from zeropoint.client.inbox import Inbox


def sample(number: int) -> Sample:
    return Sample(id=f"e-{number}")


async def take_all(inbox: Inbox) -> list[Event]:
    """What is there, without waiting."""
    taken: list[Event] = []
    while inbox.statistics().waiting or not taken:
        event = await inbox.get()
        assert event is not None
        taken.append(event)
    return taken


async def test_the_oldest_go_and_the_gap_stands_where_they_were():
    inbox = Inbox(most_events=3)
    for number in range(1, 6):
        inbox.put(sample(number), 10)
    gap, *rest = await take_all(inbox)
    assert gap == Gap(reason="slow-consumer", since=None, until="e-3", lost=2)
    assert rest == [sample(3), sample(4), sample(5)]
    for number in range(6, 10):
        inbox.put(sample(number), 10)
    assert (await take_all(inbox))[0] == Gap(reason="slow-consumer", since="e-5", until="e-7", lost=1)


async def test_bytes_are_bounded_too_but_one_event_always_fits():
    inbox = Inbox(most_bytes=100)
    inbox.put(sample(1), 60)
    inbox.put(sample(2), 40)
    assert inbox.statistics().waiting_bytes == 100
    inbox.put(sample(3), 500)
    assert (inbox.statistics().waiting, inbox.statistics().waiting_bytes) == (1, 500)
    assert await take_all(inbox) == [Gap(reason="slow-consumer", since=None, until="e-3", lost=2), sample(3)]
    assert inbox.statistics().waiting_bytes == 0


async def test_a_gap_that_goes_is_counted_in_the_hole():
    inbox = Inbox(most_events=2)
    for event in (sample(1), Gap("missed-ticks", "e-1", "e-5", 3), sample(5), sample(6)):
        inbox.put(event, 1)
    assert (await take_all(inbox))[0] == Gap(reason="slow-consumer", since=None, until="e-5", lost=4)


async def test_where_a_gap_of_unknown_size_went_the_loss_is_unknown():
    inbox = Inbox(most_events=1)
    for event in (Gap("unknown-id", "e-1", "f-1", None), sample(5), sample(6)):
        inbox.put(event, 1)
    assert (await take_all(inbox))[0] == Gap(reason="slow-consumer", since=None, until="e-6", lost=None)


async def test_states_that_go_are_no_loss():
    inbox = Inbox(most_events=2)
    for name in ("connecting", "live", "reconnecting", "live"):
        inbox.put(StateChanged(name), 0)
    assert await take_all(inbox) == [StateChanged("reconnecting"), StateChanged("live")]


async def test_an_error_comes_after_all_that_waits_and_once():
    inbox = Inbox()
    inbox.put(sample(1), 1)
    inbox.fail(ZeroDivisionError())
    assert inbox.has_failed
    assert await inbox.get() == sample(1)
    with pytest.raises(ZeroDivisionError):
        await inbox.get()
    assert not inbox.has_failed


async def test_closing_ends_the_wait_and_forgets_what_waits():
    inbox = Inbox()
    waiting = asyncio.create_task(inbox.get())
    await asyncio.sleep(0)
    inbox.close()
    assert await waiting is None
    inbox.put(sample(1), 1)
    assert await inbox.get() is None


@given(st.lists(st.sampled_from(["put", "take"]), max_size=200), st.integers(1, 8))
def test_every_sample_is_taken_or_counted_in_a_gap_where_it_is_missing(steps: list[str], most_events: int):
    async def run() -> None:
        inbox, put, seen = Inbox(most_events), 0, 0
        for step in [*steps, *["take"] * (most_events + 1)]:
            if step == "put":
                put += 1
                inbox.put(sample(put), 1)
            elif inbox.statistics().waiting:
                event = await inbox.get()
                if isinstance(event, Gap):
                    assert event.since == (f"e-{seen}" if seen else None)
                    assert event.lost is not None
                    seen += event.lost
                    assert event.until == f"e-{seen + 1}"
                else:
                    seen += 1
                    assert event == sample(seen)
            assert inbox.statistics().waiting <= most_events
        assert seen == put

    asyncio.run(run())
