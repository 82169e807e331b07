"""Readers that are further behind than the ring, over real sockets, with an archive in memory."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import NamedTuple

import msgspec
import pytest

from tests.feed.test_broadcaster import Clock, connection, ids
from tests.support.samples import sample
from zeropoint.feed import broadcaster as module
from zeropoint.feed.archive import runs
from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.feed.catching_up import BATCH_ROWS, READERS
from zeropoint.feed.ring import Ring
from zeropoint.feed.view import View, parse_view
from zeropoint.model import Gap, Sample


class Row(NamedTuple):
    id: str
    missed: int
    payload: bytes


class Tail(NamedTuple):
    gap: Gap | None
    rows: Sequence[Row]


class Kept:
    """An archive of rows in memory; `asked` are the ids that it was asked for. While `open` is not set it answers
    nobody."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.asked: list[str] = []
        self.open = asyncio.Event()
        self.open.set()

    def keep(self, kept: Sample, missed: int = 0) -> None:
        self.rows.append(Row(kept.id, missed, msgspec.json.encode(kept)))

    async def after(self, id: str, limit: int) -> Tail:
        self.asked.append(id)
        await self.open.wait()
        known = [row.id for row in self.rows]
        if id not in known:
            return Tail(Gap(since=None, until=None, reason="unknown-id"), [])
        first = known.index(id) + 1
        return Tail(None, self.rows[first : first + limit])


def feed(kept: Kept, *, epoch: str = "e2", capacity: int = 10, clock: Clock | None = None) -> Broadcaster:
    return Broadcaster(Ring(epoch, capacity), 1.0, 1000, msgspec.json.encode, clock or Clock(), archive=kept.after)


def publish(source: Broadcaster, kept: Kept | None, *sequences: int, missed: int = 0) -> None:
    for sequence in sequences:
        source.publish(sample(sequence, source.ring.epoch), missed)
        if kept is not None:
            kept.keep(sample(sequence, source.ring.epoch), missed)


def kept_from_before(*sequences: int, epoch: str = "e1") -> Kept:
    kept = Kept()
    for sequence in sequences:
        kept.keep(sample(sequence, epoch))
    return kept


async def test_what_the_ring_has_no_more_comes_out_of_the_archive_once_and_in_order_and_then_live():
    kept = Kept()
    source = feed(kept)
    publish(source, kept, *range(1, 501))
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, "e2-3")
        await peer.until(lambda seen: len(ids(seen)) > BATCH_ROWS)
        publish(source, kept, *range(501, 551))
        await peer.until(lambda seen: "e2-550" in ids(seen))
        publish(source, kept, 551)
        found = await peer.until(lambda seen: "e2-551" in ids(seen))
    assert ids(found) == [f"e2-{sequence}" for sequence in range(4, 552)]
    assert {one.type for one in found} == {"retry", "hello", "message"}
    payloads = {row.id: row.payload for row in kept.rows}
    assert all(one.data.encode() == payloads[one.id] for one in found if one.id is not None)
    assert source.statistics().catching_up == 0


async def test_what_was_taken_before_a_restart_leads_without_seam_into_what_came_after():
    kept = kept_from_before(*range(1, 101))
    source = feed(kept)
    publish(source, kept, 1, 2, 3)
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, "e1-90")
        await peer.until(lambda seen: "e2-3" in ids(seen))
        publish(source, kept, 4)
        found = await peer.until(lambda seen: "e2-4" in ids(seen))
    assert ids(found) == [*(f"e1-{n}" for n in range(91, 101)), *(f"e2-{n}" for n in range(1, 5))]
    assert "gap" not in {one.type for one in found}


async def test_what_the_archive_does_not_have_yet_comes_from_the_ring():
    kept = kept_from_before(1, 2, 3)
    source = feed(kept)
    publish(source, None, 1, 2)
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, "e1-3")
        found = await peer.until(lambda seen: "e2-2" in ids(seen))
    assert ids(found) == ["e2-1", "e2-2"]
    assert "gap" not in {one.type for one in found}


