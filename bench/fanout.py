"""What it costs to send each sample to 1,000 subscribers: CPU per delivered event, beside what others need for it.

All send the same frame, which is taken from the appliance's own stream. The subscribers are one C program
(subscribers.c) that counts complete events for each connection; its CPU is not counted.
"""

import http.client
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from bench import processes, report
from bench.processes import child, cpu_seconds
from bench.servers import C_LOOP, HERE, NGINX, SSE_STARLETTE, STARLETTE, ZEROPOINT, Start, all_servers

SUBSCRIBERS = 1000
HZ = 5
WARM_UP_SECONDS = 2.0
WINDOW_SECONDS = 8.0
ATTEMPTS = 3


@dataclass(frozen=True)
class Delivery:
    """One window of a server that sends to all subscribers; `fewest` and `most` are events of one subscriber."""

    cpu_seconds: float
    idle_cpu_seconds: float  # what the same server used in as long a time before anybody subscribed
    seconds: float
    events: int
    fewest: int
    most: int
    gaps: int
    closed: int
    discarded: tuple[str, ...] = ()  # the flaws of the windows that were measured before this one

    @property
    def microseconds_per_event(self) -> float:
        return self.cpu_seconds / self.events * 1e6

    @property
    def net_microseconds_per_event(self) -> float:
        return (self.cpu_seconds - self.idle_cpu_seconds) / self.events * 1e6

    def flaws(self) -> Iterator[str]:
        if self.fewest != self.most or self.gaps:
            yield f"its subscribers got between {self.fewest} and {self.most} events, and {self.gaps} gaps"
        if self.closed:
            yield f"{self.closed} of its streams ended"
        if abs(self.most / self.seconds - HZ) > 0.05 * HZ:
            yield f"it sent {self.most / self.seconds:.2f} events a second, not {HZ}"


def deliver(subscribers: Path, start: Start, measures_idle: bool) -> Delivery:
    """Starts a server and all its subscribers, each on a core of its own, and weighs the server while it sends."""
    with start() as server:
        processes.pin(server.pid, core=0)
        idle_cpu = 0.0
        if measures_idle:
            time.sleep(WARM_UP_SECONDS)
            before = cpu_seconds(server.pid)
            time.sleep(WINDOW_SECONDS)
            idle_cpu = cpu_seconds(server.pid) - before
        with child(subscribers, "127.0.0.1", server.port, server.path, SUBSCRIBERS) as client:
            processes.pin(client.pid, core=1)
            client.answer(seconds=60)
            time.sleep(WARM_UP_SECONDS)
            client.ask()
            before, began = cpu_seconds(server.pid), time.monotonic()
            time.sleep(WINDOW_SECONDS)
            events, fewest, most, gaps, closed = map(int, client.ask().split()[:5])
            seconds = time.monotonic() - began
            cpu = cpu_seconds(server.pid) - before
    if not events:
        raise ChildProcessError("no subscriber got any event")
    return Delivery(cpu, idle_cpu * seconds / WINDOW_SECONDS, seconds, events, fewest, most, gaps, closed)


def deliver_undisturbed(subscribers: Path, start: Start, measures_idle: bool) -> Delivery:
    """As deliver(), again when a window has a flaw: on a busy machine the subscribers lag, and then the events that
    they count in a window are not those that were sent in it. A flaw that stays is the server's own."""
    discarded: list[str] = []
    for attempt in range(ATTEMPTS):
        delivery = deliver(subscribers, start, measures_idle)
        flaws = [*delivery.flaws()]
        if not flaws or attempt == ATTEMPTS - 1:
            break
        discarded += flaws
    return replace(delivery, discarded=tuple(discarded))


def take_frame() -> bytes:
    """The third sample's event out of the appliance's own stream: by then the rates are numbers."""
    with processes.zeropoint("--interval", str(1 / HZ)) as (_, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/metrics/sse")
        stream = connection.getresponse()
        frame, samples = b"", 0
        while samples < 3:
            lines = [*iter(stream.readline, b"\n")]
            frame = b"".join([*lines, b"\n"])
            samples += any(line.startswith(b"id:") for line in lines)
        connection.close()
    return frame


def measure(runs: int) -> report.Report:
    processes.allow_descriptors(SUBSCRIBERS + 200)
    with tempfile.TemporaryDirectory() as folder:
        frame = take_frame()
        subscribers = processes.compiled(HERE / "subscribers.c", Path(folder))
        servers = all_servers(Path(folder), frame, SUBSCRIBERS, HZ)
        contenders = {
            name: partial(deliver_undisturbed, subscribers, start, name == ZEROPOINT) for name, start in servers.items()
        }
        return summary(report.alternate(contenders, runs), len(frame))


def summary(deliveries: dict[str, list[Delivery]], frame_bytes: int) -> report.Report:
    costs = {name: [each.microseconds_per_event for each in windows] for name, windows in deliveries.items()}
    costs[f"{ZEROPOINT}, its idle cost taken off"] = [each.net_microseconds_per_event for each in deliveries[ZEROPOINT]]
    to_c = {name: report.ratio(cost, costs[C_LOOP]) for name, cost in costs.items()}
    flaws = [f"{name}: {flaw}" for name, windows in deliveries.items() for each in windows for flaw in each.flaws()]
    discarded = [
        f"A window of {name} was measured again: {flaw}."
        for name, windows in deliveries.items()
        for each in windows
        for flaw in each.discarded
    ]
    order = sorted(costs, key=lambda name: statistics.median(costs[name]))
    return report.Report(
        name="fanout",
        header=("server", "CPU per event, microseconds", "to C"),
        rows=[(name, report.spread(costs[name]), f"{to_c[name]:.2f}") for name in order],
        goals=[
            report.Goal(f"at most 1.5 times the C loop (it is {to_c[ZEROPOINT]:.2f})", to_c[ZEROPOINT] <= 1.5),
            *(
                report.Goal(f"below {other} (it is {to_c[ZEROPOINT] / ratio:.2f} of it)", to_c[ZEROPOINT] < ratio)
                for other, ratio in to_c.items()
                if other in (STARLETTE, SSE_STARLETTE)
            ),
        ],
        notes=[
            f"{SUBSCRIBERS:,} subscribers, {HZ} events a second, a frame of {frame_bytes:,} bytes, windows of "
            f"{WINDOW_SECONDS:g} s. Each server has one core, the subscribers another.",
            "zeropoint is the whole process: reading the machine and encoding five times a second are in its figure.",
            *(flaws or ["Every subscriber of every server got every event."]),
            *discarded,
            *([] if NGINX in deliveries else [f"{NGINX} is missing (apt-get install nginx libnginx-mod-nchan)."]),
        ],
    )
