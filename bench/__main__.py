"""Measures the appliance side by side with what people would use otherwise: python -m bench [--runs N] [--write] [NAME...]"""

import argparse
import signal
import sys

from bench import fanout, idle, page, report
from bench.processes import Missing

MEASUREMENTS = {"fanout": fanout.measure, "idle": idle.measure, "page": page.measure}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.partition(":")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one of {', '.join(MEASUREMENTS)}; all when none is given")
    parser.add_argument("--runs", type=int, default=5, help="alternating runs of each contender (default: 5)")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/performance.md")
    arguments = parser.parse_args()
    unknown = set(arguments.names) - set(MEASUREMENTS)
    if unknown or arguments.runs < 1:
        parser.error(f"unknown: {', '.join(unknown)}; there are {', '.join(MEASUREMENTS)}" if unknown else "--runs is 1 or more")
    # As an interrupt does: the blocks that started children end them.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    print(report.machine())
    failures = 0
    for name in arguments.names or MEASUREMENTS:
        print(f"\n{name}", flush=True)
        try:
            result = MEASUREMENTS[name](arguments.runs)
        except Missing as what:
            print(f"  not measured, because this is missing: {what}")
            failures += 1
            continue
        print(f"\n{result.markdown()}", flush=True)
        failures += sum(not goal.is_met for goal in result.goals)
        if arguments.write:
            report.write(result, arguments.runs)
    return 1 if failures else 0


sys.exit(main())
