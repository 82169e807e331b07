from hypothesis import given
from hypothesis import strategies as st

from tests.alerts.readings import SPECS, at
from zeropoint.alerts.patterns import known, matcher, meets
from zeropoint.alerts.selecting import series_of
from zeropoint.catalogue import values

TEXTS = st.text("ab.", max_size=6)
PATTERNS = st.text("ab.*", max_size=6)


def by_trying(pattern: str, name: str) -> bool:
    """The plain definition, in exponential time."""
    if not pattern:
        return not name
    if pattern[0] == "*":
        return any(by_trying(pattern[1:], name[place:]) for place in range(len(name) + 1))
    return bool(name) and name[0] == pattern[0] and by_trying(pattern[1:], name[1:])


@given(PATTERNS, TEXTS)
def test_a_pattern_matches_as_it_says(pattern: str, name: str):
    assert bool(matcher(pattern)(name)) == by_trying(pattern, name) == meets(pattern, name)


@given(PATTERNS, PATTERNS, TEXTS)
def test_two_patterns_meet_where_one_name_matches_both(one: str, other: str, name: str):
    assert meets(one, other) == meets(other, one)
    if by_trying(one, name) and by_trying(other, name):
        assert meets(one, other)


def test_characters_of_regular_expressions_are_characters():
    assert matcher("a.b[1]*")("a.b[1] x") and not matcher("a.b*")("axb")


def test_a_key_may_be_any_text():
    names = [spec.name for spec in SPECS]
    assert known("system.disk.filesystems./a.b.usage_percent", names) == [
        "system.disk.filesystems.{system.filesystem.mountpoint}.usage_percent"
    ]
    assert known("system.cpu.usage_percent", names) == ["system.cpu.usage_percent"]
    assert known("system.cpu.usage", names) == []


def test_series_are_those_that_the_catalogue_walks_to_and_the_null_ones():
    sample = at(0, 5.0, disks={"/": 10.0, "/srv": None}, verdicts=["stalled run:a"], status="idle")
    assert {name for name, value in series_of(sample, "*") if value is not None} == {one.name for one in values(sample)}
    assert dict(series_of(sample, "system.disk.filesystems.*.usage_percent")) == {
        "system.disk.filesystems./.usage_percent": 10.0,
        "system.disk.filesystems./srv.usage_percent": None,
    }
    assert dict(series_of(sample, "system.cpu.usage_percent")) == {"system.cpu.usage_percent": 5.0}
    assert dict(series_of(sample, "system.gpus.*.power_watts")) == {}
