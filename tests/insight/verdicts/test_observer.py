"""Hysteresis, what is told, and what a rule that fails costs."""

import asyncio
from collections.abc import Iterable, Set
from pathlib import Path
from typing import ClassVar

import pytest
from structlog.testing import capture_logs

from tests.insight.verdicts.windows import BEGIN, RUN, program, row, sample, stalled_from, told, training, waits
from zeropoint.insight.verdicts.moment import moment_of
from zeropoint.insight.verdicts.observer import MOST_ACTIVE, MOST_ENDED, Observer
from zeropoint.insight.verdicts.rule import Finding, Rule
from zeropoint.insight.verdicts.window import MOST_MOMENTS, MOST_TRACKS, Window
from zeropoint.model import Sample
from zeropoint.sampler import Sampler
from zeropoint.settings import Settings


class Scripted(Rule):
    """Finds the causes that it is told to, by the second."""

    name: ClassVar[str] = "scripted"
    refuted_by: ClassVar[str] = "nothing"
    begin_seconds: ClassVar[float] = 3.0
    clear_seconds: ClassVar[float] = 4.0

    def __init__(self, causes: dict[int, str]) -> None:
        self._causes = causes
        self.held: list[int] = []

    def look(self, window: Window, held: Set[str]) -> Iterable[Finding]:
        second = round(window.now.at - BEGIN.timestamp())
        if held:
            self.held.append(second)
        if second in self._causes:
            cause = self._causes[second]
            yield Finding(subject="it", called="it", cause=cause, says=f"{cause} at {second}", evidence=("e",))


def causes(script: dict[int, str], seconds: int = 40) -> list[str | None]:
    observer = Observer([Scripted(script)])
    return [verdicts[0].cause if (verdicts := observer.observe(sample(at))) else None for at in range(seconds)]


def test_it_is_told_after_it_was_found_for_a_while_and_cleared_after_it_was_missing_for_a_while():
    told = causes(dict.fromkeys(range(10, 20), "a"))
    assert told[12] is None
    assert told[13] == "a"
    assert told[22] == "a"
    assert told[23] is None


def test_what_flickers_is_not_told_and_what_holds_may_flicker():
    assert set(causes({at: "a" for at in range(40) if at % 3})) == {None}
    flickering = causes({**dict.fromkeys(range(10, 14), "a"), **dict.fromkeys(range(14, 30, 3), "a")})
    assert set(flickering[13:30]) == {"a"}


def test_another_cause_must_last_before_it_replaces_the_first():
    brief = causes({**dict.fromkeys(range(10, 30), "a"), 15: "b", 16: "b", 20: "c"})
    assert set(brief[13:30]) == {"a"}
    lasting = causes({**dict.fromkeys(range(10, 20), "a"), **dict.fromkeys(range(20, 30), "b")})
    assert lasting[24] == "a"
    assert lasting[25] == "b"


def test_a_rule_is_told_what_holds_already():
    rule = Scripted(dict.fromkeys(range(10, 20), "a"))
    told(sample, 40, Observer([rule]))
    assert rule.held == [*range(14, 24)]


def test_a_rule_that_fails_costs_itself_alone_and_is_told_once():
    class Broken(Scripted):
        name: ClassVar[str] = "broken"

        def look(self, window: Window, held: Set[str]) -> Iterable[Finding]:
            raise ValueError("it is broken")

    observer = Observer([Broken({}), Scripted(dict.fromkeys(range(40), "a"))])
    with capture_logs() as logs:
        verdicts = told(sample, 20, observer)
    assert [one.name for one in verdicts] == ["scripted"]
    assert [(one["event"], one["rule"]) for one in logs] == [("a rule failed", "broken")]


def test_of_a_rule_that_fails_nothing_is_told_as_ended_and_its_failure_until_it_looks_again():
    class Breaking(Scripted):
        def look(self, window: Window, held: Set[str]) -> Iterable[Finding]:
            if 20 <= round(window.now.at - BEGIN.timestamp()) < 30:
                raise ValueError("it is broken")
            return super().look(window, held)

    observer = Observer([Breaking(dict.fromkeys(range(40), "a"))])
    with capture_logs() as logs:
        assert [one.cause for one in told(sample, 20, observer)] == ["a"]
        assert observer.failures() == []
        assert observer.observe(sample(20)) == []
        assert observer.failures() == ["verdicts: the rule scripted failed, see the log"]
        assert observer.told() == []
        for at in range(21, 40):
            observer.observe(sample(at))
    assert observer.failures() == []
    assert [one.ended for one in observer.told()] == [None]
    assert len(logs) == 1


