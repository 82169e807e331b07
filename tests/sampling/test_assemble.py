import math
from collections.abc import Mapping, Sequence
from typing import get_args

import msgspec
import pytest

from zeropoint.model import (
    Component,
    Cpu,
    Gpu,
    Host,
    LiveRun,
    Pressure,
    Sample,
    Section,
    Server,
    Stall,
    Status,
    Verdict,
)
from zeropoint.probe import Absent, Probe, Reading, Roots
from zeropoint.sampling.assemble import RUNS, Answer, SelfReport, assemble
from zeropoint.sampling.audit import NO_REASON, NOT_FINITE, audit


def probe(at: str, only: Sequence[str] = (), kind: type[Section] = Section) -> Probe:
    class Some(Probe):
        name = at
        section = at
        fields = tuple(only)
        report = kind

        def read(self, roots: Roots, now: float) -> Reading | Absent:
            return Absent("not asked for")

    return Some()


def sample(
    *answers: tuple[Probe, Reading | Absent | None], reason: str | None = None, age_seconds: float | None = None
) -> Sample:
    own = SelfReport(Server(), dict.fromkeys(Server.__struct_fields__, "of no matter here"))
    return assemble("e-1", "2026-11-24T09:50:48.123Z", 1.0, read(answers, reason, age_seconds), own)


def read(
    answers: Sequence[tuple[Probe, Reading | Absent | None]], reason: str | None, age_seconds: float | None
) -> list[Answer]:
    return [
        Answer(probe, None if answer is None else audit(probe, answer), reason, age_seconds)
        for probe, answer in answers
    ]


def reasons(taken: Sample) -> Mapping[str, str]:
    return {
        row.path: row.reason for row in taken.unavailable if not row.path.startswith("server.") and row.path != RUNS
    }


def full(section: Section, **changes: object) -> Section:
    """The section with every null field set to 1, so that a test speaks of its own fields alone."""
    empty = {name: 1 for name in section.__struct_fields__ if getattr(section, name) is None}
    return msgspec.structs.replace(section, **{**empty, **changes})


def test_what_no_probe_reads_is_null_with_a_reason():
    taken = sample()
    assert (taken.verdicts, taken.ledger, taken.ai.runs) == ([], None, None)
    assert {"ledger", "ai.runs"} <= {row.path for row in taken.unavailable}


def test_runs_have_their_own_place_and_reasons():
    run = LiveRun(id="digits/1", name="digits", kind="tinygrad", step=3)
    missing = {f"[0].{name}": "not written" for name in LiveRun.__struct_fields__ if getattr(run, name) is None}
    taken = sample((probe("ai.runs", kind=LiveRun), Reading([run], missing)))
    assert taken.ai.runs == [run]
    assert reasons(taken)["ai.runs[0].loss"] == "not written"


def test_verdicts_on_earlier_samples_are_told_as_they_are_given():
    own = SelfReport(Server(), {})
    verdict = Verdict(
        id="stalled run:digits/1",
        name="stalled",
        workload="run:digits/1",
        subject="digits",
        since="2026-11-24T09:50:48.123Z",
        cause="disk",
        says="digits makes no step",
        evidence=[],
        refuted_by="a step",
    )
    assert assemble("e-1", "2026-11-24T09:50:48.123Z", 1.0, [], own, verdicts=[verdict]).verdicts == [verdict]


def test_sections_of_several_probes_become_one():
    host = Host(process_count=7, thread_count=9)
    taken = sample(
        (probe("system.host", ("process_count", "thread_count")), Reading(host)),
        (probe("system.host", ("name", "uptime_seconds")), Reading(Host(name="box", uptime_seconds=1.0))),
    )
    assert taken.system.host is not None
    assert (taken.system.host.process_count, taken.system.host.name) == (7, "box")


def test_a_section_below_another_is_placed_there():
    pressure = Pressure(some=Stall(avg10_percent=1.5))
    taken = sample(
        (probe("system.cpu", ("load_1m",)), Reading(Cpu(load_1m=0.5))),
        (probe("system.cpu.pressure"), Reading(pressure)),
    )
    assert taken.system.cpu is not None
    assert taken.system.cpu.load_1m == 0.5
    assert taken.system.cpu.pressure is not None and taken.system.cpu.pressure.some is not None
    assert taken.system.cpu.pressure.some.avg10_percent == 1.5


