"""Records and journals for tests of the history."""

import msgspec

from tests.support.samples import sample
from zeropoint.history.record import Record

# 2026-11-28T12:00:00Z, the beginning of a minute.
NOON_MS = 1_795_867_200_000


def record(
    sequence: int, epoch: str = "e1", *, time_ms: int | None = None, missed: int = 0, padding_bytes: int = 0
) -> Record:
    """One sample a second; that of sequence 1 is of noon. `padding_bytes` of blanks make its payload larger."""
    made = sample(sequence, epoch)
    return Record(
        id=made.id,
        epoch=epoch,
        sequence=sequence,
        time_ms=NOON_MS + 1000 * (sequence - 1) if time_ms is None else time_ms,
        interval_ms=1000,
        missed=missed,
        payload=msgspec.json.encode(made) + b" " * padding_bytes,
        sample=made,
    )
