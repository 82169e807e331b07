"""Correlations with known truth: how often independent series are called correlated, how often a planted lag is found,
and how long 20 series of an hour take beside the FFTs of numpy that give the same cross-correlations.

Trial number t of a truth has the seed (SEED, its number, t), so that any of them can be looked at.
"""

import math
import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import combinations

import numpy as np

from bench import report, truths
from zeropoint.insight.correlate import correlate
from zeropoint.insight.pair import Pair

SEED = 20_261
TRIALS = 2000
TRIALS_OF_OTHERS = 500
AT_ONCE = 50
WRONG = 0.05
CONFIDENCE = 0.99
OURS, FFT, TUNED = "correlate", "numpy's FFT, a pair at a time", "numpy's FFT, a row of pairs at a time"
SERIES, HOUR, LAGS = 20, 3600, 60
# A power of two that leaves room for the lags alone: the quickest that was found.
FFT_LENGTH = 4096

GOALS: Sequence[tuple[str, truths.Maker]] = (
    ("AR(1), phi 0.5", lambda random: truths.autoregressive(random, 0.5)),
    ("AR(1), phi 0.9", lambda random: truths.autoregressive(random, 0.9)),
)
PLANTED: Sequence[tuple[str, truths.Maker]] = (
    ("planted lag of 7, white noise", truths.planted),
    ("planted lag of 7, noise AR(1), phi 0.5", lambda random: truths.planted(random, 0.5)),
    ("planted lag of 7, noise AR(1), phi 0.8", lambda random: truths.planted(random, 0.8)),
)
ALL = (*GOALS, *truths.INDEPENDENT, *PLANTED, *truths.DEPENDENT)


def most_by_chance(trials: int) -> int:
    """So many of the trials are wrong at most in 99 of 100 series of trials, where each is wrong with WRONG."""
    chances = (math.comb(trials, wrong) * WRONG**wrong * (1 - WRONG) ** (trials - wrong) for wrong in range(trials + 1))
    return next(wrong for wrong, sum_so_far in enumerate(_running(chances)) if sum_so_far >= CONFIDENCE)


def _running(values: Iterator[float]) -> Iterator[float]:
    total = 0.0
    for value in values:
        total += value
        yield total


def pair_of(truth: int, trial: int, rank: bool = True) -> Pair:
    """What is told of one simulated pair."""
    rows = ALL[truth][1](np.random.default_rng([SEED, truth, trial]))
    return correlate(truths.as_series(rows), rank=rank)[0]


def pairs_of(truth: int, rank: bool, start: int) -> list[Pair]:
    return [pair_of(truth, trial, rank) for trial in range(start, start + AT_ONCE)]


def called(pairs: Sequence[Pair]) -> int:
    return sum(pair.verdict == "correlated" for pair in pairs)


def found(pairs: Sequence[Pair]) -> int:
    """How many have the planted lag, give or take a step."""
    return sum(
        pair.verdict == "correlated" and abs((pair.lag_seconds or 0.0) - truths.LAG) <= 1.0 + 1e-6 for pair in pairs
    )


def families() -> tuple[int, int, int]:
    """Of 100 families of 20 independent AR(1) series: all pairs, those called correlated, families that have one."""
    told = []
    for family in range(100):
        rows = truths.autoregressive(np.random.default_rng([SEED, len(ALL), family]), 0.9, rows=SERIES)
        told.append(called(correlate(truths.as_series(rows))))
    return 100 * SERIES * (SERIES - 1) // 2, sum(told), sum(wrong > 0 for wrong in told)


def milliseconds(work: Callable[[], object]) -> float:
    begun = time.process_time()
    work()
    return 1000 * (time.process_time() - begun)


def cross_correlations(rows: truths.Rows) -> list[truths.Rows]:
    """Of every pair, at lags of -LAGS to LAGS: one spectrum a series, one inverse a pair."""
    spectra = np.fft.rfft(rows, FFT_LENGTH)
    result = []
    for row, other in combinations(range(len(rows)), 2):
        sums = np.fft.irfft(np.conj(spectra[row]) * spectra[other], FFT_LENGTH)
        result.append(np.concatenate([sums[-LAGS:], sums[: LAGS + 1]]))
    return result


def tuned_cross_correlations(rows: truths.Rows) -> list[truths.Rows]:
    """The same, with the inverses of a row of pairs in one call, which spares most of what each call costs."""
    spectra = np.fft.rfft(rows, FFT_LENGTH)
    result = []
    for row in range(len(rows) - 1):
        sums = np.fft.irfft(np.conj(spectra[row]) * spectra[row + 1 :], FFT_LENGTH)
        result.append(np.concatenate([sums[:, -LAGS:], sums[:, : LAGS + 1]], axis=1))
    return result


