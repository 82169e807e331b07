"""What a hub reads of samples has the names of the model, and is what stands there."""

import msgspec
import pytest
from msgspec import Struct

from tests.support.samples import sample
from zeropoint import model
from zeropoint.fleet import glance
from zeropoint.fleet.identity import Machine
from zeropoint.fleet.outgoing import with_machine

OF_MODEL = {
    glance.CpuGlance: model.Cpu,
    glance.MemoryGlance: model.Memory,
    glance.NetworkGlance: model.Network,
    glance.HostGlance: model.Host,
    glance.GpuGlance: model.Gpu,
    glance.SystemGlance: model.System,
    glance.ComponentGlance: model.Component,
    glance.RunGlance: model.LiveRun,
    glance.AiGlance: model.Ai,
    glance.VerdictGlance: model.Verdict,
    glance.AlertGlance: model.Alert,
    glance.WorkloadGlance: model.Workload,
    glance.LedgerGlance: model.Ledger,
    glance.ServerGlance: model.Server,
    glance.Glance: model.Sample,
}


def test_every_part_is_held_against_the_model():
    parts = {kind for kind in vars(glance).values() if isinstance(kind, type) and issubclass(kind, Struct)}
    assert parts - {Machine, Struct} == set(OF_MODEL)


@pytest.mark.parametrize("part", OF_MODEL, ids=lambda part: part.__name__)
def test_a_part_has_names_of_the_model(part: type[Struct]):
    assert set(part.__struct_fields__) - {"host"} <= set(OF_MODEL[part].__struct_fields__) - {"host"}


def test_what_is_read_is_what_stands_there():
    told = msgspec.structs.replace(
        sample(7),
        system=model.System(
            cpu=model.Cpu(usage_percent=12.5, count_logical=4, load_1m=0.5),
            memory=model.Memory(usage_percent=30.0),
            host=model.Host(name="box"),
            gpus=[model.Gpu(index=0, uuid="GPU-1", name="x", utilization_percent=80.0, memory_total_bytes=10)],
        ),
        ai=model.Ai(components={"tinygrad": model.Component(status="running")}),
    )
    read = msgspec.json.decode(with_machine(msgspec.json.encode(told), Machine("0" * 32, "box")), type=glance.Glance)
    assert (read.id, read.host.name, read.server.health) == ("e1-7", "box", None)
    assert read.system.cpu == glance.CpuGlance(12.5, 4, 0.5)
    assert read.system.gpus == [glance.GpuGlance(80.0, None, 10)]
    assert read.ai.components == {"tinygrad": glance.ComponentGlance("running")}
