"""Who has a GPU open, and what each process has of it: trees of /proc in the forms of the kernel's drivers."""

import itertools
import os
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.gpu_trees import read, rewrite, unpack
from zeropoint.host.amd_metrics import parse_gpu_metrics, throttlers
from zeropoint.host.drm_fdinfo import Engine, parse_fdinfo
from zeropoint.host.drm_holders import DrmHolders
from zeropoint.host.drm_usage import shares
from zeropoint.host.gpu_drm import DrmGpus
from zeropoint.model import GpuEngine, GpuProcess, GpuProcessEngine
from zeropoint.probe import NEEDS_TWO_READINGS, Absent

A770 = ("gpu_intel/arc_a770.tree", "gpu_intel/arc_a770.clients")
B580 = ("gpu_intel/arc_b580_xe.tree", "gpu_intel/arc_b580_xe.clients")
RADEON = ("gpu_amd/radeon_rx_6800_xt.tree", "gpu_amd/radeon_rx_6800_xt.clients")
MIB = 1 << 20


def test_each_process_has_the_time_of_its_engines_and_a_shared_client_counts_once(tmp_path: Path) -> None:
    roots = unpack(tmp_path, *A770)
    probe = DrmGpus()
    (gpu,), missing = read(probe, roots, now=100.0)
    assert missing["[0].processes[0].utilization_percent"] == NEEDS_TWO_READINGS
    assert missing["[0].utilization_percent"] == NEEDS_TWO_READINGS
    for file in ("4100/fdinfo/4", "4100/fdinfo/5", "4101/fdinfo/4"):
        rewrite(tmp_path / "proc" / file, drm_engine_render="5500000000 ns")
    rewrite(tmp_path / "proc/4200/fdinfo/3", drm_engine_render="1500000000 ns", drm_engine_video="5000000000 ns")
    (gpu,), _ = read(probe, roots, now=102.0)
    assert gpu.processes == [
        GpuProcess(
            pid=4100,
            name="llama-server",
            memory_bytes=8192 * MIB,
            utilization_percent=25.0,
            engines=[GpuProcessEngine(name="render", utilization_percent=25.0)],
            mig_uuids=[],
        ),
        GpuProcess(
            pid=4200,
            name="ffmpeg",
            memory_bytes=256 * MIB,
            utilization_percent=75.0,
            engines=[
                GpuProcessEngine(name="render", utilization_percent=25.0),
                GpuProcessEngine(name="video", utilization_percent=75.0),
            ],
            mig_uuids=[],
        ),
    ], "two video engines; the worker's client is the server's"
    assert gpu.engines == [
        GpuEngine(name="copy", utilization_percent=0.0),
        GpuEngine(name="render", utilization_percent=50.0),
        GpuEngine(name="video", utilization_percent=75.0),
        GpuEngine(name="video-enhance", utilization_percent=0.0),
    ]
    assert gpu.utilization_percent == 75.0, "of the busiest engine"


def test_xe_tells_cycles_of_all_cycles(tmp_path: Path) -> None:
    roots = unpack(tmp_path, *B580)
    probe = DrmGpus()
    read(probe, roots, now=100.0)
    rewrite(
        tmp_path / "proc/5100/fdinfo/11",
        drm_cycles_ccs=str(28257900 + 40_000_000),
        drm_total_cycles_ccs=str(7655183225 + 20_000_000),
        drm_total_cycles_rcs=str(7655183225 + 20_000_000),
    )
    (gpu,), _ = read(probe, roots, now=101.0)
    assert gpu.processes is not None
    (process,) = gpu.processes
    assert (process.utilization_percent, process.memory_bytes) == (50.0, 23992 * 1024), "of four compute engines"
    assert gpu.utilization_percent == 50.0


