"""What the appliance costs while nobody looks: its CPU at one sample a second, and its memory.

Beside it in the same minute run prometheus-node-exporter, scraped once a second over one kept connection as Prometheus
does, and a Python that has imported all that the appliance has, and sleeps.
"""

import http.client
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from bench import processes, report
from bench.processes import Child, MissingError, child, cpu_seconds, free_port, memory_bytes

OURS = "zeropoint"
EXPORTER = "prometheus-node-exporter"
IMPORTS = "its imports alone"
NAMES = (OURS, EXPORTER, IMPORTS)
SETTLE_SECONDS = 10
WINDOW_SECONDS = 50
MIB = 1 << 20

IMPORT_AND_SLEEP = """
import contextlib, importlib, sys
for name in sys.argv[1:]:
    with contextlib.suppress(ImportError):
        importlib.import_module(name)
print("ready", flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class Weight:
    cpu_percent: float  # of one core
    resident_bytes: int
    proportional_bytes: int


def imported_modules() -> list[str]:
    """All that the appliance has imported after its first seconds, in order; Python itself prints it."""
    with processes.zeropoint(environment={"PYTHONPROFILEIMPORTTIME": "1"}) as (process, _):
        time.sleep(3)
        rows = [row for row in process.log().splitlines() if row.startswith("import time:")]
    return [row.rpartition("|")[2].strip() for row in rows[1:]]


@contextmanager
def exporter() -> Iterator[tuple[Child, http.client.HTTPConnection]]:
    if not shutil.which(EXPORTER):
        raise MissingError(f"{EXPORTER} (Debian: apt-get install {EXPORTER})")
    port = free_port()
    with child(EXPORTER, f"--web.listen-address=127.0.0.1:{port}") as process:
        process.wait_until_listening(port)
        yield process, http.client.HTTPConnection("127.0.0.1", port, timeout=5)


def scrape_each_second(connection: http.client.HTTPConnection, seconds: int) -> None:
    tick = time.monotonic()
    for _ in range(seconds):
        connection.request("GET", "/metrics")
        connection.getresponse().read()
        tick += 1
        time.sleep(max(0.0, tick - time.monotonic()))


def weigh(modules: list[str]) -> dict[str, Weight]:
    """One minute of all three at once: each has a core to itself for most of it, and meets the same disturbances."""
    with (
        processes.zeropoint() as (ours, _),
        exporter() as (scraped, connection),
        child(sys.executable, "-c", IMPORT_AND_SLEEP, *modules) as imports,
    ):
        imports.answer()
        pids = {OURS: ours.pid, EXPORTER: scraped.pid, IMPORTS: imports.pid}
        scrape_each_second(connection, SETTLE_SECONDS)
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        began = time.monotonic()
        scrape_each_second(connection, WINDOW_SECONDS)
        seconds = time.monotonic() - began
        cpu = {name: (cpu_seconds(pid) - before[name]) / seconds * 100 for name, pid in pids.items()}
        return {name: Weight(cpu[name], *memory_bytes(pid)) for name, pid in pids.items()}


def measure(runs: int) -> report.Report:
    modules = imported_modules()
    minutes = report.alternate({"a minute of all three": partial(weigh, modules)}, runs)["a minute of all three"]
    cpu = {name: [minute[name].cpu_percent for minute in minutes] for name in NAMES}
    resident = {name: [minute[name].resident_bytes / MIB for minute in minutes] for name in NAMES}
    proportional = {name: [minute[name].proportional_bytes / MIB for minute in minutes] for name in NAMES}
    to_exporter = report.ratio(cpu[OURS], cpu[EXPORTER])
    to_imports = report.ratio(resident[OURS], resident[IMPORTS])
    return report.Report(
        name="idle",
        header=("process", "CPU, % of one core", "resident, MiB", "proportional, MiB"),
        rows=[
            (name, report.spread(cpu[name], 2), report.spread(resident[name]), report.spread(proportional[name]))
            for name in NAMES
        ],
        goals=[
            report.Goal(f"CPU at most {EXPORTER}'s (it is {to_exporter:.2f} of it)", to_exporter <= 1),
            report.Goal(
                f"resident at most 1.3 times what its imports take (it is {to_imports:.2f})", to_imports <= 1.3
            ),
        ],
        notes=[
            f"One sample a second without subscribers; {EXPORTER} scraped once a second (scraper not counted).",
            f"CPU over {WINDOW_SECONDS} s after {SETTLE_SECONDS} s to settle, memory at the end.",
            f"The imports are the {len(modules)} modules that the running appliance has loaded.",
        ],
    )
