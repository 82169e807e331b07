"""SYS/devices/system/cpu: cores by their number and package, Documentation/admin-guide/cputopology.rst."""

from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files


def read_topology(roots: Roots) -> Facts:
    directory = Path(f"{roots.sys}/devices/system/cpu")
    online: list[int] = []
    for part in (directory / "online").read_text().strip().split(","):
        first, _, last = part.partition("-")
        online.extend(range(int(first), int(last or first) + 1))
    facts: dict[str, float] = {"system.cpu.count_logical": len(online)}
    places = [
        tuple(_number(directory / f"cpu{core}/topology/{file}") for file in ("core_id", "physical_package_id"))
        for core in online
    ]
    if all(None not in place for place in places):
        facts["system.cpu.count_physical"] = len(set(places))
    return facts


def _number(path: Path) -> int | None:
    try:
        return int(path.read_text())
    except (FileNotFoundError, ValueError):
        return None


TOPOLOGY = Files("/sys/devices/system/cpu", ("system.cpu.count_",), read_topology)
