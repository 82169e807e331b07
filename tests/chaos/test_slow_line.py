"""Both clients on a line that carries less than the feed has: what the appliance dropped for them is told, exactly."""

import asyncio
from pathlib import Path

from tests.chaos.account import Gap, Sample, Told, complaints, newest_number, number_of
from tests.chaos.faults import SLOW
from tests.chaos.node_clients import NodeClients, served_module
from tests.chaos.proxy import ChaosProxy
from tests.chaos.python_clients import PythonClients
from tests.chaos.serving import serving
from tests.chaos.truth import Truth
from tests.support.process import Appliance

DROPPED = 40
FURTHER = 20
"""Samples that are waited for once the line carries all of them, so that some come to each client however much it
lost."""
SILENCE_SECONDS = 10.0
"""A client that gave up and came back would lose nothing."""


async def on_a_slow_line(appliance: Appliance, folder: Path) -> tuple[list[list[Told]], list[str]]:
    async with Truth(appliance, "") as truth, ChaosProxy(appliance.port, lambda number: SLOW) as proxy:
        python = PythonClients(proxy.url, (), 1, SILENCE_SECONDS)
        node = NodeClients(served_module(appliance, folder), proxy.url, (), 1, SILENCE_SECONDS)
        async with python, node:
            while truth.samples[await truth.next()]["server"]["dropped_total"] < DROPPED:
                pass
            proxy.calm()
            last = number_of(await truth.next()) + FURTHER
            for crowd in (python, node):
                await crowd.until(lambda told: newest_number(told) >= last)
        told = [*python.told, *node.told]
        while number_of(truth.newest) < max(newest_number(each) for each in told):
            await truth.next()
        return told, [one for each in told for one in complaints(each, truth.samples)]


def test_what_a_slow_line_could_not_carry_is_told_with_its_count(tmp_path: Path):
    with serving(tmp_path, "--interval", "0.1", "--artifacts", str(tmp_path / "artifacts")) as started:
        told, found = asyncio.run(on_a_slow_line(started, tmp_path))
    assert found == []
    for each in told:
        assert any(isinstance(one, Gap) and one.reason == "slow-subscriber" for one in each)
        assert sum(isinstance(one, Sample) for one in each) > 5
