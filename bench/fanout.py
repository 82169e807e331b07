"""What it costs to send each sample to 1,000 subscribers: CPU per delivered event, beside what others need for it.

All send the same frame, which is taken from the appliance's own stream. The subscribers are one C program
(subscribers.c) that counts complete events for each connection; its CPU is not counted.
"""

import http.client
import resource
import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from pathlib import Path

from bench import processes, report, rivals
from bench.processes import Missing, child, cpu_seconds, free_port

HERE = Path(__file__).parent
NCHAN = Path("/usr/lib/nginx/modules/ngx_nchan_module.so")

SUBSCRIBERS = 1000
HZ = 5
WARM_UP_SECONDS = 2.0
WINDOW_SECONDS = 8.0


@dataclass(frozen=True)
class Server:
    pid: int
    port: int
    path: str


@dataclass(frozen=True)
class Delivery:
    """One window of a server that sends to all subscribers."""

    cpu_seconds: float
    idle_cpu_seconds: float  # what the same server used in as long a time before anybody subscribed
    seconds: float
    events: int
    fewest: int
    most: int
    gaps: int
    closed: int

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


@contextmanager
def _zeropoint() -> Iterator[Server]:
    with processes.zeropoint("--interval", str(1 / HZ)) as (process, port):
        yield Server(process.pid, port, "/metrics/sse")


@contextmanager
def _c_loop(program: Path, frame_file: Path) -> Iterator[Server]:
    port = free_port()
    with child(program, port, SUBSCRIBERS, HZ, frame_file) as process:
        # It counts its connections, so it can't be asked by connecting; it listens within its first milliseconds.
        time.sleep(0.2)
        yield Server(process.pid, port, "/sse")


@contextmanager
def _asgi(python: Path, framework: str, frame_file: Path) -> Iterator[Server]:
    port = free_port()
    with child(python, HERE / "fanout_asgi.py", framework, port, HZ, frame_file) as process:
        process.wait_until_listening(port)
        yield Server(process.pid, port, "/sse")


@contextmanager
def _nchan(frame: bytes) -> Iterator[Server]:
    """nginx with the nchan module. The event's data are posted to it HZ times a second; it writes id and framing itself."""
    port = free_port()
    data = b"\n".join(line[6:] for line in frame.splitlines() if line.startswith(b"data: "))
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder, "nginx.conf")
        config.write_text((HERE / "nchan.conf").read_text().format(module=NCHAN, folder=folder, port=port))
        with child("nginx", "-p", folder, "-c", config, "-e", "stderr") as process:
            process.wait_until_listening(port)
            with _posting(port, data):
                yield Server(process.pid, port, "/sse")


@contextmanager
def _posting(port: int, data: bytes) -> Iterator[None]:
    """Posts the data to nchan HZ times a second until the block ends."""
    is_over = threading.Event()

    def post() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        tick = time.monotonic()
        while not is_over.wait(max(0.0, tick - time.monotonic())):
            connection.request("POST", "/publish", data)
            connection.getresponse().read()
            tick += 1 / HZ
        connection.close()

    thread = threading.Thread(target=post)
    thread.start()
    try:
        yield
    finally:
        is_over.set()
        thread.join()


def deliver(subscribers: Path, start: Callable[[], AbstractContextManager[Server]], measures_idle: bool = False) -> Delivery:
    """Starts a server and all its subscribers, and weighs the server while it sends."""
    with start() as server:
        idle_cpu = 0.0
        if measures_idle:
            time.sleep(WARM_UP_SECONDS)
            before = cpu_seconds(server.pid)
            time.sleep(WINDOW_SECONDS)
            idle_cpu = cpu_seconds(server.pid) - before
        command = (subscribers, "127.0.0.1", server.port, server.path, SUBSCRIBERS)
        with child(*command) as client:
            client.answer(60)
            time.sleep(WARM_UP_SECONDS)
            client.ask()
            cpu_before, began = cpu_seconds(server.pid), time.monotonic()
            time.sleep(WINDOW_SECONDS)
            events, fewest, most, gaps, closed, _ = map(int, client.ask().split())
            seconds = time.monotonic() - began
            cpu = cpu_seconds(server.pid) - cpu_before
    if not events:
        raise ChildProcessError("no subscriber got any event")
    return Delivery(cpu, idle_cpu * seconds / WINDOW_SECONDS, seconds, events, fewest, most, gaps, closed)


