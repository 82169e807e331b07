"""The writer's side of the tiers: five minutes' samples into samples/, an hour's minutes into minutes/, a day's hours
into hours/, each as one block."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import apsw
import numpy as np
import structlog
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.history import database
from zeropoint.history.block_values import select
from zeropoint.history.blocks import Block, BlockError, encode
from zeropoint.history.columns_salvage import Span, block_check, whole_name
from zeropoint.history.due import COARSER, Due
from zeropoint.history.fault import Fault, told_apart
from zeropoint.history.journal_pruning import Dropped
from zeropoint.history.missing import Run
from zeropoint.history.rolling import Part, joined
from zeropoint.history.rollup import Rolled, roll, samples
from zeropoint.history.run_buffer import Columns
from zeropoint.history.series_file import (
    add_series,
    all_series,
    content_of,
    extent_of,
    ids_of,
    name_crc,
    oldest_blocks,
    rows_between,
    sample_runs,
)
from zeropoint.history.tiers import KINDS, SCHEMA, SIDE_FILES, TIERS, Tier, TierFile, file_at, files_of

log = structlog.get_logger()

__all__ = ["TIERS", "ColumnStore", "Tier", "TierFile"]


class Opened(Struct):
    """A file that is written, and the numbers of the series that it was last asked for."""

    path: Path
    connection: apsw.Connection
    ids: dict[str, int]


class NewBlock(Struct, frozen=True):
    """What is to be written: planes (m, n) of m series at n times, and what tells it from others in its file."""

    names: tuple[str, ...]
    times_ms: NDArray[np.int64]
    planes: tuple[NDArray[np.float64], ...]
    interval_ms: int
    epoch: str
    first_sequence: int
    last_sequence: int


class ColumnStore:
    """Owned by the writer's thread. Everything may raise Fault; the file that failed is closed, and opened again when
    it is used next. Of each tier one file is open."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._opened: dict[Tier, Opened] = {}
        self._due: Due | None = None
        self._sequences: dict[str, list[Span]] | None = None
        self._left_out = 0

    def write(self, columns: Columns, epoch: str, first_sequence: int, last_sequence: int) -> None:
        """Writes a run of samples of one epoch, of what belongs into one block. One that is there already (epoch,
        first_sequence) changes nothing."""
        start_ms = int(columns.times_ms[0])
        if columns.left_out != self._left_out:
            self._left_out = columns.left_out
            log.warning("series of the history are left out", kept=len(columns.names), left_out=columns.left_out)
        file = file_at(self._directory, "samples", start_ms)
        of = (columns.names, columns.times_ms, (columns.values,), columns.interval_ms)
        self._put(file, NewBlock(*of, epoch, first_sequence, last_sequence))
        if self._due is not None:
            self._due.add("samples", start_ms)
        if self._sequences is not None:
            _add(self._sequences, epoch, (first_sequence, last_sequence))

    def roll_due(self, now_ms: int) -> bool:
        """Rolls up the oldest hour or day that is over and not rolled, or one that has got samples since; False when
        there was none."""
        if self._due is None:
            self._due = Due(self._directory, self._reading)
        fault: Fault | None = self._due.fault
        for tier, start_ms in self._due.over(now_ms):
            try:
                self._roll(tier, start_ms)
            except Fault as failed:
                # The others may lie in files that work.
                fault = fault or failed
                continue
            return True
        if fault is not None:
            self._due = None
            raise fault
        return False

    def sequences(self, epoch: str) -> list[Span]:
        """The samples of this epoch that are written: stretches of sequences, from one to another, ascending."""
        if self._sequences is None:
            found: dict[str, list[Span]] = {}
            for run in self.runs():
                _add(found, run.epoch, (run.first_sequence, run.last_sequence))
            self._sequences = found
        return self._sequences.get(epoch, [])

    def runs(self, from_ms: int = 0) -> Iterator[Run]:
        """The runs of samples that are written, of a time or later."""
        for file in files_of(self._directory, "samples", from_ms):
            with self._reading(file) as connection:
                found = sample_runs(connection, from_ms) if connection else []
            yield from found

    def oldest_ms(self, tier: Tier) -> int | None:
        """Where the oldest file of a tier begins to have something; None where there is nothing."""
        for file in files_of(self._directory, tier):
            with self._reading(file) as connection:
                extent = extent_of(connection) if connection else None
            if extent is not None:
                return extent[0]
        return None

    def is_whole(self, file: TierFile) -> bool:
        """Whether SQLite finds nothing wrong with a file, and each name and block is as it was written; all of it is
        read."""
        check = block_check(file)
        with self._reading(file) as connection:
            return connection is None or (
                database.is_sound(connection)
                and all(whole_name(row, {}) for row in connection.execute("SELECT * FROM series"))
                and all(check(row) for row in connection.execute("SELECT * FROM blocks"))
            )

    def names(self) -> dict[int, str]:
        """The names of all series by their crc, of the files that can be read."""
        found: dict[int, str] = {}
        for file in self.files():
            with suppress(Fault), self._reading(file) as connection:
                found.update((name_crc(name), name) for _, name in (all_series(connection) if connection else ()))
        return found

    def files(self) -> list[TierFile]:
        """All files of all tiers, the finest first, of each the oldest first."""
        return [file for tier in TIERS for file in files_of(self._directory, tier)]

    def remove(self, file: TierFile) -> None:
        """Closes and unlinks it, with what SQLite keeps beside it."""
        self.let_go(file)
        with told_apart(file.path):
            # The file last: what is left of an end in between is one with less in it, and goes the next time.
            for suffix in reversed(SIDE_FILES):
                Path(f"{file.path}{suffix}").unlink(missing_ok=True)
            database.sync_directory(file.path.parent)

    def trim(self, file: TierFile, size_bytes: int) -> Dropped:
        """Deletes the oldest blocks of a file, so many that they have this size, or all, and gives their room back to
        the disk."""
        with self._writing(file) as opened:
            used = database.used_bytes(opened.connection)
            ids, newest_ms = oldest_blocks(opened.connection, size_bytes)
            with database.transaction(opened.connection, file.path):
                opened.connection.executemany("DELETE FROM blocks WHERE id = ?", ((id,) for id in ids))
            database.release(opened.connection, 0.0)
            return Dropped(used - database.used_bytes(opened.connection), newest_ms)

    def shorten(self) -> None:
        """Takes the room of the WALs away."""
        for opened in list(self._opened.values()):
            with told_apart(opened.path, opened.connection):
                database.shorten(opened.connection)

    def close(self) -> None:
        for opened in self._opened.values():
            database.close_writer(opened.connection)
        self._opened.clear()
        self._due = self._sequences = None

    # --- rolling up

    def _roll(self, tier: Tier, start_ms: int) -> None:
        """Makes one block of the coarser tier out of the blocks of a span."""
        coarser = COARSER[tier]
        kind = KINDS[coarser]
        source, target = (file_at(self._directory, one, start_ms) for one in (tier, coarser))
        with self._reading(source) as connection:
            rows = rows_between(connection, start_ms, start_ms + kind.block_ms) if connection else []
            parts = [*_parts(connection, [row.id for row in rows], kind.period_ms)] if connection else []
        if parts:
            is_new = not target.path.exists()
            with self._reading(target) as connection:
                sql = "SELECT id FROM blocks WHERE epoch = '' AND first_sequence = ?"
                ids = [id for (id,) in connection.execute(sql, (start_ms,))] if connection else []
                earlier = [*_parts(connection, ids, kind.period_ms)] if connection else []
            names, rolled = joined(parts, earlier, kind.period_ms)
            new = NewBlock(names, rolled.times_ms, rolled.planes, kind.period_ms, "", start_ms, start_ms)
            self._put(target, new, replace=True)
            if is_new:
                # Where it was lost, more has to be made again than this span.
                self._due = None
        if rows:
            with self._writing(source) as opened, database.transaction(opened.connection, source.path):
                sql = "INSERT OR REPLACE INTO rolled (start_ms, last_id) VALUES (?, ?)"
                opened.connection.execute(sql, (start_ms, max(row.id for row in rows)))
        if self._due is not None:
            self._due.done(tier, start_ms)

    # --- files

    def _put(self, file: TierFile, new: NewBlock, *, replace: bool = False) -> None:
        with self._writing(file) as opened, database.transaction(opened.connection, file.path):
            ids = {name: opened.ids[name] for name in new.names if name in opened.ids}
            ids |= ids_of(opened.connection, [name for name in new.names if name not in ids])
            ids |= add_series(opened.connection, [name for name in new.names if name not in ids])
            numbers = np.array([ids[name] for name in new.names], dtype=np.uint32)
            order = np.argsort(numbers)
            content = encode(new.times_ms, numbers[order], [plane[order] for plane in new.planes])
            sql = f"""
                INSERT OR {"REPLACE" if replace else "IGNORE"} INTO blocks
                (start_ms, end_ms, interval_ms, epoch, first_sequence, last_sequence, content)
                VALUES (?, ?, ?, ?, ?, ?, ?)
            """  # noqa: S608 - one of two words
            start_ms, end_ms = int(new.times_ms[0]), int(new.times_ms[-1])
            values = (start_ms, end_ms, new.interval_ms, new.epoch, new.first_sequence, new.last_sequence, content)
            opened.connection.execute(sql, values)
        opened.ids = ids

    @contextmanager
    def _writing(self, file: TierFile) -> Iterator[Opened]:
        opened = self._opened.get(file.tier)
        if opened is None or opened.path != file.path or not file.path.exists():
            self._close_tier(file.tier)
            opened = Opened(file.path, database.open_writer(file.path, SCHEMA, "NORMAL"), {})
            self._opened[file.tier] = opened
        try:
            with told_apart(file.path, opened.connection):
                yield opened
        except BaseException:
            self._close_tier(file.tier)
            raise

    @contextmanager
    def _reading(self, file: TierFile) -> Iterator[apsw.Connection | None]:
        """The connection that writes the file where it is open, else one for this time; None where there is no file."""
        opened = self._opened.get(file.tier)
        if opened is not None and opened.path == file.path and file.path.exists():
            with self._writing(file) as opened:
                yield opened.connection
            return
        try:
            connection = database.open_reader(file.path, SCHEMA)
        except FileNotFoundError:
            yield None
            return
        try:
            with told_apart(file.path, connection):
                yield connection
        finally:
            database.close(connection)

    def let_go(self, file: TierFile) -> None:
        """Closes it, so that another one can take its place."""
        opened = self._opened.get(file.tier)
        if opened is not None and opened.path == file.path:
            self._close_tier(file.tier)

    def _close_tier(self, tier: Tier) -> None:
        opened = self._opened.pop(tier, None)
        if opened is not None:
            database.close_writer(opened.connection)
        if tier == "samples":
            # It may be set aside next, and what is written is not in it any more.
            self._sequences = None


def _add(sequences: dict[str, list[Span]], epoch: str, run: Span) -> None:
    """Mostly a run follows the one before."""
    known = sequences.setdefault(epoch, [])
    if known and known[-1][0] <= run[0] <= known[-1][1] + 1:
        known[-1] = (known[-1][0], max(run[1], known[-1][1]))
        return
    ordered = sorted([*known, run])
    known.clear()
    for first, last in ordered:
        if known and first <= known[-1][1] + 1:
            known[-1] = (known[-1][0], max(last, known[-1][1]))
        else:
            known.append((first, last))


def _parts(connection: apsw.Connection, ids: list[int], period_ms: int) -> Iterator[Part]:
    """Blocks, one after the other, each rolled up to periods. One that is damaged is left out: readers tell of it."""
    names: Mapping[int, str] = dict(all_series(connection)) if ids else {}
    for id in ids:
        try:
            block = Block(content_of(connection, id))
            (values,) = select([block], block.ids)
        except BlockError:
            continue
        fine = samples(block.times_ms, values[0]) if block.planes == 1 else Rolled(block.times_ms, *values)
        yield Part(tuple(names.get(number, "") for number in block.ids.tolist()), roll(fine, period_ms))
