"""Long forms of the tests of the live feed, of verdicts, of the history and of access, with full counts and all bounds
of time; their tables stand in docs/reliability.md."""

import argparse
import signal
import sys
import time
from importlib import import_module

from bench.report import Report, machine
from soak import page

SOAKS = ("times", "crowd", "disconnects", "away", "restart", "stalled", "verdicts", "history", "fuzz", "slow")


def measure(name: str) -> Report:
    result: Report = import_module(f"soak.{name}").measure()
    return result


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m soak", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(SOAKS)}; none: all of them")
    parser.add_argument("--no-write", action="store_true", help="leave docs/reliability.md as it is")
    arguments = parser.parse_args()
    if unknown := set(arguments.names) - set(SOAKS):
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(SOAKS)}")
    # As an interrupt does: the blocks that started children end them.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))

    print(machine())
    missed = 0
    for name in arguments.names or SOAKS:
        print(f"\n{name}", flush=True)
        began = time.monotonic()
        result = measure(name)
        seconds = time.monotonic() - began
        print(f"\n{result.markdown()}({seconds:.0f} s)", flush=True)
        missed += sum(not goal.is_met for goal in result.goals)
        if not arguments.no_write:
            page.write(result, seconds)
    return 1 if missed else 0


sys.exit(main())