async def test_what_neither_has_is_told_with_its_count():
    kept = kept_from_before(1, 2, 3)
    source = feed(kept, capacity=4)
    publish(source, None, *range(1, 11))
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, "e1-2")
        found = await peer.until(lambda seen: "e2-10" in ids(seen))
    assert ids(found) == ["e1-3", "e2-7", "e2-8", "e2-9", "e2-10"]
    (gap,) = (one.json for one in found if one.type == "gap")
    assert gap == {"from": "e1-3", "to": "e2-7", "lost": 6, "reason": "beyond-replay"}


async def test_a_hole_in_the_archive_and_missed_ticks_are_told_where_they_are():
    kept = kept_from_before(1, 2, 5)
    kept.keep(sample(6, "e1"), missed=7)
    source = feed(kept)
    publish(source, kept, 1)
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, "e1-1")
        found = await peer.until(lambda seen: "e2-1" in ids(seen))
    assert [one.id or one.json["reason"] for one in found if one.type in ("message", "gap")] == [
        "e1-2",
        "beyond-replay",
        "e1-5",
        "missed-ticks",
        "e1-6",
        "e2-1",
    ]
    assert [one.json["lost"] for one in found if one.type == "gap"] == [2, 7]


@pytest.mark.parametrize("id", ["e1-77", "zzz-1", "nonsense", "e2-99"])
async def test_an_id_that_the_archive_does_not_know_gets_what_the_ring_has_with_the_gap_told(id: str):
    kept = kept_from_before(1, 2, 3)
    source = feed(kept)
    publish(source, kept, 1, 2)
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, id)
        found = await peer.until(lambda seen: "e2-2" in ids(seen))
        publish(source, kept, 3)
        found = await peer.until(lambda seen: "e2-3" in ids(seen))
    (gap,) = (one.json for one in found if one.type == "gap")
    assert gap["reason"] == "unknown-id"
    assert ids(found)[-2:] == ["e2-2", "e2-3"]
    assert kept.asked == ([] if id == "nonsense" else [id])


async def test_an_archive_that_fails_costs_the_older_samples_alone():
    async def failing(id: str, limit: int) -> Tail:
        raise OSError(5, "Input/output error")

    source = Broadcaster(Ring("e2", 3), 1.0, 10, msgspec.json.encode, Clock(), archive=failing)
    publish(source, None, *range(1, 8))
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, "e2-1")
        await peer.until(lambda seen: "e2-7" in ids(seen))
        publish(source, None, 8)
        found = await peer.until(lambda seen: "e2-8" in ids(seen))
    assert ids(found) == ["e2-5", "e2-6", "e2-7", "e2-8"]
    (gap,) = (one.json for one in found if one.type == "gap")
    assert gap == {"from": "e2-1", "to": "e2-5", "lost": 3, "reason": "beyond-replay"}


async def test_who_waits_for_the_archive_counts_and_gets_heartbeats_and_others_are_served():
    kept, clock = kept_from_before(1, 2, 3), Clock()
    kept.open.clear()
    source = feed(kept, clock=clock)
    publish(source, kept, 1)
    async with connection() as peer, connection() as live:
        source.subscribe(peer.transport, View(), True, "e1-1")
        source.subscribe(live.transport, View(), True, None)
        watching = asyncio.create_task(source.run())
        clock.now += module.CATCHING_UP_HEARTBEAT_SECONDS
        found = await peer.until(lambda seen: "heartbeat" in {one.type for one in seen})
        assert ids(found) == []
        assert (source.statistics().clients, source.statistics().catching_up) == (2, 1)
        publish(source, kept, 2)
        assert ids(await live.until(lambda seen: len(ids(seen)) == 2)) == ["e2-1", "e2-2"]
        kept.open.set()
        found = await peer.until(lambda seen: "e2-2" in ids(seen))
        watching.cancel()
    assert ids(found) == ["e1-2", "e1-3", "e2-1", "e2-2"]


