"""SYS/block/DEVICE/stat: the counters of a device in a file of its own, Documentation/block/stat.rst."""

from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files

SECTOR_BYTES = 512


def read_block_stat(roots: Roots) -> Facts:
    facts: dict[str, float] = {}
    for file in sorted(Path(f"{roots.sys}/block").glob("*/stat")):
        counts = [int(each) for each in file.read_text().split()]
        # A "/" in a device's name stands as "!" in sysfs.
        prefix = f"system.disk.devices.{file.parent.name.replace('!', '/')}"
        facts |= {
            f"{prefix}.reads_total": counts[0],
            f"{prefix}.read_bytes_total": counts[2] * SECTOR_BYTES,
            f"{prefix}.read_seconds_total": counts[3] / 1e3,
            f"{prefix}.writes_total": counts[4],
            f"{prefix}.write_bytes_total": counts[6] * SECTOR_BYTES,
            f"{prefix}.write_seconds_total": counts[7] / 1e3,
            f"{prefix}.busy_seconds_total": counts[9] / 1e3,
        }
    return facts


BLOCK_STAT = Files("/sys/block/*/stat", ("system.disk.devices.",), read_block_stat)
