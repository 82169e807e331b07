"""What the AI components of this machine report."""

from collections.abc import Mapping

from zeropoint.model import Component
from zeropoint.probe import Probe


def reports_of(ai: tuple[Probe, ...]) -> Mapping[str, type[Component]]:
    """The report of each AI component by its name."""
    return {probe.name: probe.report for probe in ai if issubclass(probe.report, Component)}
