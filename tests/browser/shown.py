"""An independent reading of what the page shows: names of metrics, numbers as people read them, a chart's rows."""

import re
from datetime import datetime
from typing import Any, NamedTuple

from tests.support.process import Appliance
from tests.support.reasons import nearest

KEYS = ("uuid", "id", "mountpoint", "name", "pid")
UNITS = {
    **{unit: 1024.0**power for power, unit in enumerate(("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"))},
    **{unit: 1000.0**power for power, unit in enumerate(("Hz", "kHz", "MHz", "GHz"))},
    **{"µs": 1e-6, "ms": 1e-3, "s": 1.0},
    **dict.fromkeys(("", "%", "°C", "W", "J", "rpm", "fps", "cores"), 1.0),
}
# Of these only whole ones are told, the rest is left out.
WHOLE_UNITS = {"min": 60.0, "h": 3600.0, "d": 86400.0}


def tells(text: str, value: float) -> bool:
    """Whether a text like "1.50 GiB/s", "12,345" or "3 h 12 min" tells this value: to three digits or better."""
    parts = re.findall(r"(-?[0-9][0-9,.]*)\s*(?:e−([0-9]+))?\s*([^0-9\s/]*)", text.removesuffix("/s"))
    if not parts:
        return False
    number, exponent, unit = parts[-1]
    if unit in WHOLE_UNITS:
        told = sum(float(number.replace(",", "")) * WHOLE_UNITS[unit] for number, _, unit in parts)
        return told <= value < told + WHOLE_UNITS[unit]
    scale = UNITS[unit] * 10.0 ** -int(exponent or 0)
    last_digit = scale * 10.0 ** -len(number.partition(".")[2])
    told = float(number.replace(",", "")) * scale
    return abs(told - value) <= max(0.51 * last_digit, 0.0051 * abs(value))


def expected(sample: dict[str, Any], metric: str) -> tuple[Any, str | None]:
    """The value at a metric's name, or None and the reason that the sample gives for it."""
    value, place = _at(sample, metric, "")
    if isinstance(value, int | float | str):
        return value, None
    return None, nearest(sample["unavailable"], place)


class Stretch(NamedTuple):
    """Samples that follow each other, and the ids of those before which the server tells of a gap."""

    samples: list[dict[str, Any]]
    gaps: set[str]


def sample_of(appliance: Appliance, id: str) -> dict[str, Any]:
    """The sample with this id, asked for as the one after its predecessor."""
    return stretch_until(appliance, id, 1).samples[0]


def stretch_until(appliance: Appliance, id: str, count: int) -> Stretch:
    """The last `count` samples up to the one with this id."""
    epoch, sequence = id.split("-")
    since = f"{epoch}-{int(sequence) - count}"
    found = Stretch([], set())
    # An answer ends before a gap; the rest is asked for after it.
    while len(found.samples) < count:
        answer = appliance.get(f"/metrics/json?since={since}&wait=30").json
        found.samples.extend(answer["samples"])
        if answer["gap"] is not None:
            found.gaps.add(answer["gap"]["to"])
        since = found.samples[-1]["id"]
    del found.samples[count:]
    assert found.samples[-1]["id"] == id
    return found


def assert_rows_are_samples(appliance: Appliance, rows: dict[str, Any]) -> None:
    """Each row of the charts is one sample of the server, in order, none left out; so is each value in it.

    The line is broken before samples of which the server tells that ticks were missed before them, and where more than
    two intervals have gone by without one that would have been due (the first tick is, after the sample of the start).
    """
    samples, gaps = stretch_until(appliance, rows["newest"], len(rows["times"]))
    assert rows["times"] == [milliseconds(sample) for sample in samples]
    for path, values in rows["columns"]:
        name = ".".join(map(str, path))
        assert values == [expected(sample, name)[0] for sample in samples], name
    late = {
        row for row in range(1, len(samples)) if _seconds_before(samples, row) > 2.5 * samples[row]["interval_seconds"]
    }
    assert rows["broken"] == [row for row in range(1, len(samples)) if samples[row]["id"] in gaps or row in late]


def _seconds_before(samples: list[dict[str, Any]], row: int) -> float:
    return (milliseconds(samples[row]) - milliseconds(samples[row - 1])) / 1000


def milliseconds(sample: dict[str, Any]) -> int:
    return round(datetime.fromisoformat(sample["timestamp"]).timestamp() * 1000)


def keys_of(row: Any) -> list[str]:
    """What a row of a list is called: by the first of these that it has, which no two rows share."""
    return [str(row[field]) for field in KEYS if isinstance(row, dict) and field in row][:1]


def _at(value: Any, name: str, place: str) -> tuple[Any, str]:
    """Goes down by the longest key that fits the name's beginning: keys may hold dots of their own."""
    if name == "":
        return value, place
    if isinstance(value, dict):
        ways = [(key, inner, f"{place}.{key}" if place else key) for key, inner in value.items()]
    elif isinstance(value, list):
        ways = [
            (key, inner, f"{place}[{index}]")
            for index, inner in enumerate(value)
            for key in (*keys_of(inner), str(index))
        ]
    else:
        ways = []
    fitting = [way for way in ways if name == way[0] or name.startswith(way[0] + ".")]
    if fitting:
        key, inner, there = max(fitting, key=lambda way: len(way[0]))
        return _at(inner, name[len(key) + 1 :], there)
    # Not there: what is above it is null, and covers it.
    return None, f"{place}.{name}" if place else name
