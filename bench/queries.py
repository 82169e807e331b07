"""How fast stored history is answered: a day of one series at 1,000 points and an hour of ten series, by the appliance
and by Prometheus, which hold the same samples; and how much later a store of seven days opens than an empty one.

The samples are simulated, with what real ones are like: counters, shares that wander, values that hardly change.
"""

import http.client
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from bench import processes, report
from bench.history_store import MINUTE_SECONDS, Simulated, fill
from bench.processes import Child, MissingError, child, free_port

OURS, PROMETHEUS = "zeropoint", "Prometheus"
SERIES = 60
DAY_SECONDS, HOUR_SECONDS = 86_400, 3_600
DAY_POINTS, HOUR_POINTS = 1_000, 3_600
SEVERAL = 10
WARM_UP_QUERIES, QUERIES = 5, 25
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


@contextmanager
def prometheus(simulated: Simulated, folder: Path) -> Iterator[tuple[Child, int]]:
    for program in ("prometheus", "promtool"):
        if not shutil.which(program):
            raise MissingError(f"{program} (Debian: apt-get install --no-install-recommends prometheus)")
    text, store, configuration = folder / "samples.txt", folder / "tsdb", folder / "prometheus.yml"
    write_openmetrics(simulated, text)
    command = ("promtool", "tsdb", "create-blocks-from", "openmetrics", text, store)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=BUILD_SECONDS)
    text.unlink()
    configuration.write_text("scrape_configs: []\n")
    port = free_port()
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


def milliseconds(port: int, path: str, count: Callable[[bytes], int], least: int) -> float:
    """The median of some queries over one connection. Raises AssertionError for an answer that lacks values."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    taken = []
    for query in range(WARM_UP_QUERIES + QUERIES):
        began = time.perf_counter()
        status, content = _get(connection, path)
        if query >= WARM_UP_QUERIES:
            taken.append((time.perf_counter() - began) * 1000)
    assert status == 200, content[:500]
    assert count(content) >= least, f"{count(content)} values, not {least}"
    connection.close()
    return statistics.median(taken)


def opening_seconds(data: Path) -> float:
    """From the start of the process to its first line: the page is served then."""
    began = time.perf_counter()
    with processes.zeropoint("--data", str(data)):
        return time.perf_counter() - began


def measure(runs: int) -> report.Report:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        end = int(time.time()) // MINUTE_SECONDS * MINUTE_SECONDS - MINUTE_SECONDS
        simulated = Simulated.over(SERIES, end - DAY_SECONDS, end)
        day, empty, week = place / "day", place / "empty", place / "week"
        fill(day, simulated)
        questions = {
            "a day of one series, 1,000 points": Question(simulated.names[:1], end, DAY_SECONDS, DAY_POINTS),
            "an hour of ten series, each sample": Question(simulated.names[:SEVERAL], end, HOUR_SECONDS, HOUR_POINTS),
        }
        with processes.zeropoint("--data", str(day)) as (_, ours), prometheus(simulated, place) as (_, theirs):
            contenders = {}
            for title, question in questions.items():
                # The first and the last point may lie outside of what is stored.
                least = (question.points - 2) * len(question.names)
                contenders[title, OURS] = partial(milliseconds, ours, question.path_of_ours(), points_of_ours, least)
                contenders[title, PROMETHEUS] = partial(
                    milliseconds, theirs, question.path_of_prometheus(), points_of_prometheus, least
                )
            answers = report.alternate({" by ".join(key): ask for key, ask in contenders.items()}, runs)
        for back in range(WEEK_DAYS):
            until = end - back * DAY_SECONDS
            fill(week, Simulated.over(SERIES, until - DAY_SECONDS, until))
        opened = report.alternate(
            {"opening an empty one": partial(opening_seconds, empty), "opening a week": partial(opening_seconds, week)},
            runs,
        )
    taken = {key: answers[" by ".join(key)] for key in contenders}
    ratios = {title: report.ratio(taken[title, OURS], taken[title, PROMETHEUS]) for title in questions}
    to_empty = report.ratio(opened["opening a week"], opened["opening an empty one"])
    return report.Report(
        name="queries",
        header=("question", "zeropoint, ms", "Prometheus, ms"),
        rows=[
            *((title, *(report.spread(taken[title, who]) for who in (OURS, PROMETHEUS))) for title in questions),
            (
                "opening: with nothing stored, with a week",
                ", ".join(report.spread([1000 * one for one in seconds], 0) for seconds in opened.values()),
                "-",
            ),
        ],
        goals=[
            *(report.Goal(f"{title}: faster (it takes {of:.2f} of the time)", of < 1) for title, of in ratios.items()),
            report.Goal(f"a week opens in at most 1.5 times what nothing takes ({to_empty:.2f})", to_empty <= 1.5),
        ],
        notes=[
            f"{SERIES} series, a sample a second for a day, in both; answers over one kept connection of loopback, "
            f"median of {QUERIES}.",
            "The appliance answers mean, least and most of each point; Prometheus is asked for a value at each point.",
        ],
    )
