"""Petals: its blocks on disk, its servers on this machine, and the swarm that they belong to.

Status: a server lives only while its process tree is whole (petals_processes.py). It is running while it shows work: a
session holds part of its attention cache, or its own processes, p2pd aside, use BUSY_PERCENT of a core and more.
"""

import os
import re
from pathlib import Path
from typing import Any, ClassVar

from zeropoint.ai.artifacts import Folder
from zeropoint.ai.component import ArtifactsComponent, Outside, joined, newest, total
from zeropoint.ai.petals_cache import OriginalBlocks, PetalsCache, default_folder
from zeropoint.ai.petals_fields import of_machine, of_noted, of_own, of_swarm, own_servers, told_model
from zeropoint.ai.petals_machine import Machine, MachineReader
from zeropoint.ai.petals_observing import Observing, observing
from zeropoint.ai.petals_report import PetalsReport
from zeropoint.ai.petals_swarm import Model, Sessions
from zeropoint.ai.tree import Limits, Tree
from zeropoint.model import Section
from zeropoint.probe import Absent, Missing, Reading, Roots
from zeropoint.texts import clean

BLOCK = re.compile(r".+:\d+\.bin", re.DOTALL)  # {model}:{index}.bin
# A server at rest was measured at 0.6 % of a core with p2pd; with a real model, a token takes far more than this.
BUSY_PERCENT = 5.0
LEFT_OUT = "{} models and servers of the swarm are left out"
ORPHANS = "{} processes look like a server's, but belong to none that lives: it left them behind, or is starting"


class Petals(ArtifactsComponent):
    """`cache` is the folder of Petals' own cache on the watched machine; `swarm` observes the DHT."""

    name: ClassVar[str] = "petals"
    section: ClassVar[str] = "ai.components.petals"
    report: ClassVar[type[Section]] = PetalsReport

    def __init__(
        self, artifacts: Path, *, cache: str = "", swarm: Observing | Absent | None = None, **options: Any
    ) -> None:
        super().__init__(artifacts, **options)
        self._folder = cache or default_folder(os.environ)
        self._swarm = swarm or observing("", ())
        self._disk, self._original = PetalsCache(), OriginalBlocks(self._artifacts)
        self._machine = MachineReader(self._processes)
        self._sessions = Sessions()
        self._worked_at: float | None = None
        self._roots, self._now = Roots(), 0.0

    def _layout(self, artifacts: str, limits: Limits | None) -> tuple[Tree, ...]:
        self._cache = Tree(artifacts, ("petals", "cache"), kind_in_cache, limits=limits)
        return (self._cache,)

    @property
    def looked_in(self) -> str:
        return clean(f"petals/cache and runs of {self._artifacts}, in Petals' own cache and among the processes")

    def read(self, roots: Roots, now: float) -> Reading:
        self._roots, self._now = roots, now
        return super().read(roots, now)

    def _report(self, wall: float, missing: Missing) -> PetalsReport:
        self._disk.look(self._roots.on_root(self._folder), self._now)
        machine = self._machine.look(self._roots, self._now)
        message = self._swarm if isinstance(self._swarm, Absent) else self._swarm.look(self._now)
        model = told_model(message, machine.here)
        own = own_servers(model, machine)
        if self._sessions.in_use([] if isinstance(own, Absent) else own) or is_busy(machine):
            self._worked_at = wall
        left_out = 0 if isinstance(message, Absent) else message.left_out
        common = self._common(wall, missing, outside=self._outside(machine, left_out))
        fields = {
            "cache_blocks": self._blocks_on_disk(),
            **of_noted(self._disk.throughput(None if isinstance(model, Absent) else model.names)),
            **of_machine(machine),
            **of_own(own),
            **of_swarm(model, self._on_disk(model), machine.here, missing),
        }
        return PetalsReport(
            status=common.status,
            since=common.since,
            last_updated=common.last_updated,
            reason=common.reason,
            pids=common.pids,
            **{name: missing.take(name, value) for name, value in fields.items()},
        )

    def _outside(self, machine: Machine, left_out: int) -> Outside:
        live = tuple(process.pid for process in machine.servers.live)
        orphans = len(machine.servers.orphans)
        return Outside(
            pids=live,
            # What a server did that has gone since is no work of one that lives.
            worked=self._worked_at if live else None,
            found=bool(orphans or self._disk.blocks_count),
            updated=newest([self._worked_at, self._disk.newest]),
            problem=self._disk.shortfall,
            why=joined([ORPHANS.format(orphans) if orphans else None, LEFT_OUT.format(left_out) if left_out else None]),
            quiet="has shown no work",
        )

    def _blocks_on_disk(self) -> int | Absent:
        original = total(("block",), self._cache)
        if isinstance(original, Absent) or self._disk.shortfall is not None:
            return Absent(joined([self._cache.shortfall, self._disk.shortfall]) or "")
        return original + self._disk.blocks_count

    def _on_disk(self, model: Model | Absent) -> frozenset[int] | Absent:
        """The blocks of the model that lie in one of the caches."""
        if isinstance(model, Absent):
            return model
        blocks = self._disk.blocks_of(model.names)
        if isinstance(blocks, Absent) or not self._cache.counts["block"]:
            return blocks
        return blocks | self._original.blocks_of(model.names, self._now)


def kind_in_cache(_: Folder, name: str) -> str | None:
    return "block" if BLOCK.fullmatch(name) else None


def is_busy(machine: Machine) -> bool:
    return not isinstance(machine.busy_percent, Absent) and machine.busy_percent >= BUSY_PERCENT
