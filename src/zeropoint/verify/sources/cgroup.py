"""The limits of this process's control groups, read by plain code: no other program tells of them.

Documentation/admin-guide/cgroup-v2.rst and cgroup-v1/.
"""

from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files

PREFIX = "system.host.container"


def read_cgroup(roots: Roots) -> Facts:
    facts: dict[str, float] = {}
    sets = [count for group in _groups(roots, "cpuset") if (count := _set(group)) is not None]
    if sets:
        facts[f"{PREFIX}.cpu_limit_cores"] = min(sets)
    quotas = [(quota, group) for group in _groups(roots, "cpu") if (quota := _quota(group)) is not None]
    if quotas:
        cores, group = min(quotas, key=lambda each: each[0])
        facts[f"{PREFIX}.cpu_limit_cores"] = min([cores, *sets])
        rows = _rows(group / "cpu.stat")
        if "throttled_usec" in rows or "throttled_time" in rows:
            microseconds = rows["throttled_usec"] if "throttled_usec" in rows else rows["throttled_time"] / 1e3
            facts[f"{PREFIX}.cpu_throttled_seconds_total"] = microseconds / 1e6
            facts[f"{PREFIX}.periods_throttled"] = rows["nr_throttled"]
            facts[f"{PREFIX}.periods_free"] = rows["nr_periods"] - rows["nr_throttled"]
    limits = [
        (limit, group)
        for group in _groups(roots, "memory")
        for file in ("memory.max", "memory.high", "memory.limit_in_bytes")
        if (limit := _number(group / file)) is not None
    ]
    if limits:
        limit, group = min(limits, key=lambda each: each[0])
        rows = _rows(group / "memory.stat")
        charged = _number(group / "memory.current", group / "memory.usage_in_bytes")
        dropped = rows.get("total_inactive_file", rows.get("inactive_file"))
        facts[f"{PREFIX}.memory_limit_bytes"] = limit
        if charged is not None and dropped is not None:
            used = max(0, charged - dropped)
            facts[f"{PREFIX}.memory_used_bytes"] = used
            facts[f"{PREFIX}.memory_usage_percent"] = 100.0 * used / limit if limit else 0.0
        kills = {**_rows(group / "memory.oom_control"), **_rows(group / "memory.events")}.get("oom_kill")
        if kills is not None:
            facts[f"{PREFIX}.oom_kills_total"] = kills
    tasks = [limit for group in _groups(roots, "pids") if (limit := _number(group / "pids.max")) is not None]
    if tasks:
        facts[f"{PREFIX}.pids_limit"] = min(tasks)
    return facts


def _groups(roots: Roots, controller: str) -> list[Path]:
    """The directories of our group and of those above it, as far as they are seen from here."""
    recorded = not Path(f"{roots.proc}/self").is_symlink()
    base = Path(roots.sys if recorded else "/sys") / "fs/cgroup"
    paths = {}
    for line in Path(f"{roots.proc}/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for name in controllers.split(","):
            paths[name] = path
    if controller in paths:
        # Hierarchies are mounted by what is in them, as in "cpu,cpuacct".
        base = next((each for each in base.glob("*") if controller in each.name.split(",")), base / controller)
    elif (base / "unified").is_dir():
        base /= "unified"
    group = base / paths.get(controller, paths.get("", "/")).strip("/")
    if not group.is_dir():
        return [base]  # in a container its own group is mounted as the root
    return [each for each in (group, *group.parents) if each.is_relative_to(base)]


def _number(*files: Path) -> int | None:
    for file in files:
        try:
            return int(file.read_text())
        except (FileNotFoundError, ValueError):
            continue
    return None


def _quota(group: Path) -> float | None:
    try:
        quota, period = (group / "cpu.max").read_text().split()
        return None if quota == "max" else int(quota) / int(period)
    except FileNotFoundError:
        limit, length = _number(group / "cpu.cfs_quota_us"), _number(group / "cpu.cfs_period_us")
        return limit / length if limit is not None and length and limit > 0 else None


def _set(group: Path) -> int | None:
    for name in ("cpuset.cpus.effective", "cpuset.effective_cpus"):
        if (group / name).is_file() and (text := (group / name).read_text().strip()):
            ranges = [part.split("-") for part in text.split(",")]
            return sum(int(part[-1]) - int(part[0]) + 1 for part in ranges)
    return None


def _rows(file: Path) -> dict[str, int]:
    try:
        words = file.read_text().split()
    except FileNotFoundError:
        return {}
    return dict(zip(words[::2], map(int, words[1::2]), strict=True))


CGROUP = Files("/sys/fs/cgroup, own reading", ("system.host.container.",), read_cgroup)
