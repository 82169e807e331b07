"""AMD and Intel GPUs, read from trees in the kernel's formats."""

import os
from math import isfinite
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.host.gpu_trees import read, unpack
from zeropoint.host.drm_amd import active_level_mhz, corrected_errors, highest_level_mhz, uncorrected_errors
from zeropoint.host.drm_card import decimal, generation
from zeropoint.host.gpu_drm import DrmGpus
from zeropoint.probe import NEEDS_TWO_READINGS, Absent, Roots


def test_tells_what_amdgpu_writes(tmp_path: Path) -> None:
    (gpu,), missing = read(DrmGpus(), unpack(tmp_path, "gpu_amd/radeon_rx_6800_xt.tree"))
    expected = {
        "index": 0,
        "uuid": "4ed20a2d7d7a1b0c",
        "name": "AMD GPU 1002:73bf",
        "vendor": "AMD",
        "driver": "amdgpu",
        "utilization_percent": 97.0,
        "memory_busy_percent": 31.0,
        "memory_total_bytes": 17163091968,
        "memory_used_bytes": 8581545984,
        "memory_usage_percent": 50.0,
        "shared_memory_total_bytes": 33485172736,
        "shared_memory_used_bytes": 536870912,
        "temperature_celsius": 64.0,
        "hotspot_temperature_celsius": 81.0,
        "memory_temperature_celsius": 78.0,
        "temperature_limit_celsius": 100.0,
        "power_watts": 253.0,
        "power_limit_watts": 272.0,
        "clock_hz": 2331e6,
        "clock_limit_hz": 2575e6,
        "memory_clock_hz": 1000e6,
        "fan_percent": 40.0,
        "processes": [],
    }
    assert {field: getattr(gpu, field) for field in expected} == expected
    assert gpu.pcie is not None
    assert (gpu.pcie.generation, gpu.pcie.lanes, gpu.pcie.replays_total) == (4, 16, 4)
    assert missing["[0].ecc_errors_total"] == "the amdgpu driver has no file umc_err_count for it"
    assert missing["[0].throttle_reasons"] == "the amdgpu driver does not give gpu_metrics: No such file or directory"


def test_takes_the_chosen_level_where_no_clock_is_measured_and_counts_ecc_errors(tmp_path: Path) -> None:
    (gpu, _), missing = read(DrmGpus(), unpack(tmp_path, "gpu_amd/instinct_mi210_pair.tree"))
    assert gpu.name == "AMD INSTINCT MI210 (MCM) OAM AC MBA"
    assert (gpu.clock_hz, gpu.memory_clock_hz) == (19e6, 1600e6)
    assert gpu.ecc_errors_total == 2
    assert gpu.ecc is not None
    assert (gpu.ecc.volatile_uncorrected_errors_total, gpu.ecc.volatile_corrected_errors_total) == (2, 17)
    assert missing["[0].ecc.corrected_errors_total"] == "this GPU's driver does not tell it"
    assert gpu.power_watts == 41.0, "newer cards have power1_input alone"
    assert gpu.temperature_celsius == 38.0, "these cards have no sensor at the edge"
    assert missing["[0].fan_percent"] == "the amdgpu driver has no file pwm1 for it"


def test_leaves_a_card_asleep(tmp_path: Path) -> None:
    (_, sleeper), missing = read(DrmGpus(), unpack(tmp_path, "gpu_amd/instinct_mi210_pair.tree"))
    assert sleeper.utilization_percent is None
    assert missing["[1].utilization_percent"] == "asleep to save power; reading would wake it"
    assert sleeper.uuid == "0000:a3:00.0", "an id of zeros is none"


def test_two_cards_with_one_id_are_told_apart_by_their_address(tmp_path: Path) -> None:
    roots = unpack(tmp_path, "gpu_amd/instinct_mi210_pair.tree")
    for card in ("card1", "card2"):
        (tmp_path / f"class/drm/{card}/device/unique_id").write_text("18b3a0ae6d1d1a34\n")
    gpus, _ = read(DrmGpus(), roots)
    assert [gpu.uuid for gpu in gpus] == ["18b3a0ae6d1d1a34", "0000:a3:00.0"]


