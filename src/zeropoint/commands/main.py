"""Entry point: finds the command, turns what goes wrong into one line and an exit code."""

import sys
from collections.abc import Sequence

import click

from zeropoint.commands.metrics import metrics
from zeropoint.commands.openapi import openapi
from zeropoint.commands.run import run
from zeropoint.commands.serve import serve
from zeropoint.commands.settings import settings
from zeropoint.commands.token import token
from zeropoint.server.tokens import TokenError
from zeropoint.settings import SettingsError
from zeropoint.startup import InUseError

EXIT_WRONG_ARGUMENT = 2
EXIT_IN_USE = 3
COMMANDS = (serve, run, token, openapi, settings, metrics)
DEFAULT = "serve"


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zeropoint", message="zeropoint %(version)s")
def zeropoint() -> None:
    """Live metrics of a machine that does AI work. Without a command it serves."""


for command in COMMANDS:
    zeropoint.add_command(command)


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits with the contract's codes."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help", "--version")):
        given.insert(0, DEFAULT)
    try:
        sys.exit(zeropoint.main(given, prog_name="zeropoint", standalone_mode=False) or 0)
    except click.UsageError as error:
        _fail(_usage(error), EXIT_WRONG_ARGUMENT)
    except (SettingsError, TokenError) as error:
        _fail(str(error), EXIT_WRONG_ARGUMENT)
    except InUseError as error:
        _fail(str(error), EXIT_IN_USE)
    except click.Abort:
        sys.exit(0)


def _usage(error: click.UsageError) -> str:
    if isinstance(error, click.NoSuchOption) and error.ctx is not None:
        options = [option for parameter in error.ctx.command.params for option in parameter.opts]
        return f"there is no option {error.option_name!r}; allowed are {', '.join(sorted(options))}"
    if error.ctx is not None and error.ctx.command is zeropoint:
        return f"{error.format_message()} Commands are {', '.join(sorted(zeropoint.commands))}"
    return error.format_message()


def _fail(message: str, code: int) -> None:
    # Whatever came in by argument or variable may hold line ends or escapes for a terminal.
    line = "".join(character if character.isprintable() else "?" for character in message)
    click.echo(f"zeropoint: {line}", err=True)
    sys.exit(code)
