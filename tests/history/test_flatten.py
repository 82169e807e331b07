import asyncio
import math
from itertools import chain

import numpy as np
import pytest
from msgspec.structs import replace

from tests.support.samples import sample
from zeropoint.catalogue import values
from zeropoint.history.flatten import MOST_KEPT_PATHS, Flattener
from zeropoint.model import (
    Ai,
    Basis,
    BlockDevice,
    Collector,
    Component,
    Cpu,
    CpuTimes,
    Disk,
    Gpu,
    GpuProcess,
    Interface,
    Ledger,
    Network,
    Sample,
    Server,
    System,
    Usage,
    Workload,
)
from zeropoint.sampler import Sampler
from zeropoint.settings import Settings


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    """A sample of this machine."""
    taken: list[Sample] = []
    settings = Settings(artifacts=str(tmp_path_factory.mktemp("artifacts")))
    asyncio.run(Sampler(settings, "e1", lambda one, _: taken.append(one)).scheduler.first())
    return taken[0]


def flat(taken: Sample, flattener: Flattener | None = None) -> dict[str, float]:
    """Name and number of each series that is not null."""
    flattened = (flattener or Flattener()).flatten(taken)
    pairs = zip(chain.from_iterable(flattened.parts), flattened.values.tolist(), strict=True)
    return {name: value for name, value in pairs if not math.isnan(value)}


def listed(taken: Sample) -> dict[str, float]:
    """The same by the catalogue."""
    return {
        value.name: float(value.spec.states.index(value.value) if isinstance(value.value, str) else value.value)
        for value in values(taken)
    }


def of_all_kinds(**cpu: object) -> Sample:
    basis = Basis(found_by="kernel", cpu="ticks", memory="rss", power="none")
    workload = Workload(id="run:a", name="a", kind="run", user="root", basis=basis, pids_count=3)
    return replace(
        sample(7),
        system=System(
            cpu=Cpu(**{"per_core_percent": [2.0, None, 3.0], "times_percent": CpuTimes(user=4.0), **cpu}),
            disk=Disk(devices=[BlockDevice(name="sda", reads_total=5), BlockDevice(name="sdb")]),
            network=Network(interfaces=[Interface(name="eth0", up=True, bytes_sent_total=2**53)]),
            gpus=[Gpu(uuid="GPU-1", power_watts=6.0, processes=[GpuProcess(pid=42, memory_bytes=1)])],
        ),
        ai=Ai(components={"tinygrad": Component(status="failed")}),
        ledger=Ledger(workloads=[workload], other=Usage(cpu_percent=0.5)),
        server=Server(health="degraded", collectors={"cpu": Collector(status="hanging", age_seconds=8.0)}),
    )


def test_names_and_numbers_are_those_of_the_catalogue(real: Sample):
    assert flat(real) == listed(real)
    assert len(flat(real)) > 100
    assert flat(of_all_kinds()) == listed(of_all_kinds())
    assert flat(of_all_kinds())["server.collectors.cpu.status"] == 3.0


def test_a_flattener_that_has_seen_others_says_the_same(real: Sample):
    flattener = Flattener()
    for taken in (real, of_all_kinds(), sample(1), of_all_kinds(usage_percent=1.0), real):
        assert flat(taken, flattener) == listed(taken)


def test_what_is_null_keeps_its_place_so_that_parts_stay_the_same_object():
    flattener = Flattener()
    first, second = (flattener.flatten(of_all_kinds(usage_percent=usage)) for usage in (1.0, None))
    assert first.parts is second.parts
    place = [*chain.from_iterable(first.parts)].index("system.cpu.usage_percent")
    assert first.values[place] == 1.0
    assert np.isnan(second.values[place])
    other = flattener.flatten(sample(1))
    assert other.parts != first.parts
    both = {id(part) for part in first.parts} & {id(part) for part in other.parts}
    assert both, "a part that is in both is the same object"


def test_what_is_no_number_is_null_and_costs_the_others_nothing():
    taken = of_all_kinds(usage_percent="much", load_1m=10**400, load_5m=1.5)
    found = flat(taken)
    assert found["system.cpu.load_5m"] == 1.5
    assert "system.cpu.usage_percent" not in found
    assert "system.cpu.load_1m" not in found


@pytest.mark.parametrize("health", ["splendid", ["healthy"], 1])
def test_what_is_no_state_is_null(health: object):
    assert "server.health" not in flat(replace(sample(1), server=Server(health=health)))  # type: ignore[arg-type]


def test_names_that_come_and_go_are_not_kept_for_ever():
    flattener = Flattener()
    for number in range(3 * MOST_KEPT_PATHS):
        taken = replace(sample(1), system=System(disk=Disk(devices=[BlockDevice(name=f"d{number}", reads_total=1)])))
        assert f"system.disk.devices.d{number}.reads_total" in flat(taken, flattener)
    kept = sum(len(plan.names_by_path) for plan in flattener._plans.values())
    assert kept <= MOST_KEPT_PATHS + 10
