"""Which series are compared where nobody names any."""

import pytest

from tests.history.test_queries import BEGINNING, Memory
from zeropoint.catalogue import describe
from zeropoint.insight.candidates import HOST, MACHINE, WORKLOADS, Candidate, candidates
from zeropoint.insight.default_set import MOST, OF_EACH_KIND, Worth, choose, default_set, once
from zeropoint.parts.reports import reports_of
from zeropoint.sampler import Sampler
from zeropoint.server.specs import Specs
from zeropoint.settings import Settings

METRICS = describe(reports_of(Sampler(Settings(), "", lambda *_: None).ai))
SPECS = Specs(METRICS)


def metric_of(name: str) -> str:
    return SPECS.of(name).name


def found(*names: str) -> list[Candidate]:
    return candidates(names, metric_of)


@pytest.mark.parametrize("metric", [kind.metric for kind in (*WORKLOADS, *HOST)])
def test_each_kind_is_a_metric_of_the_catalogue(metric: str):
    before, star, after = metric.partition("*")
    names = {one.name for one in METRICS}
    assert any(name.startswith(before) and name.endswith(after) for name in names) if star else metric in names


def test_a_series_is_known_by_its_kind_and_whose_it_is():
    run, component, machine, gpu = found(
        "system.gpus.GPU-1.2.power_watts",
        "system.cpu.usage_percent",
        "ai.components.tinygrad.latest.loss",
        "ai.runs.a.b/c.step_seconds",
    )
    assert (run.title, run.side, run.group) == ("a.b/c step time", "workload", "run:a.b/c")
    assert (component.title, component.subject) == ("tinygrad loss", "tinygrad")
    assert (machine.title, machine.group) == ("the machine's CPU", MACHINE)
    assert (gpu.title, gpu.group) == ("GPU-1.2 GPU power", MACHINE)


@pytest.mark.parametrize(
    "name",
    [
        "system.gpus.GPU-1.processes.12.utilization_percent",
        "system.gpus.GPU-1.mig.MIG-2.utilization_percent",
        "ai.components.petals.servers.12D3.inference_per_second",
        "ledger.workloads.x.waits.cpu_wait_percent",
        "ledger.totals.cpu_percent",
        "system.cpu.per_core_percent.0",
    ],
)
def test_what_lies_further_down_is_none(name: str):
    assert found(name) == []


def test_two_numbers_of_one_work_are_of_one_group():
    groups = [
        {one.group for one in found(*names)}
        for names in (
            ("ai.components.vllm.tokens_per_second", "ledger.workloads.component:vllm.cpu_percent"),
            ("ai.runs.a.b/c.loss", "ai.runs.a.b/c.step_seconds", "ledger.workloads.run:a.b/c.cpu_percent"),
        )
    ]
    assert groups == [{"component:vllm"}, {"run:a.b/c"}]


def test_what_a_run_tells_itself_is_left_out_of_its_component_and_both_are_one_work():
    names = [
        "ai.runs.a/1.loss",
        "ai.runs.a/1.step_seconds",
        "ai.runs.b/1.loss",
        "ai.components.tinygrad.latest.loss",
        "ai.components.tinygrad.latest.tokens_per_second",
        "ai.components.other.latest.loss",
        "ledger.workloads.run:a/1.cpu_percent",
        "ledger.workloads.component:tinygrad.cpu_percent",
    ]
    told = once([(one, Worth(moves=True, size=1)) for one in found(*names)], {"tinygrad": "a/1"})
    assert {one.name: one.group for one, _ in told} == {
        "ai.runs.a/1.loss": "run:a/1",
        "ai.runs.a/1.step_seconds": "run:a/1",
        "ai.runs.b/1.loss": "run:b/1",
        "ai.components.tinygrad.latest.tokens_per_second": "run:a/1",
        "ai.components.other.latest.loss": "component:other",
        "ledger.workloads.run:a/1.cpu_percent": "run:a/1",
        "ledger.workloads.component:tinygrad.cpu_percent": "run:a/1",
    }


def worths(**kinds: list[Worth]) -> list[tuple[Candidate, Worth]]:
    return [
        (Candidate(f"{kind}{number}", "workload", kind, None, kind, rank), one)
        for rank, (kind, its) in enumerate(kinds.items())
        for number, one in enumerate(its)
    ]


def test_what_moves_goes_before_what_does_not_and_the_largest_first():
    made = worths(
        a=[Worth(moves=False, size=9), Worth(moves=True, size=1)], b=[Worth(moves=True, size=n) for n in (2, 3)]
    )
    assert [one.name for one in choose(made, 3)] == ["a1", "b1", "b0"]
    assert [one.name for one in choose(made, 9)] == ["a0", "a1", "b1", "b0"]


def test_many_of_one_kind_leave_the_others_in():
    made = worths(a=[Worth(moves=True, size=n) for n in range(30)], b=[Worth(moves=True, size=1)])
    taken = choose(made, OF_EACH_KIND + 2)
    assert [one.label for one in taken].count("b") == 1
    assert taken[0].name == "a29"


def test_more_than_can_be_compared_is_told():
    names = [f"ledger.workloads.program:p{number:03}.cpu_percent" for number in range(2 * MOST["workload"])]
    told = default_set(Memory([*names, "other"], 120), metric_of, BEGINNING, BEGINNING + 120_000)
    assert len(told.taken) == MOST["workload"]
    assert told.left_out == [
        f"{len(names)} workload series are stored of this time; {MOST['workload']} of them are compared"
    ]
    assert {one.name for one in told.taken} == set(names[-MOST["workload"] :]), "those that use most"


def test_nothing_stored_is_nothing_compared():
    told = default_set(Memory(["server.clients"], 120), metric_of, BEGINNING, BEGINNING + 120_000)
    assert (told.taken, told.left_out) == ([], [])
    # Its name is among those of the day, but it has nothing in this window.
    told = default_set(Memory(["system.cpu.usage_percent"], 120), metric_of, BEGINNING - 60_000, BEGINNING - 1)
    assert (told.taken, told.left_out) == ([], [])
