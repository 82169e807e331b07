"""`zeropoint correlate` as a real process on real files."""

import csv
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import truths
from tests.browser.older import write_past
from tests.history.records import NOON_MS
from tests.support.process import PROGRAM, clean_environment
from zeropoint.history.columns import ColumnStore
from zeropoint.history.run_buffer import Columns

KEYS = {
    "a",
    "b",
    "lag_seconds",
    "coefficient",
    "low",
    "high",
    "n",
    "n_effective",
    "p_value",
    "q_value",
    "verdict",
    "compared",
}


def run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [PROGRAM, "correlate", *arguments],
        capture_output=True,
        text=True,
        env=clean_environment(),
        timeout=60,
        check=False,
    )


def pairs(*arguments: str) -> dict[tuple[str, str], dict[str, Any]]:
    done = run(*arguments, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    return {(pair["a"], pair["b"]): pair for pair in json.loads(done.stdout)["pairs"]}


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Ten minutes with jitter and holes: b follows a by 7 s, c is alone, d is a constant, e was read too seldom."""
    random = np.random.default_rng(20)
    a, b = truths.planted(random)
    times = 1.7e9 + np.arange(600) + random.uniform(-0.3, 0.3, 600)
    c = truths.autoregressive(random, 0.9)[0]
    path = tmp_path_factory.mktemp("csv") / "series.csv"
    with path.open("w", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["a", "b", "timestamp", "c", "d", "e"])
        for at in range(600):
            holed = "" if at % 10 == 3 else "NaN" if at % 10 == 7 else c[at]
            rows.writerow([a[at], b[at], times[at], holed, 3, at % 7 if at < 50 else ""])
    return str(path)


def test_json_has_every_pair_with_every_key(recorded: str):
    told = pairs(recorded)
    assert list(told) == [(a, b) for at, a in enumerate("abcde") for b in "abcde"[at + 1 :]]
    assert all(pair.keys() == KEYS for pair in told.values())
    found = told["a", "b"]
    assert found["verdict"] == "correlated"
    assert found["lag_seconds"] == pytest.approx(7, abs=0.01)
    assert found["low"] < truths.planted_coefficient() < found["high"]
    assert found["n_effective"] < found["n"] == 600
    assert told["a", "c"]["n"] == 480
    assert told["a", "c"]["verdict"] == told["b", "c"]["verdict"] == "none"


def test_what_is_constant_or_too_short_is_not_enough_data(recorded: str):
    told = pairs(recorded)
    assert told["a", "d"]["verdict"] == told["a", "e"]["verdict"] == "not-enough-data"
    assert (told["a", "d"]["n"], told["a", "e"]["n"]) == (600, 50)
    assert {key for key, value in told["a", "e"].items() if value is not None} == {"a", "b", "n", "verdict"}


def test_a_lag_beyond_the_search_is_not_told(recorded: str):
    assert abs(pairs(recorded, "--max-lag", "3")["a", "b"]["lag_seconds"]) < 3.1


def test_pearsons_coefficient_can_be_had(recorded: str):
    rank, pearson = pairs(recorded)["a", "b"], pairs(recorded, "--method", "pearson")["a", "b"]
    assert pearson["lag_seconds"] == rank["lag_seconds"]
    assert pearson["coefficient"] != rank["coefficient"]


def test_people_get_a_table_and_a_sentence_that_claims_no_cause(recorded: str):
    done = run(recorded)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert sum(line.startswith(("correlated ", "none ", "not-enough-data ")) for line in lines) == 10
    assert any(line.startswith("a and b go the same way, b 7 s after a: rank coefficient 0.") for line in lines)
    assert "does not tell whether one of them causes the other" in lines[-1]


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A data directory with an hour of samples: two.b follows one.a by 7 s, c is on its own."""
    data = tmp_path_factory.mktemp("data")
    random = np.random.default_rng(21)
    rows = np.stack([*truths.planted(random, samples=3600), truths.autoregressive(random, 0.9, samples=3600)[0]])
    store = ColumnStore(data / "history")
    for minute in range(60):
        part = slice(60 * minute, 60 * minute + 60)
        times_ms = NOON_MS + 1000 * np.arange(3600, dtype=np.int64)[part]
        store.write(Columns(times_ms, 1000, ("one.a", "two.b", "c"), rows[:, part]), "e1", part.start, part.stop - 1)
    store.close()
    return str(data)


def test_stored_history_is_compared_over_the_time_that_is_asked_for(stored: str):
    begin, end = NOON_MS / 1000 + 600, NOON_MS / 1000 + 1800
    told = pairs("--data", stored, "--from", str(begin), "--to", str(end), "--metric", "*")
    assert list(told) == [("c", "one.a"), ("c", "two.b"), ("one.a", "two.b")]
    found = told["one.a", "two.b"]
    assert (found["verdict"], found["lag_seconds"], found["n"]) == ("correlated", 7, 1200)
    assert told["c", "one.a"]["verdict"] == "none"
    assert list(pairs("--data", stored, "--from", "0", "--to", str(end), "--metric", "*.*")) == [("one.a", "two.b")]


def test_more_than_fits_is_compared_by_minutes(stored: str, tmp_path: Path):
    """Where the samples are gone their means are left, of which an hour has sixty."""
    copy = tmp_path / "data"
    shutil.copytree(stored, copy)
    store = ColumnStore(copy / "history")
    while store.roll_due(NOON_MS + 7_200_000):
        pass
    store.close()
    for file in (copy / "history/samples").iterdir():
        file.unlink()
    told = pairs("--data", str(copy), "--from", "0", "--to", str(NOON_MS / 1000 + 3600), "--metric", "*")
    assert {pair["n"] for pair in told.values()} == {60}


def test_where_no_series_is_named_work_is_compared_with_the_machine_however_many_are_stored(tmp_path: Path):
    """A real machine has hundreds: each core, disk and workload has its own."""
    begin, end = NOON_MS, NOON_MS + 600_000
    random = np.random.default_rng(22)
    cpu, train = truths.planted(random)
    alone = truths.autoregressive(random, 0.5, rows=320)
    step = "ai.runs.digits/1.step_seconds"
    series = {f"ledger.workloads.program:p{at}.cpu_percent": row - 100 for at, row in enumerate(alone[:20])}
    series |= {f"system.cpu.per_core_percent.{at}": row for at, row in enumerate(alone[20:])}
    series |= {"system.cpu.usage_percent": cpu, step: train, "system.disk.busy_percent": alone[0] + 5}
    write_past(tmp_path, begin, end, series)
    done = run("--data", str(tmp_path), "--from", str(begin / 1000), "--to", str(end / 1000), "--json")
    assert (done.returncode, done.stderr) == (
        0,
        "zeropoint: 21 workload series are stored of this time; 16 of them are compared\n",
    )
    told = {(pair["a"], pair["b"]): pair for pair in json.loads(done.stdout)["pairs"]}
    assert len(told) == 16 * 15 / 2 + 16 * 2, "work with work, and each with what the machine tells"
    assert ("system.cpu.usage_percent", "system.disk.busy_percent") not in told
    found = told[step, "system.cpu.usage_percent"]
    assert (found["verdict"], found["lag_seconds"]) == ("correlated", -truths.LAG)


def test_more_series_than_can_be_compared_are_refused_where_they_are_named(tmp_path: Path):
    series = {f"system.cpu.per_core_percent.{at}": np.arange(60.0) for at in range(257)}
    write_past(tmp_path, NOON_MS, NOON_MS + 60_000, series)
    done = run("--data", str(tmp_path), "--from", "0", "--to", str(NOON_MS / 1000 + 60), "--metric", "*")
    message = "zeropoint: --metric: 257 series are meant; name at most 256 of them\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "0"), "both --from and --to"),
        (("--from", "2", "--to", "1"), "--from: it must lie before --to"),
        (("--from", "yesterday", "--to", "1"), "'yesterday' is not allowed; it is RFC 3339"),
        (("--from", "0", "--to", "1", "--data", "/does/not/exist"), "there is no history in '/does/not/exist'"),
        (("x.csv", "--from", "0", "--to", "1"), "either a file, or --from and --to"),
        (("x.csv", "--metric", "a"), "either a file, or --from and --to"),
    ],
)
def test_what_is_wrong_with_a_question_to_the_history_costs_one_line(arguments: tuple[str, ...], words: str):
    done = run(*arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr


def test_series_that_nobody_stored_are_named(stored: str):
    done = run("--data", stored, "--from", "0", "--to", str(NOON_MS / 1000 + 60), "--metric", "gpu")
    assert (done.returncode, done.stderr) == (2, "zeropoint: --metric: nothing is stored of 'gpu' in this time\n")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("time,a,b\n1,2,3\n", "there is no column 'timestamp'; the columns are 'time', 'a', 'b'"),
        ("timestamp,a,b\n1,x,3\n", "line 2, column 'a': 'x' is no number"),
        ("timestamp,a,b\n2,1,1\n1,1,1\n", "line 3: the time goes back, from 2.0 to 1.0"),
    ],
)
def test_a_file_that_is_none_costs_one_line_and_exit_code_2(content: str, message: str, tmp_path: Path):
    file = tmp_path / "series.csv"
    file.write_text(content)
    done = run(str(file))
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"zeropoint: {str(file)!r}: {message}\n")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((), "it takes a CSV file, or both --from and --to"),
        (("/does/not/exist.csv",), "cannot be read: No such file or directory"),
        (("/",), "cannot be read: Is a directory"),
        (("x.csv", "--max-lag", "-1"), "--max-lag"),
        (("x.csv", "--method", "kendall"), "'rank', 'pearson'"),
    ],
)
def test_wrong_arguments_cost_one_line_and_exit_code_2(arguments: tuple[str, ...], words: str):
    done = run(*arguments)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert words in done.stderr


def test_a_file_without_rows_has_its_pairs_and_no_numbers(tmp_path: Path):
    file = tmp_path / "series.csv"
    file.write_text("timestamp,a,b\n")
    assert pairs(str(file))["a", "b"]["verdict"] == "not-enough-data"
