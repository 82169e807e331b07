"""How fast stored history is answered: a day of one series at 1,000 points and an hour of ten series, by the appliance
and by Prometheus, which hold the same samples; and how much later a store of seven days answers than an empty one.

The samples are simulated, with what real ones are like: counters, shares that wander, values that hardly change. Each
question is another one, so that no answer is that of a question before; then it is asked once more.
"""

import http.client
import json
import random
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from bench import processes, report
from bench.history_store import MINUTE_SECONDS, Simulated, fill, fill_journal
from bench.processes import Child, MissingError, child, free_port

OURS, PROMETHEUS = "zeropoint", "Prometheus"
SERIES = 60
DAY_SECONDS, HOUR_SECONDS = 86_400, 3_600
DAY_POINTS, HOUR_POINTS = 1_000, 3_600
SEVERAL = 10
# The first ones of a process warm it up.
WARM_UP_QUERIES, QUERIES = 5, 25
SEED = 1
# Of the samples that fill the journal; the first sample of a process has it already.
REAL_SERIES = "system.memory.used_bytes"
WEEK_DAYS = 7
BUILD_SECONDS = 600


@dataclass(frozen=True)
class Question:
    """What is asked of both, over `seconds` up to `end`; `names` are the appliance's."""

    names: tuple[str, ...]
    end: int
    seconds: int
    points: int

    def path_of_ours(self) -> str:
        query = [*(("metric", name) for name in self.names), ("from", self.end - self.seconds), ("to", self.end)]
        return f"/api/v1/history?{urlencode([*query, ('points', self.points)])}"

    def path_of_prometheus(self) -> str:
        """The value at each point, the least that it can be asked for: least, most and mean would be three of these."""
        wanted = "|".join(prometheus_name(name) for name in self.names)
        query = {"query": f'{{__name__=~"{wanted}"}}' if len(self.names) > 1 else wanted}
        window = {"start": self.end - self.seconds, "end": self.end, "step": max(1.0, self.seconds / self.points)}
        return f"/api/v1/query_range?{urlencode({**query, **window})}"


def questions_on(simulated: Simulated, end: int) -> dict[str, list[Question]]:
    """By what they are: the day before `end` of one series after the other, and hours of that day of ten series each.
    The same for the same arguments."""
    drawn = random.Random(SEED)  # noqa: S311 - nothing secret
    count, minutes = WARM_UP_QUERIES + QUERIES, (DAY_SECONDS - HOUR_SECONDS) // MINUTE_SECONDS
    return {
        "a day of one series, 1,000 points": [
            Question((name,), end, DAY_SECONDS, DAY_POINTS) for name in simulated.names[:count]
        ],
        "an hour of ten series, each sample": [
            Question(
                tuple(drawn.sample(simulated.names, SEVERAL)),
                end - drawn.randrange(minutes) * MINUTE_SECONDS,
                HOUR_SECONDS,
                HOUR_POINTS,
            )
            for _ in range(count)
        ],
    }


def prometheus_name(name: str) -> str:
    return name.replace(".", "_")


def write_openmetrics(simulated: Simulated, path: Path) -> None:
    with path.open("w") as file:
        for name, values in zip(simulated.names, simulated.values, strict=True):
            told = prometheus_name(name)
            file.write(f"# TYPE {told} unknown\n")
            file.writelines(
                f"{told} {value!r} {at}\n" for value, at in zip(values.tolist(), simulated.seconds, strict=True)
            )
        file.write("# EOF\n")


def fill_prometheus(simulated: Simulated, store: Path) -> None:
    for program in ("prometheus", "promtool"):
        if not shutil.which(program):
            raise MissingError(f"{program} (Debian: apt-get install --no-install-recommends prometheus)")
    text = store.with_suffix(".txt")
    write_openmetrics(simulated, text)
    command = ("promtool", "tsdb", "create-blocks-from", "openmetrics", text, store)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=BUILD_SECONDS)
    text.unlink()


