"""NVIDIA machines of all kinds, read through NVML: a compiled stand-in for the driver, nvidia-ml-py, the probe."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.host.nvml.machine import Machine, build, gpu
from zeropoint.probe import NEEDS_TWO_READINGS

pytestmark = pytest.mark.system

FIRST_NAMESPACE, OWN_NAMESPACE = "pid:[4026531836]", "pid:[4026532201]"


def process(proc: Path, pid: int, name: bytes, *opened: str) -> None:
    """A process in a tree of /proc, with files that it holds open."""
    (proc / f"{pid}/fd").mkdir(parents=True)
    (proc / f"{pid}/comm").write_bytes(name + b"\n")
    for number, path in enumerate(opened):
        (proc / f"{pid}/fd/{number}").symlink_to(path)


@pytest.fixture
def proc(tmp_path: Path) -> Path:
    """An empty /proc, seen from the first PID namespace."""
    folder = tmp_path / "proc"
    (folder / "self/ns").mkdir(parents=True)
    (folder / "self/ns/pid").symlink_to(FIRST_NAMESPACE)
    (folder / "meminfo").write_text("MemTotal:       125829120 kB\nMemAvailable:   98304000 kB\n")
    return folder


@pytest.fixture
def machine(nvml_library: Path, tmp_path: Path, proc: Path) -> Iterator[Machine]:
    machine = Machine(nvml_library, tmp_path, str(proc))
    yield machine
    machine.close()


def microseconds() -> int:
    return time.time_ns() // 1000


def test_tells_all_of_a_gpu(machine: Machine) -> None:
    machine.describe("gpus 1", "driver 580.65.06", gpu())
    machine.read(100.0)
    machine.describe(
        "gpus 1",
        "driver 580.65.06",
        gpu(field__197="3000000", field__198="9000000", field__138="3072", field__139="2048"),
    )
    (told,), missing = machine.read(102.0)
    expected = {
        "name": "NVIDIA H100 80GB HBM3",
        "driver": "NVIDIA 580.65.06",
        "utilization_percent": 97.0,
        "memory_busy_percent": 41.0,
        "memory_used_bytes": 42949672960,
        "memory_usage_percent": 50.0,
        "memory_temperature_celsius": 72,
        "temperature_limit_celsius": 87,
        "power_watts": 512.34,
        "power_limit_watts": 700,
        "energy_joules_total": 123456.789,
        "clock_hz": 1755e6,
        "clock_limit_hz": 1980e6,
        "performance_state": 0,
        "throttle_reasons": ["software power cap"],
        "pcie_transmit_bytes_per_second": 1e6,
        "pcie_receive_bytes_per_second": 2e6,
        "nvlink_transmit_bytes_per_second": 1024 * 1024,
        "nvlink_receive_bytes_per_second": 0,
        "ecc_errors_total": 1,
        "xid": [],
        "mig": [],
        "processes": [],
    }
    assert {field: told[field] for field in expected} == expected
    assert told["engines"] == [
        {"name": "encoder", "utilization_percent": 12.0},
        {"name": "decoder", "utilization_percent": 0.0},
    ]
    assert told["throttled"]["power_seconds_total"] == 5.0
    assert told["throttled"]["thermal_seconds_total"] == 0.25
    assert told["pcie"] == {
        "generation": 5,
        "lanes": 16,
        "receive_bytes_total": 9000000,
        "transmit_bytes_total": 3000000,
        "replays_total": 3,
    }
    assert told["nvlink"]["links_active"] == 18
    assert told["nvlink"]["errors_total"] == 3
    assert told["ecc"] == {
        "corrected_errors_total": 19,
        "uncorrected_errors_total": 1,
        "volatile_corrected_errors_total": 7,
        "volatile_uncorrected_errors_total": 0,
    }
    assert missing == {
        "[0].fan_percent": "not supported by this GPU",
        "[0].hotspot_temperature_celsius": "NVML does not tell it",
        "[0].shared_memory_total_bytes": "it has memory of its own",
        "[0].shared_memory_used_bytes": "it has memory of its own",
    }


def test_what_one_gpu_refuses_costs_nothing_else(machine: Machine) -> None:
    plain = dict.fromkeys(("field__3", "field__4", "field__5", "field__6", "nvlink__0", "encoder", "decoder"), "-")
    refusing = gpu(1, **plain, power="!4", temperature="!999", throttle="!13", old_throttle="96", samples="!4")
    machine.describe("gpus 2", gpu(0), refusing)
    machine.read(100.0)
    (whole, poor), missing = machine.read(101.0)
    assert whole["power_watts"] == 512.34
    assert poor["utilization_percent"] == 97.0
    assert poor["throttle_reasons"] == ["software thermal slowdown", "hardware thermal slowdown"], "the older call"
    assert missing["[1].power_watts"] == "needs more permission"
    assert missing["[1].temperature_celsius"] == "NVML answers with error 999"
    assert missing["[1].ecc"] == "not supported by this GPU", "one reason for all four"
    assert missing["[1].engines"] == "not supported by this GPU"
    assert not [path for path in missing if path.startswith("[1].ecc.")]


def test_processes_are_told_with_their_memory_and_what_they_used_since_the_last_reading(
    machine: Machine, proc: Path
) -> None:
    process(proc, 4711, b"train\x1b[31m")
    machine.describe("gpus 1", gpu(compute="4711:1073741824 5000:-", graphics="4711:1073741824"))
    (told,), missing = machine.read(100.0)
    assert [row["pid"] for row in told["processes"]] == [4711, 5000]
    assert missing["[0].processes[0].utilization_percent"] == NEEDS_TWO_READINGS
    now = microseconds()
    samples = f"4711:{now + 1}:90:10:0:30 4711:{now + 2}:70:10:0:50 9:0:3452816845:0:0:0"
    machine.describe("gpus 1", gpu(compute="4711:1073741824 5000:-", samples=samples))
    (told,), missing = machine.read(101.0)
    assert told["processes"] == [
        {
            "pid": 4711,
            "name": "train\ufffd[31m",
            "memory_bytes": 1073741824,
            "utilization_percent": 80.0,
            "engines": [{"name": "decoder", "utilization_percent": 40.0}],
            "mig_uuids": [],
        },
        {"pid": 5000, "name": None, "memory_bytes": None, "utilization_percent": 0.0, "engines": [], "mig_uuids": []},
    ]
    assert missing["[0].processes[1].name"] == "the process has ended"
    assert missing["[0].processes[1].memory_bytes"] == "the driver does not tell it"


def test_in_a_pid_namespace_of_its_own_it_names_only_processes_that_hold_the_gpu(machine: Machine, proc: Path) -> None:
    (proc / "self/ns/pid").unlink()
    (proc / "self/ns/pid").symlink_to(OWN_NAMESPACE)
    machine.describe("gpus 1", gpu())
    (told,), missing = machine.read(100.0)
    assert told["processes"] is None
    assert missing["[0].processes"].startswith("the appliance has a PID namespace of its own")
    process(proc, 17, b"cron", "/dev/null")
    process(proc, 18, b"trainer", "/dev/null", "/dev/nvidiactl", "/dev/nvidia0")
    machine.describe("gpus 1", gpu(compute="17:4096 18:8192 90210:1"))
    (told,), missing = machine.read(101.0)
    assert [row["name"] for row in told["processes"]] == [None, "trainer", None]
    assert missing["[0].processes[0].name"] == "it belongs to another PID namespace than /proc here"
    assert missing["[0].processes[2].name"] == "it belongs to another PID namespace than /proc here"


MIG = "\n".join(
    (
        "0/0.uuid MIG-aaaa", "0/0.name NVIDIA H100 MIG 3g.40gb", "0/0.memory 42949672960 10737418240",
        "0/0.gpu_instance 1", "0/0.compute_instance 0",
        "0/1.uuid MIG-bbbb", "0/1.name NVIDIA H100 MIG 1g.10gb", "0/1.memory 10737418240 0",
        "0/1.gpu_instance 9", "0/1.compute_instance 0",
    )
)  # fmt: skip


def test_partitions_are_rows_and_the_whole_gpu_has_no_utilization(machine: Machine) -> None:
    parts = gpu(mig="1", compute="10:4096:1:0 11:512:9:0 12:1:1:0 12:2:9:0", gpm="1", gpm__1="37.5", gpm__9="!21")
    machine.describe("gpus 1", parts, MIG)
    (told,), missing = machine.read(100.0)
    assert missing["[0].mig[0].utilization_percent"] == NEEDS_TWO_READINGS
    (told,), missing = machine.read(101.0)
    assert told["mig"] == [
        {
            "uuid": "MIG-aaaa",
            "name": "NVIDIA H100 MIG 3g.40gb",
            "gpu_instance_id": 1,
            "compute_instance_id": 0,
            "utilization_percent": 37.5,
            "memory_total_bytes": 42949672960,
            "memory_used_bytes": 10737418240,
            "memory_usage_percent": 25.0,
        },
        {
            "uuid": "MIG-bbbb",
            "name": "NVIDIA H100 MIG 1g.10gb",
            "gpu_instance_id": 9,
            "compute_instance_id": 0,
            "utilization_percent": None,
            "memory_total_bytes": 10737418240,
            "memory_used_bytes": 0,
            "memory_usage_percent": 0.0,
        },
    ]
    assert told["utilization_percent"] is None
    assert missing["[0].utilization_percent"] == "with MIG on, the driver tells the use of partitions alone"
    assert missing["[0].mig[1].utilization_percent"] == "the driver cannot tell it for this interval"
    assert missing["[0].processes[0].utilization_percent"] == "with MIG on, the driver tells the use of no process"
    rows = {row["pid"]: (row["memory_bytes"], row["mig_uuids"]) for row in told["processes"]}
    assert rows == {10: (4096, ["MIG-aaaa"]), 11: (512, ["MIG-bbbb"]), 12: (3, ["MIG-aaaa", "MIG-bbbb"])}


def test_where_the_whole_list_is_refused_the_partitions_are_asked(machine: Machine) -> None:
    machine.describe(
        "gpus 1", gpu(mig="1", compute="!4", samples="!3"), MIG, "0/0.compute 10:4096:1:0", "0/1.compute !4"
    )
    (told,), missing = machine.read(100.0)
    assert [(row["pid"], row["memory_bytes"], row["mig_uuids"]) for row in told["processes"]] == [
        (10, 4096, ["MIG-aaaa"])
    ]
    assert missing["[0].mig[0].utilization_percent"] == "not supported by this GPU", "before Hopper"


def test_partitions_that_may_not_be_seen_are_no_empty_list(machine: Machine) -> None:
    machine.describe("gpus 1", gpu(mig="1"), "0/0.uuid !4")
    (told,), missing = machine.read(100.0)
    assert told["mig"] is None
    assert missing["[0].mig"] == "needs more permission"


def test_an_integrated_gpu_has_the_machines_memory(machine: Machine) -> None:
    machine.describe("gpus 1", gpu(memory="!3", name="NVIDIA GB10", compute="10:34359738368 11:1073741824"))
    (told,), missing = machine.read(100.0)
    assert told["memory_total_bytes"] is None
    assert missing["[0].memory_total_bytes"] == "it has none of its own and uses the machine's memory"
    assert told["shared_memory_total_bytes"] == 125829120 * 1024
    assert told["shared_memory_used_bytes"] == 33 << 30


def test_xid_errors_are_counted_by_number_and_outlive_the_loss_of_the_driver(machine: Machine) -> None:
    machine.describe("gpus 2", gpu(0), gpu(1))
    (calm, _), _ = machine.read(100.0)
    assert calm["xid"] == []
    events = ["event 1 13", "event 1 79", "event 1 13"]
    machine.describe("gpus 2", gpu(0), gpu(1), *events)
    (calm, struck), _ = machine.read(101.0)
    assert calm["xid"] == []
    assert [(row["code"], row["errors_total"]) for row in struck["xid"]] == [(13, 2), (79, 1)], "the last one first"
    assert struck["xid"][0]["last_time"].endswith("Z")
    machine.describe("gpus 2", gpu(0), gpu(1, power="!15"), *events)
    machine.read(102.0)
    machine.describe("gpus 2", gpu(0), gpu(1), *events, "event 1 79")
    (_, struck), _ = machine.read(110.0)
    assert [(row["code"], row["errors_total"]) for row in struck["xid"]] == [(79, 2), (13, 2)]


def test_errors_that_may_not_be_watched_are_null(machine: Machine) -> None:
    machine.describe("gpus 1", gpu(events="!4"))
    (told,), missing = machine.read(100.0)
    assert told["xid"] is None
    assert missing["[0].xid"] == "needs more permission"


def test_a_lost_gpu_is_started_again_with_growing_waits(machine: Machine) -> None:
    machine.describe("gpus 1", gpu())
    machine.read(100.0)
    lost = gpu(**dict.fromkeys(("power", "temperature", "utilization", "memory", "compute", "mig"), "!15"))
    machine.describe("gpus 1", lost, "init !9")
    (told,), missing = machine.read(101.0)
    assert missing["[0].power_watts"] == "the GPU has fallen off the bus"
    assert told["mig"] == [], "the layout of partitions is looked at every ten seconds"
    assert machine.answer(102.0) == {"absent": "no NVIDIA driver loaded"}
    machine.describe("gpus 1", gpu())
    assert machine.answer(102.5) == {"absent": "no NVIDIA driver loaded"}, "it waits before the next try"
    (told,), _ = machine.read(200.0)
    assert told["power_watts"] == 512.34


def test_a_driver_that_fails_to_start_is_a_failure_and_none_that_finds_no_gpu(machine: Machine) -> None:
    machine.describe("init !18")
    assert machine.answer(100.0) == {
        "failed": "NVML does not start: the driver and its library have different versions; a reboot is due"
    }
    machine.describe("gpus 0")
    assert machine.answer(200.0) == {"absent": "the NVIDIA driver finds no GPU"}


def test_eight_gpus_are_asked_for_what_changes_slowly_every_ten_seconds_alone(machine: Machine) -> None:
    machine.describe("gpus 8", *(gpu(index) for index in range(8)))
    for second in range(10):
        machine.read(100.0 + second)
    called = machine.called()
    for key in ("threshold.1", "power_limit", "max_clock.1", "pcie_width", "nvlink.0", "field.6", "mig"):
        assert called[f"3.{key}"] == 1, key
    assert called["3.power"] == 10
    machine.read(110.0)
    assert machine.called()["3.power_limit"] == 2


def test_a_gpu_without_byte_counters_has_its_traffic_measured(machine: Machine) -> None:
    machine.describe(
        "gpus 1", gpu(field__197="!3", field__198="!3", pcie_throughput__0="250", pcie_throughput__1="4000")
    )
    (told,), missing = machine.read(100.0)
    assert told["pcie_transmit_bytes_per_second"] == 250_000
    assert told["pcie_receive_bytes_per_second"] == 4_000_000
    assert missing["[0].pcie.receive_bytes_total"] == "not supported by this GPU"


def test_a_call_that_does_not_return_is_waited_for_by_its_own_reader_alone(machine: Machine) -> None:
    machine.describe("gpus 1", gpu(temperature="hang"))
    assert machine.process.stdin is not None and machine.process.stdout is not None
    machine.process.stdin.write("100\n")
    machine.process.stdin.flush()
    deadline = time.monotonic() + 60
    while "0.temperature" not in (machine.calls.read_text() if machine.calls.exists() else ""):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.set_blocking(machine.process.stdout.fileno(), False)
    assert not machine.process.stdout.buffer.raw.read()  # type: ignore[attr-defined]
    os.set_blocking(machine.process.stdout.fileno(), True)
    machine.describe("gpus 1", gpu())
    assert '"temperature_celsius":61' in machine.process.stdout.readline()


def test_names_that_are_no_text_or_would_break_a_line_are_told_safely(machine: Machine) -> None:
    machine.describe("gpus 2", gpu(0, name="A\x1b[2Jcard\u2028"), gpu(1))
    script = machine.script.read_bytes().replace(b"1.name NVIDIA H100 80GB HBM3", b"1.name \xff\xfe")
    machine.script.write_bytes(script)
    (first, second), missing = machine.read(100.0)
    assert first["name"] == "A\ufffd[2Jcard\ufffd"
    assert second["name"] is None
    assert missing["[1].name"] == "the driver's answer is no text"


def test_a_driver_before_510_is_asked_by_its_own_calls(tmp_path: Path, proc: Path) -> None:
    (tmp_path / "old").mkdir()
    machine = Machine(build(tmp_path / "old", "OLD_DRIVER"), tmp_path, str(proc))
    try:
        parts = gpu(compute="10:4096:1:0", old_throttle="8", mig="1", throttle="-")
        machine.describe("gpus 1", parts, MIG)
        (told,), missing = machine.read(100.0)
        assert [(row["pid"], row["memory_bytes"]) for row in told["processes"]] == [(10, 4096)]
        assert told["memory_used_bytes"] == 42949672960
        assert told["throttle_reasons"] == ["hardware slowdown"]
        assert missing["[0].mig[0].utilization_percent"] == "not told by this version of the driver"
    finally:
        machine.close()
