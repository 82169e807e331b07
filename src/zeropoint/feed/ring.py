"""The newest samples in memory, for readers that come back and for pollers."""

import re
from bisect import bisect_right
from collections import deque
from collections.abc import Callable
from itertools import islice

from msgspec import Struct

from zeropoint.feed.frames import Frame
from zeropoint.model import Gap, Sample

CAPACITY_FRAMES = 600
CAPACITY_BYTES = 32 * 1024 * 1024
ID = re.compile(r"([0-9a-z]{1,12})-([0-9]{1,15})")


class Replay(Struct, frozen=True):
    """What came after an id: the hole before `frames`, if any, and the frames in order."""

    gap: Gap | None
    frames: list[Frame]


class Ring:
    """Bounded in number and in bytes. Without frames only before the first sample.

    Numbers rise by one, unless it `is_sparse`, as where the frames are those of one machine among many: then nobody
    can tell by them how many are missing.
    """

    def __init__(
        self,
        epoch: str,
        capacity_frames: int = CAPACITY_FRAMES,
        capacity_bytes: int = CAPACITY_BYTES,
        *,
        is_sparse: bool = False,
    ) -> None:
        self.epoch = epoch
        self._is_sparse = is_sparse
        # All that came after this number is here.
        self._floor = 0
        self._frames: deque[Frame] = deque()
        self._capacity_frames = capacity_frames
        self._capacity_bytes = capacity_bytes
        self._bytes = 0

    @property
    def newest(self) -> Frame | None:
        return self._frames[-1] if self._frames else None

    def frames(self) -> list[Frame]:
        """All of them, the oldest first."""
        return list(self._frames)

    def append(self, sample: Sample, missed: int, encode: Callable[[Sample], bytes]) -> Frame:
        """Encodes the sample and keeps it; `missed` ticks stand before it."""
        previous = self.newest
        gap = None
        if missed and previous is not None:
            gap = Gap(since=previous.id, until=sample.id, lost=missed, reason="missed-ticks")
        frame = Frame(int(sample.id.rpartition("-")[2]), sample.id, encode(sample), gap)
        self.add(frame)
        return frame

    def add(self, frame: Frame) -> None:
        """Keeps a frame that comes after all others."""
        if self._frames:
            self._frames[-1].retire()
        else:
            self._floor = frame.sequence - 1
        self._frames.append(frame)
        self._bytes += len(frame.payload)
        while len(self._frames) > self._capacity_frames or (
            self._bytes > self._capacity_bytes and len(self._frames) > 1
        ):
            oldest = self._frames.popleft()
            self._floor = oldest.sequence
            self._bytes -= len(oldest.payload)

    def after(self, id: str) -> Replay:
        """What came after `id`, which may be anything that a client sends."""
        if not self._frames:
            return Replay(None, [])
        oldest, newest = self._frames[0], self._frames[-1]
        matched = ID.fullmatch(id)
        if matched is None:
            return Replay(Gap(until=newest.id, reason="unknown-id"), [newest])
        epoch, sequence = matched[1], int(matched[2])
        if epoch == self.epoch and sequence <= newest.sequence:
            lost = max(0, self._floor - sequence)
            told = None if self._is_sparse else lost
            gap = Gap(since=id, until=oldest.id, lost=told, reason="beyond-replay") if lost else None
            first = bisect_right(self._frames, sequence, key=lambda frame: frame.sequence)
            return Replay(gap, list(islice(self._frames, first, None)))
        if int(epoch, 36) < int(self.epoch, 36):
            # From before a restart: all that is here came after it, how much lies between is not known.
            return Replay(Gap(since=id, until=oldest.id, reason="unknown-id"), list(self._frames))
        return Replay(Gap(since=None, until=newest.id, reason="unknown-id"), [newest])

    def following(self, id: str) -> Replay:
        """What came after `id` where nothing but what is here can have: all of it, if the id is of another epoch."""
        if not self._frames or id.startswith(f"{self.epoch}-"):
            return self.after(id)
        oldest = self._frames[0]
        lost = oldest.sequence - 1
        gap = Gap(since=id, until=oldest.id, lost=lost, reason="beyond-replay") if lost else None
        return Replay(gap, list(self._frames))

    def statistics(self) -> dict[str, int]:
        return {"frames": len(self._frames), "bytes": self._bytes}