@contextmanager
def prometheus(store: Path) -> Iterator[tuple[Child, int]]:
    configuration, port = store.with_suffix(".yml"), free_port()
    configuration.write_text("scrape_configs: []\n")
    flags = (f"--config.file={configuration}", f"--storage.tsdb.path={store}", "--storage.tsdb.retention.time=10y")
    with child("prometheus", *flags, f"--web.listen-address=127.0.0.1:{port}") as process:
        process.wait_until_listening(port)
        _until_ready(port)
        yield process, port


def _until_ready(port: int) -> None:
    deadline = time.monotonic() + processes.PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if _get(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/-/ready")[0] == 200:
            return
        time.sleep(0.1)
    raise ChildProcessError("Prometheus does not get ready")


def _get(connection: http.client.HTTPConnection, path: str) -> tuple[int, bytes]:
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read()


def points_of_ours(content: bytes) -> int:
    """Values over all series."""
    return sum(value is not None for one in json.loads(content)["series"].values() for value in one["mean"])


def points_of_prometheus(content: bytes) -> int:
    return sum(len(one["values"]) for one in json.loads(content)["data"]["result"])


FIRST, AGAIN = 0, 1
OPENINGS = ("nothing", "a week")
# Medians in milliseconds: of the answers to questions that are new, and of those to the same again at once.
Taken = tuple[float, float]


def milliseconds(port: int, paths: Sequence[str], count: Callable[[bytes], int], least: int) -> Taken:
    """Over one connection. Raises AssertionError for an answer that lacks values."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    taken = []
    for path in paths:
        seconds = []
        for _ in range(2):
            began = time.perf_counter()
            status, content = _get(connection, path)
            seconds.append((time.perf_counter() - began) * 1000)
            assert status == 200, content[:500]
            assert count(content) >= least, f"{count(content)} values, not {least}"
        taken.append(seconds)
    connection.close()
    first, again = zip(*taken[WARM_UP_QUERIES:], strict=True)
    return statistics.median(first), statistics.median(again)


def asked(
    running: Callable[[], AbstractContextManager[tuple[Child, int]]],
    questions: Mapping[str, Sequence[Question]],
    path_of: Callable[[Question], str],
    count: Callable[[bytes], int],
) -> dict[str, Taken]:
    """All questions to a new process, by what they are: what was unpacked for a run before is forgotten."""
    with running() as (_, port):
        return {
            # The first and the last point may lie outside of what is stored.
            title: milliseconds(port, [*map(path_of, some)], count, (some[0].points - 2) * len(some[0].names))
            for title, some in questions.items()
        }


def opening_seconds(data: Path, old: Question, newest: Question | None) -> tuple[float, float]:
    """From the start of the process to its first answer to `old`, with all that is stored of it; and to that to
    `newest`, of the minute that was not over when the process before was ended: then it has caught up. Without it
    nothing is stored, and the answer is empty."""
    began = time.perf_counter()
    with processes.zeropoint("--data", str(data)) as (_, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        status, content = _get(connection, old.path_of_ours())
        opened = time.perf_counter() - began
        assert status == 200, content[:500]
        assert newest is None or points_of_ours(content) >= old.points - 2
        while newest is not None:
            status, content = _get(connection, newest.path_of_ours())
            if status == 200 and points_of_ours(content) >= newest.seconds:
                break
            assert time.perf_counter() - began < processes.PATIENCE_SECONDS, content[:500]
            time.sleep(0.02)
        return opened, time.perf_counter() - began


def payload_of(data: Path) -> bytes:
    """A sample of this machine, as it is kept."""
    with processes.zeropoint("--data", str(data)) as (_, port):
        return _get(http.client.HTTPConnection("127.0.0.1", port, timeout=60), "/metrics/json")[1]


def fill_week(week: Path, end: int, payload: bytes) -> None:
    """Seven days as an appliance leaves them that is killed when their last minute, which the columns do not have, is
    over: with the journal of a day."""
    for back in range(WEEK_DAYS):
        until = end - MINUTE_SECONDS - back * DAY_SECONDS
        fill(week, Simulated.over(SERIES, until - DAY_SECONDS, until))
    fill_journal(week, range(end - DAY_SECONDS, end), payload)


def measure(runs: int) -> report.Report:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        end = int(time.time()) // MINUTE_SECONDS * MINUTE_SECONDS - MINUTE_SECONDS
        simulated = Simulated.over(SERIES, end - DAY_SECONDS, end)
        day, tsdb, week = place / "day", place / "tsdb", place / "week"
        fill(day, simulated)
        fill_prometheus(simulated, tsdb)
        questions = questions_on(simulated, end)
        ours = partial(processes.zeropoint, "--data", str(day))
        answers = report.alternate(
            {
                OURS: partial(asked, ours, questions, Question.path_of_ours, points_of_ours),
                PROMETHEUS: partial(
                    asked, partial(prometheus, tsdb), questions, Question.path_of_prometheus, points_of_prometheus
                ),
            },
            runs,
        )
        fill_week(week, end, payload_of(place / "other"))
        old = Question(simulated.names[:1], end - MINUTE_SECONDS, DAY_SECONDS, DAY_POINTS)
        newest = Question((REAL_SERIES,), end, MINUTE_SECONDS, MINUTE_SECONDS)
        opened = report.alternate({name: partial(_opening, place, name, old, newest) for name in OPENINGS}, runs)
    taken = {
        (title, which, who): [one[title][which] for one in answers[who]]
        for title in questions
        for which in (FIRST, AGAIN)
        for who in (OURS, PROMETHEUS)
    }
    ratios = {
        title: [report.ratio(taken[title, which, OURS], taken[title, which, PROMETHEUS]) for which in (FIRST, AGAIN)]
        for title in questions
    }
    empty, full = ([one[0] for one in opened[name]] for name in OPENINGS)
    to_empty = report.ratio(full, empty)
    return report.Report(
        name="queries",
        header=("question", "zeropoint, ms", "Prometheus, ms"),
        rows=[
            *(
                (f"{title}{words}", *(report.spread(taken[title, which, who]) for who in (OURS, PROMETHEUS)))
                for title in questions
                for which, words in ((FIRST, ""), (AGAIN, ", asked again"))
            ),
            ("from the start to the first answer, nothing stored", report.spread(_in_ms(empty), 0), "-"),
            ("the same of a day, with a week stored", report.spread(_in_ms(full), 0), "-"),
            (
                "until the minute is answered that was not over at the end before",
                report.spread(_in_ms([one[1] for one in opened["a week"]]), 0),
                "-",
            ),
        ],
        goals=[
            *(
                report.Goal(f"{title}: faster (it takes {of[FIRST]:.2f} of the time)", of[FIRST] < 1)
                for title, of in ratios.items()
            ),
            *(
                report.Goal(f"{title}, asked again: faster ({of[AGAIN]:.2f} of the time)", of[AGAIN] < 1)
                for title, of in ratios.items()
            ),
            report.Goal(f"a week answers in at most 1.5 times what nothing takes ({to_empty:.2f})", to_empty <= 1.5),
        ],
        notes=[
            f"{SERIES} series, a sample a second for a day, in both; answers over one kept connection of loopback, "
            f"median of {QUERIES} questions, each about other series or other hours, to a new process in each run.",
            "The appliance answers mean, least and most of each point; Prometheus is asked for a value at each point.",
            "Asked again: the same question at once, as a page that is open does it. The appliance keeps what it "
            "unpacked lately.",
            "The week has the journal of its last day, of samples of this machine, and lacks the columns of its last "
            "minute, as after a forced end.",
        ],
    )


def _opening(place: Path, name: str, old: Question, newest: Question) -> tuple[float, float]:
    """Of a store as it was filled: what a process does to it must not help the next one."""
    data = place / "opened"
    try:
        if name == "a week":
            shutil.copytree(place / "week", data)
            return opening_seconds(data, old, newest)
        return opening_seconds(data, old, None)
    finally:
        shutil.rmtree(data)


def _in_ms(seconds: Sequence[float]) -> list[float]:
    return [1000 * one for one in seconds]
