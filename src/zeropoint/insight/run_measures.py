"""The numbers of two runs, each as a measure that is not judged yet: of steps, of curves, of series. Pure numpy."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Literal

import numpy as np
from msgspec.structs import replace

from zeropoint.insight.begins import begins
from zeropoint.insight.level import (
    FEWEST_VALUES,
    Level,
    difference,
    log_ratio,
    mean_level,
    midmean,
    midmean_level,
    p_value,
)
from zeropoint.insight.run_comparison import Between, Measure, Side, Whose
from zeropoint.insight.run_curves import Pairs, Rows, paired
from zeropoint.insight.run_series import OF_MACHINE, OF_WORKLOAD, RunSeries
from zeropoint.insight.series import Floats
from zeropoint.model import Unavailable

# A step, and tokens a second: of each step its own number, with no course over the steps.
OF_STEPS = {"step_seconds": ("time of a step", "s"), "tokens_per_second": ("rate of tokens", "tokens/s")}
# Of the row and not of the training, or the same as the others say.
NOT_COMPARED = {"step", "tokens", "timestamp", *OF_STEPS}
MOST_FURTHER = 12
NOTHING: Floats = np.empty(0)
NO_COLUMN = "{} has not written it"
NO_COMMON = "they have no common {}"


def of_steps(a: Rows, b: Rows, missing: list[Unavailable]) -> Iterator[Measure]:
    """What cannot be compared is added to `missing`, here and below."""
    for name, words in OF_STEPS.items():
        values = a.known(name), b.known(name)
        if _lacks(name, values, missing, NO_COLUMN):
            continue
        measure = _measure(name, "steps", words, *values)
        common = paired(a, b, name, "steps")
        kept = (common.a > 0) & (common.b > 0)
        change = begins(common.at[kept], np.log(common.b[kept] / common.a[kept]))
        if change is not None:
            change = replace(change, before=math.exp(change.before), after=math.exp(change.after))
        yield replace(measure, begins=change)


def of_curves(a: Rows, b: Rows, missing: list[Unavailable]) -> Iterator[Measure]:
    further = [name for name in dict.fromkeys([*a.columns, *b.columns]) if name not in {*NOT_COMPARED, "loss"}]
    if len(further) > MOST_FURTHER:
        reason = f"{len(further) - MOST_FURTHER} further columns are left out"
        missing.append(Unavailable(path="measures", reason=reason))
    at = [("loss", "steps"), ("loss", "seconds"), *((name, "steps") for name in further[:MOST_FURTHER])]
    for column, by in at:
        name = f"{column}, equal {'steps' if by == 'steps' else 'times'}"
        if _lacks(name, (a.known(column), b.known(column)), missing, NO_COLUMN):
            continue
        common = paired(a, b, column, by)
        if not len(common.at):
            missing.append(Unavailable(path=f"measures.{name}", reason=NO_COMMON.format(by)))
            continue
        yield _of_pairs(name, f"{column} at {name.partition(', ')[2]}", common, by)


def _of_pairs(name: str, title: str, common: Pairs, by: str) -> Measure:
    change = begins(common.at, common.b - common.a) if by == "steps" else None
    half = common.later_half(change.step if change else -math.inf)
    apart = half.b - half.a
    level = mean_level(apart)
    measure = Measure(
        name=name,
        title=title,
        of="steps",
        unit="",
        statistic="paired mean",
        a=_side(half.a, level),
        b=_side(half.b, level),
        begins=change,
    )
    if level is None:
        return replace(measure, reason=_too_few(len(apart), "common ones"))
    return replace(measure, difference=_between(level), p_value=p_value(level))


def of_series(a: RunSeries, b: RunSeries, missing: list[Unavailable]) -> Iterator[Measure]:
    for which, one in (("A", a), ("B", b)):
        if one.reason is not None:
            missing.append(Unavailable(path=f"history of {which}", reason=one.reason))
    if a.reason is not None or b.reason is not None:
        return
    of: Whose
    for of, names in (("workload", OF_WORKLOAD), ("machine", OF_MACHINE)):
        for name, words in names.items():
            values = a.values.get(name, NOTHING), b.values.get(name, NOTHING)
            if not _lacks(name, values, missing, "nothing is stored of it for {}"):
                yield _measure(name, of, words, *values)


def _lacks(name: str, values: Sequence[Floats], missing: list[Unavailable], words: str) -> bool:
    lacking = [which for which, one in zip("AB", values, strict=True) if not len(one)]
    if lacking:
        missing.append(Unavailable(path=f"measures.{name}", reason=words.format(" and ".join(lacking))))
    return bool(lacking)


def _measure(name: str, of: Whose, title_and_unit: tuple[str, str], a: Floats, b: Floats) -> Measure:
    """Of steps the midmeans, which one that compiles or saves does not move; of what is used over time the means."""
    statistic: Literal["midmean", "mean"] = "midmean" if of == "steps" else "mean"
    level_of = midmean_level if of == "steps" else mean_level
    title, unit = title_and_unit
    levels = level_of(a), level_of(b)
    measure = Measure(
        name=name,
        title=title,
        of=of,
        unit=unit,
        statistic=statistic,
        a=_side(a, levels[0]),
        b=_side(b, levels[1]),
    )
    if levels[0] is None or levels[1] is None:
        which, values = ("A", a) if levels[0] is None else ("B", b)
        return replace(measure, reason=f"{which}: {_too_few(len(values), 'values')}")
    apart, ratio = difference(levels[0], levels[1]), log_ratio(levels[0], levels[1])
    return replace(
        measure,
        difference=_between(apart),
        ratio=None if ratio is None else _between(ratio, math.exp),
        p_value=p_value(apart if ratio is None else ratio),
    )


def _side(values: Floats, level: Level | None) -> Side:
    return Side(
        midmean=midmean(values),
        median=float(np.median(values)),
        mean=float(values.mean()),
        n=len(values),
        n_effective=None if level is None else level.n_effective,
    )


def _between(level: Level, scale: Callable[[float], float] = float) -> Between:
    low, high = level.interval
    return Between(value=scale(level.middle), low=scale(low), high=scale(high))


def _too_few(n: int, what: str) -> str:
    return f"{n} {what}, and it takes {FEWEST_VALUES}"
