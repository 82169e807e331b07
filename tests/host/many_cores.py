"""A machine of 128 cores on 64 physical ones; too many files to keep, and all alike."""

from pathlib import Path

from tests.host.trees import roots_of
from zeropoint.probe import Roots

CORES = 128


def write(tree: Path, *, busy: int, offline: frozenset[int] = frozenset()) -> Roots:
    """Core N has used `busy` x N ticks of 100 x N since boot, so that its use from boot on is `busy` percent."""
    ticks = {core: (busy * core, 0, 0, (100 - busy) * core, 0, 0, 0, 0, 0, 0) for core in range(CORES)}
    machine = [sum(column) for column in zip(*ticks.values(), strict=True)]
    lines = ["cpu  " + " ".join(map(str, machine))]
    lines += [f"cpu{core} " + " ".join(map(str, each)) for core, each in ticks.items() if core not in offline]
    # A machine of this size has some thousand interrupts.
    lines += ["intr 90000000" + " 0" * 4000, "ctxt 1234567", "btime 1795400000", "procs_running 12", "procs_blocked 3"]
    files = {
        "proc/stat": "\n".join(lines) + "\n",
        "proc/loadavg": "64.10 60.02 58.77 13/4102 99321\n",
        "proc/cpuinfo": "".join(f"processor\t: {core}\ncpu MHz\t\t: 1500.000\n\n" for core in range(CORES)),
        "sys/devices/system/cpu/present": f"0-{CORES - 1}\n",
    }
    for core in range(CORES):
        directory = f"sys/devices/system/cpu/cpu{core}"
        if core not in offline:
            files[f"{directory}/topology/thread_siblings_list"] = f"{core % 64},{core % 64 + 64}\n"
        files[f"sys/devices/system/cpu/cpufreq/policy{core}/scaling_cur_freq"] = f"{2_000_000 + 1000 * core}\n"
        # What the file of an offline core's policy says: no core at all.
        online = "\n" if core in offline else f"{core}\n"
        files[f"sys/devices/system/cpu/cpufreq/policy{core}/affected_cpus"] = online
    for path, content in files.items():
        file = tree / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return roots_of(tree)
