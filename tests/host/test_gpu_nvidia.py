"""NVIDIA GPUs as far as can be shown without one: the machine that has no library, and what the numbers mean."""

import inspect
import re
import subprocess
import sys

import pynvml
import pytest

from zeropoint.host import (
    gpu_nvidia,
    nvml,
    nvml_events,
    nvml_fields,
    nvml_links,
    nvml_memory,
    nvml_mig,
    nvml_processes,
    nvml_session,
    nvml_slow,
)
from zeropoint.host.gpu_nvidia import NvidiaGpus
from zeropoint.probe import Absent, Reading, Roots


def test_a_machine_without_the_library_or_the_driver_has_no_nvidia_gpu() -> None:
    answer = NvidiaGpus().read(Roots(), 0.0)
    if isinstance(answer, Reading):
        pytest.skip("this machine has an NVIDIA GPU")
    assert answer in (Absent("NVML library not found"), Absent("no NVIDIA driver loaded"))


def test_the_reason_stays_the_same_over_readings() -> None:
    probe = NvidiaGpus()
    answers = [probe.read(Roots(), now) for now in (0.0, 0.5, 1.0, 2.9, 3.0)]
    if any(isinstance(answer, Reading) for answer in answers):
        pytest.skip("this machine has an NVIDIA GPU")
    assert len(set(map(repr, answers))) == 1


def test_a_machine_without_the_library_does_not_pay_for_its_binding() -> None:
    code = """
import sys
from zeropoint.host.gpu_nvidia import NvidiaGpus
from zeropoint.host.nvml_session import library_is_there
from zeropoint.probe import Roots
NvidiaGpus().read(Roots(), 0.0)
assert ("pynvml" in sys.modules) == library_is_there()
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_every_name_of_nvml_that_is_used_exists() -> None:
    modules = (gpu_nvidia, nvml_events, nvml_links, nvml_memory, nvml_mig, nvml_processes, nvml_session, nvml_slow)
    source = "".join(map(inspect.getsource, modules))
    used = set(re.findall(r"\bapi\.((?:c_)?(?:nvml|NVML)\w+)", source))
    used |= {f"NVML_FI_DEV_{name}" for name, _ in (*nvml_fields.LIVE.values(), *nvml_fields.SLOW.values())}
    used |= {f"nvmlDeviceGet{engine}Utilization" for engine in gpu_nvidia.ENGINES}
    kinds = ("Compute", "Graphics", "MPSCompute")
    used |= {f"nvmlDeviceGet{kind}RunningProcesses_v{version}" for kind in kinds for version in (2, 3)}
    assert len(used) > 50
    assert not {name for name in used if not hasattr(pynvml, name)}


def test_error_codes_are_those_of_the_library() -> None:
    for name in (
        "UNINITIALIZED",
        "NOT_SUPPORTED",
        "NOT_FOUND",
        "DRIVER_NOT_LOADED",
        "LIBRARY_NOT_FOUND",
        "FUNCTION_NOT_FOUND",
    ):
        assert getattr(nvml, name) == getattr(pynvml, f"NVML_ERROR_{name}")
    assert {pynvml.NVML_ERROR_GPU_IS_LOST, pynvml.NVML_ERROR_RESET_REQUIRED} <= nvml.LOST
    assert nvml.reason_of(pynvml.NVML_ERROR_NOT_SUPPORTED) == "not supported by this GPU"
    assert nvml.reason_of(pynvml.NVML_ERROR_NO_PERMISSION) == "needs more permission"
    assert nvml.reason_of(pynvml.NVML_ERROR_UNKNOWN) == "NVML answers with error 999"


def test_throttle_reasons_are_those_of_the_library() -> None:
    named = {
        "application clocks setting": pynvml.nvmlClocksEventReasonApplicationsClocksSetting,
        "software power cap": pynvml.nvmlClocksEventReasonSwPowerCap,
        "hardware slowdown": pynvml.nvmlClocksEventReasonHwSlowdown,
        "sync boost": pynvml.nvmlClocksEventReasonSyncBoost,
        "software thermal slowdown": pynvml.nvmlClocksEventReasonSwThermalSlowdown,
        "hardware thermal slowdown": pynvml.nvmlClocksEventReasonHwThermalSlowdown,
        "hardware power brake": pynvml.nvmlClocksEventReasonHwPowerBrakeSlowdown,
        "display clock setting": pynvml.nvmlClocksEventReasonDisplayClockSetting,
        "board limit": pynvml.nvmlClocksThrottleReasonBoardLimit,
        "reliability": pynvml.nvmlClocksThrottleReasonReliability,
    }
    assert {name: bit for bit, name in nvml.THROTTLE_REASONS.items()} == named


@pytest.mark.parametrize(
    ("bits", "names"),
    [
        (0, []),
        (pynvml.nvmlClocksEventReasonGpuIdle, []),
        (0x4 | 0x40, ["software power cap", "hardware thermal slowdown"]),
        (0x1 | 0x8 | 1 << 40, ["hardware slowdown", "reason 0x10000000000"]),
    ],
)
def test_throttling_is_told_by_name(bits: int, names: list[str]) -> None:
    assert nvml.throttle_names(bits) == names


def process(pid: int, memory: int | None) -> pynvml.nvmlFriendlyObject:
    """A row as the binding gives it."""
    return pynvml.nvmlFriendlyObject({"pid": pid, "usedGpuMemory": memory})


def test_memory_is_summed_over_partitions_and_not_over_kinds_of_work() -> None:
    compute = [process(10, 100), process(10, 50), process(11, 7)]
    graphics = [process(10, 150), process(12, 3)]
    assert nvml.memory_of_processes(compute, graphics) == {10: 150, 11: 7, 12: 3}


def test_memory_that_is_not_told_stays_so() -> None:
    assert nvml.memory_of_processes([process(10, None), process(10, 5)], []) == {10: None}


def sample(pid: int, time_us: int, share: int, encoder: int = 0) -> pynvml.c_nvmlProcessUtilizationSample_t:
    return pynvml.c_nvmlProcessUtilizationSample_t(pid=pid, timeStamp=time_us, smUtil=share, encUtil=encoder)


def test_share_of_a_process_is_the_mean_of_its_new_samples() -> None:
    samples = [sample(10, 1000, 90), sample(10, 2000, 40), sample(10, 3000, 60, 8), sample(11, 3000, 5)]
    assert nvml.utilization_of_processes(samples, after=1000) == {
        10: nvml.Shares(50.0, encoder=4.0),
        11: nvml.Shares(5.0),
    }


def test_rows_of_the_drivers_buffer_that_were_never_filled_are_left_out() -> None:
    assert nvml.utilization_of_processes([sample(0, 0, 0), sample(9, 4000, 3_452_816_845)], after=1000) == {}
