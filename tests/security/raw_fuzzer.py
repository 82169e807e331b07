"""Sends damaged requests to a running appliance over raw sockets, and says what it did that it must not."""

import asyncio
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from msgspec import Struct, field

from tests.chaos.descriptors import descriptors
from tests.security.asking import head_of, some_client
from tests.security.mutations import Mutator
from tests.support.process import Appliance
from zeropoint.server.routes import Route

AT_A_TIME = 128
# Whoever is answered ends at once; others have sent half a request, and end after so long.
PATIENCE_SECONDS = 1.0
LIMIT_SECONDS = 60.0
STATUS = re.compile(rb"HTTP/[0-9]\.[0-9] ([0-9]{3}) ")
# A machine that has too much to do says so, which is no fault.
BUSY = re.compile(rb'"code":"(?:busy|full|history-slow|correlations-slow)"')
COMPLAINTS = re.compile(r"Traceback|never retrieved|was never awaited|Unhandled|level='(?:error|critical)'.*")


class Outcome(Struct):
    """What came of it: answers by status, connections that were closed without one, and what must not be."""

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    unanswered: int = 0
    faults: list[str] = field(default_factory=list)


class Standing(Struct, frozen=True):
    """What a process holds."""

    sockets: int
    threads: int
    resident_bytes: int


def standing(pid: int) -> Standing:
    """proc(5): open sockets, threads and resident memory."""
    rows = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":" in line)
    return Standing(descriptors(pid)["socket"], int(rows["Threads"]), int(rows["VmRSS"].split()[0]) * 1024)


def fuzz(appliance: Appliance, routes: Sequence[Route], count: int, seed: int, known: Sequence[bytes] = ()) -> Outcome:
    """Sends `count` damaged requests, a burst after the other, and asks /health after each."""
    outcome, mutator = Outcome(), Mutator(seed, routes, known)
    while outcome.requests < count:
        burst = [mutator.draw() for _ in range(min(1000, count - outcome.requests))]
        asyncio.run(_burst(appliance, burst, outcome))
        health = head_of(appliance, "/health").status
        if health != 200:
            outcome.faults.append(f"/health answered {health} after {outcome.requests} requests of seed {seed}")
    return outcome


async def _burst(appliance: Appliance, burst: list[bytes], outcome: Outcome) -> None:
    waiting = iter(burst)
    async with asyncio.TaskGroup() as tasks:
        for _ in range(AT_A_TIME):
            tasks.create_task(_send_some(appliance, waiting, outcome))


async def _send_some(appliance: Appliance, waiting: Iterator[bytes], outcome: Outcome) -> None:
    for sent in waiting:
        answer = await _send(appliance, sent)
        outcome.requests += 1
        statuses = [int(status) for status in STATUS.findall(answer)]
        outcome.statuses.update(statuses)
        outcome.unanswered += not statuses
        if any(status >= 500 and not (status == 503 and BUSY.search(answer)) for status in statuses):
            outcome.faults.append(f"{[one for one in statuses if one >= 500]} for {sent[:300]!r}")
        if b"\nX-Injected" in answer.partition(b"\r\n\r\n")[0]:
            outcome.faults.append(f"a header of the request's making for {sent[:300]!r}")


async def _send(appliance: Appliance, sent: bytes) -> bytes:
    """All that is answered until the server closes, which it is told to by the end of what is sent."""
    answer = b""
    writer = None
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            reader, writer = await asyncio.open_connection(
                appliance.host, appliance.port, local_addr=(some_client(), 0)
            )
            writer.write(sent)
            with suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE_SECONDS):
                    answer = await reader.read(65536)
            writer.write_eof()
            while part := await reader.read(65536):
                answer += part
    except (ConnectionError, OSError):
        pass  # reset by the server, which had refused it
    finally:
        if writer is not None:
            writer.transport.abort()
    return answer


def complaints(log: Path) -> list[str]:
    """Lines of the log that say that something went wrong inside."""
    return [line[:500] for line in log.read_text(errors="replace").splitlines() if COMPLAINTS.search(line)]
