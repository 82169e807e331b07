from typing import Annotated

import pytest

from tests.support.samples import sample
from zeropoint.catalogue import describe, unit_of, values
from zeropoint.model import (
    Ai,
    BlockDevice,
    Collector,
    Component,
    Cpu,
    CpuTimes,
    Disk,
    Gpu,
    Real,
    Section,
    Server,
    System,
    metric,
)


class Latest(Section, frozen=True, kw_only=True):
    loss: Annotated[Real, metric("Loss of the last step")] = None


class Report(Component, frozen=True, kw_only=True):
    latest: Latest | None = None


@pytest.mark.parametrize(
    ("path", "unit"),
    [
        ("system.cpu.usage_percent", "percent"),
        ("system.cpu.times_percent.user", "percent"),
        ("system.cpu.times_seconds.user_seconds_total", "seconds"),
        ("system.memory.total_bytes", "bytes"),
        ("system.disk.read_bytes_per_second", "bytes/s"),
        ("system.network.bytes_sent_total", "bytes"),
        ("system.network.bytes_sent_per_second", "bytes/s"),
        ("system.cpu.context_switches_per_second", "1/s"),
        ("system.cpu.load_1m", "1"),
        ("system.cpu.frequency_hz", "hertz"),
        ("system.sensors.temperatures.x.temperature_celsius", "celsius"),
        ("system.host.process_count", "1"),
    ],
)
def test_a_name_carries_its_unit(path: str, unit: str):
    assert unit_of(path) == unit


def test_a_metrics_name_is_its_path_with_stable_keys():
    taken = sample(1)
    whole = type(taken)(
        id=taken.id,
        timestamp=taken.timestamp,
        interval_seconds=1.0,
        system=System(
            cpu=Cpu(usage_percent=1.0, per_core_percent=[2.0, None, 3.0], times_percent=CpuTimes(user=4.0)),
            disk=Disk(devices=[BlockDevice(name="sda", reads_total=5)]),
            gpus=[Gpu(index=0, uuid="GPU-1", name="A", vendor="V", power_watts=6.0)],
        ),
        ai=Ai(components={"tinygrad": Report(status="running", latest=Latest(loss=7.0))}),
        server=Server(health="healthy", collectors={"cpu": Collector(status="ok", duration_seconds=8.0)}),
        unavailable=[],
    )
    found = {value.name: value for value in values(whole)}
    assert {name: value.value for name, value in found.items()} == {
        "system.cpu.usage_percent": 1.0,
        "system.cpu.per_core_percent.0": 2.0,
        "system.cpu.per_core_percent.2": 3.0,
        "system.cpu.times_percent.user": 4.0,
        "system.disk.devices.sda.reads_total": 5,
        "system.gpus.GPU-1.power_watts": 6.0,
        "ai.components.tinygrad.status": "running",
        "ai.components.tinygrad.latest.loss": 7.0,
        "server.health": "healthy",
        "server.collectors.cpu.status": "ok",
        "server.collectors.cpu.duration_seconds": 8.0,
    }
    assert found["system.gpus.GPU-1.power_watts"].labels == (("hw.id", "GPU-1"), ("hw.name", "A"), ("hw.vendor", "V"))
    assert found["system.cpu.per_core_percent.2"].labels == (("cpu.logical_number", "2"),)
    assert found["ai.components.tinygrad.latest.loss"].labels == (("zeropoint.component", "tinygrad"),)


def test_the_list_of_metrics_names_everything_that_a_sample_can_hold():
    names = [spec.name for spec in describe({"tinygrad": Report})]
    assert len(names) == len(set(names))
    assert "system.disk.devices.{system.device}.reads_total" in names
    assert "ai.components.tinygrad.latest.loss" in names
    assert "system.cpu.per_core_percent.{cpu.logical_number}" in names


def test_every_metric_has_help_and_a_counter_is_named_as_one():
    for spec in describe({"tinygrad": Report}):
        assert spec.help, spec.name
        assert (spec.kind == "counter") == spec.name.endswith("_total"), spec.name


def test_all_metrics_of_one_otel_name_agree_in_kind_and_unit():
    found: dict[str, set[tuple[str, str]]] = {}
    for spec in describe({}):
        if spec.otel:
            found.setdefault(spec.otel, set()).add((spec.kind, spec.unit))
    assert {name: kinds for name, kinds in found.items() if len(kinds) > 1} == {}
