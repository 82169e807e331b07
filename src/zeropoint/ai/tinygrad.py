"""tinygrad by its processes, and by its artifacts: train/, metrics/tinygrad*.jsonl, and runs of the kind `tinygrad`."""

import os
from collections.abc import Iterator
from typing import Annotated, ClassVar

from zeropoint.ai.artifacts import Folder
from zeropoint.ai.component import ArtifactsComponent, Outside, joined, newest, total
from zeropoint.ai.latest_row import LatestRow, Source, step_seconds
from zeropoint.ai.rows import Row, count, number, parse_curve_row, parse_json_row
from zeropoint.ai.status import window_seconds
from zeropoint.ai.tinygrad_processes import TinygradProcesses
from zeropoint.ai.tree import Limits, Tree
from zeropoint.model import Component, Count, Real, Section, Text, metric, text
from zeropoint.probe import Absent, Missing, Roots
from zeropoint.texts import clean


class TinygradLatest(Section, frozen=True, kw_only=True):
    """The last row that was written."""

    run: Annotated[Text, text("Run that the row is of")] = None
    step: Annotated[Count, metric("Training step")] = None
    step_seconds: Annotated[Real, metric("Duration of the step")] = None
    tokens_per_second: Annotated[Real, metric("Tokens, or samples, trained on")] = None
    loss: Annotated[Real, metric("Training loss")] = None
    gflops: Annotated[Real, metric("Billions of floating-point operations a second")] = None
    kernels_per_second: Annotated[Real, metric("Kernels launched")] = None
    memory_used_bytes: Annotated[Count, metric("Memory that tinygrad has allocated")] = None


class TinygradReport(Component, frozen=True, kw_only=True):
    artifacts_count: Annotated[
        Count, metric("Regular files under train/, and metrics/tinygrad*.jsonl; links and hidden files left out")
    ] = None
    runs_count: Annotated[Count, metric("Runs that left a run.json")] = None
    latest: Annotated[TinygradLatest | None, text("The last row that was written")] = None


class Tinygrad(ArtifactsComponent):
    name: ClassVar[str] = "tinygrad"
    section: ClassVar[str] = "ai.components.tinygrad"
    report: ClassVar[type[Section]] = TinygradReport

    def _layout(self, artifacts: str, limits: Limits | None) -> tuple[Tree, ...]:
        self._train = Tree(artifacts, ("train",), kind_in_train, limits=limits)
        # The original wrote its metrics beside the artifacts, others do so within them.
        beside = os.path.dirname(artifacts)  # noqa: PTH120 - text, as os.path.abspath gave it
        self._metrics = tuple(
            Tree(root, ("metrics",), kind_in_metrics, depth=0, limits=limits) for root in (artifacts, beside)
        )
        self._latest = LatestRow()
        self._live = TinygradProcesses(self._processes)
        self._busy_at: float | None = None
        return (self._train, *self._metrics)

    @property
    def looked_in(self) -> str:
        return clean(f"train, metrics/tinygrad*.jsonl and runs of {self._artifacts}")

    def _look_at_holders(self, roots: Roots, now: float, wall: float) -> None:
        self._live.look(roots, now, wall)
        named = {run.pid: folder for folder, run in self._runs.of_live if run.pid is not None}
        # Whose run writes rows works when it writes them; of all others the use of the processor tells.
        telling = {pid for pid, folder in named.items() if self._runs.has_rows(folder)}
        self._busy_at = self._live.busy_at(roots, now, wall, self._live.pids | named.keys(), telling)

    def _report(self, wall: float, missing: Missing) -> TinygradReport:
        row = self._latest.read(self._sources(), wall)
        window = window_seconds(self._latest.usual_step_seconds)
        common = self._common(wall, missing, window, self._outside(wall, window))
        return TinygradReport(
            status=common.status,
            since=common.since,
            last_updated=common.last_updated,
            reason=common.reason,
            pids=common.pids,
            artifacts_count=missing.take(
                "artifacts_count", total(("artifact", "curve", "run", "rows"), self._train, *self._metrics)
            ),
            runs_count=missing.take("runs_count", total(("run",), self._train, self._runs.tree)),
            latest=missing.take("latest", row if isinstance(row, Absent) else latest(row, self._latest.label, missing)),
        )

    def _outside(self, wall: float, window: float) -> Outside:
        """What its processes tell beside the files."""
        of_rows = newest([*(tree.newest_time(wall) for tree in self._trees), self._runs.worked(wall)])
        lives = self._live.pids or self._runs.live
        by_use_alone = lives and is_fresh(self._busy_at, wall, window) and not is_fresh(of_rows, wall, window)
        closed = self._live.closed_count
        return Outside(
            found=bool(self._live.pids) or self._live.ended_at is not None,
            pids=tuple(self._live.pids),
            worked=self._busy_at,
            updated=self._busy_at,
            ended=self._live.ended_at,
            quiet="has written nothing and hardly used the processor",
            why=joined(
                [
                    "it writes no rows now: its processes use the processor" if by_use_alone else None,
                    f"{closed} processes of Python may be asked by their user and root only" if closed else None,
                ]
            ),
        )

    def _sources(self) -> Iterator[Source]:
        """Files of rows. A run's own says the most; the curve in train/ the least, and counts if there is no other."""
        found = False
        for file in self._runs.tree.newest.get("rows", ()):
            if run := self._runs.of(file.folder):
                found = True
                yield Source(self._runs.tree, file, run.id, parse_json_row, preference_seconds=10.0)
        for tree in self._metrics:
            for file in tree.newest.get("rows", ()):
                found = True
                yield Source(tree, file, clean(file.name.removesuffix(".jsonl")), parse_json_row, 0.0)
        if not found:
            for file in self._train.newest.get("curve", ()):
                yield Source(self._train, file, "train", parse_curve_row, 0.0)


def kind_in_train(folder: Folder, name: str) -> str:
    if folder:
        return "artifact"
    return {"run.json": "run", "loss_curve.csv": "curve"}.get(name, "artifact")


def kind_in_metrics(_: Folder, name: str) -> str | None:
    return "rows" if name.startswith("tinygrad") and name.endswith(".jsonl") else None


def latest(row: Row, run: str, missing: Missing) -> TinygradLatest:
    return TinygradLatest(
        run=run,
        step=missing.take("latest.step", count(row, "step")),
        step_seconds=missing.take("latest.step_seconds", step_seconds(row)),
        tokens_per_second=missing.take("latest.tokens_per_second", number(row, "tokens_s", "tokens_per_second")),
        loss=missing.take("latest.loss", number(row, "loss")),
        gflops=missing.take("latest.gflops", number(row, "gflops")),
        kernels_per_second=missing.take("latest.kernels_per_second", kernels_per_second(row)),
        memory_used_bytes=missing.take("latest.memory_used_bytes", count(row, "mem_used", "memory_used_bytes")),
    )


def kernels_per_second(row: Row) -> float | Absent:
    kernels, seconds = number(row, "kernels"), step_seconds(row)
    if isinstance(kernels, Absent) or isinstance(seconds, Absent):
        return kernels if isinstance(kernels, Absent) else seconds
    return kernels / seconds if seconds > 0 else Absent("the last row has no duration")


def is_fresh(when: float | None, wall: float, window: float) -> bool:
    return when is not None and wall - when <= window
