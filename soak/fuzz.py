"""200,000 damaged requests over raw sockets, half of them to an appliance that asks for tokens."""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.report import Goal, Report
from soak.memory import followed, mib, third_and_last_quarter
from tests.chaos.serving import serving
from tests.security.raw_fuzzer import Outcome, Standing, complaints, fuzz, standing
from tests.security.table import table
from tests.support.tokens import in_all_states

REQUESTS = 200_000
MOST_GROWTH = 0.05
# What is freed when a connection ends is freed by then.
SETTLE_SECONDS = 15.0


def measure() -> Report:
    results = list(_both())
    outcomes = [outcome for outcome, *_ in results]
    rows = [
        ("Requests", f"{sum(outcome.requests for outcome in outcomes):,}"),
        ("Answers by status", _statuses(outcomes)),
        ("Cut off, and closed without an answer", f"{sum(outcome.unanswered for outcome in outcomes):,}"),
        ("Memory in the third quarter and in the last", "; ".join(_memory(readings) for *_, readings in results)),
        ("Sockets before and after", _pairs(results, "sockets")),
        ("Threads before and after", _pairs(results, "threads")),
    ]
    for outcome in outcomes:
        for fault in outcome.faults[:10]:
            print(f"  {fault}")
    for *_, complained, _ in results:
        for line in complained[:10]:
            print(f"  {line}")
    goals = [
        Goal("Answers of 500 and above, and refusals of /health: 0", not any(one.faults for one in outcomes)),
        Goal("Errors and tracebacks in the log: 0", not any(complained for *_, complained, _ in results)),
        Goal("No socket is left open", all(after.sockets <= before.sockets for _, before, after, *_ in results)),
        Goal("No thread is left", all(after.threads <= before.threads + 4 for _, before, after, *_ in results)),
        Goal(
            f"Memory grows by at most {MOST_GROWTH:.0%} from the third quarter to the last",
            all(
                last <= third * (1 + MOST_GROWTH)
                for third, last in (third_and_last_quarter(one[-1]) for one in results)
            ),
        ),
    ]
    return Report("fuzz", ("", "figure"), rows, goals)


def _both() -> Iterator[tuple[Outcome, Standing, Standing, list[str], list[int]]]:
    """Without tokens and with them: the outcome, what it held before and after, its complaints, its memory."""
    for seed, guarded in ((1, False), (2, True)):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            if guarded:
                in_all_states(folder / "data")
            routes = table(folder / "none")
            # Samples that are kept fill memory for as long as 600 of them take; here it is what requests leave there.
            with serving(folder, "--artifacts", str(folder / "artifacts"), "--interval", "10") as started:
                pid = started.process.pid
                fuzz(started, routes, 2000, seed=0)
                time.sleep(SETTLE_SECONDS)
                before = standing(pid)
                with followed(pid) as readings:
                    outcome = fuzz(started, routes, REQUESTS // 2, seed)
                time.sleep(SETTLE_SECONDS)
                after = standing(pid)
            yield outcome, before, after, complaints(folder / "log"), readings


def _statuses(outcomes: list[Outcome]) -> str:
    total = sum((outcome.statuses for outcome in outcomes), start=type(outcomes[0].statuses)())
    return ", ".join(f"{count:,} {status}" for status, count in total.most_common())


def _memory(readings: list[int]) -> str:
    third, last = third_and_last_quarter(readings)
    return f"{mib(third)}, {mib(last)}"


def _pairs(results: list[tuple[Outcome, Standing, Standing, list[str], list[int]]], what: str) -> str:
    return "; ".join(f"{getattr(before, what)}, {getattr(after, what)}" for _, before, after, *_ in results)