def test_amdgpu_tells_no_engine_that_was_never_used(tmp_path: Path) -> None:
    roots = unpack(tmp_path, *RADEON)
    probe = DrmGpus()
    read(probe, roots, now=100.0)
    rewrite(tmp_path / "proc/900/fdinfo/14", drm_engine_gfx="800000000 ns")
    (gpu,), _ = read(probe, roots, now=101.0)
    told = [(row.name, row.memory_bytes, row.utilization_percent) for row in gpu.processes or ()]
    assert told == [("Xorg", 128 * MIB, pytest.approx(10.0)), ("trainer", 6144 * MIB, 0.0)]
    assert gpu.utilization_percent == 97.0, "the card's own number"


def test_work_through_rocm_is_counted_for_nobody_and_not_called_idle(tmp_path: Path) -> None:
    roots = unpack(tmp_path, *RADEON)
    kfd = tmp_path / "class/kfd/kfd"
    for node, number, told in (
        ("0", "0", "cpu_cores_count 16\n"),
        ("1", "33912", "simd_count 80\ndrm_render_minor 128\n"),
    ):
        (kfd / f"topology/nodes/{node}").mkdir(parents=True)
        (kfd / f"topology/nodes/{node}/gpu_id").write_text(f"{number}\n")
        (kfd / f"topology/nodes/{node}/properties").write_text(told)
    (kfd / "proc/6100").mkdir(parents=True)
    (kfd / "proc/6100/vram_33912").write_text(f"{7000 * MIB}\n")
    probe = DrmGpus()
    read(probe, roots, now=100.0)
    (gpu,), missing = read(probe, roots, now=101.0)
    assert gpu.processes is not None
    xorg, trainer = gpu.processes
    assert (xorg.name, xorg.utilization_percent) == ("Xorg", 0.0)
    assert (trainer.name, trainer.memory_bytes, trainer.utilization_percent) == ("trainer", 7000 * MIB, None)
    assert missing["[0].processes[1].utilization_percent"].startswith("it computes through ROCm")
    assert missing["[0].engines"].startswith("a process computes through ROCm")


def test_a_gpu_on_a_chip_has_the_machines_memory(tmp_path: Path) -> None:
    roots = unpack(tmp_path, "gpu_others/mali_g52.tree")
    probe = DrmGpus()
    read(probe, roots, now=100.0)
    rewrite(tmp_path / "proc/700/fdinfo/9", drm_engine_fragment="2346584880 ns")
    (gpu,), missing = read(probe, roots, now=101.0)
    assert (gpu.uuid, gpu.name, gpu.vendor) == ("/soc/gpu@ffa30000", "arm,mali-bifrost", "Arm")
    assert (gpu.clock_hz, gpu.clock_limit_hz, gpu.utilization_percent) == (799999987, 850e6, 50.0)
    assert gpu.processes is not None
    assert (gpu.processes[0].memory_bytes, gpu.processes[0].utilization_percent) == (36496 * 1024, 50.0)
    (tmp_path / "devices/platform/soc/ffa30000.gpu/profiling").write_text("0\n")
    (gpu,), missing = read(probe, roots, now=102.0)
    assert gpu.processes is not None and gpu.processes[0].memory_bytes == 36496 * 1024
    assert missing["[0].utilization_percent"].endswith("written to the device's file profiling")


def test_a_driver_that_tells_nothing_of_open_files_is_no_idle_gpu(tmp_path: Path) -> None:
    roots = unpack(tmp_path, "gpu_intel/arc_a770.tree")
    (tmp_path / "proc/70/fd").mkdir(parents=True)
    (tmp_path / "proc/70/fd/3").symlink_to("/dev/dri/renderD129")
    (tmp_path / "proc/70/fdinfo").mkdir()
    (tmp_path / "proc/70/fdinfo/3").write_text("pos:\t0\nflags:\t02100002\nmnt_id:\t26\n")
    (gpu,), missing = read(DrmGpus(), roots)
    assert gpu.utilization_percent is None
    assert missing["[0].processes"] == "this version of the driver tells nothing of who has it open"


