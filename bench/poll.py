"""What a sample costs that is fetched by long poll, beside one that comes by the stream, from the same appliance."""

import sys
import tempfile
import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import processes, report
from bench.processes import child, cpu_seconds
from bench.servers import HERE, zeropoint

STREAM, POLL = "stream", "long poll"
# An event of the stream costs so little that only many tell it from how the rest of the process fares meanwhile.
CLIENTS = {STREAM: 1000, POLL: 200}
HZ = 5
WARM_UP_SECONDS = 2.0
WINDOW_SECONDS = 8.0


@dataclass(frozen=True)
class Cost:
    microseconds_per_sample: float  # idle cost taken off
    samples: int


def weigh(client: tuple[object, ...]) -> Cost:
    """`client` is a program and its arguments, with "PORT" for the port; its answers begin with a count of samples."""
    with zeropoint(HZ) as server:
        processes.pin(server.pid, core=0)
        time.sleep(WARM_UP_SECONDS)
        before = cpu_seconds(server.pid)
        time.sleep(WINDOW_SECONDS)
        idle = cpu_seconds(server.pid) - before
        with child(*(server.port if part == "PORT" else part for part in client)) as clients:
            processes.pin(clients.pid, core=1)
            clients.answer(seconds=60)
            time.sleep(WARM_UP_SECONDS)
            clients.ask()
            before, began = cpu_seconds(server.pid), time.monotonic()
            time.sleep(WINDOW_SECONDS)
            samples = int(clients.ask().split()[0])
            seconds = time.monotonic() - began
            cpu = cpu_seconds(server.pid) - before
    return Cost((cpu - idle * seconds / WINDOW_SECONDS) / samples * 1e6, samples)


def measure(runs: int) -> report.Report:
    processes.allow_descriptors(CLIENTS[STREAM] + 200)
    with tempfile.TemporaryDirectory() as folder:
        subscribers = processes.compiled(HERE / "subscribers.c", Path(folder))
        costs = report.alternate(
            {
                STREAM: partial(weigh, (subscribers, "127.0.0.1", "PORT", "/metrics/sse", CLIENTS[STREAM])),
                POLL: partial(weigh, (sys.executable, HERE / "pollers.py", "PORT", CLIENTS[POLL])),
            },
            runs,
        )
    spent = {name: [each.microseconds_per_sample for each in found] for name, found in costs.items()}
    to_stream = report.ratio(spent[POLL], spent[STREAM])
    expected = {name: clients * HZ * WINDOW_SECONDS for name, clients in CLIENTS.items()}
    return report.Report(
        name="poll",
        header=("way", "CPU per sample, microseconds", "to the stream"),
        rows=[
            (STREAM, report.spread(spent[STREAM]), "1.00"),
            (POLL, report.spread(spent[POLL]), f"{to_stream:.2f}"),
        ],
        goals=[
            report.Goal(
                f"a long poll at most twice an event of the stream (it is {to_stream:.1f})", 0 < to_stream <= 2
            ),
            report.Goal(
                "every client got every sample",
                all(abs(each.samples / expected[name] - 1) < 0.05 for name, found in costs.items() for each in found),
            ),
        ],
        notes=[
            f"{CLIENTS[STREAM]:,} streams, {CLIENTS[POLL]} clients that poll, {HZ} samples a second, windows of "
            f"{WINDOW_SECONDS:g} s, idle cost taken off."
        ],
    )
