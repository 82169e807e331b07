"""/api/v1/correlations of the real process, over a history whose truth is known."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlencode

import msgspec
import numpy as np
import pytest

import zeropoint_sdk as zp
from bench import truths
from tests.browser.older import now_ms, whole_minute, write_past
from tests.e2e.test_correlate import KEYS
from tests.e2e.test_correlate import pairs as told_by_the_command
from tests.support.process import Answer, Appliance, running
from tests.support.stream import Stream
from zeropoint.history.moments import parse_moment
from zeropoint.server.correlations import MOST_SERIES
from zeropoint.server.correlations_answers import CorrelationsAnswer, PairAnswer

HOUR = 3_600_000
STEP, TRAIN = "ai.runs.digits/20261128-1.step_seconds", "ledger.workloads.program:train:root.cpu_percent"
OTHER, CPU = "ledger.workloads.program:other:root.cpu_percent", "system.cpu.usage_percent"
DISK, SWAP = "system.disk.busy_percent", "system.memory.swap.in_bytes_per_second"
GPU, GPU_PROCESS = "system.gpus.GPU-1.utilization_percent", "system.gpus.GPU-1.processes.12.utilization_percent"


class Recorded(NamedTuple):
    appliance: Appliance
    data: Path
    begin: int
    end: int

    def ask(self, path: str = "", **query: Any) -> Answer:
        given = {"from": self.begin / 1000, "to": self.end / 1000, **query}
        return self.appliance.get(f"/api/v1/correlations{path}?{urlencode(given, doseq=True)}")


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """An hour that ended an hour ago: the training's CPU follows the machine's by 7 s, all else is on its own."""
    data = tmp_path_factory.mktemp("data")
    end = whole_minute(now_ms() - HOUR)
    random = np.random.default_rng(31)
    cpu, train = truths.planted(random, samples=3600)
    alone = truths.autoregressive(random, 0.9, rows=5, samples=3600)
    other = np.where(np.arange(3600) < 40, alone[0], np.nan)
    series = {
        CPU: 50 + 5 * cpu,
        TRAIN: 100 + 10 * train,
        STEP: 0.5 + 0.01 * alone[1],
        OTHER: other,
        DISK: 30 + alone[2],
        SWAP: np.zeros(3600),
        GPU: 50 + alone[3],
        GPU_PROCESS: 50 + alone[4],
    }
    write_past(data, end - HOUR, end, series)
    with running(data, "--artifacts", str(data / "artifacts")) as appliance:
        yield Recorded(appliance, data, end - HOUR, end)


def pairs_in(answer: Answer) -> dict[tuple[str, str], dict[str, Any]]:
    assert answer.status == 200, answer.json
    return {(pair["a"], pair["b"]): pair for pair in answer.json["pairs"]}


def test_work_is_compared_with_the_machine_and_with_other_work_where_nobody_names_any(recorded: Recorded):
    answer = recorded.ask()
    told = pairs_in(answer)
    sides = {one["name"]: one["side"] for one in answer.json["series"]}
    assert {name for name, side in sides.items() if side == "workload"} == {STEP, TRAIN, OTHER}
    assert {name for name, side in sides.items() if side == "host"} == {CPU, DISK, SWAP, GPU}
    assert len(told) == 3 * 4 + 3
    found = told[TRAIN, CPU]
    assert found["lag_seconds"] == -truths.LAG
    assert found["low"] < truths.planted_coefficient() < found["high"]
    assert {names for names, pair in told.items() if pair["verdict"] == "correlated"} == {(TRAIN, CPU)}
    assert found["sentence"].startswith(
        "program:train:root CPU and the machine's CPU go the same way, program:train:root CPU 7 s after the machine's"
    )


def test_what_is_constant_or_too_short_is_not_enough_data_and_says_why(recorded: Recorded):
    told = pairs_in(recorded.ask())
    assert told[TRAIN, SWAP]["verdict"] == told[OTHER, CPU]["verdict"] == "not-enough-data"
    assert "3600 common samples, over which one of them does not vary" in told[TRAIN, SWAP]["sentence"]
    assert "40 common samples, and 60 are needed" in told[OTHER, CPU]["sentence"]


@pytest.mark.parametrize("method", ["rank", "pearson"])
def test_it_tells_what_the_command_tells(recorded: Recorded, method: str):
    metrics = [CPU, TRAIN, "ai.runs.*", SWAP, "*.disk.busy_percent"]
    options = [f"--metric={name}" for name in metrics]
    window = ["--from", str(recorded.begin / 1000), "--to", str(recorded.end / 1000)]
    arguments = ["--data", str(recorded.data), *window, *options, "--max-lag", "20", "--method", method]
    by_command = told_by_the_command(*arguments)
    told = pairs_in(recorded.ask(metric=metrics, max_lag=20, method=method))
    assert {names: {key: pair[key] for key in KEYS} for names, pair in told.items()} == by_command


def test_a_pair_is_told_with_all_that_is_drawn_of_it(recorded: Recorded):
    begin, end = recorded.begin / 1000 + 600, recorded.begin / 1000 + 1200
    answer = recorded.ask("/pair", a=TRAIN, b=CPU, **{"from": begin, "to": end})
    told = msgspec.json.decode(answer.body, type=PairAnswer)
    history = recorded.appliance.get(
        f"/api/v1/history?{urlencode({'metric': [TRAIN, CPU], 'from': begin, 'to': end, 'points': 700}, doseq=True)}"
    ).json
    stored = {name: columns["mean"] for name, columns in history["series"].items()}
    assert told.pair.lag_seconds == -7
    # b was read 7 s before a.
    assert told.a.values == stored[TRAIN][7:]
    assert told.b.values == stored[CPU][:-7]
    times = [parse_moment(time) or 0 for time in told.timestamps]
    assert np.abs(np.array(times) - [parse_moment(time) or 0 for time in history["timestamps"][7:]]).max() < 500
    assert told.compared_count == len(told.a.compared) == 593
    compared = np.corrcoef(told.a.compared, told.b.compared)[0, 1]
    assert compared == pytest.approx(told.pair.coefficient, abs=1e-3)
    at = told.by_lag.seconds.index(-7.0)
    assert told.by_lag.coefficient[at] == pytest.approx(told.pair.coefficient, abs=1e-4)
    assert len(told.by_lag.seconds) == len(told.by_lag.bound) == 121
    assert (told.a.unit, told.tier, told.point_seconds) == ("percent", "samples", 1.0)
    assert told.pair.q_value == told.pair.p_value


def test_a_long_window_is_drawn_by_means_and_dots_that_are_evenly_chosen(recorded: Recorded):
    told = msgspec.json.decode(recorded.ask("/pair", a=TRAIN, b=CPU).body, type=PairAnswer)
    assert told.point_seconds == 4.0
    assert len(told.timestamps) == len(told.a.values) == len(told.b.values) == 899
    assert told.compared_count == 3593
    assert 500 < len(told.a.compared) <= 1000


def test_the_answer_is_what_its_description_says(recorded: Recorded):
    answer = msgspec.json.decode(recorded.ask().body, type=CorrelationsAnswer)
    assert (answer.tier, answer.interval_seconds, answer.max_lag, answer.method) == ("samples", 1.0, 60, "rank")
    assert parse_moment(answer.since) == recorded.begin
    assert "does not tell whether one of them causes the other" in answer.caveat
    paths = recorded.appliance.get("/openapi.json").json["paths"]
    for path in ("/api/v1/correlations", "/api/v1/correlations/pair"):
        names = {one["name"] for one in paths[path]["get"]["parameters"]}
        assert names >= {"from", "to", "max_lag", "method"}


def test_of_a_long_time_the_means_of_minutes_are_compared(tmp_path: Path):
    end = whole_minute(now_ms()) - 60_000
    begin = end - 8 * HOUR
    cpu, train = truths.planted(np.random.default_rng(33), samples=8 * 60)
    # A minute's values are around its mean, which they follow by seven minutes.
    around = np.tile(np.linspace(-1, 1, 60), 8 * 60)
    write_past(tmp_path, begin, end, {CPU: 50 + np.repeat(cpu, 60) + around, TRAIN: np.repeat(train, 60) + around})
    with running(tmp_path, "--artifacts", str(tmp_path / "artifacts")) as appliance:
        answer = appliance.get(f"/api/v1/correlations?from={begin / 1000}&to={end / 1000}")
        assert (answer.json["tier"], answer.json["interval_seconds"]) == ("minutes", 60.0)
        found = pairs_in(answer)[TRAIN, CPU]
        assert (found["verdict"], found["lag_seconds"], found["n"]) == ("correlated", -60 * truths.LAG, 480)
        # A part of it is few enough samples.
        assert (
            appliance.get(f"/api/v1/correlations?from={end / 1000 - 6 * 3600}&to={end / 1000}").json["tier"]
            == "samples"
        )


def test_without_a_window_it_is_the_last_hour(recorded: Recorded):
    answer = recorded.appliance.get("/api/v1/correlations").json
    begin, end = (parse_moment(answer[key]) or 0 for key in ("from", "to"))
    assert end - begin == HOUR
    assert end > recorded.end


def test_series_that_nobody_stored_are_named(recorded: Recorded):
    answer = recorded.ask(metric=["nothing.*", TRAIN, CPU])
    assert list(pairs_in(answer)) == [(TRAIN, CPU)]
    assert {"path": "nothing.*", "reason": "no series has such a name in this time"} in answer.json["unavailable"]
    pair = recorded.ask("/pair", a="nothing", b=CPU).json
    assert (pair["pair"]["verdict"], pair["timestamps"], pair["by_lag"]["seconds"]) == ("not-enough-data", [], [])


def test_more_work_than_is_compared_at_once_is_told(tmp_path: Path):
    end = whole_minute(now_ms())
    random = np.random.default_rng(32)
    rows = truths.autoregressive(random, 0.5, rows=25, samples=120)
    series = {f"ledger.workloads.program:p{at}:root.cpu_percent": 50 + at + row for at, row in enumerate(rows)}
    write_past(tmp_path, end - 120_000, end, series)
    with running(tmp_path, "--artifacts", str(tmp_path / "artifacts")) as appliance:
        answer = appliance.get(f"/api/v1/correlations?from={end / 1000 - 120}&to={end / 1000}").json
        assert [row["reason"] for row in answer["unavailable"]] == [
            "25 workload series are stored of this time; 16 of them are compared"
        ]
        assert len(answer["series"]) == 16 and len(answer["pairs"]) == 16 * 15 / 2


def test_a_training_is_not_compared_with_what_its_component_tells_of_it(tmp_path: Path):
    """A run of the SDK is told four times: by itself, by its component, and by their workloads."""
    artifacts = tmp_path / "artifacts"
    with (
        running(tmp_path / "data", "--artifacts", str(artifacts), "--interval", "0.2") as appliance,
        zp.run("digits", kind="tinygrad", artifacts=artifacts) as run,
        Stream(appliance, "?sections=server") as stream,
    ):
        for count in range(1, 100):
            run.log(step=count, loss=1 / count, seconds=0.2 + 0.01 * (count % 7), tokens=8)
            stream.samples(count)
        answer = appliance.get("/api/v1/correlations").json
        history = appliance.get("/api/v1/history?metric=ai.components.tinygrad.latest.*&metric=ai.runs.*").json
    own = {f"ai.runs.digits/{run.id}.{name}" for name in ("loss", "step_seconds", "tokens_per_second")}
    retold = {f"ai.components.tinygrad.latest.{name}" for name in ("loss", "step_seconds", "tokens_per_second")}
    assert history["series"].keys() >= own | retold, "both are stored, and say the same"
    compared = {one["name"] for one in answer["series"]}
    assert compared >= own and not compared & retold
    work = {name for name in compared if run.id in name or ".tinygrad" in name or ":tinygrad" in name}
    assert f"ledger.workloads.run:digits/{run.id}.cpu_percent" in work
    assert [pair for pair in answer["pairs"] if {pair["a"], pair["b"]} <= work] == []
    assert any(pair["a"] in work for pair in answer["pairs"])


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("from=2&to=1", "from: it must lie before `to`"),
        ("to=yesterday", "to: 'yesterday' is no moment"),
        ("max_lag=301", "max_lag: '301' is no whole number from 0 to 300"),
        ("max_lag=-1", "max_lag: '-1' is no whole number"),
        ("method=kendall", "method: 'kendall' is not allowed; it is rank or pearson"),
        ("metric=", "metric: at most 48 names are taken, of 1 to 300 characters"),
        ("metric=system.*", f"at most {MOST_SERIES} are compared"),
    ],
)
def test_what_is_wrong_with_a_question_is_told_in_one_error(recorded: Recorded, query: str, words: str):
    answer = recorded.appliance.get(f"/api/v1/correlations?{query}")
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad-parameter")
    assert words in answer.json["error"]["message"]
    assert answer.json["error"]["detail"]["parameter"] in query


@pytest.mark.parametrize(("query", "words"), [("b=x", "a: the name"), ("a=x", "b: the name"), ("a=x&b=x", "another")])
def test_a_pair_needs_two_names(recorded: Recorded, query: str, words: str):
    answer = recorded.appliance.get(f"/api/v1/correlations/pair?{query}")
    assert (answer.status, answer.json["error"]["code"]) == (400, "bad-parameter")
    assert words in answer.json["error"]["message"]


def test_without_a_history_it_says_so(tmp_path: Path):
    with running(tmp_path, "--history", "false", "--artifacts", str(tmp_path / "artifacts")) as appliance:
        for path in ("", "/pair?a=x&b=y"):
            answer = appliance.get(f"/api/v1/correlations{path}")
            assert (answer.status, answer.json["error"]["code"]) == (503, "history-off")


def test_it_is_sent_compressed_to_whoever_takes_that(recorded: Recorded):
    plain, packed = (
        recorded.ask(),
        recorded.appliance.get(
            f"/api/v1/correlations?from={recorded.begin / 1000}&to={recorded.end / 1000}", Accept_Encoding="gzip"
        ),
    )
    assert packed.headers["content-encoding"] == "gzip"
    assert len(packed.body) < len(plain.body) / 2
    assert json.loads(plain.body)
