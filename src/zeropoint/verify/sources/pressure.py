"""PROC/pressure, read by plain code: no other program or file tells of it."""

import re
from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files

SECTIONS = {"cpu": "cpu", "memory": "memory", "io": "disk"}
LINE = re.compile(r"^(some|full) avg10=([0-9.]+) avg60=([0-9.]+) avg300=([0-9.]+) total=(\d+)$", re.MULTILINE)


def read_pressure(roots: Roots) -> Facts:
    facts: dict[str, float] = {}
    for file, section in SECTIONS.items():
        path = Path(f"{roots.proc}/pressure/{file}")
        if not path.exists():
            continue
        for kind, avg10, avg60, avg300, total in LINE.findall(path.read_text()):
            prefix = f"system.{section}.pressure.{kind}"
            facts |= {
                f"{prefix}.avg10_percent": float(avg10),
                f"{prefix}.avg60_percent": float(avg60),
                f"{prefix}.avg300_percent": float(avg300),
                f"{prefix}.stalled_seconds_total": int(total) / 1e6,
            }
    return facts


PRESSURE = Files(
    "/proc/pressure, own reading",
    ("system.cpu.pressure", "system.memory.pressure", "system.disk.pressure"),
    read_pressure,
)
