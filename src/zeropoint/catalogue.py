"""The list of metrics, derived from the model and the probes' reports, and the way from a Sample to its values.

A metric's name is its JSON path with stable keys: `system.cpu.usage_percent`, `system.gpus.UUID.power_watts`.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
from msgspec import Meta, Struct

from zeropoint.model import Component, Label, Metric, Sample, Section

Kind = Literal["gauge", "counter", "state"]
Labels = tuple[tuple[str, str], ...]

# Unit by the word of a name that tells it, in the order in which they are looked for.
UNITS = {
    "percent": "percent",
    "bytes": "bytes",
    "bits": "bits",
    "celsius": "celsius",
    "watts": "watts",
    "joules": "joules",
    "hz": "hertz",
    "rpm": "rpm",
    "cores": "cores",
    "seconds": "seconds",
}


class Spec(Struct, frozen=True):
    """One metric.

    `name` is its path with {attribute} where a row's key stands, `family` its path without keys, since rows are told
    apart by labels in the exposition; `scale` leads to `otel`'s unit.
    """

    name: str
    family: str
    kind: Kind
    unit: str
    help: str
    otel: str | None
    attributes: Labels
    scale: float
    states: tuple[str, ...] = ()


class Value(Struct, frozen=True, gc=False):
    """One value of a sample: the metric's full name, what it is, its labels, and the number (or the state's word)."""

    name: str
    spec: Spec
    labels: Labels
    value: float | str


class Field(Struct, frozen=True):
    """How one field of a section is walked. `shape` says what lies there."""

    name: str
    shape: Literal["number", "numbers", "state", "section", "sections", "mapping", "plain"]
    spec: Spec | None = None
    below: type[Section] | None = None
    key: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    attribute: str = ""


def unit_of(path: str) -> str:
    """The unit that the last telling name of a path carries; "1" for a plain count or a load."""
    for name in reversed(path.split(".")):
        words = name.split("_")
        rate = name.endswith("_per_second")
        for word, unit in UNITS.items():
            if word in (words[:-2] if rate else words):
                return f"{unit}/s" if rate else unit
        if rate:
            return "1/s"
    return "1"


@cache
def fields_of(section: type[Section], path: str, family: str) -> tuple[Field, ...]:
    """The plan for walking a `section` that lies at `path`, which is `family` without the keys of rows."""
    types = get_type_hints(section, include_extras=True)
    return tuple(
        _field(name, types[name], _join(path, name), _join(family, name)) for name in section.__struct_fields__
    )


def _join(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _field(name: str, annotated: Any, path: str, family: str) -> Field:
    meta = next((part for part in getattr(annotated, "__metadata__", ()) if isinstance(part, Meta)), Meta())
    extra: Mapping[str, Any] = meta.extra or {}
    kind = _bare(annotated)
    if "metric" in extra:
        numbers = get_origin(kind) is list
        where = f"{path}.{{{extra['metric'].item}}}" if numbers else path
        spec = _spec(where, family, name, meta.description or "", extra["metric"])
        return Field(name, "numbers" if numbers else "number", spec, attribute=extra["metric"].item or "")
    if "state" in extra:
        states = tuple(get_args(kind))
        spec = Spec(path, family, "state", "1", meta.description or "", None, (), 1.0, states)
        return Field(name, "state", spec)
    if get_origin(kind) is dict and "rows" in extra:
        return Field(name, "mapping", below=_bare(get_args(kind)[1]), attribute=extra["rows"])
    if get_origin(kind) is list and _is_section(_bare(get_args(kind)[0])):
        row = _bare(get_args(kind)[0])
        key, labels = _labels(row)
        # Rows without a key (unavailable) are no metrics.
        return Field(name, "sections", below=row, key=key, labels=labels) if key else Field(name, "plain", below=row)
    if _is_section(kind):
        return Field(name, "section", below=kind)
    return Field(name, "plain")


def _spec(path: str, family: str, name: str, help: str, declared: Metric) -> Spec:
    unit = unit_of(path)
    kind: Kind = "counter" if name.endswith("_total") else "gauge"
    scale = 0.01 if unit == "percent" else 1.0
    return Spec(path, family, kind, unit, help, declared.otel, tuple(declared.attributes.items()), scale)


def _labels(row: type[Section]) -> tuple[str | None, tuple[tuple[str, str], ...]]:
    """The key field of a row and all its label fields as (field, attribute), the key first."""
    key = None
    labels = []
    for name, annotated in get_type_hints(row, include_extras=True).items():
        for part in getattr(annotated, "__metadata__", ()):
            declared = (part.extra or {}).get("label") if isinstance(part, Meta) else None
            if isinstance(declared, Label):
                key = name if declared.key else key
                labels.append((name, declared.attribute))
    return key, tuple(labels)


def _bare(annotated: Any) -> Any:
    """The type without its metadata and without None."""
    kind = annotated.__origin__ if hasattr(annotated, "__metadata__") else annotated
    choices = [choice for choice in get_args(kind) if choice is not type(None)]
    return _bare(choices[0]) if type(None) in get_args(kind) and len(choices) == 1 else kind


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, Section)


def values(section: Section, path: str = "", family: str = "", labels: Labels = ()) -> Iterator[Value]:
    """All values of a sample (or of a part of it that lies at `path`, `family` without keys) that are not null."""
    for field in fields_of(type(section), family, family):
        value = getattr(section, field.name)
        if value is None or field.shape == "plain":
            continue
        name, below = _join(path, field.name), _join(family, field.name)
        if field.spec is not None and field.shape != "numbers":
            yield Value(name, field.spec, labels, value)
        elif field.spec is not None:
            for index, number in enumerate(value):
                if number is not None:
                    yield Value(f"{name}.{index}", field.spec, (*labels, (field.attribute, str(index))), number)
        elif field.shape == "section":
            yield from values(value, name, below, labels)
        elif field.shape == "sections":
            for row in value:
                own = tuple((to, str(text)) for of, to in field.labels if (text := getattr(row, of)) is not None)
                yield from values(row, f"{name}.{getattr(row, field.key or '')}", below, labels + own)
        else:
            for title, row in value.items():
                yield from values(row, f"{name}.{title}", below, (*labels, (field.attribute, title)))


def describe(components: Mapping[str, type[Component]]) -> list[Spec]:
    """All metrics that a sample can hold, given the report of each AI component by its name.

    In a name, {attribute} stands for the key of a row.
    """
    return list(_describe(Sample, "", "", components))


def _describe(
    section: type[Section], path: str, family: str, components: Mapping[str, type[Component]]
) -> Iterator[Spec]:
    for field in fields_of(section, path, family):
        below, keyless = _join(path, field.name), _join(family, field.name)
        if field.spec is not None:
            yield field.spec
        elif field.below is Component:
            for name, report in components.items():
                yield from _describe(report, f"{below}.{name}", keyless, {})
        elif field.below is not None and field.shape == "section":
            yield from _describe(field.below, below, keyless, components)
        elif field.below is not None and field.shape in ("sections", "mapping"):
            attribute = field.attribute or dict(field.labels)[field.key or ""]
            yield from _describe(field.below, f"{below}.{{{attribute}}}", keyless, components)


def schemas(types: Iterable[type[Struct]], template: str) -> tuple[dict[type[Struct], Any], dict[str, Any]]:
    """JSON Schemas of structs: a reference for each type, and what they refer to by name.

    `template` is how references are written ("#/.../{name}"). What is told is always whole: a key never disappears, so
    all are required. Units stand beside as x-unit.
    """
    types = tuple(types)
    references, found = msgspec.json.schema_components(types, ref_template=template)
    for schema in found.values():
        properties = schema.get("properties", {})
        schema["required"] = list(properties)
        for name, declared in properties.items():
            declared.pop("default", None)
            if unit_of(name) != "1":
                declared["x-unit"] = unit_of(name)
    return dict(zip(types, references, strict=True)), found
