"""Which of the stored series are compared where nobody names any: what tells how work goes, and what the machine does
meanwhile. One more is a row here."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

from zeropoint.history.patterns import Pattern

Side = Literal["workload", "host"]


class Kind(NamedTuple):
    """A metric of the catalogue, whose keys stand in {...}; * stands for the names of AI components."""

    metric: str
    #: What people call it, beside the name of whose it is.
    label: str


RUN, WORKLOAD, GPU = "ai.runs.{zeropoint.run.id}", "ledger.workloads.{zeropoint.workload.id}", "system.gpus.{hw.id}"
RUN_OWNER, COMPONENT_OWNER = "run:", "component:"

# Those that say most of work come first. What a component tells of its newest run stands before what it tells itself:
# the first row that fits a series is taken.
WORKLOADS: Sequence[Kind] = (
    Kind(f"{RUN}.step_seconds", "step time"),
    Kind(f"{RUN}.tokens_per_second", "tokens"),
    Kind(f"{RUN}.loss", "loss"),
    Kind("ai.components.*.latest.step_seconds", "step time"),
    Kind("ai.components.*.latest.tokens_per_second", "tokens"),
    Kind("ai.components.*.latest.loss", "loss"),
    Kind("ai.components.*.latest.frame_time_seconds", "frame time"),
    Kind("ai.components.*.latest.frames_per_second", "frames"),
    Kind("ai.components.*.tokens_per_second", "tokens"),
    Kind("ai.components.*.prompt_tokens_per_second", "prompt tokens"),
    Kind("ai.components.*.requests_per_second", "requests"),
    Kind("ai.components.*.requests_waiting", "requests waiting"),
    Kind("ai.components.*.time_to_first_token_seconds", "first token"),
    Kind("ai.components.*.inference_per_second", "inference"),
    Kind("ai.components.*.forward_per_second", "forward"),
    Kind("ai.components.*.network_bytes_sent_per_second", "sent"),
    Kind("ai.components.*.network_bytes_received_per_second", "received"),
    Kind(f"{WORKLOAD}.cpu_percent", "CPU"),
)
HOST: Sequence[Kind] = (
    Kind("system.cpu.usage_percent", "CPU"),
    Kind("system.cpu.times_percent.iowait", "CPU waits for disk"),
    Kind("system.cpu.pressure.some.now_percent", "CPU pressure"),
    Kind("system.disk.pressure.some.now_percent", "disk pressure"),
    Kind("system.memory.pressure.some.now_percent", "memory pressure"),
    Kind(f"{GPU}.utilization_percent", "GPU"),
    Kind(f"{GPU}.power_watts", "GPU power"),
    Kind(f"{GPU}.temperature_celsius", "GPU temperature"),
    Kind(f"{GPU}.clock_hz", "GPU clock"),
    Kind(f"{GPU}.memory_used_bytes", "GPU memory"),
    Kind("system.memory.usage_percent", "memory"),
    Kind("system.memory.swap.in_bytes_per_second", "swap in"),
    Kind("system.memory.swap.out_bytes_per_second", "swap out"),
    Kind("system.memory.major_faults_per_second", "major faults"),
    Kind("system.disk.read_bytes_per_second", "disk read"),
    Kind("system.disk.write_bytes_per_second", "disk written"),
    Kind("system.disk.busy_percent", "disk busy"),
    Kind("system.network.bytes_received_per_second", "received"),
    Kind("system.network.bytes_sent_per_second", "sent"),
    Kind("system.network.tcp_retransmits_per_second", "TCP retransmits"),
    Kind("system.cpu.times_percent.steal", "CPU steal"),
    Kind("system.cpu.frequency_hz", "CPU clock"),
    Kind("system.host.container.cpu_throttled_percent", "CPU quota"),
    Kind("system.sensors.temperatures.{hw.id}.temperature_celsius", "temperature"),
)
MACHINE = "machine"
OWNERS = {"ai.runs.": RUN_OWNER, "ai.components.": COMPONENT_OWNER}


class Candidate(NamedTuple):
    """A series, and what it is. Two of one `group` are of the same work, or both of the machine: what those say of one
    another is not asked for. A work's is the id of its workload in the ledger, as in run:digits/1."""

    name: str
    side: Side
    label: str
    #: The key of its row or the name of its component; None for what the machine has once.
    subject: str | None
    group: str
    #: The place of its kind.
    rank: int

    @property
    def title(self) -> str:
        """What it is called in a sentence."""
        return f"the machine's {self.label}" if self.subject is None else f"{self.subject} {self.label}"


def candidates(names: Iterable[str], metric_of: Callable[[str], str]) -> list[Candidate]:
    """Those of the names that are in the tables, by their kinds and then by name. `metric_of` gives the catalogue's
    name of a series."""
    found = [one for name in names if (one := _candidate(name, metric_of)) is not None]
    return sorted(found, key=lambda one: (one.side == "host", one.rank, one.name))


class _Row(NamedTuple):
    kind: Kind
    side: Side
    rank: int
    before: str
    after: str
    pattern: Pattern

    @property
    def owner(self) -> str:
        """What stands before the subject in the id of its workload. In the ledger itself the subject is the id."""
        return next((owner for start, owner in OWNERS.items() if self.before.startswith(start)), "")

    def is_of(self, name: str, metric_of: Callable[[str], str]) -> bool:
        if not self.pattern.matches(name):
            return False
        # The pattern fits what lies further down too: the processes of a GPU have a utilisation of their own.
        metric = self.kind.metric
        return metric_of(name) == metric if "*" not in metric else "{" not in metric_of(name)


def _rows(side: Side, kinds: Sequence[Kind]) -> Iterator[_Row]:
    for rank, kind in enumerate(kinds):
        before, _, rest = kind.metric.replace("*", "{}").partition("{")
        after = rest.partition("}")[2]
        yield _Row(kind, side, rank, before, after, Pattern(f"{before}*{after}" if rest else kind.metric))


_ROWS = (*_rows("workload", WORKLOADS), *_rows("host", HOST))


def _candidate(name: str, metric_of: Callable[[str], str]) -> Candidate | None:
    for row in _ROWS:
        if row.is_of(name, metric_of):
            subject = None if row.pattern.is_exact else name[len(row.before) : len(name) - len(row.after)]
            group = MACHINE if row.side == "host" else f"{row.owner}{subject}"
            return Candidate(name, row.side, row.kind.label, subject, group, row.rank)
    return None