def take_frame() -> bytes:
    """The third sample's event out of the appliance's own stream: by then the rates are numbers."""
    with processes.zeropoint("--interval", str(1 / HZ)) as (_, port):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        connection.request("GET", "/metrics/sse")
        stream = connection.getresponse()
        events = ([*lines, b"\n"] for is_blank, lines in groupby(iter(stream.readline, b""), b"\n".__eq__) if not is_blank)
        samples = (b"".join(event) for event in events if any(line.startswith(b"id:") for line in event))
        frame = [next(samples) for _ in range(3)][-1]
        connection.close()
    return frame


def measure(runs: int) -> report.Report:
    _allow_descriptors(SUBSCRIBERS + 200)
    frame = take_frame()
    with tempfile.TemporaryDirectory() as folder:
        frame_file = Path(folder, "frame")
        frame_file.write_bytes(frame)
        subscribers = processes.compiled(HERE / "subscribers.c", Path(folder))
        c_loop = processes.compiled(HERE / "fanout.c", Path(folder))
        python = rivals.environment()
        contenders = {
            "zeropoint": partial(deliver, subscribers, _zeropoint, measures_idle=True),
            "C loop of send()": partial(deliver, subscribers, partial(_c_loop, c_loop, frame_file)),
            "Starlette on uvicorn": partial(deliver, subscribers, partial(_asgi, python, "starlette", frame_file)),
            "sse-starlette on uvicorn": partial(deliver, subscribers, partial(_asgi, python, "sse-starlette", frame_file)),
        }
        if shutil.which("nginx") and NCHAN.exists():
            contenders["nginx + nchan"] = partial(deliver, subscribers, partial(_nchan, frame))
        return _report(report.alternate(contenders, runs), len(frame), "nginx + nchan" in contenders)


def _allow_descriptors(wanted: int) -> None:
    """Children inherit it: 1,024 open files, the usual limit, are too few for 1,000 subscribers and what else is open."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < wanted:
        raise Missing(f"{wanted} open files (the hard limit, ulimit -Hn, is {hard})")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, wanted), hard))


def _report(deliveries: dict[str, list[Delivery]], frame_bytes: int, has_nchan: bool) -> report.Report:
    costs = {name: [each.microseconds_per_event for each in windows] for name, windows in deliveries.items()}
    costs["zeropoint less its own idle cost"] = [each.net_microseconds_per_event for each in deliveries["zeropoint"]]
    to_c = {name: report.ratio(cost, costs["C loop of send()"]) for name, cost in costs.items()}
    ours = to_c["zeropoint"]
    flaws = [f"{name}: {flaw}" for name, windows in deliveries.items() for each in windows for flaw in each.flaws()]
    goals = [report.Goal(f"at most 1.5 times the C loop (it is {ours:.2f})", ours <= 1.5)]
    for other in ("Starlette on uvicorn", "sse-starlette on uvicorn"):
        goals.append(report.Goal(f"below {other} (it is {ours / to_c[other]:.2f} of it)", ours < to_c[other]))
    notes = [
        f"{SUBSCRIBERS:,} subscribers, {HZ} events a second, a frame of {frame_bytes:,} bytes; windows of {WINDOW_SECONDS:g} s.",
        "zeropoint is the whole real process: reading the machine and encoding five times a second are in its figure.",
        "The median of the ratios within each run is given, so it may differ a little from the ratio of the medians.",
        *(flaws or ["Every subscriber of every server got every event."]),
        *([] if has_nchan else ["Missing, so not compared: nginx + nchan (Debian: apt-get install nginx libnginx-mod-nchan)."]),
    ]
    order = sorted(costs, key=lambda name: statistics.median(costs[name]))
    rows = [(name, report.spread(costs[name]), f"{to_c[name]:.2f}") for name in order]
    return report.Report("fan-out", ("server", "CPU per event, microseconds", "to C"), rows, goals, notes)
