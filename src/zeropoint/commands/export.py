"""zeropoint export: writes stored series as CSV, JSON lines or Parquet."""

import os
import secrets
import signal
import stat
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

import click
from msgspec import Struct

from zeropoint.commands.options import some_settings
from zeropoint.commands.stored import Moment, history_of, reader_of
from zeropoint.history.columns_reader import Hole
from zeropoint.history.export import names_of, tables
from zeropoint.history.export_parquet import ParquetSink
from zeropoint.history.export_text import CsvSink, JsonLinesSink, Sink
from zeropoint.history.fault import Fault
from zeropoint.history.moments import ALLOWED
from zeropoint.settings import SettingsError, load

FORMATS: Mapping[str, Callable[[BinaryIO, Sequence[str]], Sink]] = {
    "csv": CsvSink,
    "jsonl": JsonLinesSink,
    "parquet": ParquetSink,
}
EXIT_INTERRUPTED, EXIT_TERMINATED = 130, 143


class Wanted(Struct, frozen=True):
    """What is written, and where to: a file's name, or None for standard output."""

    from_ms: int
    to_ms: int
    metrics: tuple[str, ...]
    form: str
    output: str | None


@click.command()
@click.option("--from", "from_ms", type=Moment(), required=True, help=f"Beginning: {ALLOWED}")
@click.option("--to", "to_ms", type=Moment(), required=True, help="End, which is not in it")
@click.option("--metric", "metrics", multiple=True, metavar="NAME", help="A series, `*` for any characters; else all")
@click.option("--format", "form", type=click.Choice(sorted(FORMATS)), default="csv", show_default=True, help="Format")
@click.option("-o", "--output", metavar="FILE", help="Where to; default: standard output")
@some_settings("data")
def export(config: str | None, data: str | None, **wanted: Any) -> None:
    """Write stored series, also while the appliance runs: each sample while it is kept, then minutes, then hours."""
    settings = load({"data": data}, os.environ, config)
    asked = Wanted(**wanted)
    if asked.from_ms >= asked.to_ms:
        raise SettingsError("--from: it must lie before --to")
    directory = history_of(settings.data)
    # The default would end the process at once, and leave the temporary file.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(EXIT_TERMINATED))
    try:
        holes = _export(directory, asked)
    except Fault as fault:
        raise SettingsError(f"--data: {fault}") from None
    except KeyboardInterrupt:
        sys.exit(EXIT_INTERRUPTED)
    if holes:
        click.echo(f"zeropoint: damaged blocks: {len(holes)}, which are left out", err=True)


def _export(directory: Path, asked: Wanted) -> list[Hole]:
    reader = reader_of(directory)
    names, unknown = names_of(reader, asked.metrics, asked.from_ms, asked.to_ms)
    if unknown:
        raise SettingsError(f"--metric: nothing is stored of {unknown[0]!r} in this time")
    holes: list[Hole] = []
    with _destination(asked.output) as file:
        sink = _sink(asked.form, file, names)
        for table in tables(reader, names, asked.from_ms, asked.to_ms, holes):
            sink.write(table)
        sink.close()
    return holes


def _sink(form: str, file: BinaryIO, names: list[str]) -> Sink:
    try:
        return FORMATS[form](file, names)
    except ImportError:
        message = "it takes pyarrow, which the extra brings: pip install 'zeropoint[parquet]'"
        raise SettingsError(f"--format: {form!r} cannot be written; {message}") from None


@contextmanager
def _destination(output: str | None) -> Iterator[BinaryIO]:
    """Standard output, or a file that is there whole or not at all."""
    if output is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    path = Path(output)
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        if path.exists() and not stat.S_ISREG(path.stat().st_mode):
            raise SettingsError(f"--output: {output!r} is no file that could be replaced")
        with partial.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        raise SettingsError(f"--output: {output!r} cannot be written: {error.strerror}") from None
    finally:
        partial.unlink(missing_ok=True)
