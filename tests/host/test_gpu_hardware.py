"""Real GPUs, where this machine has any: `make test-gpu`. Held against NVIDIA's own nvidia-smi, and for the kernel's
drivers against this process, which opens the GPU itself. Without a GPU nothing here runs, and the summary says so."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from zeropoint.host.gpu_drm import DrmGpus
from zeropoint.host.gpu_nvidia import NvidiaGpus
from zeropoint.model import Gpu
from zeropoint.probe import Probe, Reading, Roots
from zeropoint.sampling.audit import Audited, audit

pytestmark = pytest.mark.gpu

NOT_RUN = "NOT RUN, and so never shown here: {}. docs/gpus.md says what rests on stand-ins alone"


def gpus_of(probe: Probe) -> list[Gpu]:
    """Two readings a second apart; the second one, whole and with a reason for each null."""
    probe.read(Roots(), time.monotonic())
    time.sleep(1.0)  # rates are of a time that passes
    reading = probe.read(Roots(), time.monotonic())
    assert isinstance(reading, Reading)
    audited = audit(probe, reading)
    assert isinstance(audited, Audited)
    assert "not read, and its probe gives no reason" not in audited.reasons.values()
    return [gpu for gpu in audited.rows or () if isinstance(gpu, Gpu)]


def smi(*fields: str) -> list[list[str]]:
    """What nvidia-smi tells of each GPU."""
    command = ["nvidia-smi", f"--query-gpu={','.join(fields)}", "--format=csv,noheader,nounits"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    return [[cell.strip() for cell in line.split(",")] for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def nvidia() -> list[Gpu]:
    smi_there = shutil.which("nvidia-smi") is not None
    if not smi_there or subprocess.run(["nvidia-smi", "-L"], capture_output=True, check=False).returncode:
        pytest.skip(NOT_RUN.format("nvidia-smi finds no GPU on this machine"))
    return gpus_of(NvidiaGpus())


def test_the_gpus_are_those_of_nvidia_smi(nvidia: list[Gpu]) -> None:
    told = smi("uuid", "name", "driver_version")
    assert [[gpu.uuid, gpu.name, gpu.driver] for gpu in nvidia] == [
        [uuid, name, f"NVIDIA {driver}"] for uuid, name, driver in told
    ]


@pytest.mark.parametrize(
    ("field", "query", "scale", "tolerance"),
    [
        ("memory_total_bytes", "memory.total", 1 << 20, 1 << 20),
        ("memory_used_bytes", "memory.used", 1 << 20, 256 << 20),
        ("temperature_celsius", "temperature.gpu", 1, 5),
        ("power_limit_watts", "enforced.power.limit", 1, 0.1),
        ("performance_state", "pstate", 1, 15),
        ("clock_limit_hz", "clocks.max.sm", 1e6, 1e6),
        ("ecc_errors_total", "ecc.errors.uncorrected.aggregate.total", 1, 0),
    ],
)
def test_a_value_is_that_of_nvidia_smi(
    nvidia: list[Gpu], field: str, query: str, scale: float, tolerance: float
) -> None:
    for gpu, (told,) in zip(nvidia, smi(query), strict=True):
        value = getattr(gpu, field)
        number = told.removeprefix("P")
        if number.replace(".", "", 1).isdecimal():
            assert value == pytest.approx(float(number) * scale, abs=tolerance), gpu.uuid
        else:
            assert value is None, f"nvidia-smi says {told}"


def test_processes_are_those_of_nvidia_smi(nvidia: list[Gpu]) -> None:
    command = ["nvidia-smi", "--query-compute-apps=gpu_uuid,pid", "--format=csv,noheader"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    told = {tuple(cell.strip() for cell in line.split(",")) for line in done.stdout.splitlines() if "," in line}
    seen = {(gpu.uuid, str(row.pid)) for gpu in nvidia for row in gpu.processes or ()}
    assert told <= seen


def test_a_reading_takes_less_than_half_of_its_period(nvidia: list[Gpu]) -> None:
    probe = NvidiaGpus()
    probe.read(Roots(), time.monotonic())
    begin = time.monotonic()
    probe.read(Roots(), begin)
    taken = time.monotonic() - begin
    print(f"one reading of {len(nvidia)} GPUs: {taken * 1000:.1f} ms")
    assert taken < 0.5 * NvidiaGpus.period_seconds


@pytest.fixture(scope="module")
def render_node() -> Iterator[str]:
    """A GPU of the kernel's drivers, held open by this process."""
    for node in sorted(Path("/dev/dri").glob("renderD*")):
        driver = Path(os.path.realpath(f"/sys/class/drm/{node.name}/device/driver")).name
        if driver in ("amdgpu", "i915", "xe", "panfrost", "panthor", "msm", "v3d", "etnaviv"):
            descriptor = os.open(node, os.O_RDWR | os.O_CLOEXEC)
            yield driver
            os.close(descriptor)
            return
    pytest.skip(NOT_RUN.format("no GPU of AMD, Intel or a system on a chip below /dev/dri"))


def test_this_process_is_seen_on_the_gpu_that_it_holds_open(render_node: str) -> None:
    gpus = [gpu for gpu in gpus_of(DrmGpus()) if gpu.driver == render_node]
    assert gpus
    rows = [row for gpu in gpus for row in gpu.processes or () if row.pid == os.getpid()]
    assert rows, "the driver gives no client of its open files"
    assert rows[0].utilization_percent in (0.0, None)
