"""Entry point: finds the command, turns what goes wrong into one line and an exit code."""

import os
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from importlib import import_module

import click

from zeropoint.commands.output import tell_of_full_output
from zeropoint.server.tokens import TokenError
from zeropoint.settings import SettingsError

EXIT_WRONG_ARGUMENT = 2
EXIT_IN_USE = 3
# What it writes (history, tokens, exports) is for its owner alone, whoever started it with whatever umask.
PRIVATE_UMASK = 0o077
COMMANDS = (
    "serve",
    "hub",
    "run",
    "watch",
    "verify",
    "export",
    "correlate",
    "compare",
    "alerts",
    "token",
    "audit",
    "openapi",
    "settings",
    "metrics",
)
DEFAULT = "serve"


class Commands(MutableMapping[str, click.Command]):
    """The commands by name, each imported from the module of its name when it is asked for: the server's modules take
    most of a second and 30 MB, which a job under `run` need neither wait for nor carry."""

    def __init__(self) -> None:
        self._added: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name in COMMANDS and name not in self._added:
            self._added[name] = getattr(import_module(f"zeropoint.commands.{name}"), name)
        return self._added[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._added[name] = command

    def __delitem__(self, name: str) -> None:
        del self._added[name]

    def __iter__(self) -> Iterator[str]:
        return iter(dict.fromkeys([*COMMANDS, *self._added]))

    def __len__(self) -> int:
        return len(list(iter(self)))


@click.group(commands=Commands(), context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zeropoint", message="zeropoint %(version)s")
def zeropoint() -> None:
    """Live metrics of a machine that does AI work. Without a command it serves."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs the command line and exits with the contract's codes."""
    if arguments is None:
        tell_of_full_output()
    given = list(sys.argv[1:] if arguments is None else arguments)
    if not given or (given[0].startswith("-") and given[0] not in ("-h", "--help", "--version")):
        given.insert(0, DEFAULT)
    if given[0] != "run":  # whose job has the umask that it was started with
        os.umask(PRIVATE_UMASK)
    try:
        sys.exit(zeropoint.main(given, prog_name="zeropoint", standalone_mode=False) or 0)
    except click.UsageError as error:
        _fail(_usage(error), EXIT_WRONG_ARGUMENT)
    except (SettingsError, TokenError) as error:
        _fail(str(error), EXIT_WRONG_ARGUMENT)
    except click.Abort:
        sys.exit(0)
    except Exception as error:
        from zeropoint.startup import InUseError  # noqa: PLC0415 - not sooner, for it loads the server

        if not isinstance(error, InUseError):
            raise
        _fail(str(error), EXIT_IN_USE)


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
