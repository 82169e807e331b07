"""The fan-out over real sockets, with a clock of the test's own."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import msgspec
import pytest

from tests.support.events import Event, dechunked, events
from tests.support.samples import sample
from zeropoint.feed import broadcaster as module
from zeropoint.feed.broadcaster import Broadcaster, FeedFullError
from zeropoint.feed.ring import Ring
from zeropoint.feed.view import View, parse_view


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Peer:
    """The far end of a connection."""

    def __init__(self, transport: asyncio.Transport, far: socket.socket) -> None:
        self.transport = transport
        self.far = far
        self.received = b""

    async def until(self, wanted: Callable[[list[Event]], bool]) -> list[Event]:
        """Reads until the events so far are what is wanted."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10):
            while not wanted(events(dechunked(self.received))):
                part = await loop.sock_recv(self.far, 1 << 20)
                assert part, "the connection ended"
                self.received += part
        return events(dechunked(self.received))

    async def end(self) -> None:
        """Reads until the connection ends."""
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(10):
            try:
                while part := await loop.sock_recv(self.far, 1 << 20):
                    self.received += part
            except ConnectionResetError:
                pass


@asynccontextmanager
async def connection() -> AsyncIterator[Peer]:
    near, far = socket.socketpair()
    for end in (near, far):
        end.setblocking(False)
        end.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    transport, _ = await asyncio.get_running_loop().create_connection(asyncio.Protocol, sock=near)
    try:
        yield Peer(transport, far)
    finally:
        transport.abort()
        far.close()


def feed(clock: Clock | None = None, max_subscribers: int = 100) -> Broadcaster:
    return Broadcaster(Ring("e1"), 1.0, max_subscribers, msgspec.json.encode, clock or Clock())


def ids(found: list[Event]) -> list[str | None]:
    return [one.id for one in found if one.type == "message"]


async def test_a_subscriber_is_greeted_and_gets_the_newest_and_each_new_sample():
    source = feed()
    source.publish(sample(1), 0)
    source.publish(sample(2), 0)
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, None)
        source.publish(sample(3), 0)
        found = await peer.until(lambda seen: len(ids(seen)) == 2)
    assert [one.type for one in found] == ["retry", "hello", "message", "message"]
    assert ids(found) == ["e1-2", "e1-3"]
    assert found[1].json["newest_id"] == "e1-2"
    assert found[2].json["server"]["clients"] == 2


async def test_every_subscriber_gets_every_sample():
    source = feed()
    async with connection() as one, connection() as other:
        source.subscribe(one.transport, View(), True, None)
        source.subscribe(other.transport, View(), True, None)
        for sequence in range(1, 6):
            source.publish(sample(sequence), 0)
            await asyncio.sleep(0)
        for peer in (one, other):
            found = await peer.until(lambda seen: len(ids(seen)) == 5)
            assert ids(found) == [f"e1-{sequence}" for sequence in range(1, 6)]


async def test_a_frame_is_encoded_once_for_all_subscribers_of_a_view():
    source = feed()
    wire = module.Wire(View(), True)
    source.publish(sample(1), 0)
    frame = source.ring.newest
    assert frame is not None
    assert frame.event(wire) is frame.event(wire)


async def test_a_reader_that_comes_back_gets_what_it_missed_and_then_the_live_frames():
    source = feed()
    for sequence in range(1, 400):
        source.publish(sample(sequence), 0)
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, "e1-5")
        source.publish(sample(400), 0)
        found = await peer.until(lambda seen: len(ids(seen)) == 395)
    assert ids(found) == [f"e1-{sequence}" for sequence in range(6, 401)]
    assert not [one for one in found if one.type == "gap"]


async def test_a_slow_reader_catches_up_without_loss_while_its_queue_lasts():
    source = feed()
    async with connection() as peer:
        source.subscribe(peer.transport, parse_view(None), True, None)
        peer.transport.write(module.Wire(View(), True).framed(b": " + b"x" * 1_000_000 + b"\n\n"))
        for sequence in range(1, 20):
            source.publish(sample(sequence), 0)
        assert source.statistics().queue_size == 19
        await peer.until(lambda seen: peer.transport.get_write_buffer_size() == 0)
        source.publish(sample(20), 0)
        found = await peer.until(lambda seen: len(ids(seen)) == 20)
    assert ids(found) == [f"e1-{sequence}" for sequence in range(1, 21)]
    assert source.statistics().queue_size == 0
    assert source.statistics().dropped_total == 0