def test_power_of_intel_cards_is_the_growth_of_their_energy_counter(tmp_path: Path) -> None:
    roots = unpack(tmp_path, "gpu_intel/arc_a770.tree")
    probe = DrmGpus()
    (gpu,), missing = read(probe, roots, now=100.0)
    assert (gpu.index, gpu.uuid, gpu.name) == (1, "0000:03:00.0", "Intel GPU 8086:56a0")
    assert (gpu.clock_hz, gpu.power_limit_watts) == (2400e6, 190.0)
    assert gpu.energy_joules_total == pytest.approx(6853.273511)
    assert missing["[0].power_watts"] == NEEDS_TWO_READINGS
    assert gpu.utilization_percent == 0.0, "no process holds it"
    assert gpu.clock_limit_hz == 2400e6
    assert set(gpu.throttle_reasons or ()) == {"sustained power limit", "temperature"}

    (tmp_path / "class/drm/card1/device/hwmon/hwmon5/energy1_input").write_text("6993273511\n")
    (gpu,), _ = read(probe, roots, now=102.0)
    assert gpu.power_watts == pytest.approx(70.0)


def test_reads_the_package_where_xe_has_no_sensor_of_the_card(tmp_path: Path) -> None:
    (gpu,), _ = read(DrmGpus(), unpack(tmp_path, "gpu_intel/arc_b580_xe.tree"))
    assert (gpu.clock_hz, gpu.temperature_celsius) == (2850e6, 47.0)
    assert gpu.energy_joules_total == pytest.approx(90.021971)
    assert (gpu.memory_total_bytes, gpu.memory_temperature_celsius) == (12 << 30, 50.0)
    assert gpu.throttle_reasons == []


def test_leaves_out_nvidia_cards_and_displays_of_virtual_machines(tmp_path: Path) -> None:
    roots = unpack(tmp_path, "gpu_others/nvidia_and_virtio.tree")
    assert DrmGpus().read(roots, 0.0) == Absent(f"no GPU under {tmp_path}/class/drm")


def test_a_machine_without_drm_has_no_gpu(tmp_path: Path) -> None:
    assert DrmGpus().read(Roots(sys=str(tmp_path)), 0.0) == Absent(f"no GPU under {tmp_path}/class/drm")


def test_garbage_in_a_file_costs_that_value_alone(tmp_path: Path) -> None:
    roots = unpack(tmp_path, "gpu_amd/radeon_rx_6800_xt.tree")
    (tmp_path / "class/drm/card0/device/gpu_busy_percent").write_bytes(b"\xff\x00nan\n")
    (gpu,), missing = read(DrmGpus(), roots)
    assert gpu.utilization_percent is None
    assert missing["[0].utilization_percent"] == "gpu_busy_percent holds no number"
    assert gpu.temperature_celsius == 64.0


def test_a_pipe_in_place_of_a_file_holds_nobody(tmp_path: Path) -> None:
    roots = unpack(tmp_path, "gpu_amd/radeon_rx_6800_xt.tree")
    for name in ("gpu_busy_percent", "gpu_metrics"):
        file = tmp_path / "class/drm/card0/device" / name
        file.unlink(missing_ok=True)
        os.mkfifo(file)
    (gpu,), missing = read(DrmGpus(), roots)
    assert gpu.temperature_celsius == 64.0
    assert "gpu_busy_percent" in missing["[0].utilization_percent"]


def test_a_card_that_goes_between_two_readings_is_gone(tmp_path: Path) -> None:
    roots = unpack(tmp_path, "gpu_amd/instinct_mi210_pair.tree")
    probe = DrmGpus()
    assert len(read(probe, roots)[0]) == 2
    (tmp_path / "class/drm/card1").unlink()
    (gpu,), _ = read(probe, roots)
    assert gpu.index == 2


@pytest.mark.parametrize(
    ("levels", "mhz"),
    [
        ("0: 500Mhz\n1: 2330Mhz *\n2: 2575Mhz", 2330.0),
        ("S: 19Mhz *\n0: 500Mhz", 19.0),
        ("0: 1200Mhz\n1: 1600Mhz", None),
    ],
)
def test_active_level(levels: str, mhz: float | None) -> None:
    assert active_level_mhz(levels) == mhz


@given(st.text())
def test_parsers_take_any_text(text: str) -> None:
    parsers = (active_level_mhz, highest_level_mhz, uncorrected_errors, corrected_errors, decimal, generation)
    for number in (parse(text) for parse in parsers):
        assert number is None or isfinite(number)
