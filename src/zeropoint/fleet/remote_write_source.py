"""Where the samples come from: out of memory or, where that does not reach back far enough, out of the journal."""

import time
from collections.abc import Callable

from msgspec import Struct

from zeropoint.feed.archive import Archive, position, runs
from zeropoint.feed.ring import Replay, Ring

# As long as the journal cannot be read it is asked again; after that what is in memory has to do.
PATIENCE_SECONDS = 60.0


class Row(Struct, frozen=True, gc=False):
    """One sample as it was published. `lost` samples before it are gone, None where nobody knows how many."""

    id: str
    payload: bytes
    lost: int | None


class UnreadableError(Exception):
    """The journal cannot be read at the moment; to be asked again."""


class Source:
    """What the ring and the archive have. Without an archive, what is older than the ring is gone."""

    def __init__(self, ring: Ring, archive: Archive | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._ring = ring
        self._archive = archive
        self._clock = clock
        self._failing_since: float | None = None

    @property
    def start(self) -> str:
        """The id before the first sample of this process."""
        return f"{self._ring.epoch}-0"

    async def after(self, id: str, limit: int) -> list[Row]:
        """At most `limit` samples after `id`, in order; none where there are none yet. Raises UnreadableError."""
        replay = self._ring.after(id)
        if replay.gap is None or self._archive is None:
            return _rows([replay], limit)
        try:
            tail = await self._archive(id, limit)
        except Exception as error:
            now = self._clock()
            self._failing_since = now if self._failing_since is None else self._failing_since
            if now - self._failing_since < PATIENCE_SECONDS:
                raise UnreadableError from error
            return _rows([self._ring.after(id)], limit)
        self._failing_since = None
        if found := runs(tail, id):
            return _rows(found, limit)
        # It knows the id, and of nothing after it: all that the ring has of another epoch follows.
        return _rows([self._ring.after(id) if tail.gap is not None else self._ring.following(id)], limit)

    async def payload(self, id: str) -> bytes | None:
        """The sample of this id as it was published; None where it is gone."""
        try:
            epoch, sequence = position(id)
            rows = await self.after(f"{epoch}-{sequence - 1}", 1)
        except (ValueError, UnreadableError):
            return None
        return rows[0].payload if rows and rows[0].id == id else None


def _rows(found: list[Replay], limit: int) -> list[Row]:
    rows: list[Row] = []
    for replay in found:
        lost = 0 if replay.gap is None else replay.gap.lost
        for frame in replay.frames:
            rows.append(Row(frame.id, frame.payload, lost))
            if len(rows) == limit:
                return rows
            lost = 0
    return rows
