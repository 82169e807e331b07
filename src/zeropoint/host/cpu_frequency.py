"""Frequency of the cores now, from cpufreq, else from /proc/cpuinfo.

A probe of its own with a longer period: 128 cores are 128 files, and some drivers wake a core to answer.
"""

from typing import ClassVar

from zeropoint import model
from zeropoint.host.parsing import parses
from zeropoint.host.sysfs import names_in, number_at, text_at
from zeropoint.probe import Absent, Probe, Reading, Roots, read_file


@parses("/proc/cpuinfo")
def parse_megahertz(content: bytes) -> list[float]:
    """The "cpu MHz" of each core; x86 has it, Arm hasn't."""
    return [float(line.partition(b":")[2]) for line in content.splitlines() if line.startswith(b"cpu MHz")]


def cpufreq_hz(roots: Roots) -> list[float]:
    """The frequency of each core that cpufreq knows, Documentation/admin-guide/pm/cpufreq.rst."""
    directory = f"{roots.sys}/devices/system/cpu/cpufreq"
    frequencies: list[float] = []
    for policy in names_in(directory):
        kilohertz = number_at(f"{directory}/{policy}/scaling_cur_freq")
        # The online cores that share the policy, as "0 1 2".
        cores = text_at(f"{directory}/{policy}/affected_cpus")
        # All cores of a policy may be offline, and some drivers say "<unknown>".
        if kilohertz and cores:
            frequencies.extend([kilohertz * 1e3] * len(cores.split()))
    return frequencies


class CpuFrequency(Probe):
    name: ClassVar[str] = "cpu_frequency"
    section: ClassVar[str] = "system.cpu"
    fields: ClassVar[tuple[str, ...]] = ("frequency_hz",)
    period_seconds: ClassVar[float] = 5.0

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        frequencies = cpufreq_hz(roots)
        if not frequencies:
            frequencies = [each * 1e6 for each in parse_megahertz(read_file(f"{roots.proc}/cpuinfo"))]
        if not frequencies:
            return Absent("neither cpufreq nor /proc/cpuinfo tells a frequency")
        return Reading(report=model.Cpu(frequency_hz=sum(frequencies) / len(frequencies)))
