"""The machine as a whole through psutil and the standard library."""

import platform
import time
from typing import ClassVar

import psutil

from zeropoint.host.psutil_reasons import NOT_TOLD, WINDOWS, explained
from zeropoint.model import Host, Platform, Section
from zeropoint.probe import Absent, Missing, Probe, Reading, Roots
from zeropoint.texts import rfc3339


class PortableHost(Probe):
    name: ClassVar[str] = "host"
    section: ClassVar[str] = "system.host"
    report: ClassVar[type[Section]] = Host

    def read(self, roots: Roots, now: float) -> Reading:
        booted = psutil.boot_time()
        missing = Missing(
            thread_count="psutil counts threads process by process, which costs too much",
            container="limits of containers are read on Linux alone",
        )
        report = Host(
            name=platform.node() or None,
            process_count=len(psutil.pids()),
            uptime_seconds=time.time() - booted,
            boot_time=rfc3339(booted),
            platform=Platform(
                system=platform.system() or None,
                release=platform.release() or None,
                machine=platform.machine() or None,
                distribution=missing.take("platform.distribution", distribution()),
                python=platform.python_version(),
            ),
        )
        return Reading(explained(report, missing), missing)


def distribution() -> str | Absent:
    if WINDOWS:
        return f"Windows {platform.win32_ver()[0]} {platform.win32_ver()[1]}"
    version = platform.mac_ver()[0]
    return f"macOS {version}" if version else Absent(NOT_TOLD)
