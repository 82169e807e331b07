import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.host.trees import changed, missing_of, recorded, report_of
from zeropoint.host.cgroup import Cgroup
from zeropoint.host.cgroup_place import Place, below_root, find, parse_memberships
from zeropoint.host.mounts import Mount, parse_mountinfo
from zeropoint.probe import NEEDS_TWO_READINGS, Absent
from zeropoint.verify.sources.cgroup import read_cgroup

NO_LIMIT = Absent("no control group limit below the machine's")
GIB = 1024**3


def mounts_of(*lines: str) -> list[Mount]:
    return parse_mountinfo("".join(f"{line}\n" for line in lines).encode())


def test_memberships_are_parsed():
    first, second, third, fourth = parse_memberships(b"4:memory:/a:b\n3:cpu,cpuacct:/\n1:name=systemd:/\n0::/x\n")
    assert (first.controllers, first.path) == ({"memory"}, "/a:b")
    assert second.controllers == {"cpu", "cpuacct"}
    assert third.controllers == {"name=systemd"}
    assert (fourth.controllers, fourth.path) == (set(), "/x")
    assert parse_memberships(b"") == []


@pytest.mark.parametrize(
    ("path", "root", "below"),
    [
        ("/docker/6f", "/", "/docker/6f"),
        ("/docker/6f/inner", "/docker/6f", "/inner"),
        ("/docker/6f", "/docker/6f", ""),
        ("/docker/6fa", "/docker/6f", None),
        ("/", "/", "/"),
        # Told from within a namespace: the mount shows what is above it, the group is beside it.
        ("/", "/../..", None),
        ("/../sibling", "/", None),
        ("/../sibling", "/..", "/sibling"),
    ],
)
def test_a_group_is_found_below_the_root_of_a_mount(path: str, root: str, below: str | None):
    assert below_root(path, root) == below


def test_in_a_hybrid_set_up_each_controller_is_where_it_is():
    memberships = parse_memberships(b"4:memory:/jobs/3f\n2:cpu,cpuacct:/\n0::/user.slice\n")
    mounts = mounts_of(
        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct",
        "35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory",
        "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw",
    )
    memory = "/sys/fs/cgroup/memory"
    assert find("memory", memberships, mounts) == Place(
        version=1, directories=(f"{memory}/jobs/3f", f"{memory}/jobs", memory)
    )
    assert find("cpu", memberships, mounts) == Place(version=1, directories=("/sys/fs/cgroup/cpu,cpuacct",))
    unified = "/sys/fs/cgroup/unified"
    assert find("pids", memberships, mounts) == Place(version=2, directories=(f"{unified}/user.slice", unified))


def test_a_controller_that_is_not_mounted_is_not_found():
    assert find("memory", parse_memberships(b"4:memory:/\n"), []) is None
    assert find("memory", [], mounts_of("41 31 0:38 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw")) is None


def test_a_container_of_version_2():
    report = report_of(Cgroup(), recorded("container_v2"))
    assert report.cgroup_version == 2
    assert report.cpu_limit_cores == 1.5
    assert report.cpu_throttled_seconds_total == pytest.approx(184.512345)
    assert report.memory_limit_bytes == 4 * GIB
    assert report.memory_used_bytes == 2 * GIB - 536870912
    assert report.memory_usage_percent == 37.5
    assert report.oom_kills_total == 2
    assert report.pids_limit == 512


def test_a_container_of_version_1():
    probe = Cgroup()
    report = report_of(probe, recorded("container_v1"))
    assert report.cgroup_version == 1
    assert report.cpu_limit_cores == 2.5
    assert report.cpu_throttled_seconds_total == pytest.approx(184.512345678)
    assert report.memory_limit_bytes == 2 * GIB
    assert report.memory_used_bytes == 1 * GIB
    assert report.memory_usage_percent == 50.0
    assert report.oom_kills_total == 1
    assert missing_of(probe, recorded("container_v1"), 1.0)["pids_limit"] == "no limit of tasks"


