"""zeropoint correlate: which series go together, at which lag, and how sure that is."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import msgspec

from zeropoint.catalogue import describe
from zeropoint.commands.options import some_settings
from zeropoint.commands.stored import Moment, history_of, reader_of
from zeropoint.history.columns_reader import ColumnReader
from zeropoint.history.export import names_of
from zeropoint.history.fault import Fault
from zeropoint.history.moments import ALLOWED
from zeropoint.insight.align import AlignError
from zeropoint.insight.correlate import LONGEST_LAG
from zeropoint.insight.correlate import correlate as correlations
from zeropoint.insight.csv_series import MOST_SERIES, CsvError, read_csv
from zeropoint.insight.default_set import default_set
from zeropoint.insight.series import Series
from zeropoint.insight.stored_series import stored_series
from zeropoint.insight.table import table
from zeropoint.settings import Settings, SettingsError, load

MOST_LAGS = 1000


class Given(NamedTuple):
    """What is to be compared. `groups` says of each series where it belongs, if pairs within a group are not told."""

    series: list[Series]
    groups: Sequence[str] | None = None


@click.command()
@click.argument("file", metavar="[FILE.csv]", required=False, type=click.Path(path_type=Path))
@click.option("--from", "from_ms", type=Moment(), help=f"Beginning, of stored history: {ALLOWED}")
@click.option("--to", "to_ms", type=Moment(), help="End, which is not in it")
@click.option(
    "--metric",
    "metrics",
    multiple=True,
    metavar="NAME",
    help="A stored series, `*` for any characters. Default: "
    "what tells how work goes, with the machine and with other work",
)
@click.option(
    "--max-lag",
    type=click.IntRange(0, MOST_LAGS),
    default=LONGEST_LAG,
    show_default=True,
    help="How many samples one series may be behind the other",
)
@click.option(
    "--method",
    type=click.Choice(("rank", "pearson")),
    default="rank",
    show_default=True,
    help="Spearman's coefficient, or Pearson's",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON")
@some_settings("data")
def correlate(
    *,
    file: Path | None,
    from_ms: int | None,
    to_ms: int | None,
    metrics: tuple[str, ...],
    max_lag: int,
    method: str,
    as_json: bool,
    config: str | None,
    data: str | None,
) -> None:
    """Tell for pairs of series whether they go together: of stored history, also while the appliance runs, or of the
    columns of a CSV file with a column `timestamp` of seconds. Empty cells are holes."""
    if file is not None:
        if any(one is not None for one in (from_ms, to_ms, config, data)) or metrics:
            raise SettingsError("correlate: it is either a file, or --from and --to of stored history")
        source, given = repr(str(file)), Given(of_file(file))
    else:
        source, given = "history", of_history(from_ms, to_ms, metrics, load({"data": data}, os.environ, config))
    try:
        pairs = correlations(given.series, max_lag, method == "rank", given.groups)
    except AlignError as error:
        raise SettingsError(f"{source}: {error}") from None
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode({"pairs": pairs}), indent=1))
    else:
        click.echo("\n".join(table(pairs, method)))


def of_file(file: Path) -> list[Series]:
    try:
        return read_csv(file)
    except CsvError as error:
        raise SettingsError(f"{str(file)!r}: {error}") from None
    except OSError as error:
        raise SettingsError(f"{str(file)!r} cannot be read: {error.strerror or error}") from None


def of_history(from_ms: int | None, to_ms: int | None, metrics: Sequence[str], settings: Settings) -> Given:
    if from_ms is None or to_ms is None:
        raise SettingsError("correlate: it takes a CSV file, or both --from and --to of stored history")
    if from_ms >= to_ms:
        raise SettingsError("--from: it must lie before --to")
    directory = history_of(settings.data)
    groups: list[str] | None = None
    try:
        reader = reader_of(directory)
        if metrics:
            names = _named(reader, metrics, from_ms, to_ms)
        else:
            chosen = default_set(reader, _metric_of(settings), from_ms, to_ms)
            names, groups = [one.name for one in chosen.taken], [one.group for one in chosen.taken]
            for words in chosen.left_out:
                click.echo(f"zeropoint: {words}", err=True)
        stored = stored_series(reader, names, from_ms, to_ms)
    except Fault as fault:
        raise SettingsError(f"--data: {fault}") from None
    if stored.holes:
        click.echo(f"zeropoint: damaged blocks: {len(stored.holes)}, which are left out", err=True)
    return Given(stored.series, groups)


def _named(reader: ColumnReader, metrics: Sequence[str], from_ms: int, to_ms: int) -> list[str]:
    names, unknown = names_of(reader, metrics, from_ms, to_ms)
    if unknown:
        raise SettingsError(f"--metric: nothing is stored of {unknown[0]!r} in this time")
    if len(names) > MOST_SERIES:
        raise SettingsError(f"--metric: {len(names)} series are meant; name at most {MOST_SERIES} of them")
    return names


def _metric_of(settings: Settings) -> Callable[[str], str]:
    """The catalogue's name of a series."""
    # Not sooner: it loads all components, which takes a while.
    from zeropoint.parts.reports import known_reports  # noqa: PLC0415
    from zeropoint.server.specs import Specs  # noqa: PLC0415

    try:
        specs = Specs(describe(known_reports(settings.openmetrics_targets)))
    except ValueError as error:
        raise SettingsError(f"openmetrics_targets: {error}") from None
    return lambda name: specs.of(name).name
