"""lscpu, of util-linux: how many cores there are."""

from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Tool


def parse_lscpu(printed: bytes) -> Facts:
    """Of `lscpu -p=cpu,core,socket` a line for each core that is online: "0,0,0"."""
    rows = [line.split(",") for line in printed.decode().splitlines() if line and not line.startswith("#")]
    logical, physical = {cpu for cpu, _, _ in rows}, {(core, socket) for _, core, socket in rows}
    if not logical:
        raise ValueError("no core")
    return {"system.cpu.count_logical": len(logical), "system.cpu.count_physical": len(physical)}


LSCPU = Tool("lscpu -p=cpu,core,socket", "util-linux", ("system.cpu.count_",), parse_lscpu)