def test_the_throttled_share_is_of_the_periods_of_the_interval(tmp_path: Path):
    probe = Cgroup()
    assert missing_of(probe, recorded("container_v2"), 0.0)["cpu_throttled_percent"] == NEEDS_TWO_READINGS
    # Same directory: what is followed is the group at its place.
    probe = Cgroup()
    report_of(probe, changed("container_v2", tmp_path, {}), 0.0)
    stat = "usage_usec 1\nnr_periods 41260\nnr_throttled 3304\nthrottled_usec 184912345\n"
    later = changed("container_v2", tmp_path, {"sys/fs/cgroup/cpu.stat": stat})
    assert report_of(probe, later, 1.0).cpu_throttled_percent == pytest.approx(40.0)
    assert missing_of(probe, later, 2.0)["cpu_throttled_percent"] == "no period of the quota ended"


def test_the_lowest_limit_of_the_ancestors_counts_and_its_own_use(tmp_path: Path):
    jobs = "sys/fs/cgroup/memory/jobs"
    roots = changed(
        "vm_hybrid",
        tmp_path,
        {
            f"{jobs}/memory.limit_in_bytes": f"{8 * GIB}\n",
            f"{jobs}/memory.usage_in_bytes": f"{5 * GIB}\n",
            f"{jobs}/memory.stat": f"inactive_file 7\ntotal_inactive_file {GIB}\n",
            f"{jobs}/3f1c9b20/memory.limit_in_bytes": f"{16 * GIB}\n",
        },
    )
    report = report_of(Cgroup(), roots)
    assert report.cgroup_version == 1
    assert report.memory_limit_bytes == 8 * GIB
    assert report.memory_usage_percent == 50.0


def test_without_a_memory_limit_our_own_use_is_told(tmp_path: Path):
    roots = changed("vm_hybrid", tmp_path, {"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n"})
    probe = Cgroup()
    report = report_of(probe, roots)
    group = Path(roots.sys) / "fs/cgroup/memory/jobs/3f1c9b20"
    stat = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
    used = int((group / "memory.usage_in_bytes").read_text()) - int(stat["total_inactive_file"])
    assert report.cpu_limit_cores == 0.5
    assert report.memory_used_bytes == used
    missing = missing_of(probe, roots, 1.0)
    assert missing["memory_limit_bytes"] == missing["memory_usage_percent"]


@pytest.mark.parametrize("machine", ["vm_hybrid", "laptop", "no_psi", "hostile"])
def test_without_a_limit_below_the_machine_there_is_nothing_to_tell(machine: str):
    """A laptop's user slice has a limit of tasks alone, as systemd gives it to everybody."""
    assert Cgroup().read(recorded(machine), 0.0) == NO_LIMIT


UNLIMITED = {"sys/fs/cgroup/cpu.max": "max 100000\n", "sys/fs/cgroup/memory.max": "max\n"}


def test_a_set_of_cores_is_a_limit_too(tmp_path: Path):
    """As `docker run --cpuset-cpus`, Slurm and Kubernetes' static policy set one."""
    roots = changed("container_v2", tmp_path, {**UNLIMITED, "sys/fs/cgroup/cpuset.cpus.effective": "0-1\n"})
    probe = Cgroup()
    report = report_of(probe, roots)
    assert report.cpu_limit_cores == 2
    missing = missing_of(probe, roots, 1.0)
    assert missing["cpu_throttled_percent"] == "no CPU quota below the machine's cores"
    assert read_cgroup(roots)["system.host.container.cpu_limit_cores"] == 2


@pytest.mark.parametrize(("cores", "limit"), [("2\n", 1.0), ("0,3\n", 1.5), ("0-3\n", 1.5)])
def test_of_quota_and_set_the_lower_one_counts(tmp_path: Path, cores: str, limit: float):
    roots = changed("container_v2", tmp_path, {"sys/fs/cgroup/cpuset.cpus.effective": cores})
    report = report_of(Cgroup(), roots)
    assert report.cpu_limit_cores == limit
    assert report.cpu_throttled_seconds_total == pytest.approx(184.512345), "the quota's, whichever is lower"
    assert read_cgroup(roots)["system.host.container.cpu_limit_cores"] == limit


