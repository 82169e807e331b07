"""zeropoint hub: one feed and one page for many machines."""

import asyncio
import os
from typing import Any

import click
from platformdirs import user_state_path

from zeropoint.commands.logs import set_up_logs
from zeropoint.commands.mocks import refuse_mocks
from zeropoint.commands.options import some_settings
from zeropoint.commands.serve import allow_many_connections, announce, collect_garbage_seldom, event_loop_factory
from zeropoint.fleet.extra import MissingExtraError, refuse_missing_extra
from zeropoint.settings import SettingsError, load, table

# What has no meaning where no machine is sampled.
OF_MACHINE = (
    "interval",
    "artifacts",
    "procfs",
    "sysfs",
    "rootfs",
    "fleet",
    "fleet_name",
    "overhead_budget_percent",
    "process_arguments",
)
PREFIXES = ("petals_", "openmetrics_", "history", "remote_write")
# An appliance and a hub on one machine do not share a directory.
DATA = str(user_state_path("zeropoint", appauthor=False) / "hub")


def names() -> tuple[str, ...]:
    """The settings that a hub has."""
    return tuple(row.name for row in table() if row.name not in OF_MACHINE and not row.name.startswith(PREFIXES))


@click.command()
@some_settings(*names())
def hub(config: str | None, **flags: Any) -> None:
    """Serve one feed and one page for all machines that publish on a NATS bus; without --nats, start one."""
    refuse_mocks(os.environ.get("MOCKS_DISABLED"))
    try:
        refuse_missing_extra()
    except MissingExtraError as error:
        raise SettingsError(f"hub: {error}") from None
    settings = load(flags, os.environ, config, {"data": DATA})
    set_up_logs(settings.log_level)
    allow_many_connections()
    collect_garbage_seldom()
    from zeropoint.hub import serving  # noqa: PLC0415 - it loads nats-py

    with asyncio.Runner(loop_factory=event_loop_factory()) as runner:
        runner.run(serving.serve(settings, announce, tell))


def tell(line: str) -> None:
    """The command by which machines join, for whoever started the hub."""
    click.echo(line, err=True)
