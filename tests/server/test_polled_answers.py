"""What a poller is told is missing."""

import msgspec

from tests.support.samples import sample
from zeropoint.feed.ring import Ring
from zeropoint.feed.view import View
from zeropoint.server.live import encode_answer


def ring(samples: int, *, capacity: int, missed: dict[int, int]) -> Ring:
    kept = Ring("e1", capacity)
    for sequence in range(1, samples + 1):
        kept.append(sample(sequence), missed.get(sequence, 0), msgspec.json.encode)
    return kept


async def test_ticks_that_the_sampler_missed_are_told_before_their_sample() -> None:
    answer = msgspec.json.decode(await encode_answer(ring(3, capacity=10, missed={2: 5}).after("e1-1"), View()))
    assert answer["gap"] == {"from": "e1-1", "to": "e1-2", "lost": 5, "reason": "missed-ticks"}
    assert [one["id"] for one in answer["samples"]] == ["e1-2", "e1-3"]


async def test_where_samples_are_gone_as_well_lost_is_the_hole_in_the_numbers() -> None:
    answer = msgspec.json.decode(await encode_answer(ring(9, capacity=3, missed={7: 5}).after("e1-2"), View()))
    assert answer["gap"] == {"from": "e1-2", "to": "e1-7", "lost": 4, "reason": "beyond-replay"}
    assert [one["id"] for one in answer["samples"]] == ["e1-7", "e1-8", "e1-9"]


async def test_an_answer_ends_where_the_next_gap_stands() -> None:
    answer = msgspec.json.decode(await encode_answer(ring(4, capacity=10, missed={3: 1}).after("e1-1"), View()))
    assert answer["gap"] is None
    assert [one["id"] for one in answer["samples"]] == ["e1-2"]
