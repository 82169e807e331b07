import pytest
from msgspec import structs
from prometheus_client.exposition import generate_latest

from tests.support.samples import sample
from zeropoint.catalogue import describe, values
from zeropoint.feed.points import family_name
from zeropoint.model import Ai, BlockDevice, Component, Disk, System, Verdict
from zeropoint.server.exposition import Families, families

NAMES = {
    "system.cpu.usage_percent": "zeropoint_system_cpu_usage_ratio",
    "system.cpu.load_1m": "zeropoint_system_cpu_load_1m",
    "system.cpu.times_percent.user": "system_cpu_utilization_ratio",
    "system.cpu.pressure.some.avg10_percent": "zeropoint_system_cpu_pressure_some_avg10_ratio",
    "system.disk.devices.{system.device}.busy_percent": "zeropoint_system_disk_devices_busy_ratio",
    "system.disk.devices.{system.device}.read_bytes_total": "system_disk_io_bytes",
    "system.network.bytes_sent_per_second": "zeropoint_system_network_sent_bytes_per_second",
    "system.cpu.context_switches_per_second": "zeropoint_system_cpu_context_switches_per_second",
    "server.collectors.{zeropoint.collector}.age_seconds": "zeropoint_server_collectors_age_seconds",
}


@pytest.mark.parametrize("path", NAMES)
def test_a_family_is_named_by_convention_or_by_its_path(path: str):
    spec = next(spec for spec in describe({}) if spec.name == path)
    assert family_name(spec) == NAMES[path]


def test_the_names_in_the_catalogue_are_those_that_are_exposed():
    system = System(disk=Disk(devices=[BlockDevice(name="sda", busy_percent=50.0)]))
    taken = structs.replace(sample(1), system=system)
    described = {family_name(spec) for spec in describe({})}
    assert {family_name(value.spec) for value in values(taken)} <= described
    family = next(one for one in families(taken) if one.name == "zeropoint_system_disk_devices_busy_ratio")
    assert [(point.labels, point.value) for point in family.samples] == [({"system_device": "sda"}, 0.5)]


def test_hostile_labels_are_escaped():
    name = 'a"b\\c\nd<script>'
    system = System(disk=Disk(devices=[BlockDevice(name=name, reads_total=1)]))
    taken = structs.replace(sample(1), system=system)
    lines = generate_latest(Families(families(taken))).decode().splitlines()
    line = next(line for line in lines if "script" in line)
    assert line == 'system_disk_operations_total{disk_io_direction="read",system_device="a\\"b\\\\c\\nd<script>"} 1.0'


def test_a_component_is_a_state_set():
    taken = structs.replace(sample(1), ai=Ai(components={"petals": Component(status="idle")}))
    family = next(one for one in families(taken) if one.name == "zeropoint_ai_components_status")
    assert family.type == "stateset"
    assert {point.labels["zeropoint_ai_components_status"]: point.value for point in family.samples}["idle"] == 1.0
    assert sum(point.value for point in family.samples) == 1.0


def test_each_verdict_that_holds_is_1_by_name_and_workload():
    verdict = Verdict(
        id="stalled run:digits/1",
        name="stalled",
        workload="run:digits/1",
        subject="digits",
        since="2026-11-24T09:50:48.123Z",
        cause="disk",
        says="digits makes no step",
        evidence=["PSI io 61 %"],
        refuted_by="a step",
    )
    text = generate_latest(Families(families(structs.replace(sample(1), verdicts=[verdict])))).decode()
    assert (
        'zeropoint_verdicts_active{zeropoint_verdict="stalled",zeropoint_verdict_id="stalled run:digits/1",'
        'zeropoint_workload_id="run:digits/1"} 1.0'
    ) in text
    assert "PSI" not in text
