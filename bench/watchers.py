"""What it costs to say who uses the machine: CPU of the appliance with its ledger, beside Glances, Netdata and
prometheus-node-exporter in the same minute; once as the machine is, and once with 2,000 sleeping processes more.

Nobody looks at any of them; the exporter, which reads no processes, is scraped once a second.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from bench import processes, report
from bench.idle import EXPORTER, OURS, exporter, scrape_each_second
from bench.processes import Child, MissingError, child, cpu_seconds, free_port
from bench.servers import HERE

SLEEPERS = 2000
SETTLE_SECONDS = 15
WINDOW_SECONDS = 45
GLANCES = "Glances, every 2 s"
NETDATA = "Netdata, every 1 s"
NAMES = (OURS, EXPORTER, GLANCES, NETDATA)
# The budget would slow it down; serving is not what is compared.
WITHOUT_BUDGET = ("--overhead-budget-percent", "0")
NETDATA_CONFIGURATION = """
[global]
    run as user = root
[db]
    update every = 1
[directories]
    cache = {folder}/cache
    lib = {folder}/lib
    log = {folder}/log
    lock = {folder}/lock
[logs]
    debug = {folder}/debug.log
    error = {folder}/error.log
    access = none
[web]
    bind to = 127.0.0.1
    default port = {port}
"""


@contextmanager
def _glances() -> Iterator[Child]:
    if not shutil.which("glances"):
        raise MissingError("glances (Debian: apt-get install --no-install-recommends glances)")
    with child("glances", "--quiet", "--time", "2", "--disable-check-update") as process:
        yield process


@contextmanager
def _netdata() -> Iterator[Child]:
    if not shutil.which("netdata"):
        raise MissingError("netdata (Debian: apt-get install --no-install-recommends netdata-core)")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        port = free_port()
        for name in ("cache", "lib", "log", "lock"):
            Path(folder, name).mkdir()
        configuration = Path(folder, "netdata.conf")
        configuration.write_text(NETDATA_CONFIGURATION.format(folder=folder, port=port))
        with child("netdata", "-D", "-c", configuration) as process:
            process.wait_until_listening(port)
            yield process


def weigh(sleepers: Path, count: int) -> dict[str, float]:
    """CPU of each in percent of one core, all in the same minute."""
    with ExitStack() as stack:
        if count:
            stack.enter_context(child(sleepers, count)).answer()
        ours, _ = stack.enter_context(processes.zeropoint(*WITHOUT_BUDGET))
        scraped, connection = stack.enter_context(exporter())
        glances, netdata = stack.enter_context(_glances()), stack.enter_context(_netdata())
        pids = dict(zip(NAMES, (ours.pid, scraped.pid, glances.pid, netdata.pid), strict=True))
        scrape_each_second(connection, SETTLE_SECONDS)
        before = {name: cpu_seconds(pid) for name, pid in pids.items()}
        began = time.monotonic()
        scrape_each_second(connection, WINDOW_SECONDS)
        seconds = time.monotonic() - began
        return {name: (cpu_seconds(pid) - before[name]) / seconds * 100 for name, pid in pids.items()}


def measure(runs: int) -> report.Report:
    with tempfile.TemporaryDirectory() as folder:
        sleepers = processes.compiled(HERE / "sleepers.c", Path(folder))
        few, many = "as the machine is", f"with {SLEEPERS:,} sleeping processes"
        minutes = report.alternate({few: partial(weigh, sleepers, 0), many: partial(weigh, sleepers, SLEEPERS)}, runs)
    cpu = {scene: {name: [minute[name] for minute in minutes[scene]] for name in NAMES} for scene in (few, many)}
    to_exporter = report.ratio(cpu[few][OURS], cpu[few][EXPORTER])
    to_glances = report.ratio(cpu[many][OURS], cpu[many][GLANCES])
    to_netdata = report.ratio(cpu[many][OURS], cpu[many][NETDATA])
    return report.Report(
        name="watchers",
        header=("process", f"{few}, % of one core", f"{many}, % of one core"),
        rows=[(name, report.spread(cpu[few][name], 2), report.spread(cpu[many][name], 2)) for name in NAMES],
        goals=[
            report.Goal(f"{few}: at most {EXPORTER}'s (it is {to_exporter:.2f} of it)", to_exporter <= 1),
            report.Goal(f"{many}: at most a quarter of Glances' (it is {to_glances:.2f} of it)", to_glances <= 0.25),
            report.Goal(f"{many}: at most a quarter of Netdata's (it is {to_netdata:.2f} of it)", to_netdata <= 0.25),
        ],
        notes=[
            f"CPU over {WINDOW_SECONDS} s after {SETTLE_SECONDS} s to settle, with all children that live.",
            "The appliance samples once a second, its overhead budget is off, and nobody subscribes.",
        ],
    )
