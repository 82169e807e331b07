"""Whether a machine's clock is right: the time that its samples bear, held against the time of the bus."""

from msgspec import Struct

# A sample takes less from its machine to the bus, on any network that samples each second are sent over.
RIGHT_SECONDS = 5.0


class Reading(Struct, frozen=True):
    """When a sample was taken by its machine's clock, and stored by the bus's, in seconds since 1970; by how much the
    machine's is ahead, None where that cannot be told."""

    sampled: float
    stored: float
    ahead_seconds: float | None


def reading_of(sampled: float, stored: float, interval_seconds: float, before: Reading | None) -> Reading:
    """`before` is that of the machine's sample before.

    A sample that is old when it comes has two causes: a clock that is behind, or a machine that was away and sends what
    it has missed. Who catches up sends faster than once an interval, so its samples' times run ahead of the bus's.
    """
    ahead = sampled - stored
    if ahead >= -RIGHT_SECONDS:
        return Reading(sampled, stored, ahead)
    if before is None:
        return Reading(sampled, stored, None)
    is_in_step = abs((sampled - before.sampled) - (stored - before.stored)) <= interval_seconds / 2
    return Reading(sampled, stored, ahead if is_in_step else before.ahead_seconds)


def is_wrong(ahead_seconds: float | None) -> bool:
    return ahead_seconds is not None and abs(ahead_seconds) > RIGHT_SECONDS
