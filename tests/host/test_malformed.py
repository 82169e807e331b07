"""Content that the kernel doesn't write: a clear error that names the file, which costs the probe its reading alone."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zeropoint.host.cgroup import parse_flat
from zeropoint.host.cgroup_place import parse_memberships
from zeropoint.host.cpu import parse_loads
from zeropoint.host.cpu_frequency import parse_megahertz
from zeropoint.host.disk import parse_diskstats
from zeropoint.host.memory import parse_meminfo, parse_vmstat
from zeropoint.host.mounts import parse_mountinfo
from zeropoint.host.network import parse_dev, parse_tcp
from zeropoint.host.parsing import parses
from zeropoint.host.platform import parse_uptime
from zeropoint.host.pressure import parse_pressure
from zeropoint.host.proc_stat import parse_stat
from zeropoint.host.processes import parse_thread_count

PARSERS: dict[str, Callable[[bytes], Any]] = {
    "/proc/stat": parse_stat,
    "/proc/loadavg": parse_loads,
    "/proc/loadavg threads": parse_thread_count,
    "/proc/cpuinfo": parse_megahertz,
    "/proc/meminfo": parse_meminfo,
    "/proc/vmstat": parse_vmstat,
    "/proc/diskstats": parse_diskstats,
    "/proc/self/mountinfo": parse_mountinfo,
    "/proc/self/cgroup": parse_memberships,
    "/proc/net/dev": parse_dev,
    "/proc/net/snmp": parse_tcp,
    "/proc/uptime": parse_uptime,
    "/proc/pressure": parse_pressure,
}
BROKEN = {
    "/proc/stat": b"cpu  1 2 three 4 5 6 7 8\n",
    "/proc/loadavg": b"0.1 0.2\n",
    "/proc/loadavg threads": b"0.1 0.2 0.3\n",
    "/proc/cpuinfo": b"cpu MHz\t\t: fast\n",
    "/proc/meminfo": b"MemTotal: much kB\n",
    "/proc/vmstat": b"pswpin 0 pswpout\n",
    "/proc/diskstats": b"8 0\n",
    "/proc/self/mountinfo": b"27 1 254:0 / / rw,relatime ext4\n",
    "/proc/self/cgroup": b"nonsense\n",
    "/proc/net/dev": b"a\nb\neth0: 1 2 3\n",
    "/proc/net/snmp": b"Tcp: CurrEstab\n",
    "/proc/uptime": b"\n",
    "/proc/pressure": b"some avg10=1.0 total=1\n",
}


@pytest.mark.parametrize("file", PARSERS)
def test_a_malformed_file_is_named(file: str):
    with pytest.raises(ValueError, match=rf"^{file.split(maxsplit=1)[0]} is malformed: "):
        PARSERS[file](BROKEN[file])


@pytest.mark.parametrize("file", PARSERS)
@given(content=st.binary(max_size=200))
def test_no_content_raises_anything_else(file: str, content: bytes):
    try:
        PARSERS[file](content)
    except ValueError as error:
        assert str(error).startswith(file.split(maxsplit=1)[0])


def test_control_group_statistics_that_are_malformed_are_named():
    with pytest.raises(ValueError, match="a control group's statistics is malformed"):
        parse_flat("nr_periods many\n")


def test_the_message_is_short():
    @parses("/proc/x")
    def parse(content: bytes) -> int:
        return int(content)

    with pytest.raises(ValueError, match="malformed") as raised:
        parse(b"x" * 10_000)
    assert len(str(raised.value)) < 200