async def test_readers_that_take_nothing_hold_up_none_that_do():
    kept = kept_from_before(*range(1, 2001))
    source = feed(kept)
    publish(source, kept, 1)
    async with AsyncExitStack() as stalled, connection() as peer:
        for _ in range(READERS + 2):
            stuck = await stalled.enter_async_context(connection())
            source.subscribe(stuck.transport, View(), True, "e1-1")
        source.subscribe(peer.transport, View(), True, "e1-1000")
        found = await peer.until(lambda seen: "e2-1" in ids(seen))
        assert source.statistics().catching_up == READERS + 2
    assert ids(found) == [*(f"e1-{n}" for n in range(1001, 2001)), "e2-1"]


async def test_one_that_stalls_while_it_catches_up_is_cut_off():
    kept, clock = kept_from_before(*range(1, 3001)), Clock()
    source = feed(kept, clock=clock)
    publish(source, kept, 1)
    async with connection() as peer:
        subscriber = source.subscribe(peer.transport, View(), True, "e1-1")
        peer.transport.write(module.Wire(View(), True).framed(b": " + b"x" * 1_000_000 + b"\n\n"))
        clock.now += module.STALL_SECONDS
        watching = asyncio.create_task(source.run())
        async with asyncio.timeout(10):
            await subscriber.ended
        watching.cancel()
        assert source.statistics().stalled_total == 1
        assert (source.statistics().clients, source.statistics().catching_up) == (0, 0)


async def test_goodbye_and_the_end_of_a_token_reach_those_that_catch_up():
    kept = kept_from_before(*range(1, 2001))
    kept.open.clear()
    source = feed(kept)
    publish(source, kept, 1)
    async with connection() as revoked, connection() as peer:
        source.subscribe(revoked.transport, View(), True, "e1-1").holds = lambda: False
        subscriber = source.subscribe(peer.transport, View(), True, "e1-1")
        source.end_unentitled("token-no-longer-valid")
        found = await revoked.until(lambda seen: "bye" in {one.type for one in seen})
        assert found[-1].json == {"reason": "token-no-longer-valid"}
        source.close("shutdown")
        kept.open.set()
        found = await peer.until(lambda seen: "bye" in {one.type for one in seen})
        assert subscriber.ended.done()
        assert [one.type for one in found] == ["retry", "hello", "retry", "bye"]
        assert source.statistics().catching_up == 0


async def test_all_that_come_back_after_a_restart_are_served_out_of_one_reading():
    kept = kept_from_before(*range(1, 11))
    source = feed(kept)
    publish(source, kept, 1, 2)
    async with connection() as one, connection() as two, connection() as three:
        peers = (one, two, three)
        for peer in peers:
            source.subscribe(peer.transport, parse_view("server"), True, "e1-8")
        for peer in peers:
            found = await peer.until(lambda seen: "e2-2" in ids(seen))
            assert ids(found) == ["e1-9", "e1-10", "e2-1", "e2-2"]
            assert set(found[2].json) == {"id", "timestamp", "interval_seconds", "server", "unavailable"}
    assert kept.asked == ["e1-8"]


async def test_a_poller_gets_the_archives_samples_up_to_the_next_hole():
    kept = kept_from_before(1, 2, 3, 6, 7)
    source = feed(kept)
    publish(source, kept, 1, 2)
    first = await source.after("e1-1", 600)
    assert (first.gap, [frame.id for frame in first.frames]) == (None, ["e1-2", "e1-3"])
    second = await source.after("e1-3", 600)
    assert second.gap == Gap(since="e1-3", until="e1-6", lost=2, reason="beyond-replay")
    assert [frame.id for frame in second.frames] == ["e1-6", "e1-7", "e2-1", "e2-2"]
    assert [frame.id for frame in (await source.after("e1-6", 2)).frames] == ["e1-7", "e2-1"]
    assert [frame.id for frame in (await source.after("e2-1", 600)).frames] == ["e2-2"]


