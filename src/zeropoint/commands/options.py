"""Command line options out of the table of settings."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from zeropoint.settings import table

F = TypeVar("F", bound=Callable[..., Any])


def settings_options(function: F) -> F:
    """Decorator: gives a command one option a setting, and --config."""
    for row in reversed(table()):
        help = f"{row.help}. Default: {', '.join(row.default) or 'none' if row.several else row.default}"
        function = click.option(row.flag, row.name, multiple=row.several, metavar="VALUE", help=help)(function)
    return click.option("--config", metavar="FILE", help="TOML file of settings")(function)
