"""The series of a sample that a rule names. Only the parts of the sample are walked that the name can lie in."""

from collections.abc import Callable, Iterator

from zeropoint.alerts.patterns import matcher
from zeropoint.alerts.rule import Reading
from zeropoint.catalogue import fields_of
from zeropoint.model import Sample, Section


def series_of(sample: Sample, metric: str) -> Iterator[tuple[str, Reading]]:
    """Names as catalogue.values() gives them, with their values, those that are null too. A series of which the sample
    has no row, or no section, is not among them."""
    return _walk(sample, "", metric.partition("*")[0], matcher(metric))


def _walk(section: Section, path: str, prefix: str, matches: Callable[[str], object]) -> Iterator[tuple[str, Reading]]:
    for field in fields_of(type(section), "", ""):
        name = f"{path}.{field.name}" if path else field.name
        if field.shape == "plain" or not (name.startswith(prefix) or prefix.startswith(name)):
            continue
        value = getattr(section, field.name)
        if field.shape in ("number", "state"):
            if matches(name):
                yield name, value
        elif value is None:
            continue
        elif field.shape == "numbers":
            for index, number in enumerate(value):
                if matches(one := f"{name}.{index}"):
                    yield one, number
        elif field.shape == "section":
            yield from _walk(value, name, prefix, matches)
        elif field.shape == "sections":
            for row in value:
                yield from _walk(row, f"{name}.{getattr(row, field.key or '')}", prefix, matches)
        else:
            for title, row in value.items():
                yield from _walk(row, f"{name}.{title}", prefix, matches)
