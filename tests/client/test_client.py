"""The client as a whole: options, life, slow readers, answers that are no HTTP."""

import asyncio
import os
from typing import Any

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.client.bench import Bench
from tests.client.peer import ids
from zeropoint.client import FeedRefusedError, Gap, MetricsClient, Sample, StateChanged, Statistics

STREAM, POLL = "metrics/sse", "metrics/json"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"url": "gpubox:3001"}, "is no http address"),
        ({"url": "ftp://gpubox/"}, "is no http address"),
        ({"url": "/metrics"}, "is no http address"),
        ({"url": "http://me:pw@gpubox/"}, "must not hold a user name or password"),
        ({"url": "http://gpubox/", "token": "a\nb"}, "the token holds characters"),
        ({"url": "http://gpubox/", "token": ""}, "the token holds characters"),
        ({"url": "http://gpubox/", "sections": "ai"}, "sections is a list of names"),
    ],
)
def test_what_no_request_could_be_made_with_is_refused_at_once(arguments: dict[str, Any], message: str):
    with pytest.raises(ValueError, match=message):
        MetricsClient(**arguments)


@pytest.mark.parametrize("end", ["", "/", "//", "/control/metrics", "/control/metrics/", "?x=1#y"])
async def test_the_address_may_be_the_base_or_the_page(bench: Bench, end: str):
    async with MetricsClient(bench.peer.url.rstrip("/") + end, clock=bench.clock) as client:
        await anext(client)
        assert (await bench.peer.next(STREAM)).target == "/base/metrics/sse"


async def test_nothing_is_asked_for_before_the_first_step(bench: Bench):
    async with bench.client() as client:
        assert client.state.name == "idle"
        await bench.clock.advance(10)
        assert bench.peer.requests_count == 0


async def test_it_is_read_inside_of_async_with_alone(bench: Bench):
    with pytest.raises(RuntimeError, match="inside of `async with`"):
        await anext(bench.client())


async def test_30_a_closed_client_cannot_be_opened_again(bench: Bench):
    client = bench.client()
    async with client:
        pass
    with pytest.raises(RuntimeError, match="is closed"):
        await client.__aenter__()


async def test_30_leaving_the_loop_and_the_block_ends_everything(bench: Bench):
    async with bench.client() as client:
        async for event in client:
            if isinstance(event, Sample):
                break
            if event == StateChanged("connecting"):
                stream = (await bench.peer.next(STREAM)).greet().samples("e-1", "e-2")
    await stream.until_closed()
    assert client.state.name == "closed"
    assert [event async for event in client] == []


async def test_30_an_error_of_the_reader_closes_and_goes_through(bench: Bench):
    with pytest.raises(ZeroDivisionError):
        async with bench.client() as client:
            await anext(client)
            (await bench.peer.next(STREAM)).greet()
            raise ZeroDivisionError


async def test_30_close_ends_a_loop_that_waits(bench: Bench):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).greet()
    await reader.until_state("live")
    await asyncio.gather(reader.client.close(), reader.client.close())
    await reader.until_end()
    assert reader.lines[-1] == "hello e-1"


async def test_30_close_while_the_server_has_not_answered(bench: Bench):
    reader = await bench.connect()
    stream = await bench.peer.next(STREAM)
    await reader.client.close()
    await stream.until_closed()
    await reader.until_end()


async def test_30_close_while_waiting_for_the_next_attempt(bench: Bench):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).drop()
    await reader.until_state("reconnecting", waiting=True)
    await reader.client.close()
    assert bench.clock.waits == []
    await reader.until_end()


async def test_30_close_while_polling_and_probing(bench: Bench):
    reader = await bench.connect()
    for wait in (0.5, 1.0):
        (await bench.peer.next(STREAM)).open_stream("text/html").end()
        await bench.clock.until_timer(wait)
        await bench.clock.advance(wait)
    (await bench.peer.next(STREAM)).open_stream("text/html").end()
    poll = await bench.peer.next(POLL)
    await bench.clock.advance(11.25)
    stream = await bench.peer.next(STREAM)
    await reader.client.close()
    await poll.until_closed()
    await stream.until_closed()
    await reader.until_end()


async def test_30_close_after_a_refusal(bench: Bench):
    reader = await bench.connect()
    (await bench.peer.next(STREAM)).status(404)
    await reader.until_end()
    await reader.client.close()
    assert reader.client.state.name == "closed"


