"""Every probe on every recorded machine: no null without a reason, on the first reading and on the second."""

import json
from pathlib import Path

import msgspec
import pytest

from tests.host.trees import FIXTURES, MACHINES, changed, check, recorded
from zeropoint import model
from zeropoint.host.cpu import Cpu
from zeropoint.host.disk import Disk
from zeropoint.host.network import Network
from zeropoint.host.registry import LINUX, probes
from zeropoint.probe import Probe, Reading, Roots

# The probes of GPUs have trees of their own; NVML isn't even under the roots.
KINDS = [kind for kind in LINUX if not kind.name.startswith("gpu_")]


@pytest.mark.parametrize("machine", MACHINES)
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nulls_have_reasons_on_both_readings(kind: type[Probe], machine: str):
    probe = kind()
    for now in (100.0, 101.0):
        reading = probe.read(recorded(machine), now)
        check(probe, reading)
        if isinstance(reading, Reading):
            json.loads(msgspec.json.encode(reading.report))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_nulls_have_reasons_on_this_machine(kind: type[Probe]):
    probe = kind()
    for now in (100.0, 101.0):
        check(probe, probe.read(Roots(), now))


FILES = sorted(
    str(path.relative_to(FIXTURES / "golden"))
    for path in (FIXTURES / "golden/proc").rglob("*")
    if path.is_file() and not path.relative_to(FIXTURES / "golden/proc").parts[0].isdigit()
)
# Without these there is nothing to be told of their subject.
NEEDED_BY = {"proc/meminfo": {"memory", "cgroup"}, "proc/stat": {"cpu", "cgroup"}}


@pytest.mark.parametrize("file", FILES)
def test_a_file_that_a_kernel_does_not_have_costs_what_is_told_by_it_alone(file: str, tmp_path: Path):
    """gVisor, for one, has a /proc of its own with less in it."""
    roots = changed("golden", tmp_path, {file: None})
    failed = set()
    for kind in KINDS:
        probe = kind()
        try:
            check(probe, probe.read(roots, 100.0))
        except FileNotFoundError:
            failed.add(kind.name)
    assert failed == NEEDED_BY.get(file, set())


@pytest.mark.parametrize("kind", [Cpu, Disk, Network], ids=lambda kind: kind.name)
def test_nulls_have_reasons_while_devices_come_and_go(kind: type[Probe]):
    probe = kind()
    for now, state in enumerate(("t0", "t0", "t1", "t1", "t0")):
        check(probe, probe.read(recorded(f"hotplug/{state}"), float(now)))


def test_names_of_probes_are_unique_and_fields_of_a_section_are_told_once():
    told = [(kind.section, field) for kind in LINUX for field in kind.fields]
    assert len({kind.name for kind in LINUX}) == len(LINUX)
    assert len(set(told)) == len(told)


def test_all_fields_of_shared_sections_have_a_probe():
    sections = {"system.cpu": "Cpu", "system.memory": "Memory", "system.disk": "Disk", "system.host": "Host"}
    whole = {kind.section for kind in LINUX}
    for section, name in sections.items():
        told = {field for kind in LINUX if kind.section == section for field in kind.fields}
        below = {path.rpartition(".")[2] for path in whole if path.startswith(f"{section}.")}
        assert told | below == set(getattr(model, name).__struct_fields__)


def test_the_registry_gives_new_probes():
    first, second = probes(Roots()), probes(Roots())
    assert [type(probe) for probe in first] == list(LINUX)
    assert not set(map(id, first)) & set(map(id, second))


def test_each_recorded_machine_is_tested():
    assert {path.parent.name for path in FIXTURES.glob("*/proc")} == set(MACHINES)
