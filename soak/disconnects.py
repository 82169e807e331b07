"""10,000 forced disconnects of both clients."""

import tempfile
from pathlib import Path

from bench.report import Goal, Report
from soak.memory import mib, resident_bytes
from tests.chaos.serving import serving
from tests.chaos.trial import Outcome, Scale, furnish, run

SCALE = Scale(forced=10_000, python_clients=160, node_clients=80, seed=10_000)


def measure() -> Report:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        furnish(folder / "artifacts")
        with serving(folder, "--interval", "0.1", "--artifacts", str(folder / "artifacts")) as started:
            before_bytes = resident_bytes(started.process.pid)
            outcome = run(started, folder, SCALE)
            after_bytes = resident_bytes(started.process.pid)
    return _report(outcome, before_bytes, after_bytes)


def _report(outcome: Outcome, before_bytes: int, after_bytes: int) -> Report:
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
        ("Memory of the appliance, before and after", f"{mib(before_bytes)}, {mib(after_bytes)}"),
    ]
    for complaint in outcome.complaints[:10]:
        print(f"  {complaint}")
    goals = [
        Goal("Samples that came twice, out of order or altered, or are missing untold: 0", not outcome.complaints),
        Goal("Subscribers that the appliance still counts afterwards: 0", outcome.clients_after == 1),
        Goal("Descriptors that it still holds: 0", not outcome.descriptors_left),
    ]
    return Report("disconnects", ("", "figure"), rows, goals)
