"""The steps of a clock, found in times that jitter: how long one takes, and where the first one is."""

from dataclasses import dataclass

import numpy as np

from zeropoint.insight.series import Floats, Indices

# A difference of times is one step when it is within these parts of the usual one; others hold holes, or are doubled.
SHORTEST_STEP = 0.5
LONGEST_STEP = 1.5
ROUNDS = 3


@dataclass(frozen=True, slots=True)
class Clock:
    interval_seconds: float
    origin_seconds: float

    def steps(self, times_seconds: Floats) -> Indices:
        """The number of the step that each time is nearest to."""
        return np.rint((times_seconds - self.origin_seconds) / self.interval_seconds).astype(np.int64)


def interval_seconds(times_seconds: Floats) -> float | None:
    """The usual distance of two times, or None where fewer than two differ.

    The median alone is off by the jitter over the square root of n, which adds up to many steps in an hour. The mean of
    what one step took has its errors cancel, for each time ends one step and begins the next.
    """
    differences = np.diff(times_seconds)
    differences = differences[differences > 0]
    if not differences.size:
        return None
    interval = float(np.median(differences))
    for _ in range(ROUNDS):
        single = differences[(differences > SHORTEST_STEP * interval) & (differences < LONGEST_STEP * interval)]
        interval = float(single.mean()) if single.size else interval
    return interval


def clock_of(times_seconds: Floats, interval_seconds: float) -> Clock:
    """The clock whose steps the times lie nearest to."""
    turns = np.exp(2j * np.pi * ((times_seconds - times_seconds[0]) / interval_seconds % 1.0))
    phase = float(np.angle(turns.mean())) / (2 * np.pi)
    return Clock(interval_seconds, float(times_seconds[0]) + phase * interval_seconds)
