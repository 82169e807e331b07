"""zeropoint run: runs a job that can't be edited, and records when it began, when it ended, and how."""

import os
from collections.abc import Callable
from pathlib import Path

import click

from zeropoint.commands.job import run_job, why_not_started
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
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def run(name: str | None, kind: str, artifacts: str | None, keep_command: bool, command: tuple[str, ...]) -> int:
    """Run COMMAND as a recorded run. Its exit code is that of this command; no server has to run."""
    place = Path(load({"artifacts": artifacts}, os.environ, None).artifacts)
    record: Record | None = None
    try:
        record = Record(place, name or Path(command[0]).name, kind, command if keep_command else None)
    except OSError as error:
        _say(f"this run is not recorded: {error}")
    label = {LABEL: record.path} if record else {}
    try:
        code = run_job(command, {**os.environ, **label}, lambda pid: _note(record, Record.started, pid))
    except OSError as error:
        code, reason = why_not_started(error)
        _say(f"{command[0]}: {reason}")
    _note(record, Record.ended, code)
    return code


def _note(record: Record | None, what: Callable[[Record, int], None], value: int) -> None:
    """A disk that is full must not end the job."""
    if record is None:
        return
    try:
        what(record, value)
    except OSError as error:
        _say(f"this run is not recorded: {error}")


def _say(message: str) -> None:
    line = "".join(character if character.isprintable() else "?" for character in message)
    click.echo(f"zeropoint run: {line}", err=True)
