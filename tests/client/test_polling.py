"""Polling in place of a stream that does not get through, and the way back to it."""

import pytest

from tests.client.bench import Bench
from tests.client.peer import Exchange, ids, sample
from tests.client.reader import Reader

STREAM, POLL = "metrics/sse", "metrics/json"
TOKEN = "zp-3f9a"  # noqa: S105 - it opens nothing
PROBE_SECONDS = 11.25
"""The first probe of the stream, with draws of 0.5: three quarters of 15 s."""


async def begin_polling(bench: Bench, first_id: str = "e-1", **options: object) -> tuple[Reader, Exchange]:
    """A reader that has seen one sample, then three streams that were no streams, and its first poll."""
    reader = await bench.connect(**options)
    (await bench.peer.next(STREAM)).greet(retry_ms=1000).samples(first_id).end()
    await fail_twice(bench)
    return reader, await bench.peer.next(POLL)


async def fail_twice(bench: Bench) -> None:
    await bench.clock.until_timer(1.0)
    await bench.clock.advance(1.0)
    (await bench.peer.next(STREAM)).open_stream("text/html").end()
    await bench.clock.until_timer(0.5 * 2.0)
    await bench.clock.advance(1.0)
    (await bench.peer.next(STREAM)).open_stream("text/html").end()


async def test_27_after_three_failures_it_polls_for_what_came_after_the_last_sample(bench: Bench):
    reader, poll = await begin_polling(bench, sections=["ai"], token=TOKEN)
    assert poll.query == {"sections": "ai", "since": "e-1", "wait": "10"}
    assert poll.headers["accept"] == "application/json"
    assert poll.headers["authorization"] == f"Bearer {TOKEN}"
    poll.batch(ids("e", 2, 4))
    state = await reader.until_state("polling")
    assert state.reason == "expected text/event-stream, got text/html"
    assert (await bench.peer.next(POLL)).query["since"] == "e-4"
    assert reader.sample_ids == ids("e", 1, 4)


async def test_27_without_a_sample_yet_it_asks_for_the_newest(bench: Bench):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).open_stream("text/html").end()
    await bench.clock.until_timer(0.5)
    await bench.clock.advance(0.5)
    (await bench.peer.next(STREAM)).open_stream("text/html").end()
    await bench.clock.until_timer(1.0)
    await bench.clock.advance(1.0)
    (await bench.peer.next(STREAM)).open_stream("text/html").end()
    poll = await bench.peer.next(POLL)
    assert poll.query == {}
    poll.json(sample("e-9"))
    await reader.until_sample("e-9")
    assert (await bench.peer.next(POLL)).query == {"since": "e-9", "wait": "10"}


async def test_28_a_gap_of_a_poll_stands_before_its_samples(bench: Bench):
    reader, poll = await begin_polling(bench)
    poll.batch(ids("e", 7, 8), {"from": "e-1", "to": "e-7", "lost": 5, "reason": "beyond-replay"})
    await reader.until_sample("e-8")
    assert reader.lines[-3:] == ["gap 5 beyond-replay", "sample e-7", "sample e-8"]


async def test_27_28_it_goes_back_to_a_stream_that_comes_through_and_loses_and_doubles_nothing(bench: Bench):
    reader, poll = await begin_polling(bench)
    poll.batch(["e-2"])
    await reader.until_sample("e-2")
    poll = await bench.peer.next(POLL)
    await bench.clock.until_timer(PROBE_SECONDS)
    await bench.clock.advance(PROBE_SECONDS)
    stream = await bench.peer.next(STREAM)
    assert stream.headers["last-event-id"] == "e-2"
    poll.batch(ids("e", 3, 4))  # while the stream is on its way
    await reader.until_sample("e-4")
    last_poll = await bench.peer.next(POLL)
    stream.greet().samples(*ids("e", 3, 6))
    await reader.until_sample("e-6")
    assert reader.lines[-4:] == ["state live", "hello e-1", "sample e-5", "sample e-6"]
    assert reader.sample_ids == ids("e", 1, 6)
    await last_poll.until_closed()


async def test_27_a_stream_that_came_through_and_soon_broke_leads_back_to_polling(bench: Bench):
    reader, poll = await begin_polling(bench)
    await bench.clock.until_timer(PROBE_SECONDS)
    await bench.clock.advance(PROBE_SECONDS)
    (await bench.peer.next(STREAM)).greet(retry_ms=1000).samples("e-2").end()
    await poll.until_closed()
    await reader.until_state("reconnecting", waiting=True)
    await bench.clock.until_timer(0.5 * 4)
    await bench.clock.advance(2)
    poll = await bench.peer.next(POLL)
    assert poll.query["since"] == "e-2"
    poll.batch(["e-3"])
    await reader.until_sample("e-3")
    assert reader.sample_ids == ids("e", 1, 3)


