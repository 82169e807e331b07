"""Traffic of the block devices: /proc/diskstats, described in Documentation/admin-guide/iostats.rst.

Told of are whole devices that move data in and out of the machine. Left out, so that nothing is counted twice:
partitions (their disk counts them), loop devices and those stacked on others (md, dm and the like: the disks below
count), the paths of an NVMe multipath device, and disks made of memory (ram, zram: no device moves).
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

from zeropoint import model
from zeropoint.host.counters import DeviceCounters
from zeropoint.host.parsing import parses, printable
from zeropoint.host.sysfs import names_in, text_at
from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Missing, Probe, Reading, Roots, read_file

# A sector of /proc/diskstats has 512 bytes whatever the device's own are.
SECTOR_BYTES = 512
STACKED_OR_MEMORY = ("loop", "ram", "zram", "dm-", "md", "bcache", "drbd", "zd")
# The counters that are followed, by their places after the name.
READS, READ_SECTORS, READ_MS, WRITES, WRITE_SECTORS, WRITE_MS, BUSY_MS = range(7)
PLACES = (0, 2, 3, 4, 6, 7, 9)
RATE_FIELDS = (
    "read_bytes_per_second",
    "write_bytes_per_second",
    "reads_per_second",
    "writes_per_second",
    "read_latency_seconds",
    "write_latency_seconds",
    "busy_percent",
)
Counts = tuple[int, ...]


@parses("/proc/diskstats")
def parse_diskstats(content: bytes) -> dict[str, Counts]:
    """Reads, sectors read, ms reading, the same three of writing, and ms busy, of each device and partition.

    Devices that never had a request are left out: readers without a card, unconnected network devices, idle drives.
    """
    devices: dict[str, Counts] = {}
    for line in content.splitlines():
        _, _, name, *columns = line.split()
        # Partitions had four columns up to Linux 2.6.25.
        if len(columns) < 11 or columns.count(b"0") == len(columns):
            continue
        counts = tuple([int(columns[place]) for place in PLACES])
        if any(counts):
            devices[printable(name)] = counts
    return devices


def whole_devices(roots: Roots) -> frozenset[str]:
    """The names of the devices that are told of; partitions aren't in /sys/block."""
    block = f"{roots.sys}/block"
    return frozenset(
        # A "/" in a device's name stands as "!" in sysfs alone.
        name.replace("!", "/")
        for name in names_in(block)
        if not name.startswith(STACKED_OR_MEMORY) and text_at(f"{block}/{name}/hidden") != "1"
    )


def rates_of(rates: Sequence[float]) -> dict[str, float | Absent]:
    """The rates of a device, by field, out of its counters per second."""
    return {
        "read_bytes_per_second": rates[READ_SECTORS] * SECTOR_BYTES,
        "write_bytes_per_second": rates[WRITE_SECTORS] * SECTOR_BYTES,
        "reads_per_second": rates[READS],
        "writes_per_second": rates[WRITES],
        "read_latency_seconds": _latency(rates[READ_MS], rates[READS], "read"),
        "write_latency_seconds": _latency(rates[WRITE_MS], rates[WRITES], "write"),
        # The kernel's clock and ours are read a moment apart, which can make a full second a little more.
        "busy_percent": min(100.0, rates[BUSY_MS] / 10.0),
    }


def _latency(milliseconds: float, requests: float, what: str) -> float | Absent:
    return milliseconds / requests / 1e3 if requests > 0 else Absent(f"no {what} ended in the interval")


def device(
    name: str, counts: Counts, rates: Mapping[str, float | Absent] | Absent, path: str, missing: Missing
) -> model.BlockDevice:
    """The row of a device; reasons go to `missing` below `path`."""

    def rate(field: str) -> float | None:
        return missing.take(f"{path}.{field}", rates if isinstance(rates, Absent) else rates[field])

    return model.BlockDevice(
        name=name,
        read_bytes_total=counts[READ_SECTORS] * SECTOR_BYTES,
        write_bytes_total=counts[WRITE_SECTORS] * SECTOR_BYTES,
        reads_total=counts[READS],
        writes_total=counts[WRITES],
        busy_seconds_total=counts[BUSY_MS] / 1e3,
        **{field: rate(field) for field in RATE_FIELDS},
    )


class Disk(Probe):
    name: ClassVar[str] = "disk"
    section: ClassVar[str] = "system.disk"
    # What filesystems.py and pressure.py don't tell.
    fields: ClassVar[tuple[str, ...]] = (
        "devices",
        "read_bytes_total",
        "write_bytes_total",
        "read_bytes_per_second",
        "write_bytes_per_second",
        "reads_per_second",
        "writes_per_second",
        "busy_percent",
    )

    def __init__(self) -> None:
        self._counters = DeviceCounters(len(PLACES))
        self._listed: frozenset[str] = frozenset()
        self._whole: frozenset[str] = frozenset()

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        try:
            listed = parse_diskstats(read_file(f"{roots.proc}/diskstats"))
        except FileNotFoundError:
            return Absent("this kernel has no /proc/diskstats")
        if listed.keys() != self._listed:
            # A device has come or gone.
            self._listed, self._whole = frozenset(listed), whole_devices(roots)
        devices = {name: counts for name, counts in listed.items() if name in self._whole}
        self._counters.update(devices, self._whole, now)
        if not devices:
            return Absent("the machine has no block device of its own in use")

        missing = Missing()
        rates = {
            name: each if isinstance(each, Absent) else rates_of(each) for name, each in self._counters.rates.items()
        }
        rows = [
            device(name, counts, rates[name], f"devices[{index}]", missing)
            for index, (name, counts) in enumerate(devices.items())
        ]
        sums = self._counters.sum_rates
        sum_rates = sums if isinstance(sums, Absent) else rates_of(sums)

        def sum_rate(field: str) -> float | None:
            return missing.take(field, sum_rates if isinstance(sum_rates, Absent) else sum_rates[field])

        busy = [row.busy_percent for row in rows if row.busy_percent is not None]
        report = model.Disk(
            devices=rows,
            read_bytes_total=self._counters.sums[READ_SECTORS] * SECTOR_BYTES,
            write_bytes_total=self._counters.sums[WRITE_SECTORS] * SECTOR_BYTES,
            read_bytes_per_second=sum_rate("read_bytes_per_second"),
            write_bytes_per_second=sum_rate("write_bytes_per_second"),
            reads_per_second=sum_rate("reads_per_second"),
            writes_per_second=sum_rate("writes_per_second"),
            busy_percent=missing.take("busy_percent", max(busy) if busy else Absent(NEEDS_TWO_READINGS)),
        )
        return Reading(report=report, missing=missing)
