"""What is told of two runs that are compared: the answer's form, which page and command line show."""

from typing import Annotated, Literal

from msgspec import Meta, Struct

from zeropoint.model import Unavailable

RunVerdict = Literal["differs", "no-difference-told", "not-enough-data"]
Whose = Literal["steps", "workload", "machine"]
Plain = bool | int | float | str | None
Number = float | None


class Side(Struct, frozen=True, kw_only=True):
    """One run's values of a measure."""

    midmean: Annotated[float, Meta(description="Mean of the middle half: of what lies between the quartiles")]
    median: float
    mean: float
    n: Annotated[int, Meta(description="Values: rows of the run, or points of the history")]
    n_effective: Annotated[
        Number, Meta(description="How many values without memory they are worth; null where that cannot be told")
    ]


class Between(Struct, frozen=True, kw_only=True):
    """By what B is apart from A, with the 95 % interval."""

    value: float
    low: float
    high: float


class Begins(Struct, frozen=True, kw_only=True):
    """From which step on they differ more than before."""

    step: float
    before: Annotated[float, Meta(description="Mean of B less A up to it; of durations and rates of their ratio")]
    after: float


class Measure(Struct, frozen=True, kw_only=True):
    """One number of both runs."""

    name: Annotated[str, Meta(description="Name of the column or the series, and at what it is compared")]
    title: Annotated[str, Meta(description="What people call it")]
    of: Annotated[
        Whose,
        Meta(
            description="steps: of the rows that the runs wrote; workload: what they took of the machine, out of the "
            "history; machine: of all of it while they ran"
        ),
    ]
    unit: str
    statistic: Annotated[
        Literal["midmean", "mean", "paired mean"],
        Meta(
            description="What is compared; paired mean: that of the differences at equal steps or times, over the "
            "later half of what both have, or from the step on at which they begin to differ where that is later"
        ),
    ]
    a: Side
    b: Side
    difference: Annotated[Between | None, Meta(description="B less A; null without enough data")] = None
    ratio: Annotated[
        Between | None,
        Meta(description="B over A; null where it is paired, where one may be 0, or without enough data"),
    ] = None
    p_value: Annotated[Number, Meta(description="How often runs without a difference look so much apart")] = None
    q_value: Annotated[
        Number,
        Meta(
            description="The same for all measures together (Benjamini and Hochberg): differs at 0.05 and less, but "
            "for ratios within 0.5 % of 1"
        ),
    ] = None
    verdict: RunVerdict = "not-enough-data"
    reason: Annotated[str | None, Meta(description="Why there is not enough data; else null")] = None
    begins: Annotated[Begins | None, Meta(description="Null where no step stands out, or it is not by step")] = None
    says: Annotated[str, Meta(description="It in one sentence")] = ""


class Told(Struct, frozen=True, kw_only=True):
    """One thing that was recorded of the two runs and is not the same."""

    name: Annotated[str, Meta(description="As in revision, host or hyperparameters.lr")]
    a: Plain
    b: Plain


class ComparedRun(Struct, frozen=True, kw_only=True):
    """One of the two runs."""

    id: str
    name: str
    kind: str
    status: str
    started: Annotated[str | None, Meta(description="RFC 3339")]
    ended: Annotated[str | None, Meta(description="RFC 3339; null while it has no end")]
    seconds: Annotated[Number, Meta(description="From its start to its end, or to now while it runs")]
    rows: Annotated[int, Meta(description="Rows that were looked at: of a long run some, evenly spread over all")]
    workload: Annotated[
        str | None, Meta(description="Its id in the ledger, as in the names of its series in the history")
    ]


class RunsCompared(Struct, frozen=True, kw_only=True):
    """Two runs held against one another. Of all that is told B is held against A."""

    a: ComparedRun
    b: ComparedRun
    measures: list[Measure]
    told: Annotated[list[Told], Meta(description="What was recorded of them and is not the same")]
    unavailable: Annotated[list[Unavailable], Meta(description="What cannot be compared, and why")]
