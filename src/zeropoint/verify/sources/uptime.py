"""uptime, of procps: the load averages."""

import re

from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Tool

LOADS = re.compile(rb"load averages?: ([0-9.]+),? ([0-9.]+),? ([0-9.]+)")


def parse_uptime(printed: bytes) -> Facts:
    """ " 18:50:01 up 8:00,  0 users,  load average: 0.29, 0.17, 0.16" """
    found = LOADS.search(printed)
    if found is None:
        raise ValueError("no load average")
    return {
        f"system.cpu.load_{span}": float(load) for span, load in zip(("1m", "5m", "15m"), found.groups(), strict=True)
    }


UPTIME = Tool("uptime", "procps", ("system.cpu.load_",), parse_uptime)
