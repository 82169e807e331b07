"""What the history is given of each sample."""

from datetime import datetime

from msgspec import Struct

from zeropoint.model import Sample


class Record(Struct, frozen=True, gc=False):
    """One sample on its way to disk. `id` is EPOCH-SEQUENCE, `missed` the ticks that stand before it, `payload` the
    bytes that everybody downstream shares; `time_ms` is its timestamp, in milliseconds since 1970."""

    id: str
    epoch: str
    sequence: int
    time_ms: int
    interval_ms: int
    missed: int
    payload: bytes
    sample: Sample


def record_of(sample: Sample, missed: int, payload: bytes) -> Record:
    """`payload` is the sample as it was encoded, `missed` the number of ticks before it."""
    epoch, _, sequence = sample.id.rpartition("-")
    return Record(
        id=sample.id,
        epoch=epoch,
        sequence=int(sequence),
        time_ms=round(datetime.fromisoformat(sample.timestamp).timestamp() * 1000),
        interval_ms=round(sample.interval_seconds * 1000),
        missed=missed,
        payload=payload,
        sample=sample,
    )
