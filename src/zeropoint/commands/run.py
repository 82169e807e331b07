"""zeropoint run: runs a job that can't be edited, and records when it began, when it ended, and how."""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import click
from msgspec import to_builtins

from zeropoint.commands.job import run_job, why_not_started
from zeropoint.commands.receipt.summary import in_words
from zeropoint.commands.receipt.watcher import Watcher
from zeropoint.commands.run_record import Record
from zeropoint.ledger.label import LABEL
from zeropoint.settings import load


@click.command(context_settings={"allow_interspersed_args": False})
@click.option("--name", metavar="NAME", help="Name of the run; without it the program's")
@click.option(
    "--kind", metavar="KIND", default="job", help="What it belongs to, as in tinygrad or petals. Default: job"
)
@click.option("--artifacts", metavar="DIR", help="Directory that Zeropoint watches, as serve has it")
@click.option("--keep-command", is_flag=True, help="Record the command line too, which may hold secrets")
@click.option("--quiet", is_flag=True, help="Say nothing at its end of what it took of the machine")
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(
    *, name: str | None, kind: str, artifacts: str | None, keep_command: bool, quiet: bool, command: tuple[str, ...]
) -> int:
    """Run COMMAND as a recorded run. Its exit code is that of this command; no server has to run.

    At its end a receipt says what it took of the machine, and what limited it: in its record, and on standard error.
    """
    place = Path(load({"artifacts": artifacts}, os.environ, None).artifacts)
    record: Record | None = None
    try:
        record = Record(place, name or Path(command[0]).name, kind, command if keep_command else None)
    except OSError as error:
        _say(f"this run is not recorded: {error}")
    watcher: Watcher | None = None
    path = record.path if record else None

    def started(pid: int) -> None:
        nonlocal watcher
        watcher = Watcher(pid, path)
        _note(record, lambda record: record.started(pid))

    def ended() -> None:
        if watcher is not None:
            watcher.ended()

    try:
        code = run_job(command, {**os.environ, **({LABEL: path} if path else {})}, started, ended)
    except OSError as error:
        code, reason = why_not_started(error)
        _say(f"{command[0]}: {reason}")
    receipt = watcher.receipt() if watcher else None
    _note(record, lambda record: record.ended(code, to_builtins(receipt)))
    if receipt is not None and not quiet:
        for line in in_words(receipt):
            _say(line)
    return code


def _note(record: Record | None, write: Callable[[Record], None]) -> None:
    """A disk that is full must not end the job."""
    if record is None:
        return
    try:
        write(record)
    except OSError as error:
        _say(f"this run is not recorded: {error}")


def _say(message: str) -> None:
    line = "".join(character if character.isprintable() else "?" for character in message)
    # Whoever reads it may be gone, as the job's own output would tell.
    with suppress(OSError):
        click.echo(f"zeropoint run: {line}", err=True)
