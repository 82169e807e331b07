"""The sample of a past moment: the newest at or before it, out of memory or the journal, or why there is none."""

from bisect import bisect_right
from collections.abc import Mapping

import msgspec
from msgspec import Struct

from zeropoint.feed.frames import Frame
from zeropoint.feed.ring import Ring
from zeropoint.history.gaps import LossReason
from zeropoint.history.moments import parse_moment, rfc3339
from zeropoint.history.readers import LAST_MS, Readers

# As long as health calls it fresh, a sample tells of a moment after it.
FRESH_SECONDS, FRESH_INTERVALS = 5.0, 3.0
WORDS: Mapping[LossReason, str] = {
    "not-running": "the appliance was not running then",
    "missed-ticks": "the samples of this time could not be taken",
    "history-failed": "the history could not be written then",
    "queue-full": "the history could not be written in time then",
    "damaged": "what was stored of this time is damaged",
    "clock-set": "the clock was set over this time",
}


class Head(Struct):
    """What a sample says of its time."""

    timestamp: str
    interval_seconds: float


_head = msgspec.json.Decoder(Head)


def from_memory(ring: Ring, at_ms: int, now_ms: int) -> tuple[bytes | None, str | None]:
    """The JSON of the sample; or the reason; or neither, where memory does not reach back so far."""
    if at_ms > now_ms:
        return None, "this moment is still to come"
    frames = ring.frames()
    place = bisect_right(frames, at_ms, key=_time_ms)
    if place == 0:
        return None, None
    frame = frames[place - 1]
    fresh = max(FRESH_SECONDS, FRESH_INTERVALS * _head.decode(frame.payload).interval_seconds)
    if at_ms - _time_ms(frame) > fresh * 1000:
        return None, f"no sample was taken in the {fresh:g} s before it"
    return frame.payload, None


def from_readers(at_ms: int, readers: Readers) -> tuple[bytes | None, str | None]:
    """The JSON of the sample, or the reason. Raises Fault."""
    stored = readers.journal.at(at_ms)
    if stored is not None:
        return stored.payload, None
    oldest = next(readers.journal.between(0, LAST_MS), None)
    if oldest is None or at_ms < oldest.time_ms:
        begins = f", which begins at {rfc3339(oldest.time_ms)}" if oldest else ""
        return None, f"it is older than the journal of whole samples{begins}"
    losses, _ = readers.missing((), at_ms, at_ms + 1)
    for loss in losses:
        return None, WORDS[loss.reason]
    return None, "no sample of this time is stored"


def _time_ms(frame: Frame) -> int:
    return parse_moment(_head.decode(frame.payload).timestamp) or 0
