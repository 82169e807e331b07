"""What the stream has of older samples, as the feed asks for them; and gaps by the ids of a hub."""

from collections.abc import Callable
from typing import Annotated

from msgspec import Meta

from zeropoint.feed.archive import Found, FrameArchive
from zeropoint.feed.frames import Frame
from zeropoint.feed.ring import Replay
from zeropoint.fleet.checking import Arrival, RefusedError, check
from zeropoint.fleet.connection import Link
from zeropoint.fleet.identity import Machine
from zeropoint.fleet.message import Message, event_id, sequence_of
from zeropoint.fleet.names import ALL_SAMPLES
from zeropoint.fleet.stored import extent, stored_after
from zeropoint.model import Gap

# Batches in a row that may hold nothing but what is refused.
MOST_LOOKS = 100


class MachineGap(Gap, frozen=True, kw_only=True):
    """What is missing of one machine's samples; ids are those of the hub's stream."""

    host: Annotated[Machine, Meta(description="Whose samples they are")]


def gap_of(arrival: Arrival, previous: int | None) -> MachineGap | None:
    """What is missing before a sample, by the ids of the hub; `previous` is the machine's sample before."""
    if arrival.gap is None:
        return None
    return MachineGap(
        since=None if previous is None else event_id(previous),
        until=arrival.message.id,
        lost=arrival.gap.lost,
        reason=arrival.gap.reason,
        host=arrival.machine,
    )


def frame_of(message: Message) -> Frame | None:
    """A message as a frame of the feed; None where it is refused."""
    try:
        arrival = check(message)
    except RefusedError:
        return None
    frame = Frame(message.sequence, message.id, message.payload, gap_of(arrival, None))
    frame.retire()
    return frame


def archive_of(subject: str, link_of: Callable[[], Link | None]) -> FrameArchive:
    """What the stream has of a subject."""

    async def after(id: str, limit: int) -> Found:
        link = link_of()
        if link is None:
            raise ConnectionError("the bus is away")
        sequence, there = sequence_of(id), await extent(link)
        if sequence is None or sequence > there.last:
            return Found([], is_known=False)
        frames: list[Frame] = []
        at, looks = sequence, 0
        while not frames and (messages := await stored_after(link, at, subject, limit)):
            # Where all of a batch was refused, as who read it live was not given it either, the next one is looked at.
            at, looks = messages[-1].sequence, looks + 1
            if looks > MOST_LOOKS:
                raise ConnectionError("the stream holds too much that is no sample")
            frames = [frame for message in messages if (frame := frame_of(message)) is not None]
        gap = None
        if frames and there.first > sequence + 1:
            # Of one machine's samples nobody can tell how many of those that are gone were its.
            lost = there.first - sequence - 1 if subject == ALL_SAMPLES else None
            gap = Gap(since=id, until=frames[0].id, lost=lost, reason="beyond-replay")
        return Found([Replay(gap, frames)] if frames else [], is_known=True)

    return after
