"""Simulated pairs of series of which it is known whether they have anything to do with one another.

Each maker takes a generator of random numbers and gives rows x samples, one sample a second.
"""

from collections.abc import Callable, Sequence
from itertools import accumulate

import numpy as np
from numpy.typing import ArrayLike, NDArray

from zeropoint.insight.series import Series

Rows = NDArray[np.float64]
Random = np.random.Generator
Maker = Callable[[Random], Rows]
SAMPLES = 600
# So many samples of an autoregressive series are thrown away before it counts as settled.
SETTLING = 300
LAG = 7


def as_series(rows: Rows) -> list[Series]:
    times = np.arange(rows.shape[1], dtype=np.float64)
    return [Series(f"series {number}", times, row) for number, row in enumerate(rows)]


def as_rows(values: ArrayLike) -> Rows:
    return np.asarray(values, dtype=np.float64)


def remembering(innovations: Rows, phi: float) -> Rows:
    """x(t) = phi x(t - 1) + innovation(t), in each row."""
    # In numbers of Python: for a few rows it is quicker than a step of numpy's for each sample.
    return as_rows([list(accumulate(row, lambda before, new: phi * before + new)) for row in innovations.tolist()])


def autoregressive(random: Random, phi: float, rows: int = 2, samples: int = SAMPLES) -> Rows:
    """Independent AR(1) series with innovations of unit variance; random walks at phi = 1."""
    return as_rows(remembering(random.standard_normal((rows, samples + SETTLING)), phi)[:, SETTLING:])


def planted(random: Random, noise_phi: float = 0.0, samples: int = SAMPLES) -> Rows:
    """b(t) = 0.7 a(t - 7) + noise of unit variance; a is AR(1) with phi = 0.8 and innovations of unit variance."""
    a = autoregressive(random, 0.8, rows=1, samples=samples + LAG)[0]
    noise = autoregressive(random, noise_phi, rows=1, samples=samples)[0] * np.sqrt(1 - noise_phi**2)
    return np.stack([a[LAG:], 0.7 * a[:-LAG] + noise])


def planted_coefficient() -> float:
    """Pearson's coefficient that `planted` has, whatever its noise remembers."""
    explained = 0.49 / (1 - 0.8**2)
    return float(np.sqrt(explained / (explained + 1)))


def white(random: Random) -> Rows:
    return random.standard_normal((2, SAMPLES))


def shared_decay(random: Random) -> Rows:
    """Two series that settle in the same way, as a loss and a temperature after a start do."""
    return as_rows(autoregressive(random, 0.8) + 8 * np.exp(-np.arange(SAMPLES) / 150))


def shared_line(random: Random) -> Rows:
    return autoregressive(random, 0.8) + 0.02 * np.arange(SAMPLES)


def sines(random: Random) -> Rows:
    """Noise, and a load of one period whose phases have nothing to do with one another."""
    phases = random.uniform(0, 2 * np.pi, (2, 1))
    return as_rows(white(random) + 1.5 * np.sin(2 * np.pi * np.arange(SAMPLES) / 100 + phases))


def ticking(random: Random, period: int = 60, jitter: int = 0, samples: int = SAMPLES) -> Rows:
    """Noise, and a spike every `period` samples from a random one on, off by up to `jitter`."""
    rows = 0.3 * random.standard_normal((2, samples))
    for row in rows:
        spikes = np.arange(random.integers(period), samples, period)
        row[np.clip(spikes + random.integers(-jitter, jitter + 1, len(spikes)), 0, samples - 1)] += 5
    return rows


def resonant(random: Random, strength: float) -> Rows:
    """Two series that swing with a period of some 20 samples, a few times in a row: AR(2) with innovations of this
    coefficient."""
    rows = random.standard_normal((2, SAMPLES + SETTLING))
    rows[1] = strength * rows[0] + np.sqrt(1 - strength**2) * rows[1]
    for at in range(2, SAMPLES + SETTLING):
        rows[:, at] += 2 * 0.95 * np.cos(2 * np.pi / 20) * rows[:, at - 1] - 0.95**2 * rows[:, at - 2]
    return as_rows(rows[:, SETTLING:])


def bursts(random: Random, together: bool) -> Rows:
    """Noise that swings fifteen times as far in six stretches of thirty samples, the same ones in both or others."""
    swings = np.full((2, SAMPLES), 0.2)
    for row in swings:
        for start in random.integers(0, SAMPLES - 30, 6):
            row[start : start + 30] = 3.2
    return as_rows(white(random) * (swings[0] if together else swings))