async def test_what_a_slow_reader_loses_is_dropped_oldest_first_and_told():
    source = feed()
    async with connection() as peer, connection() as quick:
        source.subscribe(peer.transport, View(), True, None)
        source.subscribe(quick.transport, View(), True, None)
        source.publish(sample(1), 0)
        await peer.until(lambda seen: len(ids(seen)) == 1)
        peer.transport.write(module.Wire(View(), True).framed(b": " + b"x" * 1_000_000 + b"\n\n"))
        last = module.QUEUE_FRAMES + 6
        for sequence in range(2, last):
            source.publish(sample(sequence), 0)
            await quick.until(lambda seen, newest=sequence: ids(seen)[-1:] == [f"e1-{newest}"])
        await peer.until(lambda seen: f"e1-{last - 1}" in ids(seen))
        source.publish(sample(last), 0)
        found = await peer.until(lambda seen: f"e1-{last}" in ids(seen))
        assert ids(await quick.until(lambda seen: True)) == [f"e1-{n}" for n in range(1, last)]
    gap = next(one for one in found if one.type == "gap").json
    assert gap == {"from": "e1-1", "to": "e1-6", "lost": 4, "reason": "slow-subscriber"}
    assert ids(found) == ["e1-1", *(f"e1-{n}" for n in range(6, last + 1))]
    assert source.statistics().dropped_total == 4


async def test_missed_ticks_that_a_dropped_frame_told_of_are_told_apart_from_what_was_dropped():
    source = feed()
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, None)
        source.publish(sample(1), 0)
        await peer.until(lambda seen: len(ids(seen)) == 1)
        peer.transport.write(module.Wire(View(), True).framed(b": " + b"x" * 1_000_000 + b"\n\n"))
        last = module.QUEUE_FRAMES + 3
        for sequence in range(2, last):
            source.publish(sample(sequence), 7 if sequence == 2 else 0)
        await peer.until(lambda seen: f"e1-{last - 1}" in ids(seen))
        source.publish(sample(last), 0)
        found = await peer.until(lambda seen: f"e1-{last}" in ids(seen))
    gaps = [one.json for one in found if one.type == "gap"]
    hole = {"from": "e1-1", "to": "e1-3"}
    assert gaps == [{**hole, "lost": 1, "reason": "slow-subscriber"}, {**hole, "lost": 7, "reason": "missed-ticks"}]


async def test_a_stalled_reader_is_cut_off_and_others_are_not():
    clock = Clock()
    source = feed(clock)
    async with connection() as stalled, connection() as quick:
        subscriber = source.subscribe(stalled.transport, View(), True, None)
        source.subscribe(quick.transport, View(), True, None)
        stalled.transport.write(b"x" * 1_000_000)
        source.publish(sample(1), 0)
        clock.now += module.STALL_SECONDS + 1
        source.publish(sample(2), 0)
        watching = asyncio.create_task(source.run())
        async with asyncio.timeout(10):
            await subscriber.ended
        watching.cancel()
        await stalled.end()
        found = await quick.until(lambda seen: len(ids(seen)) == 2)
        assert ids(found) == ["e1-1", "e1-2"]
        assert source.statistics().stalled_total == 1


async def test_missed_ticks_are_told_before_the_sample_that_follows_them():
    source = feed()
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, None)
        source.publish(sample(1), 0)
        source.publish(sample(2), 3)
        found = await peer.until(lambda seen: len(ids(seen)) == 2)
    assert [one.type for one in found[2:]] == ["message", "gap", "message"]
    assert found[3].json == {"from": "e1-1", "to": "e1-2", "lost": 3, "reason": "missed-ticks"}


async def test_a_heartbeat_comes_when_nothing_else_was_sent():
    clock = Clock()
    source = feed(clock)
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, None)
        clock.now += module.HEARTBEAT_SECONDS
        beating = asyncio.create_task(source.run())
        found = await peer.until(lambda seen: "heartbeat" in [one.type for one in seen])
        beating.cancel()
    assert set(found[-1].json) == {"server_time"}


async def test_at_the_limit_a_new_one_is_refused_and_nobody_is_evicted():
    source = feed(max_subscribers=1)
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, None)
        with pytest.raises(FeedFullError) as refused:
            source.check_room(View())
        assert 1000 <= refused.value.retry_ms <= 1005
        source.publish(sample(1), 0)
        assert ids(await peer.until(lambda seen: bool(ids(seen)))) == ["e1-1"]


async def test_views_are_bounded():
    source = feed(max_subscribers=10_000)
    names = [f"ai.components.c{number}" for number in range(module.MAX_VIEWS)]
    async with connection() as peer:
        subscribers = [source.subscribe(peer.transport, parse_view(name), True, None) for name in names]
        with pytest.raises(FeedFullError, match="views"):
            source.check_room(parse_view("ai"))
        source.check_room(parse_view(names[0]))
        source.unsubscribe(subscribers[0])
        source.check_room(parse_view("ai"))


async def test_public_views_leave_room_for_those_of_readers_with_a_token():
    source = feed(max_subscribers=10_000)
    names = [f"ai.components.c{number}" for number in range(module.MAX_PUBLIC_VIEWS)]
    async with connection() as peer:
        for name in names:
            source.subscribe(peer.transport, parse_view(name).as_public(), True, None)
        with pytest.raises(FeedFullError, match="public views"):
            source.check_room(parse_view("ai").as_public())
        source.check_room(parse_view(names[0]).as_public())
        source.check_room(parse_view("ai"))


