"""zeropoint serve: samples this machine and serves the feed and the page."""

import asyncio
import gc
import os
from collections.abc import Callable
from importlib import metadata
from typing import Any

import click

from zeropoint import appliance
from zeropoint.commands.logs import set_up_logs
from zeropoint.commands.mocks import refuse_mocks
from zeropoint.commands.options import settings_options
from zeropoint.parts.alerts import alerts_plan
from zeropoint.settings import load


@click.command()
@settings_options
def serve(config: str | None, **flags: Any) -> None:
    """Sample this machine and serve the live feed and the page."""
    refuse_mocks(os.environ.get("MOCKS_DISABLED"))
    settings = load(flags, os.environ, config)
    plan = alerts_plan(settings, config)
    set_up_logs(settings.log_level)
    allow_many_connections()
    collect_garbage_seldom()
    with asyncio.Runner(loop_factory=event_loop_factory()) as runner:
        runner.run(appliance.serve(settings, announce, plan))


def announce(url: str) -> None:
    click.echo(f"zeropoint {metadata.version('zeropoint')} listening on {url}")


def event_loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop where it exists; None is asyncio's own."""
    try:
        import uvloop  # noqa: PLC0415 - not on Windows
    except ImportError:
        return None
    return uvloop.new_event_loop


def allow_many_connections() -> None:
    """Raises the limit of open files to what the system allows this process; each subscriber needs one."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def collect_garbage_seldom() -> None:
    """Takes the cyclic garbage collector out of the way of sending; it took a tenth of an event's CPU.

    The modules that are loaded stay for good, and a tick makes thousands of objects but hardly a cycle: what is to be
    freed is freed by its reference count.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
