"""The stream as a client reads it: requests, resumption, waits, silence and refusals."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.client.bench import Bench
from tests.client.manual_clock import START_EPOCH_SECONDS
from tests.client.peer import ids, sample
from zeropoint.client import FeedRefusedError, Sample, Timing

STREAM = "metrics/sse"
TOKEN = "zp-3f9a"  # noqa: S105 - it opens nothing


async def test_21_the_first_request_names_what_it_wants_and_the_token_in_a_header_alone(bench: Bench):
    await bench.connect(token=TOKEN, sections=["system.cpu", "ai"])
    stream = await bench.peer.next(STREAM)
    assert stream.headers["accept"] == "text/event-stream"
    assert stream.headers["authorization"] == f"Bearer {TOKEN}"
    assert "last-event-id" not in stream.headers
    assert stream.query == {"sections": "system.cpu,ai"}
    assert TOKEN not in stream.target


async def test_events_come_typed_and_in_order(bench: Bench):
    reader = await bench.connect()
    stream = await bench.peer.next(STREAM)
    stream.greet().samples("e-1", "e-2")
    stream.event("gap", {"from": "e-2", "to": "e-5", "lost": 2, "reason": "missed-ticks"})
    stream.event("heartbeat", {"server_time": "2026-11-24T00:00:00.000Z"}).event("of-a-newer-version", {})
    stream.samples("e-5")
    await reader.until_sample("e-5")
    assert reader.lines == [
        "state connecting",
        "state live",
        "hello e-1",
        "sample e-1",
        "sample e-2",
        "gap 2 missed-ticks",
        "sample e-5",
    ]
    assert reader.client.latest is not None
    assert reader.client.latest.id == "e-5"
    assert reader.client.hello is not None
    assert reader.client.state.name == "live"


async def test_what_a_newer_server_adds_is_there_and_does_no_harm(bench: Bench):
    reader = await bench.connect()
    stream = await bench.peer.next(STREAM)
    stream.open_stream().write(
        'event: hello\ndata: {"contract": 2, "epoch": "e", "interval_seconds": 1, "newest_id": null, '
        '"server_time": "", "more": 1}\n\n'
        'event: gap\ndata: {"from": "a", "to": "b", "lost": null, "reason": "a-new-one", "more": 1}\n\n'
        'id: b\ndata: {"id": "b", "more": 1}\n\n'
    )
    await reader.until_line("gap None a-new-one")


async def test_21_it_resumes_after_the_last_id_and_first_waits_exactly_the_retry(bench: Bench):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).greet(retry_ms=1234).samples("e-1", "e-2").end()
    state = await reader.until_state("reconnecting", waiting=True)
    assert state.retry_at == datetime.fromtimestamp(START_EPOCH_SECONDS + 1.234, UTC)
    assert state.reason == "the connection ended"
    await bench.clock.until_timer(1.234)
    await bench.clock.advance(1.234)
    stream = await bench.peer.next(STREAM)
    assert stream.headers["last-event-id"] == "e-2"
    stream.greet().samples("e-2", "e-3")
    await reader.until_sample("e-3")
    assert reader.sample_ids == ["e-1", "e-2", "e-3"]


async def test_a_connection_that_is_cut_is_resumed(bench: Bench):
    reader = await bench.connect()
    stream = (await bench.peer.next(STREAM)).greet().samples("e-1")
    await reader.until_sample("e-1")
    stream.write("id: e-2\ndata: ").drop()
    await bench.clock.until_timer(1.234)
    await bench.clock.advance(1.234)
    assert (await bench.peer.next(STREAM)).headers["last-event-id"] == "e-1"


async def test_who_was_away_for_longer_than_it_resumes_begins_with_the_newest_and_is_told_the_gap(bench: Bench):
    reader = await bench.connect(timing=Timing(resumable_seconds=1.0))
    (await bench.peer.next(STREAM)).greet(retry_ms=1234).samples("e-1").end()
    await reader.until_state("reconnecting", waiting=True)
    await bench.clock.advance(1.234)
    stream = await bench.peer.next(STREAM)
    assert "last-event-id" not in stream.headers
    stream.greet().samples("e-9", "e-10")
    await reader.until_sample("e-10")
    assert reader.lines[-4:] == ["hello e-1", "gap 7 beyond-replay", "sample e-9", "sample e-10"]


@pytest.mark.parametrize("id", ["é-1", "with space-1"])
async def test_an_id_that_no_header_can_carry_goes_into_the_query(bench: Bench, id: str):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).greet().samples(id).end()
    await reader.until_state("reconnecting", waiting=True)
    await bench.clock.advance(1.234)
    stream = await bench.peer.next(STREAM)
    assert "last-event-id" not in stream.headers
    assert stream.query == {"last_event_id": id}


async def test_16_an_empty_id_clears_the_position(bench: Bench):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).greet().samples("e-1").write("id\n\n").end()
    await reader.until_state("reconnecting", waiting=True)
    await bench.clock.advance(1.234)
    assert "last-event-id" not in (await bench.peer.next(STREAM)).headers


async def test_13_an_id_without_data_is_a_position(bench: Bench):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).greet().samples("e-1").write("id: e-7\n\n").end()
    await reader.until_state("reconnecting", waiting=True)
    await bench.clock.advance(1.234)
    assert (await bench.peer.next(STREAM)).headers["last-event-id"] == "e-7"


async def test_17_the_id_of_an_event_that_cannot_be_read_is_not_taken_over(bench: Bench):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).greet().samples("e-1").write("id: e-2\ndata: {no json\n\n")
    state = await reader.until_state("reconnecting", waiting=True)
    assert state.reason == "a sample is not JSON"
    await bench.clock.advance(1.234)
    assert (await bench.peer.next(STREAM)).headers["last-event-id"] == "e-1"


async def test_25_from_the_second_failure_on_the_wait_is_drawn_from_all_of_a_ceiling_that_doubles(bench: Bench):
    await bench.connect()
    (await bench.peer.next(STREAM)).open_stream().write("retry: 2000\n\n").end()
    await bench.clock.until_timer(2.0)
    await bench.clock.advance(2.0)
    (await bench.peer.next(STREAM)).drop()
    await bench.clock.until_timer(0.5 * 4.0)


async def test_25_a_server_that_was_never_reached_is_tried_after_a_drawn_wait(bench: Bench):
    await bench.peer.stop()
    reader = await bench.connect()
    state = await reader.until_state("reconnecting", waiting=True)
    assert state.reason is not None
    assert state.reason.startswith("the server cannot be reached (")
    await bench.clock.until_timer(0.5)
    await bench.peer.listen()
    await bench.clock.advance(0.5)
    (await bench.peer.next(STREAM)).greet()
    await reader.until_state("live")


@pytest.mark.parametrize(("lived_seconds", "wait_seconds"), [(60.0, 1.234), (59.0, 0.25 * 2.468)])
async def test_25_a_good_minute_clears_the_count_of_failures(bench: Bench, lived_seconds: float, wait_seconds: float):
    reader = await bench.connect(random=lambda: 0.25)
    (await bench.peer.next(STREAM)).greet().end()
    await bench.clock.until_timer(1.234)
    await bench.clock.advance(1.234)
    stream = (await bench.peer.next(STREAM)).greet()
    await reader.until_state("live")
    for number in range(1, 21):
        await bench.clock.advance(lived_seconds / 20)
        stream.samples(f"e-{number}")
        await reader.until_sample(f"e-{number}")
    stream.end()
    await bench.clock.until_timer(wait_seconds)


@pytest.mark.parametrize(("interval", "limit_seconds"), [(1, 5), (4, 12), (60, 25)])
async def test_26_silence_for_longer_than_the_limit_is_a_dead_stream(bench: Bench, interval: float, limit_seconds: int):
    reader = await bench.connect()
    stream = (await bench.peer.next(STREAM)).greet(interval=interval)
    await reader.until_state("live")
    await bench.clock.advance(limit_seconds - 1)
    assert reader.client.state.name == "live"
    await bench.clock.advance(1)
    state = await reader.until_state("reconnecting", waiting=True)
    assert state.reason == f"nothing arrived for {limit_seconds} s"
    await stream.until_closed()


async def test_26_any_byte_keeps_a_live_stream_alive(bench: Bench):
    reader = await bench.connect()
    stream = (await bench.peer.next(STREAM)).greet()
    await reader.until_state("live")
    for number in range(1, 6):
        await bench.clock.advance(4)
        stream.samples(f"e-{number}")
        await reader.until_sample(f"e-{number}")
    assert reader.client.state.name == "live"


async def test_26_bytes_before_the_first_event_prove_nothing(bench: Bench):
    reader = await bench.connect()
    stream = (await bench.peer.next(STREAM)).open_stream().write("retry: 4321\n\n")
    for _ in range(4):
        stream.write(":padding\n\n")
        await bench.clock.advance(1.25)
    state = await reader.until_state("reconnecting", waiting=True)
    assert state.reason == ("nothing came through for 5 s: something on the way may be holding the stream back")


async def test_26_a_server_that_never_answers_is_given_up(bench: Bench):
    reader = await bench.connect()
    stream = await bench.peer.next(STREAM)
    await bench.clock.advance(5)
    await reader.until_state("reconnecting", waiting=True)
    await stream.until_closed()


async def test_26_an_event_loop_that_was_held_up_reads_what_came_before_it_judges(bench: Bench):
    reader = await bench.connect()
    stream = (await bench.peer.next(STREAM)).greet()
    await reader.until_state("live")
    bench.clock.jump(20)
    stream.samples("e-1")
    await reader.until_sample("e-1")
    await bench.clock.advance(1)
    assert reader.client.state.name == "live"


async def test_26_an_event_loop_that_was_held_up_still_finds_a_dead_stream(bench: Bench):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).greet()
    await reader.until_state("live")
    bench.clock.jump(20)
    await bench.clock.advance(1)
    await reader.until_state("reconnecting", waiting=True)


@pytest.mark.parametrize(
    ("status", "state", "words"),
    [
        (204, "stopped", "nothing to read"),
        (401, "signed-out", "asks for a token"),
        (403, "signed-out", "does not allow"),
        (404, "stopped", "no appliance"),
        (421, "stopped", "refuses the request"),
    ],
)
async def test_22_23_a_refusal_is_told_raised_and_not_repeated(bench: Bench, status: int, state: str, words: str):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).status(status)
    await reader.until_end()
    assert reader.lines == ["state connecting", f"state {state}"]
    assert reader.refusal is not None
    assert reader.refusal.state == state == reader.client.state.name
    assert words in str(reader.refusal)
    await bench.clock.advance(3600)
    assert bench.peer.requests_count == 1


async def test_23_after_a_refusal_another_loop_goes_on_after_the_last_sample(bench: Bench):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).greet().samples("e-1").end()
    await bench.clock.until_timer(1.234)
    await bench.clock.advance(1.234)
    (await bench.peer.next(STREAM)).status(401)
    await reader.until_end()
    reader.start()
    stream = await bench.peer.next(STREAM)
    assert stream.headers["last-event-id"] == "e-1"
    stream.greet().samples("e-1", "e-2")
    await reader.until_sample("e-2")
    assert reader.sample_ids == ["e-1", "e-2"]


async def test_all_that_came_before_a_refusal_is_read_before_it_is_raised(bench: Bench):
    async with bench.client() as client:
        assert (await anext(client)).name == "connecting"
        (await bench.peer.next(STREAM)).greet().samples(*ids("e", 1, 50)).end()
        await bench.clock.until_timer(1.234)
        await bench.clock.advance(1.234)
        (await bench.peer.next(STREAM)).status(403)
        seen = []
        with pytest.raises(FeedRefusedError):
            async for event in client:
                seen += [event.id] if isinstance(event, Sample) else []
    assert seen == ids("e", 1, 50)


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_23_a_passing_fault_is_tried_again_after_what_the_server_asked_for(bench: Bench, status: int):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).status(status, Retry_After="17")
    state = await reader.until_state("reconnecting", waiting=True)
    assert state.reason == f"the server answered {status}"
    await bench.clock.until_timer(17)
    await bench.clock.advance(17)
    (await bench.peer.next(STREAM)).greet()
    await reader.until_state("live")


async def test_23_retry_after_may_be_a_date(bench: Bench):
    await bench.connect()
    (await bench.peer.next(STREAM)).status(503, Retry_After="Tue, 24 Nov 2026 00:00:42 GMT")
    await bench.clock.until_timer(42)


@pytest.mark.parametrize("content_type", ["text/html", "application/json", ""])
async def test_24_another_content_type_fails_clearly(bench: Bench, content_type: str):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).open_stream(content_type)
    state = await reader.until_state("reconnecting", waiting=True)
    assert state.reason == f"expected text/event-stream, got {content_type or 'no content type'}"


async def test_24_parameters_of_the_content_type_are_let_through(bench: Bench):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).open_stream("Text/Event-Stream; charset=utf-8").samples("e-1")
    await reader.until_sample("e-1")


async def test_20_an_event_of_10_mb_comes_whole(bench: Bench):
    reader = await bench.connect(most_waiting_bytes=32 * 1024 * 1024)
    (await bench.peer.next(STREAM)).greet().write(f'data: {{"id":"e-1","big":"{"x" * 10_000_000}"}}\n\n')
    await reader.until_sample("e-1")
    assert reader.client.latest is not None
    assert len(reader.client.latest.big) == 10_000_000


async def test_20_a_line_without_an_end_stops_in_a_clear_error(bench: Bench):
    reader = await bench.connect()
    stream = (await bench.peer.next(STREAM)).greet().write("data: " + "x" * 17 * 1024 * 1024)
    state = await reader.until_state("reconnecting", waiting=True)
    assert state.reason == "an event is longer than 16777216 bytes"
    await stream.until_closed()


async def test_bye_is_no_failure_and_its_retry_is_waited_for_exactly(bench: Bench):
    reader = await bench.connect()
    stream = (await bench.peer.next(STREAM)).greet().samples("e-1")
    stream.write('retry: 7777\nevent: bye\ndata: {"reason":"it stops"}\n\n')
    state = await reader.until_state("reconnecting", waiting=True)
    assert reader.lines[-2:] == ["bye it stops", "state reconnecting"]
    assert state.reason == "the server is shutting down"
    await bench.clock.until_timer(7.777)
    await stream.until_closed()


async def test_what_was_seen_does_not_come_again_and_a_restart_is_told(bench: Bench):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).greet().samples(*ids("e", 1, 3)).end()
    await bench.clock.until_timer(1.234)
    await bench.clock.advance(1.234)
    stream = (await bench.peer.next(STREAM)).greet(newest="f-2")
    gap = {"from": "e-3", "to": "f-1", "lost": None, "reason": "unknown-id"}
    stream.event("gap", gap).event("gap", gap).samples(*ids("e", 2, 3), *ids("f", 1, 2), "f-1")
    stream.samples("f-3")
    await reader.until_sample("f-3")
    assert reader.sample_ids == [*ids("e", 1, 3), *ids("f", 1, 3)]
    assert reader.lines.count("gap None unknown-id") == 1


async def test_34_ten_thousand_events_at_speed_keep_their_order(bench: Bench):
    reader = await bench.connect(most_waiting=20_000)
    (await bench.peer.next(STREAM)).greet().samples(*ids("e", 1, 10_000))
    await reader.until_sample("e-10000")
    assert reader.sample_ids == ids("e", 1, 10_000)


async def test_a_stream_in_chunks_of_one_byte_over_the_wire(bench: Bench):
    reader = await bench.connect()
    stream = (await bench.peer.next(STREAM)).write(
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    for byte in f"id: e-1\r\ndata: {sample('e-1', name='ä€𝄞')}\r\n\r\n".replace("'", '"').encode():
        stream.write(b"1\r\n%c\r\n" % byte)
        await asyncio.sleep(0)
    await reader.until_sample("e-1")
    assert reader.client.latest is not None
    assert reader.client.latest.name == "ä€𝄞"


async def test_a_redirect_is_followed_and_the_token_not_taken_to_another_origin(bench: Bench):
    elsewhere = type(bench.peer)()
    await elsewhere.listen()
    try:
        await bench.connect(token=TOKEN)
        (await bench.peer.next(STREAM)).status(307, Location=f"{elsewhere.url}metrics/sse")
        stream = await elsewhere.next(STREAM)
        assert "authorization" not in stream.headers
    finally:
        await elsewhere.stop()