def test_in_a_pid_namespace_of_its_own_the_whole_use_is_not_told(tmp_path: Path) -> None:
    roots = unpack(tmp_path, *A770)
    (tmp_path / "proc/2/stat").write_text("2 (kthreadd) S 0 0 0 0 -1 4194560 0 0\n")
    probe = DrmGpus()
    read(probe, roots, now=100.0)
    (gpu,), missing = read(probe, roots, now=101.0)
    assert [row.name for row in gpu.processes or ()] == ["llama-server", "ffmpeg"], "these can be seen"
    assert missing["[0].utilization_percent"].startswith("this /proc is of a PID namespace")


AS_NOBODY = """
import os, sys
from zeropoint.host.gpu_drm import DrmGpus
from zeropoint.probe import Roots
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
reading = DrmGpus().read(Roots(proc=sys.argv[1] + "/proc", sys=sys.argv[1]), 100.0)
print([row.pid for row in reading.report[0].processes or []], reading.missing.get("[0].processes"),
    reading.missing["[0].utilization_percent"], sep="|")
"""


@pytest.mark.parametrize("seen", [True, False])
def test_without_permission_the_reason_is_told(seen: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder)
        tree.chmod(0o755)
        unpack(tree, *(A770 if seen else A770[:1]))
        for pid, flags in ((1, 0x400100), (2, 0x208040)):
            (tree / f"proc/{pid}/fd").mkdir(parents=True, exist_ok=True)
            (tree / f"proc/{pid}/stat").write_text(f"{pid} (a) b) S 0 0 0 0 -1 {flags} 0 0\n")
        (tree / "proc/2/fd").chmod(0)
        (tree / "proc/1/fd").chmod(0)
        done = subprocess.run(
            [sys.executable, "-c", AS_NOBODY, folder], capture_output=True, text=True, timeout=60, check=False
        )
        assert done.returncode == 0, done.stderr
        pids, processes, utilization = done.stdout.strip().split("|")
        reason = "needs permission (root, or CAP_SYS_PTRACE) to see what processes of other users hold open"
        assert utilization == reason
        assert (pids, processes) == (("[4100, 4200]", "None") if seen else ("[]", reason))


def opened(holders: DrmHolders) -> list[int]:
    return [device.pid for device in holders.opened]


def test_new_processes_are_found_at_once_and_late_openers_within_ten_seconds(tmp_path: Path) -> None:
    roots = unpack(tmp_path)

    def process(pid: int, *links: str) -> None:
        (tmp_path / f"proc/{pid}/fd").mkdir(parents=True, exist_ok=True)
        for number, link in enumerate(links):
            (tmp_path / f"proc/{pid}/fd/{number}").symlink_to(link)

    process(10, "/dev/null", "/dev/dri/renderD128")
    process(11)
    holders = DrmHolders()
    holders.look(roots, 100.0)
    assert opened(holders) == [10]
    process(12)
    process(11, "/dev/dri/card0")
    holders.look(roots, 101.0)
    process(12, "/dev/dri/card0")
    holders.look(roots, 102.0)
    assert 12 in opened(holders), "it is young, and so looked at each time"
    for second in range(103, 111):
        holders.look(roots, float(second))
    assert opened(holders) == [10, 11, 12]
    (tmp_path / "proc/10").rename(tmp_path / "gone")
    holders.look(roots, 111.0)
    assert opened(holders) == [11, 12]


def test_a_process_is_looked_at_every_ten_seconds_and_not_more_often(tmp_path: Path) -> None:
    roots = unpack(tmp_path)
    for pid in range(100, 150):
        (tmp_path / f"proc/{pid}/fd").mkdir(parents=True)
        (tmp_path / f"proc/{pid}/fd/0").symlink_to("/dev/dri/renderD128")
    holders = DrmHolders()
    holders.look(roots, 100.0)
    for pid in range(100, 150):
        (tmp_path / f"proc/{pid}/fd/0").unlink()
    left = []
    for second in range(101, 112):
        holders.look(roots, float(second))
        left.append(len(holders.opened))
    assert left[0] >= 40, "those that were just looked at are not looked at again"
    assert left == sorted(left, reverse=True)
    assert max(before - after for before, after in itertools.pairwise(left)) <= 10, "in turns"
    assert left[-1] == 0


