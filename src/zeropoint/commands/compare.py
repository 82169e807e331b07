"""zeropoint compare: two runs held against one another."""

import os
import time
from collections.abc import Sequence
from pathlib import Path

import click
import msgspec

from zeropoint.ai.run_list import RunList
from zeropoint.commands.options import some_settings
from zeropoint.commands.stored import reader_of
from zeropoint.history.fault import Fault
from zeropoint.history.queries import Queries, TooSlowError
from zeropoint.insight.run_series import RunSeries, read_series
from zeropoint.insight.run_table import table
from zeropoint.insight.runs_compared import ToCompare, compare_runs, life_of
from zeropoint.model import RunEntry, RunRecord
from zeropoint.probe import Roots
from zeropoint.settings import SettingsError, load

MOST_ROWS = 5000
HISTORY_SECONDS = 60.0
# Only decides how many samples a window may have.
INTERVAL_MS = 1000


@click.command()
@click.argument("runs", metavar="RUN [RUN]", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, as /api/v1/runs/compare has it")
@some_settings("artifacts", "data")
def compare(
    *, runs: tuple[str, ...], as_json: bool, config: str | None, artifacts: str | None, data: str | None
) -> None:
    """Tell by how much the second run differs from the first, and how sure that is; also while they run.

    RUN is the id of a run, or a name: its newest run. With one name alone its newest run is held against the one before
    it.
    """
    settings = load({"artifacts": artifacts, "data": data}, os.environ, config)
    listed = RunList(Path(settings.artifacts), Roots())
    try:
        a, b = _chosen(runs, listed.list().runs, settings.artifacts)
        records = [_record(listed, entry) for entry in (a, b)]
    except OSError as error:
        raise SettingsError(f"--artifacts: the runs cannot be read: {error.strerror or error}") from None
    now_ms = round(time.time() * 1000)
    series = _series(settings.data, records, now_ms)
    a_told, b_told = map(ToCompare, records, series)
    compared = compare_runs(a_told, b_told, now_ms / 1000)
    if as_json:
        click.echo(msgspec.json.format(msgspec.json.encode(compared), indent=1))
    else:
        click.echo("\n".join(table(compared)))


def _chosen(wanted: Sequence[str], runs: Sequence[RunEntry], artifacts: str) -> tuple[RunEntry, RunEntry]:
    """`runs` come with the newest first."""
    if len(wanted) > 2:
        raise SettingsError(f"compare: two runs are compared, and {len(wanted)} are given")
    if len(wanted) == 1:
        named = [run for run in runs if run.name == wanted[0]]
        if len(named) < 2:
            raise SettingsError(
                f"compare: a single name takes two runs of it, and {artifacts!r} has {len(named)} of {wanted[0]!r}"
            )
        return named[1], named[0]
    a, b = (_run(one, runs, artifacts) for one in wanted)
    if a.id == b.id:
        raise SettingsError(f"compare: {wanted[0]!r} and {wanted[1]!r} are the same run; two are compared")
    return a, b


def _run(wanted: str, runs: Sequence[RunEntry], artifacts: str) -> RunEntry:
    found = [run for run in runs if run.id == wanted] or [run for run in runs if run.name == wanted]
    if not found:
        raise SettingsError(f"compare: there is no run with the id or name {wanted!r} in {artifacts!r}")
    return found[0]


def _record(listed: RunList, entry: RunEntry) -> RunRecord:
    record = listed.record(entry.id, MOST_ROWS)
    if record is None:  # it went away meanwhile
        raise SettingsError(f"compare: the run {entry.id!r} can no longer be read")
    return record


def _series(data: str, records: Sequence[RunRecord], now_ms: int) -> list[RunSeries]:
    """Of each record; rows are compared without the history too."""
    directory = Path(data) / "history"
    if not directory.is_dir():
        return [RunSeries({}, f"there is no history in {data!r}")] * len(records)
    try:
        queries = Queries(reader_of(directory), INTERVAL_MS, HISTORY_SECONDS)
        return [_stored(record, queries, now_ms) for record in records]
    except Fault as fault:
        raise SettingsError(f"--data: {fault}") from None
    except TooSlowError:
        raise SettingsError("--data: the history could not be read in time") from None


def _stored(record: RunRecord, queries: Queries, now_ms: int) -> RunSeries:
    life = life_of(record.entry, now_ms)
    return RunSeries({}, life) if isinstance(life, str) else read_series(record.workload, *life, queries)
