"""What came after an id, as the answer to a poll: {"samples": [...], "gap": ...}, made piece by piece.

A reader may take nothing of it, or a byte a minute. So nothing is held for it but the piece that it is sent: what
follows is asked for anew once that has been taken.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import takewhile

import msgspec
from msgspec import Struct

from zeropoint.feed.frames import Frame
from zeropoint.feed.pieces import PIECE_FRAMES, REQUEST_SAMPLES, pieces
from zeropoint.feed.ring import Replay
from zeropoint.feed.view import View
from zeropoint.model import Gap, Sample

MAX_SAMPLES = 600
MAX_BYTES = 16 * 1024 * 1024
# Clients give up an answer that takes much longer than they let the server wait.
MAX_SECONDS = 10.0
# So many bytes count as a request, and REQUEST_SAMPLES that are narrowed.
REQUEST_BYTES = 1024 * 1024


class SamplesAnswer(Struct, frozen=True):
    """Samples after an id. The gap, if any, stands before the first of them."""

    samples: list[Sample]
    gap: Gap | None


class Reader(Struct, frozen=True):
    """Whom an answer is for. `holds`: it may still read; `charge` counts so many more requests of its client; `after`
    tells what came after an id; `clock` tells monotonic seconds."""

    view: View
    holds: Callable[[], bool]
    charge: Callable[[int], None]
    after: Callable[[str], Awaitable[Replay]]
    clock: Callable[[], float]


async def encoded(replay: Replay, reader: Reader) -> AsyncIterator[bytes]:
    """The JSON of an answer that begins with `replay`. It ends before the next gap, at MAX_SAMPLES, with the piece that
    fills MAX_BYTES, and after MAX_SECONDS; the reader asks for the rest at once."""
    closing = b'],"gap":%b}' % msgspec.json.encode(_gap_before(replay))
    until, opening, told, size, charged = reader.clock() + MAX_SECONDS, b'{"samples":[', 0, 0, 0
    piece = first_piece(replay)
    while piece:
        content = b",".join([frame.narrowed(reader.view) for frame in piece])
        told, size, last_id = told + len(piece), size + len(content), piece[-1].id
        del piece, replay
        if (cost := _cost(reader.view, told, size)) > charged:
            reader.charge(cost - charged)
            charged = cost
        yield opening + content
        opening = b","
        if told >= MAX_SAMPLES or size >= MAX_BYTES or reader.clock() >= until or not reader.holds():
            break
        replay = await reader.after(last_id)
        piece = _next_piece(replay)[: MAX_SAMPLES - told]
    yield closing if told else opening + closing


def _cost(view: View, samples: int, size_bytes: int) -> int:
    """As how many requests an answer counts beside itself."""
    return max(samples // REQUEST_SAMPLES if view.sections else 0, size_bytes // REQUEST_BYTES)


def first_piece(replay: Replay) -> list[Frame]:
    """What an answer begins with, whatever gap stands before it."""
    return _piece([*replay.frames[:1], *_without_gap(replay.frames[1:])])


def _next_piece(replay: Replay) -> list[Frame]:
    return [] if replay.gap is not None else _piece(_without_gap(replay.frames))


def _piece(frames: list[Frame]) -> list[Frame]:
    return next(pieces(frames), [])


def _without_gap(frames: list[Frame]) -> list[Frame]:
    """The frames before the first that has a gap before it."""
    return list(takewhile(lambda frame: frame.gap is None, frames[:PIECE_FRAMES]))


def _gap_before(replay: Replay) -> Gap | None:
    """What is missing before the first sample. An answer has one gap, whose `lost` is the hole in the numbers: where
    samples are gone, ticks that the sampler missed beside them, which have no numbers, are in `missed_ticks_total`."""
    return replay.gap or (replay.frames[0].gap if replay.frames else None)