def speed(runs: int) -> dict[str, list[float]]:
    rows = truths.autoregressive(np.random.default_rng([SEED, len(ALL) + 1]), 0.9, rows=SERIES, samples=HOUR)
    series = truths.as_series(rows)
    contenders: dict[str, Callable[[], object]] = {
        FFT: partial(cross_correlations, rows),
        TUNED: partial(tuned_cross_correlations, rows),
        OURS: partial(correlate, series, LAGS),
    }
    for work in contenders.values():
        work()  # loads what is loaded once
    # A single run is too short for the clock of CPU time.
    times = {name: partial(_median_of, work) for name, work in contenders.items()}
    return report.alternate(times, runs)


def _median_of(work: Callable[[], object]) -> float:
    return float(np.median([milliseconds(work) for _ in range(20)]))


def measure(runs: int) -> report.Report:
    times = speed(runs)
    with ProcessPoolExecutor(os.cpu_count()) as pool:
        told = {}
        for number, (name, maker) in enumerate(ALL):
            print(f"  {name}", flush=True)
            for rank in (True, False):
                trials = TRIALS if (name, maker) in (*GOALS, *PLANTED) else TRIALS_OF_OTHERS
                parts = pool.map(partial(pairs_of, number, rank), range(0, trials, AT_ONCE))
                told[name, rank] = [pair for part in parts for pair in part]
    pairs, wrong_pairs, wrong_families = families()
    slower, than_tuned = report.ratio(times[OURS], times[FFT]), report.ratio(times[OURS], times[TUNED])
    most = most_by_chance(TRIALS)

    def share(name: str, rank: bool, judge: Callable[[Sequence[Pair]], int]) -> str:
        return f"{100 * judge(told[name, rank]) / len(told[name, rank]):.1f} %"

    def row(name: str, kind: str, judge: Callable[[Sequence[Pair]], int]) -> list[str]:
        return [name, kind, *(share(name, rank, judge) for rank in (True, False))]

    return report.Report(
        name="correlate",
        header=["simulated pairs", "counted", "rank", "Pearson"],
        rows=[
            *(row(name, "called correlated, and are not", called) for name, _ in (*GOALS, *truths.INDEPENDENT)),
            *(row(name, "found within one step", found) for name, _ in PLANTED),
            *(row(name, "called correlated, and are", called) for name, _ in truths.DEPENDENT),
        ],
        goals=[
            *(
                report.Goal(
                    f"independent {name}: at most {most} of {TRIALS:,} called correlated, the 99 % bound of 5 % "
                    f"(it is {called(told[name, True])})",
                    called(told[name, True]) <= most,
                )
                for name, _ in GOALS
            ),
            *(
                report.Goal(
                    f"{name}: found within one step in at least 90 % (it is {share(name, True, found)})",
                    found(told[name, True]) >= 0.9 * TRIALS,
                )
                for name, _ in PLANTED
            ),
            report.Goal(f"at most ten times {FFT}, for the same lags (it is {slower:.1f})", slower <= 10),
        ],
        notes=[
            f"{SERIES} series of {HOUR} samples, all pairs, lags of -{LAGS} to {LAGS}: CPU, milliseconds, "
            f"{report.spread(times[OURS])}; {FFT}, {report.spread(times[FFT])}; {TUNED}, "
            f"{report.spread(times[TUNED])}, of which it is {than_tuned:.1f} times. "
            f"The FFTs have length {FFT_LENGTH}, and give nothing else.",
            f"100 families of {SERIES} independent AR(1) series with phi 0.9: {wrong_pairs} of {pairs:,} pairs are "
            f"called correlated, in {wrong_families} of the families.",
            f"Coverage of the interval of at least 95 %, planted lag with white noise, true coefficient "
            f"{truths.planted_coefficient():.3f}: {share(PLANTED[0][0], False, covered)} (Pearson).",
            f"{TRIALS:,} pairs of each truth that has a goal, and {TRIALS_OF_OTHERS:,} of each other one, of "
            f"{truths.SAMPLES} samples where nothing else is said; lags of -{LAGS} to {LAGS}.",
            f"Seeds: numpy.random.default_rng([{SEED}, number of the row, number of the trial]), both from 0.",
        ],
    )


def covered(pairs: Sequence[Pair]) -> int:
    """How many intervals hold the true coefficient of `planted`; those that tell of changes have another truth."""
    true = truths.planted_coefficient()
    return sum(
        pair.compared == "levels" and pair.low is not None and pair.low <= true <= (pair.high or 0.0) for pair in pairs
    )
