"""File systems and block devices through psutil."""

import os
from typing import Any, ClassVar

import psutil

from zeropoint.host.psutil_reasons import WINDOWS, explained
from zeropoint.model import BlockDevice, Disk, Filesystem, Section
from zeropoint.probe import Absent, Missing, Probe, Rates, Reading, Roots


class PortableDisk(Probe):
    name: ClassVar[str] = "disk"
    section: ClassVar[str] = "system.disk"
    report: ClassVar[type[Section]] = Disk
    blocking: ClassVar[bool] = True  # a network drive whose server is gone does not answer

    def __init__(self) -> None:
        self._rates = Rates()

    def read(self, roots: Roots, now: float) -> Reading:
        missing = Missing()
        root = psutil.disk_usage(os.environ.get("SYSTEMDRIVE", "C:") + "\\" if WINDOWS else "/")
        counters = psutil.disk_io_counters(perdisk=True) or {}
        devices = [
            BlockDevice(name=name, **self._traffic(name, counters[name], f"devices[{row}].", missing, now))
            for row, name in enumerate(sorted(counters))
        ]
        total = self._traffic("", psutil.disk_io_counters(), "", missing, now)
        report = Disk(
            total_bytes=root.total,
            used_bytes=root.used,
            free_bytes=root.free,
            usage_percent=float(root.percent),
            filesystems=[
                filesystem(partition, f"filesystems[{row}].", missing)
                for row, partition in enumerate(psutil.disk_partitions())
            ],
            devices=devices,
            **{name: value for name, value in total.items() if name in Disk.__struct_fields__},
        )
        return Reading(explained(report, missing), missing)

    def _traffic(self, device: str, counters: Any, at: str, missing: Missing, now: float) -> dict[str, Any]:
        """Totals and rates. Windows has no counters at all where an administrator turned them off."""
        if counters is None:
            return {}
        read = {
            "read_bytes": counters.read_bytes,
            "write_bytes": counters.write_bytes,
            "reads": counters.read_count,
            "writes": counters.write_count,
        }
        totals: dict[str, Any] = {f"{name}_total": count for name, count in read.items()}
        rates = {
            f"{name}_per_second": missing.take(
                f"{at}{name}_per_second", self._rates.per_second(f"{device} {name}", count, now)
            )
            for name, count in read.items()
        }
        return totals | rates


def filesystem(partition: Any, at: str, missing: Missing) -> Filesystem:
    fields: dict[str, Any] = {}
    try:
        usage = psutil.disk_usage(partition.mountpoint)
        fields = {
            "total_bytes": usage.total,
            "used_bytes": usage.used,
            "free_bytes": usage.free,
            "usage_percent": float(usage.percent),
        }
        if hasattr(os, "statvfs"):
            inodes = os.statvfs(partition.mountpoint)
            fields["inodes_count"] = inodes.f_files
            fields["inodes_used"] = inodes.f_files - inodes.f_ffree
            fields["inodes_usage_percent"] = missing.take(
                f"{at}inodes_usage_percent",
                100 * fields["inodes_used"] / inodes.f_files
                if inodes.f_files
                else Absent("it has no fixed number of inodes"),
            )
    except OSError as error:  # an empty drive, or one that this user may not enter
        for name in Filesystem.__struct_fields__[3:-1]:
            missing.setdefault(f"{at}{name}", f"cannot be read: {error.strerror}")
    options = partition.opts.split(",")
    return Filesystem(
        mountpoint=partition.mountpoint,
        device=partition.device,
        type=partition.fstype or None,
        read_only="ro" in options,
        **fields,
    )
