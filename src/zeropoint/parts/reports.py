"""What the AI components of a machine report."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from zeropoint.ai.recognise import Recogniser
from zeropoint.ai.registry import Options, components
from zeropoint.model import Component
from zeropoint.probe import Probe
from zeropoint.processes import ProcessTable


def reports_of(ai: Sequence[Probe]) -> Mapping[str, type[Component]]:
    """The report of each AI component by its name."""
    return {probe.name: probe.report for probe in ai if issubclass(probe.report, Component)}


def known_reports(openmetrics_targets: tuple[str, ...] = ()) -> Mapping[str, type[Component]]:
    """The same of all that an appliance would have; none of them runs. Raises ValueError for wrong targets."""
    processes = ProcessTable()
    options = Options(artifacts=Path(), openmetrics_targets=openmetrics_targets)
    return reports_of(components(options, processes, Recogniser(processes)))
