"""The history under forced ends and damage, with full counts: the tests of both, asked for more."""

import os
import subprocess
import sys
import time

from bench.report import Goal, Report

KILLS, PLACES = 200, 2000
TESTS = {
    f"{KILLS} forced ends, a client that keeps the ids it saw": (
        "tests/e2e/test_history_recovery.py::test_nothing_older_than_a_second_is_lost_when_it_is_killed"
    ),
    f"{KILLS} forced ends at drawn moments, from the start on, across the end of an hour": (
        "tests/e2e/test_history_recovery.py::test_a_kill_at_any_moment_costs_nothing_that_was_on_the_disk"
    ),
    f"2 times {KILLS // 4} forced ends while a damaged file is mended": (
        "tests/e2e/test_history_recovery.py::test_a_kill_while_what_is_damaged_is_mended_costs_no_more_than_the_damage"
    ),
    f"a flipped bit at {PLACES:,} places of each file, and files that were cut off": "tests/history/test_damage.py",
}


def measure() -> Report:
    environment = {**os.environ, "SOAK_KILLS": str(KILLS), "SOAK_PLACES": str(PLACES)}
    rows, goals = [], []
    for title, test in TESTS.items():
        began = time.monotonic()
        command = [sys.executable, "-m", "pytest", "-q", test]
        done = subprocess.run(command, env=environment, check=False)  # noqa: S603 - ours
        rows.append((title, f"{time.monotonic() - began:.0f} s"))
        goals.append(Goal(f"{title}: no failed start, nothing lost that is older than it says", done.returncode == 0))
    return Report("history", ("", "took"), rows, goals)
