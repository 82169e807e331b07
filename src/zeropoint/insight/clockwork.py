"""The steps of a clock, found in times that jitter: how long one takes, and where they begin."""

from dataclasses import dataclass

import numpy as np

from zeropoint.insight.series import Floats, Indices

# Behind a gap of more steps the clock is taken to be another one's: who was started anew ticks at other moments.
LONGEST_HOLE = 5.0
# The interval is looked for within these parts of the median difference, which jitter and holes make too large.
GUESSES = np.linspace(0.75, 1.1, 141)
FIRST_FIT = 64
# Times whose differences vary by no more than this part of an interval need no search.
STEADY = 0.1
# The mean of the times as points on the clock's face: 1 without jitter, 0.5 where they are off by up to 0.3 of a step;
# less is no clock's.
LEAST_IN_STEP = 0.4


@dataclass(frozen=True, slots=True)
class Clock:
    """Runs of steps: from `starts` on (seconds), step `numbers` is at `origins` and each further one an interval on."""

    interval_seconds: float
    starts: Floats
    origins: Floats
    numbers: Indices

    def steps(self, times_seconds: Floats) -> Indices:
        """The number of the step that each time is nearest to."""
        run = np.maximum(np.searchsorted(self.starts, times_seconds, side="right") - 1, 0)
        # Not rint, which rounds halves to even: times that lie right between steps would go two to a step.
        since = np.floor((times_seconds - self.origins[run]) / self.interval_seconds + 0.5)
        return np.asarray(self.numbers[run] + since.astype(np.int64), dtype=np.int64)


def interval_seconds(times_seconds: Floats) -> float | None:
    """The usual distance of two times, or None where fewer than two differ."""
    differences = np.diff(times_seconds)
    differences = differences[differences > 0]
    if not differences.size:
        return None
    usual = float(np.median(differences))
    run = max(_runs(times_seconds, usual), key=len)
    return _fitted(run, _most_in_step(run[:FIRST_FIT], usual))


def clock_of(times_seconds: Floats, interval_seconds: float) -> Clock:
    """The clock whose steps the times lie nearest to."""
    runs = _runs(times_seconds, interval_seconds)
    origins = np.array([_origin(run, interval_seconds) for run in runs])
    between = np.rint(np.diff(origins) / interval_seconds)
    numbers = np.concatenate([[0], np.cumsum(between)]).astype(np.int64)
    return Clock(interval_seconds, np.array([run[0] for run in runs]), origins, numbers)


def _runs(times_seconds: Floats, interval: float) -> list[Floats]:
    return np.split(times_seconds, np.flatnonzero(np.diff(times_seconds) > LONGEST_HOLE * interval) + 1)


def _origin(run: Floats, interval: float) -> float:
    """Where a step is that lies by the run's first time: the mean of all that is left over, taken on a circle."""
    turns = np.exp(2j * np.pi * ((run - run[0]) / interval % 1.0))
    return float(run[0]) + float(np.angle(turns.mean())) / (2 * np.pi) * interval


def _most_in_step(run: Floats, usual: float) -> float:
    """Of the intervals near the usual difference, that whose steps the times lie nearest to."""
    if np.ptp(np.diff(run)) <= STEADY * usual:
        return usual
    turns = np.exp(2j * np.pi * np.multiply.outer(1 / (usual * GUESSES), run - run[0]))
    in_step = np.abs(turns.mean(axis=1))
    return float(usual * GUESSES[in_step.argmax()]) if in_step.max() >= LEAST_IN_STEP else usual


def _fitted(run: Floats, interval: float) -> float:
    """The interval that fits a run of times best, by least squares.

    The first guess is good enough to number the steps of a few times, and not those of an hour. The line through these
    few is good enough for twice as many.
    """
    since = run - run[0]
    origin = 0.0
    for power in range((len(run) // FIRST_FIT).bit_length() + 1):
        end = FIRST_FIT << power
        numbers = np.rint((since[:end] - origin) / interval)
        numbers_off, times_off = numbers - numbers.mean(), since[:end] - since[:end].mean()
        spread = float((numbers_off**2).sum())
        if not spread:
            return interval
        interval = float((numbers_off * times_off).sum()) / spread
        origin = float(since[:end].mean() - interval * numbers.mean())
    return interval