def switching(random: Random) -> Rows:
    """On and off, for some fifty samples at a time."""
    return as_rows(np.cumsum(random.random((2, SAMPLES)) < 0.02, axis=1) % 2)


def rare_events(random: Random, chance: float = 0.02) -> Rows:
    return as_rows(random.random((2, SAMPLES)) < chance)


def counts(random: Random) -> Rows:
    return as_rows(random.poisson(0.5, (2, SAMPLES)))


def outliers(random: Random) -> Rows:
    return random.standard_cauchy((2, SAMPLES))


def one_step_each(random: Random) -> Rows:
    return as_rows(white(random) + 3 * (np.arange(SAMPLES) > random.integers(100, 500)))


def holes(random: Random) -> Rows:
    """A quarter of the samples of each is missing, and a stretch of a hundred."""
    rows = autoregressive(random, 0.9)
    rows[random.random(rows.shape) < 0.25] = np.nan
    for row in rows:
        start = random.integers(SAMPLES - 100)
        row[start : start + 100] = np.nan
    return rows


def slower(random: Random) -> Rows:
    """The second is read only every fifth second."""
    rows = autoregressive(random, 0.9, samples=3000)
    rows[1, np.arange(3000) % 5 > 0] = np.nan
    return rows


INDEPENDENT: Sequence[tuple[str, Maker]] = (
    ("AR(1), phi 0.99", lambda random: autoregressive(random, 0.99)),
    ("AR(1), phi 0.9, 120 samples", lambda random: autoregressive(random, 0.9, samples=120)),
    ("random walks", lambda random: autoregressive(random, 1.0)),
    ("on the same straight line, with AR(1)", shared_line),
    ("on the same decay, with AR(1)", shared_decay),
    ("one step each, at the same moment", one_step_each),
    ("sines of one period", sines),
    ("spikes every 60 s, off by up to 5 s", lambda random: ticking(random, jitter=5)),
    ("bursts at different times", lambda random: bursts(random, together=False)),
    ("bursts at the same times", lambda random: bursts(random, together=True)),
    ("on and off", switching),
    ("rare events, 1 in 50", rare_events),
    ("small counts", counts),
    ("Cauchy's outliers", outliers),
    ("AR(1), phi 0.9, a third missing", holes),
    ("AR(1), phi 0.9, one read five times as often", slower),
    ("swings of one period, damped", lambda random: resonant(random, 0.0)),
    ("spikes exactly every 15 s", lambda random: ticking(random, period=15)),
    # Where the method is wrong, and known to be: see docs/correlation.md.
    ("spikes exactly every 60 s", ticking),
    ("spikes exactly every 60 s, an hour", lambda random: ticking(random, samples=3600)),
    ("spikes every 15 s, off by up to 1 s", lambda random: ticking(random, period=15, jitter=1)),
)


def same_innovations(random: Random, phi: float, strength: float) -> Rows:
    """Two AR(1) series whose innovations have this coefficient."""
    innovations = random.standard_normal((2, SAMPLES + SETTLING))
    innovations[1] = strength * innovations[0] + np.sqrt(1 - strength**2) * innovations[1]
    return as_rows(remembering(innovations, phi)[:, SETTLING:])


def slow_beneath_noise(random: Random) -> Rows:
    """A slow movement, five samples later in the second, and as much noise of each one's own."""
    slow = autoregressive(random, 0.95, rows=1, samples=SAMPLES + 5)[0]
    slow /= slow.std()
    return np.stack([slow[5:], slow[:-5]]) + white(random)


def heating(random: Random) -> Rows:
    """A load that goes on and off, and what it heats, which follows with a time constant of 30 samples."""
    load = switching(random)[0]
    heat = remembering(np.roll(load, 1)[None] / 30, 1 - 1 / 30)[0]
    return np.stack([load, heat]) + np.array([[0.1], [0.02]]) * white(random)


def same_events(random: Random) -> Rows:
    """A dozen events, three samples later in the second."""
    events = random.random(SAMPLES + 3) < 0.02
    return as_rows(np.stack([events[3:], events[:-3]]))


DEPENDENT: Sequence[tuple[str, Maker]] = (
    ("white noise, coefficient 0.2", lambda random: same_innovations(random, 0.0, 0.2)),
    ("AR(1), phi 0.9, innovations 0.25", lambda random: same_innovations(random, 0.9, 0.25)),
    ("random walks, innovations 0.25", lambda random: same_innovations(random, 1.0, 0.25)),
    ("slow movement beneath as much noise", slow_beneath_noise),
    ("a load and what it heats", heating),
    ("swings of one period, damped, innovations 0.5", lambda random: resonant(random, 0.5)),
    ("a dozen events, the same in both", same_events),
)