def test_the_health_of_the_appliance_names_a_rule_that_fails(tmp_path: Path):
    class Broken(Scripted):
        def look(self, window: Window, held: Set[str]) -> Iterable[Finding]:
            raise ValueError("it is broken")

    sampler = Sampler(Settings(artifacts=str(tmp_path)), "e1", lambda *_: None)
    sampler.observer = Observer([Broken({})])
    with capture_logs():
        for _ in range(2):  # what is looked at is the sample before
            asyncio.run(sampler.scheduler.first())
    assert sampler.judge().status == "degraded"
    assert "verdicts: the rule scripted failed, see the log" in sampler.judge().reasons


@pytest.mark.parametrize("hours", [-1, 1])
def test_what_ended_is_cleared_though_the_clock_was_set(hours: int):
    observer = Observer([Scripted(dict.fromkeys(range(40), "a"))])
    assert [one.cause for one in told(sample, 20, observer)] == ["a"]
    shifted = [observer.observe(sample(20 + hours * 3600 + at)) for at in range(10)]
    assert [len(verdicts) for verdicts in shifted[-5:]] == [0] * 5
    (ended,) = observer.told()
    assert ended.ended is not None


def test_what_is_found_before_and_after_the_clock_was_set_goes_on():
    observer = Observer([Scripted({**dict.fromkeys(range(40), "a"), **dict.fromkeys(range(-3600, -3500), "a")})])
    assert [one.cause for one in told(sample, 20, observer)] == ["a"]
    for at in range(10):
        assert [one.cause for one in observer.observe(sample(at - 3600))] == ["a"]


def test_verdicts_that_ended_are_told_for_a_day_and_only_so_many():
    observer = Observer([Scripted({at: "a" for at in range(0, 20_000) if at % 10 < 4})])
    for at in range(1200):
        observer.observe(sample(at))
    ended = [one for one in observer.told() if one.ended is not None]
    assert len(ended) == MOST_ENDED
    assert all(one.active == 0 for one in ended)
    assert ended[0].since > ended[-1].since
    observer.observe(sample(1200 + 25 * 3600))
    assert not [one for one in observer.told() if one.ended is not None]


def test_each_sample_counts_once_and_a_first_one_that_is_missing_is_none():
    observer = Observer([Scripted(dict.fromkeys(range(40), "a"))])
    assert observer.observe(None) == []
    for _ in range(10):
        assert observer.observe(sample(1)) == []


def test_texts_from_outside_are_cleaned():
    hostile = row("run:x/1", "x\x1b[31m\u202e", waits=waits(stopped_count=1, runnable_count=0), cpu_percent=0.0)
    (verdict,) = told(lambda at: sample(at, workloads=[hostile]), 15)
    for text in (verdict.subject, verdict.says, *verdict.evidence, verdict.id, verdict.workload):
        assert text.isprintable()
    # Some causes have the name of a workload in them.
    (named,) = told(sample, 15, Observer([Scripted(dict.fromkeys(range(15), "written by x\x1b[31m\u202e"))]))
    assert named.cause.isprintable()


def test_at_most_so_many_verdicts_hold():
    rows = [row(f"run:x/{at}", "x", waits=waits(stopped_count=1, runnable_count=0)) for at in range(60)]
    assert len(told(lambda at: sample(at, workloads=rows), 20)) == MOST_ACTIVE


def test_the_window_is_bounded_and_forgets_what_was_before_a_hole():
    window = Window()
    for at in range(400):
        rows = [program(f"p{at}-{place}") for place in range(20)]
        window.add(moment_of(sample(at, workloads=rows)))
    assert len(window.moments) == MOST_MOMENTS
    assert len(window.memory) <= MOST_TRACKS
    window.add(moment_of(training(1000)))
    assert len(window.moments) == 1
    assert [*window.jobs] == [RUN]
    window.add(moment_of(training(900)))  # the clock was set back
    assert len(window.moments) == 1


def test_samples_that_come_faster_are_taken_once_a_second():
    def often(tenths: int) -> Sample:
        second = tenths / 10
        return stalled_from(int(second), 20, row(waits=waits(stopped_count=1, runnable_count=0), cpu_percent=0.0))

    window = Window()
    for tenths in range(600):
        made = often(tenths)
        window.add(
            moment_of(
                type(made)(
                    **{
                        **{name: getattr(made, name) for name in made.__struct_fields__},
                        "timestamp": sample(tenths / 10).timestamp,
                    }
                )
            )
        )
    assert 55 <= len(window.moments) <= 61