async def test_a_common_view_fits_when_all_places_of_views_are_taken():
    source = feed(max_subscribers=10_000)
    names = [f"ai.components.c{number}" for number in range(module.MAX_VIEWS)]
    async with connection() as peer:
        for name in names:
            source.subscribe(peer.transport, parse_view(name), True, None)
        with pytest.raises(FeedFullError, match="views"):
            source.check_room(View())
        source.check_room(View(), is_common=True)


async def test_the_end_is_told_with_a_new_wait():
    source = feed()
    async with connection() as peer:
        subscriber = source.subscribe(peer.transport, View(), True, None)
        source.close("shutdown")
        found = await peer.until(lambda seen: "bye" in [one.type for one in seen])
        assert subscriber.ended.done()
    assert [one.type for one in found] == ["retry", "hello", "retry", "bye"]
    assert found[-1].json == {"reason": "shutdown"}
    assert source.statistics().clients == 0


async def test_waits_are_drawn_from_a_range_that_grows_with_the_subscribers():
    source = feed(max_subscribers=10_000)
    async with connection() as peer:
        for _ in range(100):
            source.subscribe(peer.transport, View(), True, None)
    drawn = [source.draw_retry_ms() for _ in range(300)]
    assert min(drawn) >= 1000
    assert max(drawn) <= 1500
    assert len(set(drawn)) > 50


async def test_in_a_crowd_of_thousands_the_waits_are_uniform_up_to_the_longest():
    source = feed(max_subscribers=10_000)
    async with connection() as peer:
        for _ in range(10_000):
            source.subscribe(peer.transport, View(), True, None)
    drawn = [source.draw_retry_ms() for _ in range(10_000)]
    assert (min(drawn) >= 1000, max(drawn) <= 30_000) == (True, True)
    # Each of ten parts holds a tenth of them, give or take ten standard deviations.
    for low in range(1000, 30_000, 2900):
        assert 700 < sum(low <= one < low + 2900 for one in drawn) < 1300


def waits(found: list[Event]) -> list[int]:
    return [int(one.data) for one in found if one.type == "retry"]


async def test_whoever_came_early_gets_a_new_wait_each_time_that_the_crowd_has_doubled():
    source = feed(max_subscribers=10_000)
    async with connection() as first, connection() as others:
        source.subscribe(first.transport, View(), True, None)
        for crowd, told in ((150, 1), (400, 2), (500, 2), (900, 3)):
            while source.statistics().clients < crowd:
                source.subscribe(others.transport, View(), True, None)
            source.look_after()
            source.look_after()
            source.publish(sample(crowd), 0)
            found = await first.until(lambda seen, crowd=crowd: f"e1-{crowd}" in ids(seen))
            assert len(waits(found)) == told
        assert waits(found)[0] <= 1005
        assert max(waits(found)) <= 1000 + 5 * 900


async def test_a_crowd_that_has_shrunk_and_grows_again_gets_new_waits_again():
    source = feed(max_subscribers=10_000)
    async with connection() as first, connection() as others:
        source.subscribe(first.transport, View(), True, None)
        for told in (2, 3):
            crowd = [source.subscribe(others.transport, View(), True, None) for _ in range(400)]
            source.look_after()
            for subscriber in crowd:
                source.unsubscribe(subscriber)
            source.look_after()
            source.publish(sample(told), 0)
            found = await first.until(lambda seen, told=told: f"e1-{told}" in ids(seen))
            assert len(waits(found)) == told


class Server(asyncio.Protocol):
    """Stands behind a stream, and tells when its connection is gone."""

    def __init__(self) -> None:
        self.lost = asyncio.Event()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set()


async def test_a_goodbye_that_nobody_takes_does_not_hold_up_the_end():
    source, server = feed(), Server()
    async with connection() as stuck, connection() as quick:
        stuck.transport.set_protocol(server)
        for peer in (stuck, quick):
            source.subscribe(peer.transport, View(), True, None)
        stuck.transport.write(b"x" * 1_000_000)
        source.close("shutdown")
        async with asyncio.timeout(10):
            await server.lost.wait()
        found = await quick.until(lambda seen: "bye" in [one.type for one in seen])
        assert found[-1].json == {"reason": "shutdown"}
        assert not quick.transport.is_closing()


async def test_goodbyes_spread_over_all_that_were_there():
    source = feed(max_subscribers=10_000)
    async with AsyncExitStack() as open_connections:
        peers = [await open_connections.enter_async_context(connection()) for _ in range(200)]
        for peer in peers:
            source.subscribe(peer.transport, View(), True, None)
        source.close("shutdown")
        waits = [
            int((await peer.until(lambda seen: seen[-1:] != [] and seen[-1].type == "bye"))[-2].data) for peer in peers
        ]
    # 200 draws from 1000 to 2000 ms: that the last hundred all fell into the lower half has odds of 2 to the -100.
    assert max(waits[100:]) > 1500
    assert max(waits) <= 2000
