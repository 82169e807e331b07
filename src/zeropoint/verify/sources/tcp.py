"""TCP's counters in PROC/net/snmp, read by plain code."""

from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files


def read_tcp(roots: Roots) -> Facts:
    places = [Path(f"{roots.proc}/{place}/snmp") for place in ("1/net", "net")]
    # PROC/net is the reader's own network; that of the machine is its first process's.
    file = next((place for place in places if roots.proc != "/proc" and place.exists()), places[1])
    names, values = (line.split() for line in file.read_text().splitlines() if line.startswith("Tcp:"))
    told = dict(zip(names, values, strict=True))
    return {
        "system.network.tcp_retransmits_total": int(told["RetransSegs"]),
        "system.network.tcp_connections": int(told["CurrEstab"]),
    }


TCP = Files("/proc/net/snmp, own reading", ("system.network.tcp_",), read_tcp)
