"""Petals by its artifacts: the blocks in petals/cache/, and runs of the kind `petals`."""

import re
from typing import ClassVar

from zeropoint.ai.artifacts import Folder
from zeropoint.ai.component import ArtifactsComponent, total
from zeropoint.ai.petals_report import PetalsReport
from zeropoint.ai.texts import clean
from zeropoint.ai.tree import Limits, Tree
from zeropoint.model import Section
from zeropoint.probe import Missing

BLOCK = re.compile(r".+:\d+\.bin", re.DOTALL)  # {model}:{index}.bin
OF_THE_SWARM = (
    "served_blocks",
    "peers_count",
    "state",
    "throughput",
    "inference_per_second",
    "forward_per_second",
    "network_per_second",
    "cache_tokens_left",
    "model",
    "blocks_count",
    "blocks",
    "servers",
    "server_processes_count",
    "orphans_count",
    "listening_ports",
    "cpu_percent",
    "network_bytes_sent_per_second",
    "network_bytes_received_per_second",
    "cached_inference_per_second",
    "cached_forward_per_second",
    "cached_network_per_second",
)


class Petals(ArtifactsComponent):
    name: ClassVar[str] = "petals"
    section: ClassVar[str] = "ai.components.petals"
    report: ClassVar[type[Section]] = PetalsReport

    def _layout(self, artifacts: str, limits: Limits | None) -> tuple[Tree, ...]:
        self._cache = Tree(artifacts, ("petals", "cache"), kind_in_cache, limits=limits)
        return (self._cache,)

    @property
    def looked_in(self) -> str:
        return clean(f"petals/cache and runs of {self._artifacts}")

    def _report(self, wall: float, missing: Missing) -> PetalsReport:
        common = self._common(wall, missing)
        for field in OF_THE_SWARM:
            missing[field] = "the swarm is not observed yet"
        return PetalsReport(
            status=common.status,
            since=common.since,
            last_updated=common.last_updated,
            reason=common.reason,
            pids=common.pids,
            cache_blocks=missing.take("cache_blocks", total(("block",), self._cache)),
        )


def kind_in_cache(_: Folder, name: str) -> str | None:
    return "block" if BLOCK.fullmatch(name) else None
