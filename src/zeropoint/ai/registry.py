"""The AI components: those that come with the package, and those that other distributions bring.

A distribution adds one by an entry point of the group `zeropoint.components`: its name is the component's, its object a
callable that takes the artifacts directory and answers with a Probe whose section is `ai.components.NAME`.
"""

import itertools
from collections.abc import Callable
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import ClassVar

from msgspec import Struct

from zeropoint.ai.openmetrics_targets import NAME, parse_targets
from zeropoint.ai.petals import Petals
from zeropoint.ai.petals_observing import observing
from zeropoint.ai.programs import Programs
from zeropoint.ai.recognise import Recogniser
from zeropoint.ai.runtime_finder import Finder
from zeropoint.ai.runtime_metrics import RUNTIMES
from zeropoint.ai.runtimes import FoundRuntime, NamedRuntime
from zeropoint.ai.texts import clean
from zeropoint.ai.tinygrad import Tinygrad
from zeropoint.ai.training import Training
from zeropoint.ai.wondercraft import Wondercraft
from zeropoint.model import Component, Section
from zeropoint.probe import Probe, Reading, Roots
from zeropoint.processes import ProcessTable

GROUP = "zeropoint.components"


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


class Options(Struct, frozen=True, kw_only=True):
    """What the components are told by the settings of the same names."""

    artifacts: Path
    petals_peers: tuple[str, ...] = ()
    petals_python: str = ""
    petals_cache: str = ""
    openmetrics_targets: tuple[str, ...] = ()


def refuse_wrong_targets(entries: tuple[str, ...]) -> None:
    """Raises ValueError for a setting openmetrics_targets that cannot work; its message holds nothing of an address."""
    parse_targets(entries, taken=frozenset(probe.name for probe in built_in(Options(artifacts=Path()))) - set(RUNTIMES))


def built_in(options: Options) -> tuple[Probe, ...]:
    processes = ProcessTable()
    recogniser = Recogniser(processes)
    targets = parse_targets(options.openmetrics_targets)
    named = {target.name for target in targets}
    return (
        Tinygrad(options.artifacts, processes=processes),
        Petals(
            options.artifacts,
            cache=options.petals_cache,
            swarm=observing(options.petals_python, options.petals_peers),
            processes=processes,
        ),
        Wondercraft(options.artifacts, processes=processes),
        Training(options.artifacts, recogniser),
        Programs(recogniser),
        *(NamedRuntime(target) for target in targets),
        *(FoundRuntime(name, Finder(name, recogniser, targets)) for name in RUNTIMES if name not in named),
    )


def components(options: Options) -> tuple[Probe, ...]:
    """One probe for each AI component. One that fails to load says so by its status. Raises ValueError for targets
    that refuse_wrong_targets refuses."""
    loaded: dict[str, Probe] = {probe.name: probe for probe in built_in(options)}
    artifacts = options.artifacts
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        probe = load(entry, artifacts, taken=frozenset(loaded))
        loaded[probe.name] = probe
    return tuple(loaded.values())


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
    except (Exception, SystemExit) as error:  # noqa: BLE001 - whatever other people's code raises is its own failure
        return Broken(name, clean(f"{type(error).__name__}: {error}"))
    if not isinstance(probe, Probe):
        return Broken(name, f"{clean(entry.value)} does not answer with a probe")
    if probe.name != name or probe.section != f"ai.components.{name}":
        return Broken(name, f"its probe calls itself {clean(probe.name)}, in section {clean(probe.section)}")
    return probe
