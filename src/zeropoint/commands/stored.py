"""What commands need that read a history, also one that a running appliance writes."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import click

from zeropoint.history.columns_reader import ColumnReader
from zeropoint.history.moments import ALLOWED, parse_moment
from zeropoint.history.unwritten import unwritten
from zeropoint.model import Component
from zeropoint.settings import SettingsError
from zeropoint.texts import rfc3339


class Moment(click.ParamType[int]):
    """Milliseconds since 1970."""

    name = "moment"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> int:
        moment_ms = parse_moment(value)
        if moment_ms is None:
            self.fail(f"{value!r} is not allowed; it is {ALLOWED}", param, ctx)
        return moment_ms


def history_of(data: str) -> Path:
    """The directory of the history. Raises SettingsError where there is none."""
    directory = Path(data) / "history"
    if not directory.is_dir():
        raise SettingsError(f"--data: there is no history in {data!r}")
    return directory


def reader_of(directory: Path) -> ColumnReader:
    """Reads the columns, and what the journal has beyond them. Raises Fault."""
    newest = unwritten(directory, _components, int(datetime.now(UTC).timestamp() * 1000), _tell_cut)
    return ColumnReader(directory, lambda: newest)


def _tell_cut(last_ms: int) -> None:
    click.echo(
        f"zeropoint: columns could not be written for long: samples after {rfc3339(last_ms / 1000)} are in the journal "
        "alone and are left out",
        err=True,
    )


def _components() -> Mapping[str, type[Component]]:
    # Not sooner: it loads all components, which takes a while.
    from zeropoint.parts.reports import known_reports  # noqa: PLC0415

    return known_reports()
