"""What the history is given of each sample."""

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
