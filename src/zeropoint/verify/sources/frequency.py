"""Frequencies of the cores: PROC/cpuinfo, and where that tells none, cpufreq's."""

from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts, Range
from zeropoint.verify.source import Files


def read_frequencies(roots: Roots) -> Facts:
    """From the slowest to the fastest core. They change many times a second: the mean lies between."""
    lines = Path(f"{roots.proc}/cpuinfo").read_text(errors="replace").splitlines()
    hertz = [float(line.split(":")[1]) * 1e6 for line in lines if line.startswith("cpu MHz")]
    policies = Path(f"{roots.sys}/devices/system/cpu/cpufreq")
    hertz += [float(file.read_text()) * 1e3 for file in policies.glob("policy*/scaling_cur_freq")]
    return {"system.cpu.frequency_hz": Range(min(hertz), max(hertz))} if hertz else {}


FREQUENCY = Files("/proc/cpuinfo, own reading", ("system.cpu.frequency_hz",), read_frequencies)
