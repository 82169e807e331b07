"""zeropoint openapi: prints the OpenAPI document of the server."""

from pathlib import Path

import click
import msgspec

from zeropoint.ai.registry import components
from zeropoint.appliance import reports_of, route_table
from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.feed.ring import Ring
from zeropoint.health import judge
from zeropoint.server.openapi import document


@click.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    reports = reports_of(components(Path()))
    broadcaster = Broadcaster(Ring("0"), 1.0, 1, msgspec.json.encode)
    table = route_table(broadcaster, lambda: judge(None, 1.0, {}), lambda: 0.0, lambda: None, reports)
    click.echo(msgspec.json.format(msgspec.json.encode(document(table, reports))).decode())
