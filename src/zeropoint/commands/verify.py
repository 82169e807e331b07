"""zeropoint verify: holds each metric of this machine against an independent source."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from datetime import UTC, datetime

import click
import msgspec

from zeropoint.commands.logs import set_up_logs
from zeropoint.model import Sample
from zeropoint.probe import Probe, Roots
from zeropoint.sampler import Sampler
from zeropoint.sampling.executor import Executor
from zeropoint.sampling.scheduler import new_epoch
from zeropoint.settings import Settings, load
from zeropoint.verify.rows import Row
from zeropoint.verify.sources.registry import sources
from zeropoint.verify.table import table
from zeropoint.verify.watching import Stopwatch
from zeropoint.verify.watching import verify as compare

EXIT_DIFFERS = 1
EXIT_INTERRUPTED = 130


@click.command()
@click.option("--procfs", metavar="DIR", help="Where /proc of the watched machine lies")
@click.option("--sysfs", metavar="DIR", help="Where /sys of the watched machine lies")
@click.option("--rootfs", metavar="DIR", help="Where / of the watched machine lies")
@click.option("--seconds", type=click.FloatRange(1, 60), default=5.0, show_default=True, help="Window of rates")
@click.option("--json", "as_json", is_flag=True, help="Print JSON")
def verify(seconds: float, as_json: bool, **flags: str | None) -> None:
    """Hold each metric of this machine against an independent source; exit 1 where one differs."""
    settings = load(flags, os.environ, None)
    set_up_logs("error")
    # Nobody else's swarm or runtime is asked: they are no matter of the machine.
    settings = msgspec.structs.replace(settings, petals_peers=(), openmetrics_targets=())
    try:
        rows = asyncio.run(compare_with_sources(settings, seconds))
    except (KeyboardInterrupt, asyncio.CancelledError):
        # Not 0: nothing was found to agree.
        sys.exit(EXIT_INTERRUPTED)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(rows), indent=1))
    else:
        for line in table(rows):
            # click takes the colours away where this is no terminal.
            click.echo(click.style(line, fg="red") if line.startswith("differs ") else line)
    if any(row.status == "differs" for row in rows):
        sys.exit(EXIT_DIFFERS)


async def compare_with_sources(settings: Settings, seconds: float) -> list[Row]:
    """The rows of one run. SIGTERM cancels it, as SIGINT does."""
    task = asyncio.current_task()
    with suppress(NotImplementedError):  # Windows
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel if task else sys.exit)
    clocks: list[Stopwatch] = []
    taken: list[Sample] = []

    def timed(probe: Probe, roots: Roots) -> Executor:
        clocks.append(Stopwatch(probe))
        return Executor(probe, roots, clocks[-1])

    sampler = Sampler(settings, new_epoch(datetime.now(UTC)), lambda sample, _: taken.append(sample), executor=timed)

    async def take() -> Sample:
        await sampler.scheduler.first()
        return taken[-1]

    return await compare(take, clocks, sources(sampler.roots), sampler.roots, seconds)
