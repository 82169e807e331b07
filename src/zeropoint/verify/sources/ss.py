"""ss, of iproute2: TCP connections, which it asks the kernel for one by one."""

from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Tool


def parse_ss(printed: bytes) -> Facts:
    """Of `ss -H -t -n state established state close-wait` a line for each connection. CurrEstab counts both states."""
    return {"system.network.tcp_connections": sum(bool(line.strip()) for line in printed.splitlines())}


SS = Tool(
    "ss -H -t -n state established state close-wait",
    "iproute2",
    ("system.network.tcp_connections",),
    parse_ss,
    name="ss -t",
)