async def test_30_a_cancelled_reader_leaves_the_client_usable(bench: Bench):
    async with bench.client() as client:
        await anext(client)
        stream = (await bench.peer.next(STREAM)).greet()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0):
                while True:
                    await anext(client)
        stream.samples("e-1")
        async for event in client:
            if isinstance(event, Sample):
                assert event.id == "e-1"
                break


async def test_30_descriptors_are_given_back(bench: Bench):
    def count() -> int:
        return len(os.listdir("/proc/self/fd"))

    before = count()
    for _ in range(20):
        async with bench.client() as client:
            await anext(client)
            (await bench.peer.next(STREAM)).greet()
    await bench.peer.until_nothing_is_open()
    assert count() == before


async def test_a_reader_that_is_too_slow_is_told_what_it_lost(bench: Bench):
    async with bench.client(most_waiting=10) as client:
        await anext(client)
        stream = (await bench.peer.next(STREAM)).greet().samples(*ids("e", 1, 3))
        seen = []
        while not seen or not isinstance(seen[-1], Sample) or seen[-1].id != "e-3":
            seen.append(await anext(client))
        stream.samples(*ids("e", 4, 100))
        await _until_arrived(bench, client, 100)
        assert client.statistics().waiting == 10
        assert client.statistics().dropped_total == 87
        assert await anext(client) == Gap(reason="slow-consumer", since="e-3", until="e-91", lost=87)
        rest = [await anext(client) for _ in range(10)]
    assert [event.id for event in rest if isinstance(event, Sample)] == ids("e", 91, 100)


async def _until_arrived(bench: Bench, client: MetricsClient, count: int) -> None:
    async with asyncio.timeout(30):
        while client.statistics().samples_total < count:  # noqa: ASYNC110 - it tells its reader alone
            await asyncio.sleep(0)


async def test_statistics_count_what_waits(bench: Bench):
    async with bench.client() as client:
        await anext(client)
        (await bench.peer.next(STREAM)).greet().samples("e-1", "e-2")
        await _until_arrived(bench, client, 2)
        statistics = client.statistics()
    assert (statistics.waiting, statistics.samples_total, statistics.dropped_total) == (4, 2, 0)
    assert 100 < statistics.waiting_bytes < 400
    assert client.statistics() == Statistics(0, 0, 2, 0)


async def test_a_session_of_the_users_own_is_used_and_left_open(bench: Bench):
    async with aiohttp.ClientSession(headers={"X-Mine": "1"}, raise_for_status=True) as http:
        async with bench.client(http=http) as client:
            await anext(client)
            stream = await bench.peer.next(STREAM)
            assert stream.headers["x-mine"] == "1"
            stream.status(401)
            with pytest.raises(FeedRefusedError):
                while True:
                    await anext(client)
        assert not http.closed


async def test_a_tls_handshake_that_is_not_answered_is_given_up(bench: Bench):
    url = bench.peer.url.replace("http:", "https:")
    async with MetricsClient(url, clock=bench.clock) as client:
        await anext(client)
        await bench.peer.until_something_is_open()
        await bench.clock.advance(5)
        assert await anext(client) == client.state
        await bench.peer.until_nothing_is_open()


async def test_a_fault_of_the_client_reaches_its_reader(bench: Bench):
    def broken_random() -> float:
        raise ZeroDivisionError

    async with bench.client(random=broken_random) as client:
        await anext(client)
        (await bench.peer.next(STREAM)).drop()
        with pytest.raises(ZeroDivisionError):
            await anext(client)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    answer=st.binary(max_size=300)
    | st.binary(max_size=300).map(lambda rest: HEAD + rest)
    | st.binary(max_size=300).map(lambda rest: HEAD + b"\r\n" + rest)
    | st.binary(max_size=100).map(lambda rest: HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + rest)
    | st.binary(max_size=100).map(lambda rest: HEAD + b"Content-Encoding: gzip\r\n\r\n" + rest)
    | st.sampled_from([b"/", b"//", b"http://[", b"ftp://x/", b"http://a:b/", b"\xff", b"http://127.0.0.1:1/"]).map(
        lambda to: b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + to + b"\r\n\r\n"
    )
)
def test_whatever_a_server_answers_it_is_tried_again_or_refused(answer: bytes):
    async def read() -> str:
        async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(answer)
            writer.close()

        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, asyncio.timeout(30), MetricsClient(f"http://127.0.0.1:{port}") as client:
            try:
                while client.state.name in ("idle", "connecting", "live") or client.statistics().waiting:
                    await anext(client)
            except FeedRefusedError:
                pass
            return client.state.name

    assert asyncio.run(read()) in ("reconnecting", "stopped", "signed-out")
