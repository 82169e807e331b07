"""Two runs held against one another, of known truth; the seeds are stated."""

import re

import msgspec
import numpy as np
import pytest
from msgspec import structs

from bench import truths
from bench.correlate import most_by_chance
from tests.insight.runs import run
from zeropoint.insight.begins import begins
from zeropoint.insight.run_comparison import Between, Measure, RunsCompared, Side
from zeropoint.insight.run_series import RunSeries
from zeropoint.insight.run_table import table
from zeropoint.insight.run_words import sentence
from zeropoint.insight.runs_compared import ToCompare, compare_runs
from zeropoint.insight.series import Floats
from zeropoint.model import Receipt


def compared(a: ToCompare, b: ToCompare) -> dict[str, Measure]:
    return {one.name: one for one in whole(a, b).measures}


def whole(a: ToCompare, b: ToCompare) -> RunsCompared:
    return compare_runs(a, b, 0.0)


def noise(phi: float, samples: int, *seed: int) -> Floats:
    return truths.autoregressive(np.random.default_rng(seed), phi, rows=1, samples=samples)[0]


def losses(seed: int, above: float = 0.0, count: int = 400) -> Floats:
    return 2 / (1 + np.arange(count) / 20) + 0.02 * noise(0.5, count, 40, seed) + above


def test_a_slower_step_differs_by_its_ratio_and_in_words():
    told = compared(
        run("a", {"step_seconds": 0.1 + 0.003 * noise(0.6, 400, 41)}),
        run("b", {"step_seconds": 0.131 + 0.003 * noise(0.6, 400, 42)}),
    )["step_seconds"]
    assert told.verdict == "differs"
    assert told.ratio is not None
    assert told.ratio.low < 1.31 < told.ratio.high
    assert told.statistic == "midmean"
    assert told.says.startswith("B makes a step 1.3")
    assert " times as slow (1." in told.says
    other = compared(
        run("b", {"step_seconds": 0.131 + 0.003 * noise(0.6, 400, 42)}),
        run("a", {"step_seconds": 0.1 + 0.003 * noise(0.6, 400, 41)}),
    )["step_seconds"]
    assert "times as fast" in other.says


def test_one_step_that_compiles_moves_nothing():
    quick = 0.1 + 0.003 * noise(0.0, 200, 43)
    compiling = np.concatenate([[60.0], quick[1:]])
    told = compared(run("a", {"step_seconds": quick}), run("b", {"step_seconds": compiling}))["step_seconds"]
    assert told.verdict == "no-difference-told"
    assert told.b.mean > 3 * told.b.midmean


def test_losses_are_compared_at_equal_steps_and_at_equal_times():
    """B learns as much a step, and takes twice the time for it."""
    at = np.arange(400.0)
    a = run("a", {"loss": losses(1)}, seconds=at)
    b = run("b", {"loss": losses(2)}, seconds=2 * at)
    told = compared(a, b)
    assert told["loss, equal steps"].verdict == "no-difference-told"
    by_time = told["loss, equal times"]
    assert by_time.verdict == "differs"
    assert by_time.difference is not None and by_time.difference.low > 0
    assert "higher by" in by_time.says


def test_the_step_from_which_on_they_differ_is_found():
    apart = np.where(np.arange(400) < 250, 0.0, 0.2)
    told = compared(run("a", {"loss": losses(3)}), run("b", {"loss": losses(4) + apart}))["loss, equal steps"]
    assert told.begins is not None
    assert told.begins.step == pytest.approx(250, abs=10)
    assert told.verdict == "differs"
    assert told.difference is not None and told.difference.low < 0.2 < told.difference.high
    assert "; up to step 2" in told.says
    slowed = 0.1 * np.where(np.arange(400) < 250, 1.0, 1.5) + 0.003 * noise(0.3, 400, 49)
    steps = compared(run("a", {"step_seconds": 0.1 + 0.003 * noise(0.3, 400, 50)}), run("b", {"step_seconds": slowed}))
    change = steps["step_seconds"].begins
    assert change is not None
    assert (change.before, change.after) == (pytest.approx(1, rel=0.02), pytest.approx(1.5, rel=0.02))
    assert "; up to step 250 B's is 1.00 times A's on average, from there on " in steps["step_seconds"].says


def test_where_nothing_changes_no_step_stands_out():
    found = [begins(np.arange(400.0), noise(0.8, 400, 44, seed)) for seed in range(200)]
    assert sum(one is not None for one in found) <= most_by_chance(200)


def test_of_equal_runs_few_have_any_measure_that_differs():
    wrong = 0
    for seed in range(100):
        sides = []
        for side in (1, 2):
            values = {
                name: 50 + noise(0.9, 600, 45, seed, side, at)
                for at, name in enumerate(("cpu_percent", "system.cpu.usage_percent"))
            }
            rows = {"step_seconds": 10 + noise(0.5, 400, 46, seed, side), "loss": losses(1000 * side + seed)}
            sides.append(run(f"r{side}", rows, series=RunSeries(values)))
        wrong += any(one.verdict == "differs" for one in whole(sides[0], sides[1]).measures)
    assert wrong <= most_by_chance(100)


def test_resources_are_compared_where_the_history_has_both_runs():
    busy = RunSeries({"cpu_percent": 80 + noise(0.5, 300, 47), "memory_bytes": np.full(300, 2.0**30)})
    idle = RunSeries({"cpu_percent": 40 + noise(0.5, 300, 48), "memory_bytes": np.full(300, 2.0**29)})
    told = compared(run("a", {"loss": losses(5)}, series=busy), run("b", {"loss": losses(6)}, series=idle))
    assert told["cpu_percent"].verdict == told["memory_bytes"].verdict == "differs"
    assert told["memory_bytes"].says == "B's memory is 0.500 times A's (0.500 to 0.500)."
    alone = whole(run("a", {"loss": losses(5)}, series=busy), run("b", {"loss": losses(6)}))
    assert {one.of for one in alone.measures} == {"steps"}
    assert [(one.path, one.reason) for one in alone.unavailable if one.path.startswith("history")] == [
        ("history of B", "the history is switched off (setting history)")
    ]