def test_a_counter_that_falls_behind_keeps_its_larger_value(tmp_path: Path) -> None:
    roots = unpack(tmp_path, *B580)
    file = tmp_path / "proc/5100/fdinfo/11"
    probe = DrmGpus()
    read(probe, roots, now=100.0)
    rewrite(file, drm_cycles_ccs="28257000", drm_total_cycles_ccs="7656183225", drm_total_cycles_rcs="7656183225")
    (gpu,), _ = read(probe, roots, now=101.0)
    assert gpu.processes is not None
    assert gpu.processes[0].utilization_percent == 0.0


@pytest.mark.parametrize(
    ("before", "after", "percent"),
    [
        (Engine(0), Engine(500_000_000), 25.0),
        (Engine(0), Engine(9_000_000_000), 100.0),
        (Engine(0, capacity=2), Engine(2_000_000_000, capacity=2), 50.0),
        (Engine(10, 100), Engine(10, 100), 0.0),
        (Engine(10, 100), Engine(60, 200), 50.0),
    ],
)
def test_shares_of_two_seconds(before: Engine, after: Engine, percent: float) -> None:
    assert shares({"e": before}, {"e": after}, 2.0) == {"e": percent}


@given(st.binary())
def test_the_parser_takes_any_bytes(content: bytes) -> None:
    client = parse_fdinfo(b"drm-client-id:\t7\n" + content)
    assert client is None or client.of_the_machine_bytes >= 0
    assert parse_fdinfo(b"pos:\t0\nflags:\t02\n") is None


def gpu_metrics(form: int, revision: int, size: int, place: int, value: int) -> bytes:
    return struct.pack("<HBB", size, form, revision).ljust(place, b"\0") + struct.pack("<Q", value).ljust(
        size - place, b"\0"
    )


def test_the_table_of_amdgpu_tells_why_the_clocks_are_held_down() -> None:
    discrete = parse_gpu_metrics(gpu_metrics(1, 3, 120, 112, 1 << 0 | 1 << 36 | 1 << 39 | 1 << 40))
    assert discrete is not None and not discrete.integrated
    assert discrete.throttle_reasons == [
        "power limit",
        "temperature of the hotspot",
        "temperature of the voltage regulator",
    ]
    assert discrete.energy_joules == Absent("version 1.3 of gpu_metrics does not tell it")
    apu = parse_gpu_metrics(gpu_metrics(2, 2, 128, 120, 0))
    assert apu is not None and apu.integrated and apu.throttle_reasons == []
    server = parse_gpu_metrics(gpu_metrics(1, 4, 300, 24, 65536 * 12))
    assert server is not None and server.energy_joules == 12.0
    unfilled = parse_gpu_metrics(gpu_metrics(1, 3, 120, 112, 2**64 - 1))
    assert unfilled is not None
    assert unfilled.throttle_reasons == Absent("the card leaves it out of version 1.3 of gpu_metrics")
    assert throttlers(1 << 60) == ["reason 60"]


@given(st.binary(max_size=200))
def test_no_table_at_all_is_none(content: bytes) -> None:
    parse_gpu_metrics(content)
    assert parse_gpu_metrics(content[:3]) is None


def test_the_throttling_of_a_card_is_read_from_its_table(tmp_path: Path) -> None:
    roots = unpack(tmp_path, *RADEON)
    device = Path(os.path.realpath(tmp_path / "class/drm/card0/device"))
    (device / "gpu_metrics").write_bytes(gpu_metrics(1, 3, 120, 112, 1 << 34))
    (gpu,), _ = read(DrmGpus(), roots)
    assert gpu.throttle_reasons == ["temperature of the memory"]
