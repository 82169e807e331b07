"""The writer's side of the tiers: a block a minute into samples/, an hour's minutes into minutes/, a day's hours into
hours/."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import apsw
import numpy as np
import structlog
from msgspec import Struct
from numpy.typing import NDArray

from zeropoint.history import database
from zeropoint.history.blocks import Block, BlockError, encode, select
from zeropoint.history.due import COARSER, Due
from zeropoint.history.fault import Fault, told_apart
from zeropoint.history.minute import Columns
from zeropoint.history.rolling import Part, joined
from zeropoint.history.rollup import Rolled, roll, samples
from zeropoint.history.series_file import add_series, all_series, content_of, ids_of, rows_between
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
        self._sequences: dict[str, int] | None = None
        self._left_out = 0

    def write(self, columns: Columns, epoch: str, first_sequence: int, last_sequence: int) -> None:
        """Writes a run of samples of one epoch and one minute. One that is there already (epoch, first_sequence)
        changes nothing."""
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
            self._sequences[epoch] = max(last_sequence, self._sequences.get(epoch, 0))

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

    def last_sequence(self, epoch: str) -> int | None:
        """The last sample of this epoch that is written; None where there is none."""
        if self._sequences is None:
            self._sequences = {}
            for file in files_of(self._directory, "samples"):
                with self._reading(file) as connection:
                    sql = "SELECT epoch, max(last_sequence) FROM blocks GROUP BY epoch"
                    for name, last in connection.execute(sql) if connection else ():
                        self._sequences[name] = max(last, self._sequences.get(name, 0))
        return self._sequences.get(epoch)

    def files(self) -> list[TierFile]:
        """All files of all tiers, the finest first, of each the oldest first."""
        return [file for tier in TIERS for file in files_of(self._directory, tier)]

    def remove(self, file: TierFile) -> None:
        """Closes and unlinks it, with what SQLite keeps beside it."""
        self._close(file)
        with told_apart(file.path):
            # The file last: what is left of an end in between is one with less in it, and goes the next time.
            for suffix in reversed(SIDE_FILES):
                Path(f"{file.path}{suffix}").unlink(missing_ok=True)
            database.sync_directory(file.path.parent)

    def trim(self, file: TierFile, blocks: int) -> int:
        """Deletes the oldest blocks of a file, so that new ones take their pages; how many there were to delete."""
        with self._writing(file) as opened:
            sql = "DELETE FROM blocks WHERE id IN (SELECT id FROM blocks ORDER BY start_ms, id LIMIT ?)"
            with database.transaction(opened.connection, file.path):
                opened.connection.execute(sql, (blocks,))
                deleted = opened.connection.changes()
            database.release(opened.connection)
        return deleted

    def close(self) -> None:
        for opened in self._opened.values():
            database.close(opened.connection)
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

    def _close(self, file: TierFile) -> None:
        opened = self._opened.get(file.tier)
        if opened is not None and opened.path == file.path:
            self._close_tier(file.tier)

    def _close_tier(self, tier: Tier) -> None:
        opened = self._opened.pop(tier, None)
        if opened is not None:
            database.close(opened.connection)
        if tier == "samples":
            # It may be set aside next, and what is written is not in it any more.
            self._sequences = None


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
