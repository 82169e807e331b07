"""Runs that alternate, their medians, and the table that is printed and kept in docs/performance.md."""

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


@dataclass(frozen=True)
class Goal:
    text: str
    is_met: bool

    def __str__(self) -> str:
        return f"{self.text}: {'met' if self.is_met else 'MISSED'}"


@dataclass(frozen=True)
class Report:
    name: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    goals: Sequence[Goal]
    notes: Sequence[str] = field(default=())

    def markdown(self) -> str:
        lines = [self.header, ["---", *["---:"] * (len(self.header) - 1)], *self.rows]
        table = "\n".join(f"| {' | '.join(line)} |" for line in lines)
        points = "\n".join(f"- {point}" for point in (*self.goals, *self.notes))
        return f"{table}\n\n{points}\n"


def alternate(contenders: Mapping[str, Callable[[], T]], runs: int) -> dict[str, list[T]]:
    """Measures each contender in turn, `runs` times over: what else the machine does then meets all of them alike."""
    results: dict[str, list[T]] = {name: [] for name in contenders}
    for run in range(1, runs + 1):
        for name, measure in contenders.items():
            print(f"  run {run} of {runs}: {name}", flush=True)
            results[name].append(measure())
    return results


def ratio(these: Iterable[float], those: Iterable[float]) -> float:
    """The median of the ratios within each run, which drifts less than the ratio of the medians."""
    return statistics.median(this / that for this, that in zip(these, those, strict=True))


def spread(values: Sequence[float], digits: int = 1) -> str:
    """`median (least to most)`."""
    low, high = min(values), max(values)
    return f"{statistics.median(values):.{digits}f} ({low:.{digits}f} to {high:.{digits}f})"


def machine() -> str:
    """One line about what this is measured on; taken at the start, when the load is still that of others."""
    models = [line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")]
    cpu = models[0].partition(":")[2].strip() if models else platform.machine()
    memory_gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    distribution = platform.freedesktop_os_release().get("PRETTY_NAME", "")
    load = os.getloadavg()[0]
    return (
        f"{cpu}, {os.cpu_count()} logical CPUs, {memory_gib:.0f} GiB, {distribution}, "
        f"{platform.system()} {platform.release()}, Python {platform.python_version()}, "
        f"load average {load:.1f} at the start"
    )


def _of_what() -> str:
    """The day and the revision: what came into the product since is not in the figures."""
    revision = subprocess.run(
        ["git", "describe", "--always", "--dirty=, changed"],
        cwd=PAGE.parent,
        capture_output=True,
        text=True,
        check=True,
    )
    return f"{time.strftime('%Y-%m-%d', time.gmtime())}, revision {revision.stdout.strip()}"


def write(report: Report, runs: int, machine: str) -> None:
    """Replaces what stands between the two marker lines of this measurement in docs/performance.md."""
    begin, end = f"<!-- bench {report.name} begins -->", f"<!-- bench {report.name} ends -->"
    before, _, rest = PAGE.read_text().partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{PAGE} has no lines {begin} and {end}")
    caption = f"{_of_what()}: median of {runs} alternating runs (in brackets the least and the most). {machine}."
    PAGE.write_text(f"{before}{begin}\n{caption}\n\n{report.markdown()}{end}{after}")
