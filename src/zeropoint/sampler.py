"""What samples a machine, out of its settings: the probes, the AI components and the scheduler that asks them.

Whoever wants samples makes one: `serve` for its subscribers, `watch` for the terminal that it runs in.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from zeropoint import health
from zeropoint.ai.jupyter import kernels_of
from zeropoint.ai.live_runs import LiveRuns
from zeropoint.ai.recognise import Recogniser
from zeropoint.ai.registry import Options, components
from zeropoint.host.registry import probes
from zeropoint.insight.verdicts.observer import Observer
from zeropoint.ledger.facts import Facts as LedgerFacts
from zeropoint.ledger.facts import facts_of
from zeropoint.ledger.probe import LedgerProbe
from zeropoint.model import Alert, AlertsReport, FleetReport, HistoryReport, RemoteWriteReport, Sample, Server
from zeropoint.probe import Probe, Roots
from zeropoint.processes import ProcessTable
from zeropoint.sampling.assemble import SelfReport
from zeropoint.sampling.audit import DECIMALS
from zeropoint.sampling.budget import Budget
from zeropoint.sampling.executor import Executor
from zeropoint.sampling.own_cost import OwnCostMeter
from zeropoint.sampling.scheduler import Facts, Scheduler
from zeropoint.settings import Settings

# The fields of the self-report that tell of subscribers and of what is kept for them.
SERVING = (
    "clients",
    "queue_size",
    "dropped_total",
    "stalled_total",
    "views",
    "catching_up",
    "replay_frames",
    "replay_bytes",
)


class Sampler:
    """The probes of a machine and the scheduler that asks them, put together but not running.

    `publish` gets each sample and the number of ticks that were missed before it. `serving` tells the fields
    SERVING of the self-report, nothing where nobody is served; `failures` what is wrong beside the collectors,
    `history`, `fleet` and `remote_write` how those fare, None where there is none; `alerts` what fires now, and
    `alerts_report` how that fares, None without rules; `executor` makes what runs a probe, where it is not to keep
    to the overhead budget. Raises ValueError for runtimes to watch that `ai.registry.refuse_wrong_targets` refuses.
    """

    def __init__(
        self,
        settings: Settings,
        epoch: str,
        publish: Callable[[Sample, int], None],
        serving: Callable[[], Mapping[str, int]] = dict,
        failures: Callable[[], Sequence[str]] = tuple,
        *,
        history: Callable[[], HistoryReport | None] = lambda: None,
        fleet: Callable[[], FleetReport | None] = lambda: None,
        remote_write: Callable[[], RemoteWriteReport | None] = lambda: None,
        alerts: Callable[[], Sequence[Alert]] = tuple,
        alerts_report: Callable[[], AlertsReport | None] = lambda: None,
        executor: Callable[[Probe, Roots], Executor] | None = None,
    ) -> None:
        self._interval, self._budget_percent = settings.interval, settings.overhead_budget_percent
        self._serving, self._failures, self._history = serving, failures, history
        self._fleet = fleet
        self._remote_write = remote_write
        self._alerts_report = alerts_report
        self._publish_on = publish
        self._newest: Sample | None = None
        self._started_at = time.monotonic()
        self._own_cost = OwnCostMeter()
        self.observer = Observer()
        self._facts = Facts({}, 0, 0)
        self.roots = Roots(proc=settings.procfs, sys=settings.sysfs, root=settings.rootfs)
        artifacts = Path(settings.artifacts)
        processes = ProcessTable()
        self._recogniser = Recogniser(processes)
        self.ai = components(
            Options(
                artifacts=artifacts,
                petals_peers=settings.petals_peers,
                petals_python=settings.petals_python,
                petals_cache=settings.petals_cache,
                openmetrics_targets=settings.openmetrics_targets,
            ),
            processes,
            self._recogniser,
        )
        ledger = LedgerProbe(processes, self._ledger_facts, tells_commands=settings.process_arguments == "redacted")
        budget = Budget(settings.overhead_budget_percent, settings.interval)
        executor = executor or partial(Executor, budget=budget)
        every = (*probes(self.roots), *self.ai, LiveRuns(artifacts), ledger)
        executors = [executor(probe, self.roots) for probe in every]
        self.scheduler = Scheduler(
            executors,
            settings.interval,
            epoch,
            self._self_report,
            self._publish,
            # Of the sample before: what is told of one does not depend on itself, and its cost is that of the tick.
            verdicts=lambda: self.observer.observe(self._newest),
            alerts=alerts,
            budget=budget,
        )

    def uptime_seconds(self) -> float:
        return time.monotonic() - self._started_at

    def sample_age_seconds(self) -> float | None:
        """The age of the newest sample; None before the first."""
        taken_at = self.scheduler.last_sample_at
        return None if taken_at is None else time.monotonic() - taken_at

    def judge(self) -> health.Verdict:
        """How it fares at this moment."""
        return self._verdict(self.sample_age_seconds())

    def _publish(self, sample: Sample, missed: int) -> None:
        self._newest = sample
        self._publish_on(sample, missed)

    def _ledger_facts(self, roots: Roots, now: float) -> LedgerFacts:
        return facts_of(self._newest, kernels_of(self._recogniser.look(roots)))

    def _verdict(self, sample_age_seconds: float | None) -> health.Verdict:
        failures = [*self._failures(), *self.observer.failures()]
        return health.judge(sample_age_seconds, self._interval, self._facts.collectors, failures)

    def _self_report(self, facts: Facts) -> SelfReport:
        self._facts = facts
        cost = self._own_cost.read()
        server = Server(
            **self._serving(),
            samples_total=facts.samples_total,
            missed_ticks_total=facts.missed_ticks_total,
            uptime_seconds=round(self.uptime_seconds(), 3),
            health=self._verdict(0.0).status,
            cpu_percent=None if cost.cpu_percent is None else round(cost.cpu_percent, 3),
            cpu_seconds_total=round(cost.cpu_seconds_total, 3),
            memory_bytes=cost.memory_bytes,
            overhead_percent=None if facts.cost is None else round(facts.cost.overhead_percent, DECIMALS),
            overhead_budget_percent=self._budget_percent,
            tick_cpu_percent=None if facts.cost is None else round(facts.cost.tick_percent, DECIMALS),
            history=self._history(),
            fleet=self._fleet(),
            remote_write=self._remote_write(),
            alerts=self._alerts_report(),
            collectors=facts.collectors,
        )
        return SelfReport(server, dict(_missing_of(server)))


def _missing_of(server: Server) -> Iterator[tuple[str, str]]:
    for field in SERVING:
        if getattr(server, field) is None:
            yield field, "nobody is served"
    if server.cpu_percent is None:
        yield "cpu_percent", "needs two readings"
    for field in ("overhead_percent", "tick_cpu_percent"):
        if getattr(server, field) is None:
            yield field, "told from the second sample on"
    if server.memory_bytes is None:
        yield "memory_bytes", "this system does not tell"
    if server.history is None:
        yield "history", "no history is kept"
    else:
        for field in server.history.__struct_fields__:
            if getattr(server.history, field) is None:
                yield f"history.{field}", "nothing has been written yet"
    if server.fleet is None:
        yield "fleet", "it is in no fleet (setting fleet)"
    else:
        for field in server.fleet.__struct_fields__:
            if getattr(server.fleet, field) is None:
                yield f"fleet.{field}", "nothing has been published yet"
    if server.remote_write is None:
        yield "remote_write", "no store is named to write to"
    else:
        for field in server.remote_write.__struct_fields__:
            if getattr(server.remote_write, field) is None:
                yield f"remote_write.{field}", "nothing has been sent yet"
    if server.alerts is None:
        yield "alerts", "no rules of alerts are set"
    for name, collector in server.collectors.items():
        for field in ("duration_seconds", "age_seconds", "cpu_percent"):
            if getattr(collector, field) is None:
                yield f"collectors.{name}.{field}", collector.reason or "not read yet"
