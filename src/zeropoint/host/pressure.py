"""Pressure stall information: how long work waited for a resource. Documentation/accounting/psi.rst."""

import errno
from collections.abc import Mapping
from typing import ClassVar

from msgspec import Struct

from zeropoint import model
from zeropoint.host.parsing import parses
from zeropoint.probe import Absent, Missing, Probe, Rates, Reading, Roots, read_file


class StallLine(Struct, frozen=True):
    """One line of a pressure file: three averages in percent and the time since boot."""

    avg10: float
    avg60: float
    avg300: float
    stalled_seconds: float


@parses("/proc/pressure")
def parse_pressure(content: bytes) -> dict[str, StallLine]:
    """The lines by name, `some` and where there is one `full`."""
    lines: dict[str, StallLine] = {}
    for line in content.splitlines():
        name, *pairs = line.split()
        values = dict(pair.split(b"=", 1) for pair in pairs)
        lines[name.decode()] = StallLine(
            avg10=float(values[b"avg10"]),
            avg60=float(values[b"avg60"]),
            avg300=float(values[b"avg300"]),
            stalled_seconds=int(values[b"total"]) / 1e6,
        )
    return lines


class Pressure(Probe):
    """The pressure on one resource, a probe of its own for each: a machine without PSI lacks all three alike."""

    resource: ClassVar[str]

    def __init__(self) -> None:
        self._rates = Rates()

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        try:
            content = read_file(f"{roots.proc}/pressure/{self.resource}")
        except FileNotFoundError:
            return Absent("this kernel has no pressure stall information")
        except OSError as error:
            if error.errno == errno.EOPNOTSUPP:
                return Absent("pressure stall information is switched off (kernel option psi=1 switches it on)")
            raise
        lines = parse_pressure(content)
        missing = Missing()
        report = model.Pressure(
            some=self._stall("some", lines, now, missing), full=self._stall("full", lines, now, missing)
        )
        return Reading(report=report, missing=missing)

    def _stall(self, name: str, lines: Mapping[str, StallLine], now: float, missing: Missing) -> model.Stall | None:
        line = lines.get(name)
        if line is None:
            # That of cpu came with Linux 5.13.
            return missing.take(name, Absent(f"this kernel doesn't tell `{name}` of {self.resource}"))
        share = self._rates.per_second(name, line.stalled_seconds, now)
        return model.Stall(
            # The kernel's clock and ours are read a moment apart, which can make a full second a little more.
            now_percent=missing.take(
                f"{name}.now_percent", share if isinstance(share, Absent) else min(100.0, 100.0 * share)
            ),
            avg10_percent=line.avg10,
            avg60_percent=line.avg60,
            avg300_percent=line.avg300,
            stalled_seconds_total=line.stalled_seconds,
        )


class CpuPressure(Pressure):
    name: ClassVar[str] = "pressure_cpu"
    section: ClassVar[str] = "system.cpu.pressure"
    resource: ClassVar[str] = "cpu"


class MemoryPressure(Pressure):
    name: ClassVar[str] = "pressure_memory"
    section: ClassVar[str] = "system.memory.pressure"
    resource: ClassVar[str] = "memory"


class DiskPressure(Pressure):
    name: ClassVar[str] = "pressure_io"
    section: ClassVar[str] = "system.disk.pressure"
    resource: ClassVar[str] = "io"
