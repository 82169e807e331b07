"""A client behind a proxy that collects what the server sends before it hands it on."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.client.bench import Bench
from tests.client.peer import Exchange, sample
from tests.client.test_polling import POLL, PROBE_SECONDS, STREAM

START = datetime(2026, 11, 24, tzinfo=UTC)


def sent_at(second: float) -> str:
    """A moment by the server's clock, which agrees with the manual one."""
    return (START + timedelta(seconds=second)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def timed(second: int) -> dict[str, Any]:
    return sample(f"e-{second}", timestamp=sent_at(second))


def hand_on(stream: Exchange, *seconds: int) -> None:
    """Samples that were taken at these seconds come now, together."""
    stream.write("".join(f"id: e-{one}\ndata: {json.dumps(timed(one))}\n\n" for one in seconds))


async def test_33_a_proxy_that_buffers_is_named_and_polled_around_until_the_stream_is_timely_again(bench: Bench):
    reader = await bench.connect()
    stream = (await bench.peer.next(STREAM)).greet()
    for last in (4, 8, 12):
        await bench.clock.advance(4.0)
        hand_on(stream, *range(last - 3, last + 1))
        await reader.until_sample(f"e-{min(last, 11)}")  # three of the third bunch say enough
    poll = await bench.peer.next(POLL)
    await stream.until_closed()
    assert poll.query["since"] == "e-11"
    poll.json({"samples": [timed(12), timed(13)], "gap": None})
    state = await reader.until_state("polling")
    assert state.reason == "a proxy is buffering: samples arrive in bunches, up to 3 s late"

    poll = await bench.peer.next(POLL)
    await bench.clock.until_timer(PROBE_SECONDS)
    await bench.clock.advance(PROBE_SECONDS)
    now = 12 + PROBE_SECONDS
    hello = {"contract": 1, "epoch": "e", "interval_seconds": 1, "newest_id": "e-13", "server_time": sent_at(now)}
    probe = (await bench.peer.next(STREAM)).open_stream().event("hello", hello)
    for second in range(24, 32):
        await bench.clock.advance(24 - now if second == 24 else 1.0)
        hand_on(probe, second)
        await reader.until_sample(f"e-{second}")
        if second == 24:  # one event proves nothing
            assert reader.states[-1].name == "polling"
    await reader.until_state("live")
    assert reader.client.delay_seconds is not None


async def test_33_a_reader_that_holds_up_the_loop_is_no_proxy(bench: Bench):
    reader = await bench.connect()
    stream = (await bench.peer.next(STREAM)).greet()
    hand_on(stream, 0)
    await reader.until_sample("e-0")
    for last in (4, 8, 12, 16, 20):
        bench.clock.jump(4.0)
        hand_on(stream, *range(last - 3, last + 1))
        await reader.until_sample(f"e-{last}")
    assert reader.states[-1].name == "live"