async def test_28_a_gap_that_a_poll_has_filled_is_not_told(bench: Bench):
    reader, poll = await begin_polling(bench)
    await bench.clock.until_timer(PROBE_SECONDS)
    await bench.clock.advance(PROBE_SECONDS)
    stream = await bench.peer.next(STREAM)
    poll.batch(ids("e", 2, 5))
    await reader.until_sample("e-5")
    gap = {"from": "e-1", "to": "e-4", "lost": 2, "reason": "slow-subscriber"}
    stream.greet().event("gap", gap).samples(*ids("e", 4, 6))
    await reader.until_sample("e-6")
    assert not [line for line in reader.lines if line.startswith("gap")]


async def test_27_a_stream_that_is_held_back_does_not_stop_the_samples(bench: Bench):
    reader, poll = await begin_polling(bench)
    await bench.clock.until_timer(PROBE_SECONDS)
    await bench.clock.advance(PROBE_SECONDS)
    stream = (await bench.peer.next(STREAM)).open_stream()
    for number in range(2, 5):
        poll.batch([f"e-{number}"])
        await reader.until_sample(f"e-{number}")
        poll = await bench.peer.next(POLL)
        await bench.clock.advance(1.5)
    await bench.clock.advance(0.5)
    await stream.until_closed()
    await reader.until_state("polling")
    # Twice as long, half of it drawn.
    await bench.clock.until_timer(22.5)


async def test_a_server_that_was_away_gets_its_stream_back_as_soon_as_a_poll_is_answered(bench: Bench):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).greet(retry_ms=1000).samples("e-1").end()
    for wait in (1.0, 1.0, 2.0):
        await bench.clock.until_timer(wait)
        await bench.clock.advance(wait)
        if wait < 2:
            (await bench.peer.next(STREAM)).drop()
    (await bench.peer.next(POLL)).batch(["e-2"])
    stream = await bench.peer.next(STREAM)
    stream.greet().samples("e-2", "e-3")
    await reader.until_sample("e-3")
    assert reader.sample_ids == ids("e", 1, 3)


async def test_a_poll_that_fails_waits_longer_and_longer_and_tells_why(bench: Bench):
    reader, poll = await begin_polling(bench)
    poll.status(502)
    state = await reader.until_state("reconnecting", waiting=True)
    assert state.reason == "the server answered 502"
    await bench.clock.until_timer(0.5 * 8)
    await bench.clock.advance(4)
    (await bench.peer.next(POLL)).status(503, Retry_After="3")
    await bench.clock.until_timer(3)
    await bench.clock.advance(3)
    (await bench.peer.next(POLL)).batch(["e-2"])
    await reader.until_state("polling")
    (await bench.peer.next(STREAM)).open_stream("text/html").end()  # it is tried at once when the server is back
    (await bench.peer.next(POLL)).status(500)
    await bench.clock.until_timer(0.5 * 8)  # an answer has cleared the count


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"<html>", "the answer cannot be read"),
        (b'{"samples": 3}', "the answer cannot be read"),
        (b'{"samples": [{"id": 7}], "gap": null}', "a sample has no id"),
        (b'{"samples": [' + b"[" * 100_000, "the answer cannot be read"),
    ],
)
async def test_a_poll_that_cannot_be_read_says_so(bench: Bench, body: bytes, reason: str):
    reader, poll = await begin_polling(bench)
    poll.status(200, body, Content_Type="application/json")
    state = await reader.until_state("reconnecting", waiting=True)
    assert state.reason is not None
    assert state.reason.startswith(reason)


async def test_a_poll_without_an_answer_is_given_up(bench: Bench):
    reader, poll = await begin_polling(bench)
    await bench.clock.until_timer(PROBE_SECONDS)
    await bench.clock.advance(PROBE_SECONDS)
    (await bench.peer.next(STREAM)).open_stream("text/html").end()
    await bench.clock.advance(20 - PROBE_SECONDS)
    state = await reader.until_state("reconnecting", waiting=True)
    assert state.reason == "no answer within 20 s"
    await poll.until_closed()


@pytest.mark.parametrize(("status", "state"), [(401, "signed-out"), (403, "signed-out"), (404, "stopped")])
async def test_23_a_refused_poll_ends_all(bench: Bench, status: int, state: str):
    reader, poll = await begin_polling(bench)
    poll.status(status)
    await reader.until_end()
    assert reader.client.state.name == state


async def test_23_a_refused_stream_ends_polling_too(bench: Bench):
    reader, poll = await begin_polling(bench)
    await bench.clock.until_timer(PROBE_SECONDS)
    await bench.clock.advance(PROBE_SECONDS)
    (await bench.peer.next(STREAM)).status(401)
    await reader.until_end()
    assert reader.client.state.name == "signed-out"
    await poll.until_closed()


async def test_where_the_server_does_not_wait_the_client_keeps_the_pace(bench: Bench):
    reader, poll = await begin_polling(bench)
    poll.batch([])
    await reader.until_state("polling")
    await bench.clock.until_timer(1)
    assert bench.peer.untaken == []
    await bench.clock.advance(1)
    await bench.peer.next(POLL)
