"""Clients that are away for longer than an appliance without history remembers: what is gone is told to the sample."""

import asyncio
import tempfile
from pathlib import Path

from bench.report import Goal, Report
from tests.chaos.account import Gap, Told, complaints, newest_number, number_of
from tests.chaos.node_clients import NodeClients, served_module
from tests.chaos.proxy import ChaosProxy
from tests.chaos.python_clients import PythonClients
from tests.chaos.serving import serving
from tests.chaos.truth import Truth
from tests.support.process import Appliance
from zeropoint.feed.ring import CAPACITY_FRAMES

SECTIONS = ("server",)
PYTHON_CLIENTS, NODE_CLIENTS = 20, 10
AWAY_SAMPLES = CAPACITY_FRAMES + 50


def measure() -> Report:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with serving(
            folder, "--interval", "0.1", "--history", "false", "--artifacts", str(folder / "artifacts")
        ) as started:
            told, found = asyncio.run(_away(started, folder))
    for complaint in found[:10]:
        print(f"  {complaint}")
    lost = [_lost(each) for each in told]
    rows = [
        ("Clients", f"{PYTHON_CLIENTS} in Python, {NODE_CLIENTS} in Node"),
        ("Samples taken while they were away", f"{AWAY_SAMPLES}"),
        ("Samples that the appliance remembers", f"{CAPACITY_FRAMES}"),
        ("Samples that each client was told to have lost", f"{min(lost)} to {max(lost)}"),
    ]
    goals = [
        Goal("Every client was away for long enough to lose something", min(lost) > 0),
        Goal("Samples that came twice, out of order or altered, or whose loss is told wrongly: 0", not found),
    ]
    return Report("away", ("", "figure"), rows, goals)


def _lost(told: list[Told]) -> int:
    return sum(one.lost or 0 for one in told if isinstance(one, Gap) and one.reason != "missed-ticks")


async def _away(appliance: Appliance, folder: Path) -> tuple[list[list[Told]], list[str]]:
    async with Truth(appliance, "?sections=server") as truth:
        async with ChaosProxy(appliance.port, lambda number: None) as proxy:
            python = PythonClients(proxy.url, SECTIONS, PYTHON_CLIENTS)
            node = NodeClients(served_module(appliance, folder), proxy.url, SECTIONS, NODE_CLIENTS)
            async with python, node:
                await _until_all_have(await truth.next(), python, node)
                proxy.darken()
                for _ in range(AWAY_SAMPLES):
                    await truth.next()
                proxy.lighten()
                await _until_all_have(await truth.next(), python, node)
        told = [*python.told, *node.told]
        while number_of(truth.newest) < max(newest_number(each) for each in told):
            await truth.next()
        return told, [one for each in told for one in complaints(each, truth.samples)]


async def _until_all_have(id: str, *crowds: PythonClients | NodeClients) -> None:
    for crowd in crowds:
        await crowd.until(lambda told: newest_number(told) >= number_of(id))
