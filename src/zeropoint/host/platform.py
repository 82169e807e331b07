"""What the machine is: its name, what it runs, and since when."""

import os
import platform
import re
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from zeropoint import model
from zeropoint.host.parsing import parses
from zeropoint.host.proc_stat import parse_stat
from zeropoint.host.sysfs import text_at
from zeropoint.probe import Absent, Missing, Probe, Reading, Roots, read_file
from zeropoint.texts import rfc3339

# Names hardly change; the boot time does when the clock is set, which a machine without a clock of its own does late.
REREAD_SECONDS = 60.0
ESCAPED = re.compile(r"""\\([\\$"'`])""")
OS_RELEASE = ("/etc/os-release", "/usr/lib/os-release")


@parses("/proc/uptime")
def parse_uptime(content: bytes) -> float:
    return float(content.split()[0])


def parse_os_release(content: str) -> dict[str, str]:
    """The assignments of os-release(5), which are quoted as in a shell. Lines that are none are passed over."""
    values: dict[str, str] = {}
    for line in content.splitlines():
        name, mark, value = line.strip().partition("=")
        if mark and not name.startswith("#"):
            quoted = len(value) > 1 and value[0] in "\"'" and value[-1] == value[0]
            values[name] = ESCAPED.sub(r"\1", value[1:-1] if quoted else value)
    return values


def distribution_name(release: Mapping[str, str]) -> str | Absent:
    name = release.get("PRETTY_NAME") or " ".join(filter(None, (release.get("NAME"), release.get("VERSION_ID"))))
    return name or Absent("os-release gives no name")


def distribution(roots: Roots) -> str | Absent:
    for file in OS_RELEASE:
        path = Path(roots.on_root(file))
        # An absolute link means a place in the watched machine's tree, and would lead out of it into our own.
        if path.is_symlink() and (target := path.readlink()).is_absolute():
            path = Path(roots.on_root(str(target)))
        content = text_at(str(path))
        if content is not None:
            return distribution_name(parse_os_release(content))
    return Absent("there is no os-release file")


def host_name(roots: Roots) -> str | Absent:
    """The machine's name. The kernel's own file has that of the reader's namespace, in a container the container's,
    so the watched machine's tree is asked first where it is another one."""
    name = None if roots.root == "/" else text_at(roots.on_root("/etc/hostname"))
    return (name or text_at(f"{roots.proc}/sys/kernel/hostname") or "").strip() or Absent("the machine has no name")


def uptime_seconds(roots: Roots) -> float | Absent:
    try:
        return parse_uptime(read_file(f"{roots.proc}/uptime"))
    except FileNotFoundError:
        return Absent("this kernel has no /proc/uptime")


def boot_time(roots: Roots) -> str | Absent:
    try:
        seconds = parse_stat(read_file(f"{roots.proc}/stat")).counts.get("btime")
    except FileNotFoundError:
        return Absent("this kernel has no /proc/stat")
    if seconds is None:
        return Absent("/proc/stat doesn't tell it")
    return rfc3339(seconds)


def about(roots: Roots, missing: Missing) -> model.Host:
    """All but the uptime."""
    release = text_at(f"{roots.proc}/sys/kernel/osrelease")
    # Linux 6.1 and later have the file; it is the same kernel, so its answer to us is as good.
    machine = text_at(f"{roots.proc}/sys/kernel/arch") or os.uname().machine
    return model.Host(
        name=missing.take("name", host_name(roots)),
        boot_time=missing.take("boot_time", boot_time(roots)),
        platform=model.Platform(
            system="Linux",
            release=missing.take("platform.release", release or Absent("/proc doesn't tell it")),
            machine=machine,
            distribution=missing.take("platform.distribution", distribution(roots)),
            python=platform.python_version(),
        ),
    )


class Platform(Probe):
    name: ClassVar[str] = "platform"
    section: ClassVar[str] = "system.host"
    fields: ClassVar[tuple[str, ...]] = ("name", "uptime_seconds", "boot_time", "platform")

    def __init__(self) -> None:
        self._about = model.Host()
        self._missing = Missing()
        self._reread_at: float | None = None

    def read(self, roots: Roots, now: float) -> Reading:
        if self._reread_at is None or now >= self._reread_at:
            self._missing = Missing()
            self._about = about(roots, self._missing)
            self._reread_at = now + REREAD_SECONDS
        missing = Missing(self._missing)
        report = model.Host(
            name=self._about.name,
            boot_time=self._about.boot_time,
            platform=self._about.platform,
            uptime_seconds=missing.take("uptime_seconds", uptime_seconds(roots)),
        )
        return Reading(report=report, missing=missing)
