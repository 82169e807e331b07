"""Petals by its artifacts: the blocks in petals/cache/, and runs of the kind `petals`."""

import re
from typing import Annotated, ClassVar

from zeropoint.ai.artifacts import Folder
from zeropoint.ai.component import ArtifactsComponent, total
from zeropoint.ai.texts import clean
from zeropoint.ai.tree import Limits, Tree
from zeropoint.model import Component, Count, Real, Section, Text, metric, text
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
)


class PetalsReport(Component, frozen=True, kw_only=True):
    cache_blocks: Annotated[Count, metric("Blocks on disk")] = None
    served_blocks: Annotated[Count, metric("Blocks that this machine's servers announce")] = None
    peers_count: Annotated[Count, metric("Servers in the swarm")] = None
    state: Annotated[Text, text("State that this machine's server announces")] = None
    throughput: Annotated[Real, metric("Tokens a second that the server announces to be able to process")] = None
    inference_per_second: Annotated[Real, metric("Inference steps a second that the server has measured")] = None
    forward_per_second: Annotated[Real, metric("Tokens a second in forward passes that the server has measured")] = None
    network_per_second: Annotated[Real, metric("Tokens a second that its network is estimated to carry")] = None
    cache_tokens_left: Annotated[Count, metric("Tokens that still fit in the attention cache")] = None


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
