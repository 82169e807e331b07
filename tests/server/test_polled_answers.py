"""What a poller gets, how much of it, and what it is told is missing."""

from collections.abc import Callable
from typing import Any

import msgspec

from tests.support.samples import sample
from zeropoint.feed.pieces import PIECE_BYTES, PIECE_FRAMES
from zeropoint.feed.ring import Replay, Ring
from zeropoint.feed.view import WHOLE, View, parse_view
from zeropoint.server import polled as module
from zeropoint.server.polled import Reader, encoded


class Feed:
    """A ring that somebody polls; `asked` are the ids that more was asked for with, `charges` what that counted as."""

    def __init__(self, ring: Ring) -> None:
        self.ring = ring
        self.asked: list[str] = []
        self.charges: list[int] = []

    async def after(self, id: str) -> Replay:
        self.asked.append(id)
        return self.ring.after(id)

    def reader(
        self, view: View = WHOLE, holds: Callable[[], bool] = lambda: True, clock: Callable[[], float] = lambda: 0.0
    ) -> Reader:
        return Reader(view, holds, self.charges.append, self.after, clock)

    async def answer(self, since: str, reader: Reader | None = None) -> Any:
        parts = [part async for part in encoded(self.ring.after(since), reader or self.reader())]
        return msgspec.json.decode(b"".join(parts))


def feed(samples: int, *, capacity: int = 1000, missed: dict[int, int] | None = None, pad_bytes: int = 0) -> Feed:
    ring = Ring("e1", capacity, 1 << 30)
    for sequence in range(1, samples + 1):
        ring.append(
            sample(sequence),
            (missed or {}).get(sequence, 0),
            lambda one: msgspec.json.encode(one) + b" " * pad_bytes,
        )
    return Feed(ring)


def ids(answer: Any) -> list[str]:
    return [one["id"] for one in answer["samples"]]


def numbered(first: int, last: int) -> list[str]:
    return [f"e1-{number}" for number in range(first, last + 1)]


async def test_ticks_that_the_sampler_missed_are_told_before_their_sample() -> None:
    answer = await feed(3, capacity=10, missed={2: 5}).answer("e1-1")
    assert answer["gap"] == {"from": "e1-1", "to": "e1-2", "lost": 5, "reason": "missed-ticks"}
    assert [one["id"] for one in answer["samples"]] == ["e1-2", "e1-3"]


async def test_where_samples_are_gone_as_well_lost_is_the_hole_in_the_numbers() -> None:
    answer = await feed(9, capacity=3, missed={7: 5}).answer("e1-2")
    assert answer["gap"] == {"from": "e1-2", "to": "e1-7", "lost": 4, "reason": "beyond-replay"}
    assert [one["id"] for one in answer["samples"]] == ["e1-7", "e1-8", "e1-9"]


async def test_an_answer_ends_where_the_next_gap_stands() -> None:
    answer = await feed(4, capacity=10, missed={3: 1}).answer("e1-1")
    assert answer["gap"] is None
    assert [one["id"] for one in answer["samples"]] == ["e1-2"]


async def test_it_ends_at_a_gap_behind_the_first_piece_too() -> None:
    assert ids(await feed(300, missed={250: 1}).answer("e1-1")) == numbered(2, 249)


async def test_an_answer_has_all_that_came_after_the_id_and_no_more_than_600() -> None:
    assert ids(await feed(100).answer("e1-3")) == numbered(4, 100)
    assert ids(await feed(900).answer("e1-3")) == numbered(4, 603)
    assert await feed(9).answer("e1-9") == {"samples": [], "gap": None}


async def test_it_ends_at_16_mib() -> None:
    answer = await feed(60, pad_bytes=1024 * 1024).answer("e1-1")
    assert ids(answer) == numbered(2, 17)


async def test_it_ends_before_its_reader_gives_it_up() -> None:
    source = feed(300)

    def clock() -> float:
        return module.MAX_SECONDS * len(source.asked) / 2

    assert ids(await source.answer("e1-0", source.reader(clock=clock))) == numbered(1, 3 * PIECE_FRAMES)


async def test_it_ends_with_the_token_that_it_was_asked_with() -> None:
    source = feed(300)
    answer = await source.answer("e1-0", source.reader(holds=lambda: len(source.asked) < 1))
    assert ids(answer) == numbered(1, 2 * PIECE_FRAMES)


async def test_what_follows_is_asked_for_when_what_came_before_was_taken() -> None:
    source = feed(100, pad_bytes=PIECE_BYTES)
    parts = encoded(source.ring.after("e1-0"), source.reader())
    await anext(parts)
    assert source.asked == []
    await anext(parts)
    assert source.asked == ["e1-1"]


async def test_narrowed_samples_count_by_their_number_and_whole_ones_by_their_size() -> None:
    source = feed(100)
    await source.answer("e1-0", source.reader(parse_view("server")))
    assert sum(source.charges) == 6
    source = feed(100)
    await source.answer("e1-0")
    assert source.charges == []
    source = feed(9, pad_bytes=1024 * 1024)
    await source.answer("e1-0")
    assert sum(source.charges) == 9
