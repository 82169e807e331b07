"""zeropoint openapi: prints the OpenAPI document of the server."""

import click
import msgspec

from zeropoint.appliance import Appliance
from zeropoint.server.openapi import document
from zeropoint.settings import Settings


@click.command()
def openapi() -> None:
    """Print the OpenAPI document."""
    appliance = Appliance(Settings())  # put together, not running
    click.echo(msgspec.json.format(msgspec.json.encode(document(appliance.routes, appliance.reports))).decode())
