"""What the probes of GPUs share in putting their rows together."""

from collections.abc import Mapping
from typing import Any, TypeVar

from zeropoint.model import Gpu, Section
from zeropoint.probe import Absent, Missing

S = TypeVar("S", bound=Section)


def group(kind: type[S], values: Mapping[str, Any], at: str, missing: Missing) -> S | Absent:
    """A section at the path `at` out of values and the reasons of absent ones.

    Absent when none is told: one reason then stands for all of it, which keeps the list of reasons short.
    """
    reasons = [value for value in values.values() if isinstance(value, Absent)]
    if reasons and len(reasons) == len(values):
        return reasons[0]
    return kind(**{field: missing.take(f"{at}.{field}", value) for field, value in values.items()})


def gpu_row(values: Mapping[str, Any], at: str, missing: Missing, otherwise: Absent) -> Gpu:
    """The row of a GPU at the path `at`; what `values` does not name is absent for the reason `otherwise`."""
    fields = {
        field: missing.take(f"{at}.{field}", values.get(field, otherwise))
        for field in Gpu.__struct_fields__
        if field != "uuid"
    }
    return Gpu(uuid=values["uuid"], **fields)


def scaled(value: float | Absent, factor: float) -> float | Absent:
    return value if isinstance(value, Absent) else value * factor


def share(part: float | Absent, total: float | Absent) -> float | Absent:
    """`part` of `total` in percent."""
    if isinstance(part, Absent) or isinstance(total, Absent):
        return part if isinstance(part, Absent) else total
    return 100 * part / total if total > 0 else Absent("the card tells a total of 0")
