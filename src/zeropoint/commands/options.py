"""Command line options out of the table of settings."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from zeropoint.settings import OF_HUB, table

F = TypeVar("F", bound=Callable[..., Any])


def settings_options(function: F) -> F:
    """Decorator: gives a command one option a setting of an appliance, and --config."""
    return some_settings(*(row.name for row in table() if row.name not in OF_HUB))(function)


def some_settings(*names: str) -> Callable[[F], F]:
    """Decorator: gives a command one option for each of these settings, and --config."""

    def decorate(function: F) -> F:
        for row in reversed([row for row in table() if row.name in names]):
            help = f"{row.help}. Default: {', '.join(row.default) or 'none' if row.several else row.default}"
            function = click.option(row.flag, row.name, multiple=row.several, metavar="VALUE", help=help)(function)
        return click.option("--config", metavar="FILE", help="TOML file of settings")(function)

    return decorate
