"""What an independent source told: facts by name, each a range or a text.

A fact that is a metric has the metric's name (`system.disk.devices.vda.reads_total`), others have names of the same
form (`system.cpu.interrupts_total`). Amounts are in the metric's own unit.
"""

from collections.abc import Mapping

from msgspec import Struct


class Range(Struct, frozen=True):
    """What a number may be: a source that rounds, or that tells of several moments, knows no single one."""

    low: float
    high: float


Fact = float | Range | str
Facts = Mapping[str, Fact]


def as_range(fact: float | Range) -> Range:
    return fact if isinstance(fact, Range) else Range(fact, fact)


# Beyond any amount that a machine has, and within what arithmetic holds.
LIMIT = 1e24


def is_sane(fact: object) -> bool:
    """Whether it is a fact at all: a program may print anything, and JSON may hold it."""
    if isinstance(fact, Range):
        return is_sane(fact.low) and is_sane(fact.high)
    return isinstance(fact, str) or (isinstance(fact, int | float) and -LIMIT < fact < LIMIT)


class SourceError(Exception):
    """A source did not answer. The message says why, in one line that is fit to be shown."""
