"""Components that other distributions bring: loaded, and held to what every component promises.

docs/component-spec.md is the contract. Whatever their code does is their own failure: one that can't be loaded says so
by its status, one that answers with something else than it has declared fails as a collector, each runs on a thread of
its own.
"""

import itertools
from collections.abc import Callable
from importlib.metadata import EntryPoint
from math import isfinite
from pathlib import Path
from typing import ClassVar

import msgspec

from zeropoint.ai.openmetrics_targets import NAME
from zeropoint.model import Component, Section
from zeropoint.probe import Absent, Probe, Reading, Roots
from zeropoint.texts import clean


class Broken(Probe):
    """Stands for a component that could not be loaded, so that the sample tells it."""

    report: ClassVar[type[Section]] = Component

    def __init__(self, name: str, reason: str) -> None:
        # Of the instance here, as each has its own.
        self.name = name  # type: ignore[misc]
        self.section = f"ai.components.{name}"  # type: ignore[misc]
        self._reason = reason

    def read(self, roots: Roots, now: float) -> Reading:
        reason = f"not loaded: {self._reason}"
        return Reading(
            Component(status="unknown", reason=reason), {"last_updated": reason, "pids": reason, "since": reason}
        )


class Foreign(Probe):
    """Another distribution's probe. What it reads is held against the report that it has declared: a text where a
    number should be would otherwise break the exposition for all."""

    blocking: ClassVar[bool] = True

    def __init__(self, probe: Probe) -> None:
        """Raises TypeError for a probe whose declarations make no sense."""
        if not (isinstance(probe.report, type) and issubclass(probe.report, Component)):
            raise TypeError("its report is no Component")
        msgspec.json.schema_components([probe.report])  # raises TypeError for what has no form in JSON
        periods = (probe.period_seconds, probe.limit_seconds, probe.absent_seconds)
        if not all(type(value) in (int, float) and isfinite(value) and value >= 0 for value in periods):
            raise TypeError("its period or limit is no time")
        self._probe = probe
        self.name = probe.name  # type: ignore[misc]
        self.section = probe.section  # type: ignore[misc]
        self.report = probe.report  # type: ignore[misc]
        self.optional = bool(probe.optional)  # type: ignore[misc]
        self.period_seconds, self.limit_seconds, self.absent_seconds = periods  # type: ignore[misc]

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        try:
            reading = self._probe.read(roots, now)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever other people's code raises is its own failure
            raise RuntimeError(clean(f"{type(error).__name__}: {error}")) from None
        if isinstance(reading, Absent):
            return Absent(clean(str(reading.reason)))
        if not isinstance(reading, Reading) or type(reading.report) is not self.report:
            raise TypeError(f"it answers with something else than a Reading of {self.report.__name__}")
        try:
            report = msgspec.convert(msgspec.to_builtins(reading.report), self.report)
            missing = msgspec.convert(dict(reading.missing), dict[str, str])
        except (msgspec.ValidationError, TypeError, ValueError) as error:
            raise TypeError(clean(f"its report is not what it declares: {error}")) from None
        return Reading(report, missing)


def load(entry: EntryPoint, artifacts: Path, taken: frozenset[str]) -> Probe:
    """The entry point's component, or one that tells why there is none, under a name that is not taken."""
    name = entry.name if NAME.fullmatch(entry.name) else "component"
    if name != entry.name or name in taken:
        names = itertools.chain([name], (f"{name}_{number}" for number in itertools.count(2)))
        free = next(other for other in names if other not in taken)
        why = "the name is taken" if name in taken else "its name is not one of small letters, digits and _"
        return Broken(free, clean(f"{entry.name} of {entry.value}: {why}"))
    try:
        make: Callable[[Path], object] = entry.load()
        probe = make(artifacts)
        if not isinstance(probe, Probe):
            return Broken(name, f"{clean(entry.value)} does not answer with a probe")
        if probe.name != name or probe.section != f"ai.components.{name}":
            return Broken(name, f"its probe calls itself {clean(probe.name)}, in section {clean(probe.section)}")
        return Foreign(probe)
    except (Exception, SystemExit) as error:  # noqa: BLE001 - as above
        return Broken(name, clean(f"{type(error).__name__}: {error}"))
