"""Runs that leave ARTIFACTS/runs/NAME/ID/run.json."""

import heapq
import os
from collections.abc import Iterator

from msgspec import Struct

from zeropoint.ai.artifacts import Folder, Found, Signature, Verdict, open_file, signature
from zeropoint.ai.processes import Life, Mark, life_of
from zeropoint.ai.rows import parse_json_row
from zeropoint.ai.tree import Limits, Tree
from zeropoint.probe import Roots
from zeropoint.texts import clean, parse_time

RUN_FILE_BYTES = 256 * 1024
# Of so many runs that have no end it is looked whether their process lives: first of those that are not known to be of
# another machine or gone, then of those that began last.
RUNS_LOOKED_AT = 64
# All of them are looked at so seldom, and when one begins, ends or goes; those without an end in each look.
ROUND_SECONDS = 300.0


class Run(Struct, frozen=True):
    id: str
    kind: str
    host: str | None
    pid: int | None
    started: float | None
    ended: float | None
    exit_code: int | None
    mark: Mark | None = None

    def life(self, roots: Roots) -> Life:
        return life_of(self.pid, self.started, self.host, roots, self.mark)

    @property
    def has_end(self) -> bool:
        return self.ended is not None or self.exit_code is not None


def parse_run(content: bytes, folder: Folder) -> Run | None:
    """A run.json; what does not fit in it is None. None for what is no such file at all."""
    fields = parse_json_row(content)
    if fields is None:
        return None
    kind, name, host = fields.get("kind"), fields.get("id"), fields.get("host")
    pid, exit_code = fields.get("pid"), fields.get("exit_code")
    boot_id, ticks = fields.get("boot_id"), fields.get("start_ticks")
    return Run(
        id=clean(name if isinstance(name, str) and name else folder[-1]),
        kind=kind if isinstance(kind, str) else "",
        host=host if isinstance(host, str) else None,
        pid=pid if type(pid) is int and 0 < pid < 2**31 else None,
        started=parse_time(fields.get("started")),
        ended=parse_time(fields.get("ended")),
        exit_code=exit_code if type(exit_code) is int and abs(exit_code) < 2**32 else None,
        mark=Mark(boot_id, ticks) if isinstance(boot_id, str) and type(ticks) is int else None,
    )


class Runs:
    """The runs of one kind; of all kinds where it is None."""

    def __init__(self, artifacts: str, kind: str | None, limits: Limits | None = None) -> None:
        self._kind = kind
        self._known: dict[Folder, tuple[Signature, Run | None]] = {}
        # What was made of them, for as long as none of them changes: thousands that have ended must not cost each look.
        self._seen: object = None
        self._endless: list[tuple[Folder, Run]] = []
        self._latest: tuple[Folder, Run] | None = None
        self.tree = Tree(
            artifacts,
            ("runs",),
            self._kind_of,
            check=self._check,
            depth=2,
            round_seconds=ROUND_SECONDS,
            stirring=lambda: self._stirring,
            limits=limits,
        )
        self.life: dict[Folder, Life] = {}
        self._stirring: frozenset[Folder] = frozenset()

    def look(self, roots: Roots, now: float, wall: float) -> None:
        self.tree.look(now, wall)
        seen = (self.tree.fingerprint, self.tree.resting)
        if seen != self._seen or not self.tree.resting:
            self._seen = seen
            self._sort()
        known = {folder: self.life[folder] for folder, _ in self._endless if folder in self.life}
        looked_at = heapq.nlargest(RUNS_LOOKED_AT, self._endless, key=self._worth)
        self._stirring = frozenset(folder for folder, _ in looked_at)
        self.life = known | {folder: run.life(roots) for folder, run in looked_at}

    def _worth(self, item: tuple[Folder, Run]) -> tuple[bool, float]:
        folder, run = item
        return self.life.get(folder, "live") == "live", run.started or 0.0

    def _sort(self) -> None:
        if self.tree.resting:
            self._known = {folder: known for folder, known in self._known.items() if self.tree.holds(folder, "run")}
        self._endless = [(folder, run) for folder, run in self._mine() if not run.has_end]
        self._latest = max(self._mine(), key=lambda item: (item[1].started or 0.0, item[0]), default=None)

    def _mine(self) -> Iterator[tuple[Folder, Run]]:
        for folder, (_, run) in self._known.items():
            if run is not None and self._kind in (None, run.kind):
                yield folder, run

    @property
    def all(self) -> list[tuple[Folder, Run]]:
        """Each with its folder below runs/."""
        return list(self._mine())

    @property
    def latest(self) -> tuple[Run, Life | None] | None:
        """The run that started last, and whether it lives (None: it has an end)."""
        return (self._latest[1], self.life.get(self._latest[0])) if self._latest else None

    @property
    def shortfall(self) -> str | None:
        """Why not all of them, or whether they live, may be known."""
        unknown = len(self._endless) - len(self.life)
        left_out = f"of {unknown:,} runs without an end it is not known whether they live" if unknown else None
        return "; ".join(filter(None, [self.tree.shortfall, left_out])) or None

    @property
    def of_live(self) -> list[tuple[Folder, Run]]:
        return [(folder, run) for folder, run in self._endless if self.life.get(folder) == "live"]

    @property
    def live(self) -> list[Run]:
        return [run for _, run in self.of_live]

    def has_rows(self, folder: Folder) -> bool:
        """Whether the run has written any. The file of one that has begun just now is still empty."""
        empty = {seen.folder for seen in self.tree.newest.get("rows", ()) if seen.size_bytes == 0}
        return self.tree.holds(folder, "rows") and folder not in empty

    def worked(self, wall: float) -> float | None:
        """Time of the newest file of a run whose process may still live."""
        times = [
            seen.mtime_ns / 1e9
            for files in self.tree.newest.values()
            for seen in files
            if (run := self.of(seen.folder)) and not run.has_end and self.life.get(seen.folder) != "gone"
        ]
        return max((when for when in times if 0 <= when <= wall), default=None)

    def of(self, folder: Folder) -> Run | None:
        known = self._known.get(folder)
        return known[1] if known else None

    def _kind_of(self, folder: Folder, name: str) -> str | None:
        if len(folder) != 2:
            return None
        return {"run.json": "run", "steps.jsonl": "rows"}.get(name)

    def _check(self, found: Found, kind: str) -> Verdict:
        """Files count if the run.json beside them says that the run is of this kind."""
        run = self._read(found)
        return Verdict(kind if run is not None and self._kind in (None, run.kind) else None)

    def _read(self, found: Found) -> Run | None:
        try:
            descriptor = open_file(found.descriptor, "run.json")
        except OSError:
            self._known.pop(found.folder, None)
            return None
        try:
            file = signature(os.fstat(descriptor))
            known = self._known.get(found.folder)
            if known is None or known[0] != file:
                content = os.pread(descriptor, RUN_FILE_BYTES + 1, 0)
                run = parse_run(content, found.folder) if len(content) <= RUN_FILE_BYTES else None
                self._known[found.folder] = known = (file, run)
            return known[1]
        finally:
            os.close(descriptor)