def test_an_absent_section_is_null_with_its_reason():
    taken = sample((probe("system.sensors"), Absent("no sensor")))
    assert taken.system.sensors is None
    assert reasons(taken)["system.sensors"] == "no sensor"


def test_keys_of_a_section_stay_when_its_probe_has_read_nothing():
    taken = sample((probe("system.cpu", ("load_1m", "load_5m")), None), reason="OSError: gone")
    assert taken.system.cpu is not None
    assert reasons(taken)["system.cpu.load_1m"] == "OSError: gone"
    assert reasons(taken)["system.cpu.load_5m"] == "OSError: gone"


def test_lists_of_several_probes_are_joined_and_their_reasons_counted_on():
    one, other = full(Gpu(index=0, uuid="a")), full(Gpu(index=0, uuid="b"), power_watts=None)
    taken = sample(
        (probe("system.gpus"), Reading([one])),
        (probe("system.gpus"), Reading([other], {"[0].power_watts": "needs a driver"})),
    )
    assert taken.system.gpus is not None
    assert [gpu.uuid for gpu in taken.system.gpus] == ["a", "b"]
    assert reasons(taken)["system.gpus[1].power_watts"] == "needs a driver"


def test_no_gpu_anywhere_tells_what_was_looked_for():
    taken = sample((probe("system.gpus"), Absent("no NVML")), (probe("system.gpus"), Absent("no DRM device")))
    assert taken.system.gpus is None
    assert reasons(taken)["system.gpus"] == "no NVML; no DRM device"


def test_one_kind_of_gpu_needs_no_excuse_for_the_other():
    gpus = Reading([full(Gpu(index=0, uuid="a"))])
    for answers in ([Absent("no NVML"), gpus], [gpus, Absent("no NVML")]):
        taken = sample(*((probe("system.gpus"), answer) for answer in answers))
        assert taken.system.gpus is not None
        assert "system.gpus" not in reasons(taken)


def test_a_component_that_fails_is_unknown_and_says_why():
    taken = sample((probe("ai.components.tinygrad", kind=Component), None), reason="OSError: no")
    component = taken.ai.components["tinygrad"]
    assert (component.status, component.reason) == ("unknown", "OSError: no")


@pytest.mark.parametrize("status", get_args(Status))
def test_a_component_that_fails_after_a_good_reading_is_unknown_once_that_is_too_old(status: Status):
    good = full(Component(status=status, last_updated="then", pids=[7], since="before", reason="of then"))
    answer = (probe("ai.components.tinygrad", kind=Component), Reading(good))
    assert sample(answer, reason="OSError: no", age_seconds=10.0).ai.components["tinygrad"] == good
    late = sample(answer, reason="OSError: no", age_seconds=10.001).ai.components["tinygrad"]
    assert late == msgspec.structs.replace(good, status="unknown", since=None, reason="OSError: no")
    slowed = sample(answer, age_seconds=60.0).ai.components["tinygrad"]
    assert slowed == good, "one that is read less often is not in trouble"


def test_a_number_that_is_not_finite_becomes_null_with_a_reason():
    for number in (math.nan, math.inf, -math.inf):
        taken = sample(
            (probe("system.cpu", ("load_1m",)), Reading(Cpu(load_1m=number))),
            (probe("system.disk", ()), Absent("none")),
        )
        assert taken.system.cpu is not None and taken.system.cpu.load_1m is None
        assert reasons(taken)["system.cpu.load_1m"] == NOT_FINITE


def test_not_finite_items_of_a_list_become_null_each():
    taken = sample((probe("system.cpu", ("per_core_percent",)), Reading(Cpu(per_core_percent=[1.0, math.nan, None]))))
    assert taken.system.cpu is not None
    assert taken.system.cpu.per_core_percent == [1.0, None, None]
    assert reasons(taken)["system.cpu.per_core_percent[1]"] == NOT_FINITE
    assert reasons(taken)["system.cpu.per_core_percent[2]"] == NO_REASON


def test_a_null_that_no_probe_explains_is_told_as_such():
    taken = sample((probe("system.host"), Reading(Host(name="box"))))
    assert reasons(taken)["system.host.uptime_seconds"] == NO_REASON


def test_a_parents_reason_covers_its_children():
    taken = sample((probe("system.cpu.pressure"), Reading(Pressure(some=Stall()), {"some": "no", "full": "no"})))
    assert not [path for path in reasons(taken) if path.startswith("system.cpu.pressure.some.")]
