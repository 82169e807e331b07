"""10,000 forced disconnects of both clients."""

import tempfile
from pathlib import Path

from bench.report import Goal, Report
from soak.memory import followed, mib, third_and_last_quarter
from tests.chaos.serving import serving
from tests.chaos.trial import Outcome, Scale, furnish, run

SCALE = Scale(forced=10_000, python_clients=160, node_clients=80, seed=10_000)
MOST_GROWTH = 0.02


def measure() -> Report:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        furnish(folder / "artifacts")
        with (
            serving(folder, "--interval", "0.1", "--artifacts", str(folder / "artifacts")) as started,
            followed(started.process.pid) as memory_bytes,
        ):
            outcome = run(started, folder, SCALE)
    return _report(outcome, memory_bytes)


def _report(outcome: Outcome, memory_bytes: list[int]) -> Report:
    third, last = third_and_last_quarter(memory_bytes)
    cuts = outcome.forced
    kinds = [
        (title, {kind: sum(count for fault, count in cuts.items() if getattr(fault, field) == kind) for kind in kinds})
        for title, field in (("end", "end"), ("place", "place"), ("manner", "manner"))
        for kinds in [sorted({getattr(fault, field) for fault in cuts})]
    ]
    gaps = ", ".join(f"{count} {reason}" for reason, count in outcome.gaps.items()) or "none"
    rows = [
        ("Clients", f"{SCALE.python_clients} in Python, {SCALE.node_clients} in Node"),
        ("Forced disconnects", f"{cuts.total():,}"),
        *((f"by {title}", ", ".join(f"{count:,} {kind}" for kind, count in each.items())) for title, each in kinds),
        ("Connections made", f"{outcome.connections:,}"),
        ("Samples that the appliance took meanwhile", f"{outcome.sent:,}"),
        ("Samples that clients told", f"{outcome.samples:,}"),
        ("Gaps that clients told", gaps),
        (
            "Memory of the appliance: at first, in the third quarter, in the last, at the end",
            f"{mib(memory_bytes[0])}, {mib(third)}, {mib(last)}, {mib(memory_bytes[-1])}",
        ),
    ]
    for complaint in outcome.complaints[:10]:
        print(f"  {complaint}")
    goals = [
        Goal("Samples that came twice, out of order or altered, or are missing untold: 0", not outcome.complaints),
        Goal("Subscribers that the appliance still counts afterwards: 0", outcome.clients_after == 1),
        Goal("Descriptors that it still holds: 0", not outcome.descriptors_left),
        Goal(
            f"Memory grows by at most {MOST_GROWTH:.0%} from the third quarter to the last ({last / third - 1:+.1%})",
            last <= third * (1 + MOST_GROWTH),
        ),
    ]
    return Report("disconnects", ("", "figure"), rows, goals)
