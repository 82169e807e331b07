"""A sample as the points of time series that Prometheus knows: names, labels, numbers.

Names follow the OpenTelemetry semantic conventions where those define one, in their Prometheus form: dots become
underscores, the unit and `_total` are appended, percents become ratios. All others are zeropoint_ and the path.

Whoever tells a sample to Prometheus takes it from here, so that the exposition and the remote write can't differ.
"""

from functools import cache

from msgspec import Struct

from zeropoint.catalogue import UNITS, Labels, Spec, Value

SUFFIXES = {"percent": "ratio", "1": "", "1/s": "per_second"}


class Series(Struct, frozen=True):
    """One time series. `labels` are without its name, in no particular order."""

    name: str
    labels: dict[str, str]


def series_of(spec: Spec, labels: Labels) -> tuple[Series, ...]:
    """The series of a value: one, or of a state one for each word that it may be."""
    family = family_name(spec)
    named = {attribute.replace(".", "_"): text for attribute, text in (*spec.attributes, *labels)}
    if spec.kind == "state":
        return tuple(Series(family, {**named, family: state}) for state in spec.states)
    return (Series(f"{family}_total" if spec.kind == "counter" else family, named),)


def numbers_of(value: Value) -> tuple[float, ...]:
    """The numbers of its series, in their order and in the base units of the exposition."""
    if isinstance(value.value, str):
        return tuple(float(state == value.value) for state in value.spec.states)
    return (value.value * value.spec.scale,)


@cache
def family_name(spec: Spec) -> str:
    """The family's name, without the `_total` that counters have."""
    suffix = SUFFIXES.get(spec.unit, spec.unit.replace("/s", "_per_second"))
    if spec.otel is not None:
        return "_".join(filter(None, (spec.otel.replace(".", "_"), suffix)))
    *parents, last = spec.family.split(".")
    words = last.removesuffix("_total").removesuffix("_per_second").split("_")
    kept = [word for word in words if word not in UNITS]
    return "_".join(filter(None, ("zeropoint", *parents, *kept, suffix)))
