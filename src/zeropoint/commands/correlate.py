"""zeropoint correlate: which series go together, at which lag, and how sure that is."""

from pathlib import Path

import click
import msgspec

from zeropoint.insight.align import AlignError
from zeropoint.insight.correlate import LONGEST_LAG
from zeropoint.insight.correlate import correlate as correlations
from zeropoint.insight.csv_series import CsvError, read_csv
from zeropoint.insight.table import table
from zeropoint.settings import SettingsError

MOST_LAGS = 1000


@click.command()
@click.argument("file", metavar="FILE.csv", type=click.Path(path_type=Path))
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
def correlate(file: Path, max_lag: int, method: str, as_json: bool) -> None:
    """Tell for every pair of series whether they go together: the columns of a CSV file, with a column `timestamp` of
    seconds. Empty cells are holes."""
    try:
        pairs = correlations(read_csv(file), max_lag, rank=method == "rank")
    except (CsvError, AlignError) as error:
        raise SettingsError(f"{str(file)!r}: {error}") from None
    except OSError as error:
        raise SettingsError(f"{str(file)!r} cannot be read: {error.strerror or error}") from None
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode({"pairs": pairs}), indent=1))
    else:
        click.echo("\n".join(table(pairs, method)))