@pytest.mark.parametrize("name", ["cpuset.effective_cpus", "cpuset.cpus"])
def test_a_set_of_cores_of_version_1(tmp_path: Path, name: str):
    group = "sys/fs/cgroup/cpuset"
    roots = changed("container_v1", tmp_path, {f"{group}/{name}": "1-2\n"})
    assert report_of(Cgroup(), roots).cpu_limit_cores == 2


def test_memory_that_is_held_back_is_a_limit_too(tmp_path: Path):
    roots = changed("container_v2", tmp_path, {**UNLIMITED, "sys/fs/cgroup/memory.high": f"{2 * GIB}\n"})
    report = report_of(Cgroup(), roots)
    assert (report.memory_limit_bytes, report.memory_usage_percent) == (2 * GIB, 75.0)
    assert read_cgroup(roots)["system.host.container.memory_limit_bytes"] == 2 * GIB
    both = changed("container_v2", tmp_path, {"sys/fs/cgroup/memory.high": f"{8 * GIB}\n"})
    assert report_of(Cgroup(), both).memory_limit_bytes == 4 * GIB, "the lower one"


def test_a_set_of_all_cores_and_no_high_limit_are_none(tmp_path: Path):
    all_of_them = {"sys/fs/cgroup/cpuset.cpus.effective": "0-3\n", "sys/fs/cgroup/memory.high": "max\n"}
    assert Cgroup().read(changed("container_v2", tmp_path, {**UNLIMITED, **all_of_them}), 0.0) == NO_LIMIT


def test_limits_beyond_what_the_machine_has_are_none(tmp_path: Path):
    roots = changed(
        "container_v2",
        tmp_path,
        {"sys/fs/cgroup/cpu.max": "400000 100000\n", "sys/fs/cgroup/memory.max": f"{16 * GIB}\n"},
    )
    assert Cgroup().read(roots, 0.0) == NO_LIMIT


def test_a_limit_that_is_set_while_it_runs_is_seen_later(tmp_path: Path):
    probe = Cgroup()
    assert probe.read(changed("vm_hybrid", tmp_path, {}), 0.0) == NO_LIMIT
    limited = changed("vm_hybrid", tmp_path, {"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "50000\n"})
    assert probe.read(limited, 1.0) == NO_LIMIT
    assert report_of(probe, limited, 10.0).cpu_limit_cores == 0.5


def test_without_control_groups_that_is_told(tmp_path: Path):
    roots = changed("golden", tmp_path, {"proc/self/cgroup": None})
    assert Cgroup().read(roots, 0.0) == Absent("there are no control groups")


MEMORY_OF_VERSION_1 = Path("/sys/fs/cgroup/memory")


@pytest.fixture
def real_group() -> Iterator[Path]:
    """A control group of this machine with a limit of 512 MiB."""
    group = MEMORY_OF_VERSION_1 / f"zeropoint-test-{os.getpid()}"
    group.mkdir()
    (group / "memory.limit_in_bytes").write_text(str(512 * 1024**2))
    yield group
    group.rmdir()


@pytest.mark.skipif(
    not os.access(MEMORY_OF_VERSION_1 / "cgroup.procs", os.W_OK),
    reason="needs a hierarchy of version 1 in which groups may be made",
)
def test_a_real_group_of_version_1(real_group: Path):
    """A process that is moved into the group finds the limit, its use, and that nothing was killed."""
    program = (
        "import os, pathlib, sys, msgspec\n"
        "pathlib.Path(sys.argv[1], 'cgroup.procs').write_text(str(os.getpid()))\n"
        "from zeropoint.host.cgroup import Cgroup\n"
        "from zeropoint.probe import Roots\n"
        "print(msgspec.json.encode(Cgroup().read(Roots(), 0.0).report).decode())\n"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, str(real_group)], capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 0, ended.stderr
    told = json.loads(ended.stdout)
    assert told["cgroup_version"] == 1
    assert told["memory_limit_bytes"] == 512 * 1024**2
    assert 0 < told["memory_used_bytes"] < 512 * 1024**2
    assert told["oom_kills_total"] == 0
