"""5,000 subscribers at one sample a second: whether each gets each event, how late, and what a subscriber takes.

An event's delay is from its own timestamp, which is the tick's, to its arrival at the subscriber's socket, as the
kernel stamped it. The C loop of send() writes its tick's time into the same frame; only its own sending delays it.
"""

import socket
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bench import processes, report
from bench.fanout import take_frame
from bench.processes import Child, child, memory_bytes
from bench.servers import C_LOOP, HERE, ZEROPOINT, Server, Start, c_loop, zeropoint

SUBSCRIBERS = 5000
STALLED = 50
WARM_UP_SECONDS = 3.0
WINDOW_SECONDS = 10.0
KIB = 1024


@dataclass(frozen=True)
class Window:
    """What the subscribers saw in WINDOW_SECONDS."""

    events: int
    fewest: int
    most: int
    gaps: int
    closed: int
    p50_us: int
    p99_us: int

    @property
    def is_complete(self) -> bool:
        return self.fewest == self.most > 0 and not self.gaps and not self.closed


@dataclass(frozen=True)
class Crowd:
    alone: Window
    beside_stalled: Window | None  # None for the C loop, which has no way to deal with them
    bytes_a_subscriber: float


def watch(client: Child) -> Window:
    client.ask()
    time.sleep(WINDOW_SECONDS)
    return Window(*map(int, client.ask().split()))


@contextmanager
def stalled_readers(server: Server) -> Iterator[None]:
    """They subscribe, and never read. Their small receive buffers are full after a frame or two."""
    with ExitStack() as opened:
        for _ in range(STALLED):
            reader = opened.enter_context(socket.socket())
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.connect(("127.0.0.1", server.port))
            reader.sendall(f"GET {server.path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        time.sleep(WARM_UP_SECONDS)
        yield


def gather(subscribers: Path, start: Start, *, with_stalled: bool) -> Crowd:
    with start() as server:
        processes.pin(server.pid, core=0)
        time.sleep(WARM_UP_SECONDS)
        before, _ = memory_bytes(server.pid)
        with child(subscribers, "127.0.0.1", server.port, server.path, SUBSCRIBERS) as client:
            processes.pin(client.pid, core=1)
            client.answer(seconds=120)
            time.sleep(WARM_UP_SECONDS)
            alone = watch(client)
            after, _ = memory_bytes(server.pid)
            beside = None
            if with_stalled:
                with stalled_readers(server):
                    beside = watch(client)
    return Crowd(alone, beside, (after - before) / SUBSCRIBERS)


def measure(runs: int) -> report.Report:
    processes.allow_descriptors(SUBSCRIBERS + STALLED + 200)
    with tempfile.TemporaryDirectory() as name:
        folder, frame = Path(name), take_frame()
        (folder / "frame").write_bytes(frame)
        subscribers = processes.compiled(HERE / "subscribers.c", folder)
        loop = partial(c_loop, processes.compiled(HERE / "fanout.c", folder), SUBSCRIBERS, 1, folder / "frame")
        contenders = {
            ZEROPOINT: partial(gather, subscribers, partial(zeropoint, 1), with_stalled=True),
            C_LOOP: partial(gather, subscribers, loop, with_stalled=False),
        }
        return summary(report.alternate(contenders, runs), len(frame))


def summary(crowds: dict[str, list[Crowd]], frame_bytes: int) -> report.Report:
    ours, theirs = crowds[ZEROPOINT], crowds[C_LOOP]
    late = {name: [crowd.alone.p99_us / 1e3 for crowd in found] for name, found in crowds.items()}
    beside = [crowd.beside_stalled for crowd in ours if crowd.beside_stalled]
    to_c = report.ratio(late[ZEROPOINT], late[C_LOOP])
    moved = statistics.median(
        with_them.p99_us / 1e3 - without for with_them, without in zip(beside, late[ZEROPOINT], strict=True)
    )
    own_spread = max(late[C_LOOP]) - min(late[C_LOOP])
    memory = [crowd.bytes_a_subscriber / KIB for crowd in ours]
    windows = [crowd.alone for crowd in ours] + beside

    def row(name: str, found: list[Window]) -> tuple[str, str, str]:
        return (
            name,
            report.spread([window.p50_us / 1e3 for window in found]),
            report.spread([window.p99_us / 1e3 for window in found]),
        )

    return report.Report(
        name="crowd",
        header=("server", "median delay, ms", "p99, ms"),
        rows=[
            row(C_LOOP, [crowd.alone for crowd in theirs]),
            row(ZEROPOINT, [crowd.alone for crowd in ours]),
            row(f"{ZEROPOINT}, beside {STALLED} stalled readers", beside),
        ],
        goals=[
            report.Goal("every subscriber got every event, without a gap", all(one.is_complete for one in windows)),
            report.Goal(f"p99 at most 1.5 times the C loop's (it is {to_c:.2f})", to_c <= 1.5),
            report.Goal(
                f"{STALLED} stalled readers move p99 by no more than the C loop's own spread "
                f"(by {moved:+.1f} ms, the spread is {own_spread:.1f} ms)",
                moved <= own_spread,
            ),
            report.Goal(
                f"at most 20 KB of memory a subscriber (it is {report.spread(memory)} KiB)",
                statistics.median(memory) <= 20e3 / KIB,
            ),
        ],
        notes=[
            f"{SUBSCRIBERS:,} subscribers, one sample of {frame_bytes / KIB:.1f} KiB a second, windows of "
            f"{WINDOW_SECONDS:g} s; each server has one core, the subscribers another. "
            "Timestamps have a resolution of 1 ms.",
            "Memory is resident memory with all subscribers less that before the first, divided by them.",
        ],
    )
