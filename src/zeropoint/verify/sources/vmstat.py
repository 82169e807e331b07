"""vmstat, of procps: times of the processors, and what has been counted since boot."""

import mmap
import os

from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Tool

TICKS = {
    "non-nice user cpu ticks": "user",
    "nice user cpu ticks": "nice",
    "system cpu ticks": "system",
    "idle cpu ticks": "idle",
    "IO-wait cpu ticks": "iowait",
    "IRQ cpu ticks": "irq",
    "softirq cpu ticks": "softirq",
    "stolen cpu ticks": "steal",
}
COUNTS = {
    "CPU context switches": ("system.cpu.context_switches_total", 1),
    "interrupts": ("system.cpu.interrupts_total", 1),
    "pages swapped in": ("system.memory.swap.in_bytes_total", mmap.PAGESIZE),
    "pages swapped out": ("system.memory.swap.out_bytes_total", mmap.PAGESIZE),
}


def parse_vmstat(printed: bytes) -> Facts:
    """Of `vmstat -s` the lines that are known: "  1609028 non-nice user cpu ticks"."""
    told: dict[str, int] = {}
    for line in printed.decode().splitlines():
        number, _, what = line.strip().partition(" ")
        if number.isdigit():
            told[what] = int(number)
    hertz = os.sysconf("SC_CLK_TCK")
    facts = {f"system.cpu.times_seconds.{mode}_seconds_total": told[what] / hertz for what, mode in TICKS.items()}
    facts |= {name: told[what] * unit for what, (name, unit) in COUNTS.items()}
    return facts


VMSTAT = Tool(
    "vmstat -s",
    "procps",
    ("system.cpu.times_", "system.cpu.context", "system.cpu.interr", "system.memory.swap.in", "system.memory.swap.out"),
    parse_vmstat,
)
