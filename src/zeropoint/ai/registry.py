"""The AI components: those that come with the package, and those that other distributions bring.

A distribution adds one by an entry point of the group `zeropoint.components`: its name is the component's, its object a
callable that takes the artifacts directory and answers with a Probe whose section is `ai.components.NAME`.
"""

from importlib.metadata import entry_points
from pathlib import Path

from msgspec import Struct

from zeropoint.ai.foreign import load
from zeropoint.ai.openmetrics_targets import parse_targets
from zeropoint.ai.petals import Petals
from zeropoint.ai.petals_observing import observing
from zeropoint.ai.programs import Programs
from zeropoint.ai.recognise import Recogniser
from zeropoint.ai.runtime_finder import Finder
from zeropoint.ai.runtime_metrics import RUNTIMES
from zeropoint.ai.runtimes import FoundRuntime, NamedRuntime
from zeropoint.ai.tinygrad import Tinygrad
from zeropoint.ai.training import Training
from zeropoint.ai.wondercraft import Wondercraft
from zeropoint.probe import Probe
from zeropoint.processes import ProcessTable

GROUP = "zeropoint.components"


class Options(Struct, frozen=True, kw_only=True):
    """What the components are told by the settings of the same names."""

    artifacts: Path
    petals_peers: tuple[str, ...] = ()
    petals_python: str = ""
    petals_cache: str = ""
    openmetrics_targets: tuple[str, ...] = ()


def refuse_wrong_targets(entries: tuple[str, ...]) -> None:
    """Raises ValueError for a setting openmetrics_targets that cannot work; its message holds nothing of an address."""
    table = ProcessTable()
    names = frozenset(probe.name for probe in built_in(Options(artifacts=Path()), table, Recogniser(table)))
    parse_targets(entries, taken=names - set(RUNTIMES))


def built_in(options: Options, processes: ProcessTable, recogniser: Recogniser) -> tuple[Probe, ...]:
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


def components(options: Options, processes: ProcessTable, recogniser: Recogniser) -> tuple[Probe, ...]:
    """One probe for each AI component, which find their processes in the table, and by the recogniser of it. One that
    fails to load says so by its status. Raises ValueError for targets that refuse_wrong_targets refuses."""
    loaded: dict[str, Probe] = {probe.name: probe for probe in built_in(options, processes, recogniser)}
    artifacts = options.artifacts
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: (entry.name, entry.value)):
        probe = load(entry, artifacts, taken=frozenset(loaded))
        loaded[probe.name] = probe
    return tuple(loaded.values())
