"""What the rules say of known sequences of samples."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.alerts.readings import BEGAN, CPU, at, follow, rules, told
from zeropoint.alerts.engine import Engine

BUSY = {"name": "busy", "metric": CPU, "above": 90, "clear": 80, "for": 3, "clear_for": 2}


def cpu(*values: float | None) -> list[object]:
    return [at(second, value) for second, value in enumerate(values)]


def test_it_fires_when_its_level_was_passed_for_long_enough_and_ends_when_it_was_back_for_long_enough():
    engine = Engine(rules(BUSY))
    assert follow(engine, cpu(50, 91, 95, 99, 92, 85, 79, 80, 70)) == [(4, "fired send"), (8, "cleared send")]


def test_one_value_that_is_back_ends_what_is_pending():
    engine = Engine(rules(BUSY))
    assert follow(engine, cpu(91, 91, 91, 90, 91, 91, 91)) == []
    assert engine.courses["busy"][CPU].state == "pending"


def test_between_the_levels_it_goes_on_as_it_is():
    engine = Engine(rules(BUSY))
    assert follow(engine, cpu(91, 91, 91, 91, 85, 85, 85, 79, 85, 79, 85)) == [(3, "fired send")]
    assert engine.courses["busy"][CPU].state == "firing"


def test_values_below_a_level():
    low = {"name": "low", "metric": CPU, "below": 10, "clear": 20}
    assert follow(Engine(rules(low)), cpu(10, 9, 15, 20, 9)) == [
        (1, "fired send"),
        (3, "cleared send"),
        (4, "fired send"),
    ]


def test_an_event_says_what_it_rests_on():
    engine = Engine(rules(BUSY))
    (fired,) = [step.event for sample in cpu(91, 91, 91, 97.25) for step in engine.look(sample)]
    assert (fired.value, fired.level, fired.for_seconds, fired.subject) == (97.25, "above 90", 3.0, CPU)
    assert fired.says == f"{CPU} is 97.25, above 90 for 3 s"


def test_each_series_of_a_pattern_goes_by_itself():
    engine = Engine(rules({"name": "full", "metric": "system.disk.filesystems.*.usage_percent", "above": 90}))
    samples = [at(0, disks={"/": 95, "/a.b": 95}), at(1, disks={"/": 5, "/a.b": 95, "/c": 91}), at(2, disks={"/": 5})]
    events = [step.event for sample in samples for step in engine.look(sample)]
    assert [(event.kind, event.subject) for event in events] == [
        ("fired", "system.disk.filesystems./.usage_percent"),
        ("fired", "system.disk.filesystems./a.b.usage_percent"),
        ("cleared", "system.disk.filesystems./.usage_percent"),
        ("fired", "system.disk.filesystems./c.usage_percent"),
    ]


def test_words_of_a_state():
    engine = Engine(rules({"name": "failed", "metric": "ai.components.*.status", "is": ["failed", "unknown"]}))
    words = ["running", "failed", "unknown", "idle"]
    assert follow(engine, [at(place, status=word) for place, word in enumerate(words)]) == [
        (1, "fired send"),
        (3, "cleared send"),
    ]


def test_verdicts_by_name():
    engine = Engine(rules({"name": "stuck", "verdict": "stalled", "for": 2, "clear_for": 0}))
    samples = [at(second, verdicts=["stalled run:a", "contention machine"]) for second in range(3)]
    (fired,) = [step.event for sample in samples for step in engine.look(sample)]
    assert (fired.subject, fired.says, fired.value) == ("stalled run:a", "stalled run:a says so", None)
    assert fired.evidence == ["61 % (system.disk.pressure.some.now_percent)"]
    assert told(engine.look(at(3))) == ["cleared send"]


def test_a_value_that_is_missing_neither_fires_nor_ends_anything():
    engine = Engine(rules(BUSY))
    assert follow(engine, cpu(91, 91, None, 91, 91, None, None, None, 95)) == [(4, "fired send")]


def test_the_time_without_a_value_counts_neither_as_beyond_nor_as_back():
    engine = Engine(rules(BUSY))
    assert follow(engine, cpu(91, None, None, None, None, 91, 91, 91)) == [(7, "fired send")]
    gone = [at(8 + second, value) for second, value in enumerate([5, None, None, None, None, 5, 5])]
    assert follow(engine, gone) == [(6, "cleared send")]


def test_a_series_that_often_has_no_value_fires_all_the_same():
    engine = Engine(rules({**BUSY, "for": 60}))
    values = [None if second % 50 == 49 else 95.0 for second in range(200)]
    assert follow(engine, cpu(*values)) == [(61, "fired send")]


def test_what_is_pending_and_has_no_value_for_five_minutes_is_forgotten():
    engine = Engine(rules(BUSY))
    assert follow(engine, cpu(95, *[None] * 300)) == []
    assert engine.courses["busy"][CPU].state == "pending"
    assert follow(engine, [at(301), at(302, 95), at(303, 95), at(304, 95)]) == []
    assert follow(engine, [at(305, 95)]) == [(0, "fired send")]


def test_what_is_missing_for_five_minutes_ends_and_says_so():
    engine = Engine(rules({**BUSY, "for": 0}))
    engine.look(at(0, 95))
    events = [step.event for second in range(1, 400) for step in engine.look(at(second, None))]
    assert [(event.kind, event.value, event.says) for event in events] == [
        ("cleared", None, f"{CPU} has had no value for 5 min")
    ]


def test_a_missing_value_fires_where_the_rule_says_so():
    engine = Engine(rules({"name": "gone", "metric": CPU, "missing": "fire"}))
    assert follow(engine, [at(0), at(5), at(9.9), at(14), at(15, 5.0)]) == [(3, "fired send"), (4, "cleared send")]


def test_a_series_that_has_gone_counts_as_missing_and_so_does_a_pattern_that_nothing_matches():
    pattern = "system.disk.filesystems.*.usage_percent"
    engine = Engine(rules({"name": "gone", "metric": pattern, "missing": "fire"}))
    seconds = range(0, 60, 3)
    nothing = [step.event for second in seconds for step in engine.look(at(second))]
    assert [(event.kind, event.subject) for event in nothing] == [("fired", pattern)]
    events = [step.event for step in engine.look(at(60, disks={"/a": 1.0, "/b": 1.0}))]
    assert [(event.kind, event.subject) for event in events] == [("cleared", pattern)]
    events = [step.event for step in engine.look(at(61, disks={"/b": 1.0}))]
    assert [(event.kind, event.subject) for event in events] == [("fired", "system.disk.filesystems./a.usage_percent")]


def test_time_that_nobody_watched_is_no_time_for_which_it_held():
    engine = Engine(rules({**BUSY, "for": 60}))
    assert follow(engine, [at(0, 95), at(1, 95), at(3600, 95), at(3601, 95)]) == []
    assert follow(engine, [at(3601 + second, 95) for second in range(1, 60)]) == [(52, "fired send")]


def test_a_clock_that_is_set_changes_nothing():
    engine = Engine(rules(BUSY))
    walls = [BEGAN, BEGAN + timedelta(days=300), BEGAN - timedelta(days=5), BEGAN, BEGAN]
    samples = [at(second, 95, wall=wall) for second, wall in enumerate(walls)]
    assert follow(engine, samples) == [(3, "fired send")]


def test_it_is_told_again_while_it_fires():
    engine = Engine(rules({"name": "busy", "metric": CPU, "above": 90, "repeat": 60}))
    happened = follow(engine, [at(second, 95) for second in range(125)])
    assert happened == [(0, "fired send"), (60, "repeated send"), (120, "repeated send")]


QUIET = {"name": "busy", "metric": CPU, "above": 90, "quiet": ["22:00-07:00"], "timezone": "Europe/Berlin"}


def berlin(hour: int, minute: int = 0, day: int = 24) -> datetime:
    """In winter Berlin is an hour ahead."""
    return datetime(2026, 11, day, hour - 1, minute, tzinfo=UTC)


def test_in_quiet_hours_it_is_held_back_and_told_at_their_end_if_it_still_fires():
    engine = Engine(rules(QUIET))
    assert told(engine.look(at(0, 95, wall=berlin(23)))) == ["fired hold"]
    assert told(engine.look(at(1, 95, wall=berlin(6, 59, 25)))) == []
    assert told(engine.look(at(2, 95, wall=berlin(7, 0, 25)))) == ["fired send"]
    assert told(engine.look(at(3, 95, wall=berlin(7, 1, 25)))) == []


def test_what_began_and_ended_in_quiet_hours_is_not_told():
    engine = Engine(rules(QUIET))
    assert told(engine.look(at(0, 95, wall=berlin(23)))) == ["fired hold"]
    assert told(engine.look(at(1, 5, wall=berlin(23, 1)))) == ["fired skip", "cleared skip"]
    assert told(engine.look(at(2, 5, wall=berlin(12, 0, 25)))) == []


def test_an_end_in_quiet_hours_is_told_after_them():
    engine = Engine(rules(QUIET))
    assert told(engine.look(at(0, 95, wall=berlin(21)))) == ["fired send"]
    assert told(engine.look(at(1, 5, wall=berlin(23)))) == ["cleared hold"]
    assert told(engine.look(at(2, 5, wall=berlin(2, 0, 25)))) == []
    assert told(engine.look(at(3, 5, wall=berlin(8, 0, 25)))) == ["cleared send"]


def test_a_restart_tells_nothing_again_and_forgets_no_end():
    before = Engine(rules(BUSY))
    follow(before, cpu(91, 91, 91, 91))
    after = Engine(rules(BUSY), before.kept(), next_id=2)
    assert follow(after, cpu(91, None, 91)) == []
    (cleared,) = [step.event for second in range(3, 6) for step in after.look(at(second, 10))]
    assert (cleared.id, cleared.kind, cleared.since) == (2, "cleared", "2026-11-24T09:50:51.000Z")


def test_after_a_restart_a_verdict_has_time_to_be_told_again():
    table = {"name": "stuck", "verdict": "*"}
    before = Engine(rules(table))
    follow(before, [at(0, verdicts=["stalled run:a", "stalled run:b"])])
    after = Engine(rules(table), before.kept(), next_id=3)
    assert follow(after, [at(second) for second in range(60)]) == []
    happened = follow(after, [at(60 + second, verdicts=["stalled run:a"]) for second in range(100)])
    assert happened == [(60, "cleared send")]


def test_what_belongs_to_a_rule_that_is_gone_ends_without_a_notice():
    before = Engine(rules(BUSY))
    follow(before, cpu(91, 91, 91, 91))
    other = Engine(rules({**BUSY, "name": "other"}), before.kept(), next_id=2)
    assert follow(other, cpu(5)) == [(0, "cleared skip")]


def test_the_time_since_the_last_notice_outlives_a_restart():
    table = {"name": "busy", "metric": CPU, "above": 90, "repeat": 60}
    before = Engine(rules(table))
    follow(before, [at(0, 95)])
    after = Engine(rules(table), before.kept(), next_id=2)
    assert follow(after, [at(30 + second, 95) for second in range(40)]) == [(30, "repeated send")]


@given(
    st.lists(st.one_of(st.none(), st.floats(0, 100)), min_size=1, max_size=80),
    st.integers(0, 5),
    st.integers(0, 5),
    st.floats(50, 95),
    st.floats(0, 50),
)
def test_whatever_comes_it_fires_and_ends_in_turn(
    values: list[float | None], hold: int, clear_hold: int, above: float, clear: float
):
    table = {"name": "any", "metric": CPU, "above": above, "clear": clear, "for": hold, "clear_for": clear_hold}
    engine = Engine(rules(table))
    kinds, beyond, back = [], 0, 0
    for second, value in enumerate(values):
        steps = engine.look(at(second, value))
        if value is not None:
            beyond = beyond + 1 if value > above else 0
            back = back + 1 if value <= clear else 0
        for step in steps:
            kinds.append(step.event.kind)
            # It needs a value at the beginning and at the end of its time, and none in it counts for nothing.
            assert beyond > hold if step.event.kind == "fired" else back > clear_hold
    assert kinds == ["fired", "cleared"] * (len(kinds) // 2) + ["fired"] * (len(kinds) % 2)
