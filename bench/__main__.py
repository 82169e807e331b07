"""Measures the appliance side by side with what people would use otherwise."""

import argparse
import signal
import sys
from importlib import import_module

from bench import report
from bench.processes import MissingError

MEASUREMENTS = (
    "fanout",
    "crowd",
    "poll",
    "idle",
    "watchers",
    "ledger",
    "history",
    "queries",
    "page",
    "sdk",
    "artifacts",
    "correlate",
    "fleet",
)


def measure(name: str, runs: int) -> report.Report:
    try:
        measurement = import_module(f"bench.{name}")
    except ModuleNotFoundError as error:
        raise MissingError(f"the Python package {error.name}") from error
    result: report.Report = measurement.measure(runs)
    return result


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(MEASUREMENTS)}; none: all of them")
    parser.add_argument("--runs", type=int, default=5, help="alternating runs of each contender (default: 5)")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(MEASUREMENTS):
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}")
    if arguments.runs < 1:
        parser.error("--runs is 1 or more")
    # As an interrupt does: the blocks that started children end them.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    machine = report.machine()
    print(machine)
    failures = 0
    for name in arguments.names or MEASUREMENTS:
        print(f"\n{name}", flush=True)
        try:
            result = measure(name, arguments.runs)
        except MissingError as what:
            print(f"  not measured, because this is missing: {what}")
            failures += 1
            continue
        print(f"\n{result.markdown()}", flush=True)
        failures += sum(not goal.is_met for goal in result.goals)
        if arguments.write:
            report.write(result, arguments.runs, machine)
    return 1 if failures else 0


sys.exit(main())