def test_numbers_that_are_missing_at_the_beginning_of_an_epoch_are_counted():
    tail = Tail(None, [Row("e1-5", 0, b"{}"), Row("e2-4", 0, b"{}"), Row("e2-5", 0, b"{}")])
    first, second = runs(tail, "e1-4")
    assert first.gap is None
    assert second.gap == Gap(since="e1-5", until="e2-4", lost=3, reason="beyond-replay")
    assert [frame.id for frame in second.frames] == ["e2-4", "e2-5"]


def feed_in_bursts(kept: Kept, clock: Clock) -> Broadcaster:
    return Broadcaster(Ring("e2", 50), 1.0, 10, msgspec.json.encode, clock, archive=kept.after, brings_up_slow=True)


async def test_a_feed_that_comes_in_bursts_drops_nothing_for_a_slow_reader_but_brings_it_up():
    kept, clock = Kept(), Clock()
    source = feed_in_bursts(kept, clock)
    publish(source, kept, 1)
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, None)
        for sequence in range(2, 402):
            publish(source, kept, sequence)
            if sequence % 100 == 0:
                await asyncio.sleep(0)
        found = await peer.until(lambda seen: ids(seen)[-1:] == ["e2-401"])
        assert ids(found) == [f"e2-{sequence}" for sequence in range(1, 402)]
        assert [one for one in found if one.type == "gap"] == []
        publish(source, kept, 402)
        assert ids(await peer.until(lambda seen: "e2-402" in ids(seen)))[-2:] == ["e2-401", "e2-402"]
    assert source.statistics().dropped_total == 0


async def test_a_reader_that_stalls_while_samples_come_in_bursts_is_cut_off_all_the_same():
    kept, clock = Kept(), Clock()
    source = feed_in_bursts(kept, clock)
    publish(source, kept, 1)
    async with connection() as peer:
        subscriber = source.subscribe(peer.transport, View(), True, None)
        for sequence in range(2, 302):
            publish(source, kept, sequence)
            await asyncio.sleep(0)
            clock.now += module.STALL_SECONDS / 100
        source.look_after()
        async with asyncio.timeout(10):
            await subscriber.ended
    assert source.statistics().stalled_total == 1


async def test_what_is_narrowed_for_one_that_comes_back_is_charged_and_leaves_others_their_turn():
    source = Broadcaster(Ring("e2"), 1.0, 10, msgspec.json.encode, Clock())
    publish(source, None, *range(1, 601))
    rounds, charges = 0, []

    def count() -> None:
        nonlocal rounds
        rounds += 1
        asyncio.get_running_loop().call_soon(count)

    count()
    async with connection() as peer, connection() as whole:
        subscriber = source.subscribe(peer.transport, parse_view("server").as_public(), True, "e2-1")
        subscriber.charge = lambda requests: charges.append((rounds, requests))
        free = source.subscribe(whole.transport, View(), True, "e2-1")
        free.charge = lambda requests: pytest.fail("whole samples are not worked on")
        for one in (peer, whole):
            found = await one.until(lambda seen: "e2-600" in ids(seen))
            assert ids(found) == [f"e2-{sequence}" for sequence in range(2, 601)]
    assert 36 <= sum(requests for _, requests in charges) <= 38
    assert len({number for number, _ in charges}) == len(charges)


async def test_a_reader_that_the_ring_leaves_behind_without_an_archive_is_told_what_it_lost():
    source = Broadcaster(Ring("e2", 100), 1.0, 10, msgspec.json.encode, Clock())
    publish(source, None, *range(1, 101))
    async with connection() as peer:
        source.subscribe(peer.transport, View(), True, "e2-1")
        publish(source, None, *range(101, 301))
        found = await peer.until(lambda seen: "e2-300" in ids(seen))
    (gap,) = (one.json for one in found if one.type == "gap")
    numbers = [int(str(one.id).split("-")[1]) for one in found if one.type == "message"]
    assert numbers == sorted(set(numbers)) and numbers[-1] == 300
    assert gap["reason"] == "beyond-replay" and gap["lost"] == 299 - len(numbers)
