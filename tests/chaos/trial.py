"""A crowd of clients behind a proxy that cuts their connections, until so many cuts were made."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

from tests.chaos.account import Gap, Sample, Told, complaints, newest_number, number_of
from tests.chaos.descriptors import descriptors
from tests.chaos.faults import Fault, draw
from tests.chaos.node_clients import NodeClients, served_module
from tests.chaos.proxy import ChaosProxy
from tests.chaos.python_clients import PythonClients
from tests.chaos.truth import Truth
from tests.support.process import Appliance

# Small, so that a byte a packet is bearable, and with a text that somebody else chose.
SECTIONS = ("server", "ai.components.wondercraft")
QUERY = f"?sections={','.join(SECTIONS)}"
BASELINE_SAMPLES = 5
SETTLE_SAMPLES = 100
"""As many as one heartbeat takes at ten samples a second: so long the appliance may take to let go of what left."""


class Scale(NamedTuple):
    """How much of it. The n-th connection of a seed suffers the same fault in every run."""

    forced: int
    python_clients: int
    node_clients: int
    seed: int

    def fault(self, number: int) -> Fault:
        return draw(Random(f"{self.seed} {number}"))  # noqa: S311 - no secret


class Outcome(NamedTuple):
    """`told` has what each client told, the Python ones first; `complaints` is what is wrong with it, and
    `descriptors_left` what the appliance holds open that it did not before."""

    forced: Counter[Fault]
    connections: int
    told: Sequence[Sequence[Told]]
    sent: int
    complaints: Sequence[str]
    descriptors_left: Counter[str]
    clients_after: int

    @property
    def samples(self) -> int:
        return sum(isinstance(one, Sample) for told in self.told for one in told)

    @property
    def gaps(self) -> Counter[str]:
        return Counter(one.reason for told in self.told for one in told if isinstance(one, Gap))


def furnish(artifacts: Path) -> None:
    """Puts characters of two, three and four bytes into every sample."""
    scenes = artifacts / "wondercraft" / "scenes"
    scenes.mkdir(parents=True)
    (scenes / "final_metrics.json").write_text('{"scene": "größe 試験 🚀 %s", "fps": 60}' % ("é漢🚀" * 40))


async def trial(appliance: Appliance, folder: Path, scale: Scale) -> Outcome:
    """So many cuts, then calm until every client has caught up; then all leave."""
    async with Truth(appliance, QUERY) as truth:
        before = await _lasting_descriptors(appliance, truth)
        async with ChaosProxy(appliance.port, scale.fault) as proxy:
            python = PythonClients(proxy.url, SECTIONS, scale.python_clients)
            node = NodeClients(served_module(appliance, folder), proxy.url, SECTIONS, scale.node_clients)
            async with python, node:
                await proxy.until_forced(scale.forced)
                proxy.calm()
                last = number_of(await truth.next())
                for crowd in (python, node):
                    await crowd.until(lambda told: newest_number(told) >= last)
            cuts, connections = proxy.forced.copy(), proxy.connections_total
        told = [*python.told, *node.told]
        await _until_newest(truth, told)
        clients, left = await _settle(appliance, truth, before)
        found = [f"client {n}: {one}" for n, each in enumerate(told) for one in complaints(each, truth.samples)]
    return Outcome(cuts, connections, told, len(truth.samples), found, left, clients)


async def _until_newest(truth: Truth, told: Sequence[Sequence[Told]]) -> None:
    """A client may be ahead of this reader by a sample."""
    newest = max(newest_number(each) for each in told)
    while number_of(truth.newest) < newest:
        await truth.next()


async def _lasting_descriptors(appliance: Appliance, truth: Truth) -> Counter[str]:
    """Without what a probe has open for a moment."""
    lasting = descriptors(appliance.process.pid)
    for _ in range(BASELINE_SAMPLES):
        await truth.next()
        lasting &= descriptors(appliance.process.pid)
    return lasting


async def _settle(appliance: Appliance, truth: Truth, before: Counter[str]) -> tuple[int, Counter[str]]:
    """How many subscribers the appliance counts, and what it holds open beyond `before`, once that is as it was; at the
    latest after a heartbeat."""
    for _ in range(SETTLE_SAMPLES):
        clients = _clients(truth.samples[await truth.next()])
        # The history opens its files as it goes on; they are none of the subscribers' doing.
        found = descriptors(appliance.process.pid) - before
        left = Counter({name: count for name, count in found.items() if "/data/history/" not in name})
        if clients == 1 and not left:
            break
    return clients, left


def _clients(sample: Mapping[str, Any]) -> int:
    return int(sample["server"]["clients"])


def run(appliance: Appliance, folder: Path, scale: Scale) -> Outcome:
    return asyncio.run(trial(appliance, folder, scale))