def test_too_few_rows_and_missing_columns_are_told_with_the_reason():
    told = whole(run("a", {"loss": losses(7, count=10), "step_seconds": np.ones(10)}), run("b", {"loss": losses(8)}))
    (loss, *_) = told.measures
    assert (loss.verdict, loss.q_value, loss.difference) == ("not-enough-data", None, None)
    assert re.fullmatch(
        r"Of loss at equal steps, [\d.]+ and [\d.]+, there is too little to tell: \d+ common ones, .*", loss.says
    )
    reasons = {one.path: one.reason for one in told.unavailable}
    assert reasons["measures.step_seconds"] == "B has not written it"
    assert reasons["measures.tokens_per_second"] == "A and B has not written it"


def test_what_is_hardly_apart_is_no_difference_however_sure_it_is():
    a, b = RunSeries({"memory_bytes": np.full(300, 1000.0)}), RunSeries({"memory_bytes": np.full(300, 1001.0)})
    told = compared(run("a", {}, series=a), run("b", {}, series=b))["memory_bytes"]
    assert (told.verdict, told.says) == (
        "no-difference-told",
        "No difference told in memory: B is 1.00 to 1.00 times A's.",
    )
    none = RunSeries({"cpu_percent": np.zeros(30), "read_bytes_per_second": np.zeros(30)})
    told = compared(run("a", {}, series=none), run("b", {}, series=none))["read_bytes_per_second"]
    assert told.says == "No difference told in reading from disks: B is the same."


def test_an_interval_without_zero_is_no_difference_where_many_measures_are_looked_at():
    side = Side(median=1.0, midmean=1.0, mean=1.0, n=100, n_effective=100.0)
    measure = Measure(
        name="loss",
        title="loss at equal times",
        of="steps",
        unit="",
        statistic="paired mean",
        a=side,
        b=side,
        difference=Between(value=0.1, low=0.04, high=0.2),
        p_value=0.02,
        q_value=0.07,
        verdict="no-difference-told",
    )
    assert sentence(measure) == (
        "No difference told in loss at equal times: B is 0.0400 to 0.200 higher, which one of so many measures may "
        "show by chance."
    )
    likely = Measure(**{**structs.asdict(measure), "difference": Between(value=0.1, low=-0.04, high=0.2)})
    assert "by chance" not in sentence(likely)


def test_runs_without_common_steps_say_so():
    a, b = (
        run("a", {"step": np.arange(100), "loss": losses(9, count=100)}),
        run("b", {"step": np.arange(500, 600), "loss": losses(10, count=100)}),
    )
    told = whole(a, b)
    assert {one.path: one.reason for one in told.unavailable}[
        "measures.loss, equal steps"
    ] == "they have no common steps"


def test_a_run_that_began_anew_begins_its_curve():
    again = np.concatenate([np.arange(300), np.arange(100)])
    told = compared(
        run("a", {"step": again, "loss": np.concatenate([np.full(300, 9.0), losses(11, count=100)])}),
        run("b", {"loss": losses(12)}),
    )["loss, equal steps"]
    assert told.a.mean < 1


def test_receipts_are_told_side_by_side_with_their_units():
    a = run("a", {}, receipt=Receipt(wall_seconds=61.5, peak_memory_bytes=2 * 2**30, read_bytes=0))
    b = run("b", {}, receipt=Receipt(wall_seconds=61.5, peak_memory_bytes=2**30, read_bytes=0))
    answer = whole(a, b)
    assert [(one.name, one.a, one.b) for one in answer.told] == [("receipt.peak_memory_bytes", 2 * 2**30, 2**30)]
    assert "  receipt.peak_memory_bytes: 2.00 GiB | 1.00 GiB" in table(answer)


def test_what_is_recorded_and_differs_is_told():
    a = run("a", {}, revision="a" * 40, host="one", hyperparameters={"lr": 0.1, "same": 1}, command="train.py")
    b = run("b", {}, revision="b" * 40, host="one", hyperparameters={"lr": 0.2, "same": 1, "new": True}, kind="job")
    told = [(one.name, one.a, one.b) for one in whole(a, b).told]
    assert told == [
        ("revision", "a" * 40, "b" * 40),
        ("command", "train.py", None),
        ("kind", "tinygrad", "job"),
        ("hyperparameters.lr", 0.1, 0.2),
        ("hyperparameters.new", None, True),
    ]


@pytest.mark.parametrize(
    "values", [[], [None], [None] * 50, [1e308] * 50, [0.0] * 50, [-1e-300] * 50, [1.0, None] * 40]
)
def test_whatever_the_rows_hold_the_answer_is_json_without_nan(values: list[float | None]):
    names = ("loss", "step_seconds", "tokens_per_second", "accuracy")
    a = run("a", dict.fromkeys(names, values))
    b = run("b", {name: losses(13) for name in names})
    for first, second in ((a, b), (b, a), (a, a)):
        answer = whole(first, second)
        assert "null" not in str([one.says for one in answer.measures])
        for one in answer.measures:
            numbers = [
                one.p_value,
                one.q_value,
                *(end for between in (one.difference, one.ratio) if between for end in (between.low, between.high)),
            ]
            assert all(number is None or np.isfinite(number) for number in numbers), one
        assert msgspec.json.decode(msgspec.json.encode(answer), type=RunsCompared) == answer
        assert table(answer)
