"""Writes the journal: each sample exactly as it was sent, durable when `append` returns.

The newest samples are rows. Each run of them, which is of one epoch and of one minute, is sealed when it is over: it
becomes one compressed block with a checksum.
"""

from pathlib import Path
from typing import Any

from msgspec import Struct

from zeropoint.history import database
from zeropoint.history.fault import Fault, told_apart
from zeropoint.history.journal_format import FILE, SCHEMA, Entry, block_crc, crc_of, pack, place_of
from zeropoint.history.journal_pruning import Dropped, delete, expired, oldest
from zeropoint.history.record import Record

MINUTE_MS = 60_000
# A run that is larger is sealed in parts: more would be held in memory to read one sample of it.
BLOCK_BYTES = 8 * 1024 * 1024
# Two minutes at a sample a second: most rows are sealed before their pages would be brought back into the file. Half a
# MiB took a third more CPU.
WAL_BYTES = 4 * 1024 * 1024

INSERT_ROW = "INSERT INTO rows VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_BLOCK = "INSERT INTO blocks VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
END = """SELECT * FROM (SELECT position, epoch, sequence, time_ms FROM rows ORDER BY position DESC LIMIT 1)
    UNION ALL SELECT * FROM
        (SELECT last_position, epoch, last_sequence, last_time_ms FROM blocks ORDER BY position DESC LIMIT 1)
    UNION ALL SELECT position, epoch, last_sequence, NULL FROM pruned ORDER BY 1 DESC LIMIT 1"""
OLDEST = """SELECT * FROM (SELECT position, epoch, first_sequence, first_time_ms FROM blocks ORDER BY position LIMIT 1)
    UNION ALL SELECT * FROM (SELECT position, epoch, sequence, time_ms FROM rows ORDER BY position LIMIT 1)
    ORDER BY 1 LIMIT 1"""
HOLES = """SELECT * FROM (
        SELECT lag(last_time_ms) OVER w, first_time_ms, position - lag(last_position) OVER w - 1 AS lost
        FROM (SELECT position, last_position, first_time_ms, last_time_ms FROM blocks
            UNION ALL SELECT position, position, time_ms, time_ms FROM rows)
        WINDOW w AS (ORDER BY position)
    ) WHERE lost > 0"""


class Before(Struct, frozen=True):
    """Id and time of the oldest sample that a journal has, None where it has none; how many there were before that are
    neither here nor deleted."""

    id: tuple[str, int] | None
    time_ms: int | None
    lost: int


class _Run:
    """Rows of one epoch and one minute."""

    __slots__ = ("entries", "epoch", "minute", "size_bytes")

    def __init__(self, epoch: str, minute: int) -> None:
        self.epoch = epoch
        self.minute = minute
        self.entries: list[Entry] = []
        self.size_bytes = 0


class Journal:
    """Owned by the writer's thread. Everything may raise Fault; then `close` it and open another one."""

    def __init__(self, directory: Path, block_bytes: int = BLOCK_BYTES, wal_bytes: int = WAL_BYTES) -> None:
        """`block_bytes` is how much may lie in rows, which take many times the space that blocks do; `wal_bytes` how
        large the WAL may grow."""
        self.path = directory / FILE
        self._connection = database.open_writer(self.path, SCHEMA, "FULL", wal_bytes)
        self._position, self._epoch, self._sequence = 0, "", 0
        self.newest_time_ms: int | None = None
        self._block_bytes = block_bytes
        self._inherited_position, self._inherits = 0, True
        # What this process wrote is sealed out of memory, which holds the same bytes for the replay ring anyway; what
        # was there before is read.
        self._runs: list[_Run] = []
        self._find_end()

    @property
    def newest_id(self) -> tuple[str, int] | None:
        """Of what was written last, which may be deleted already; None where nothing ever was."""
        return (self._epoch, self._sequence) if self._position else None

    def append(self, record: Record) -> None:
        """Adds a sample, in one commit; one that is there already changes nothing.

        It may be: a commit whose fsync failed is told as failed, and is in the file when that is opened again.
        """
        if record.epoch == self._epoch and record.sequence <= self._sequence:
            return
        entry = Entry(
            self._position + 1, record.sequence, record.time_ms, record.interval_ms, record.missed, record.payload
        )
        with told_apart(self.path, self._connection):
            row = (entry.position, record.epoch, *_columns(entry), crc_of(record.epoch, entry), entry.payload)
            self._connection.execute(INSERT_ROW, row)
        self._position, self._epoch, self._sequence = entry.position, record.epoch, record.sequence
        self.newest_time_ms = record.time_ms
        run = self._runs[-1] if self._runs else None
        minute = record.time_ms // MINUTE_MS
        if run is None or (run.epoch, run.minute) != (record.epoch, minute) or run.size_bytes > self._block_bytes:
            run = _Run(record.epoch, minute)
            self._runs.append(run)
        run.entries.append(entry)
        run.size_bytes += len(record.payload)

    def seal(self) -> int:
        """Makes blocks of runs that are over. Answers with the number of rows that were damaged, which go."""
        damaged = 0
        while self._inherits:
            epoch, entries, found, last = self._oldest_run()
            if found:
                self._seal(epoch, entries, last)
                damaged += found - len(entries)
            else:
                self._inherits = False
        while len(self._runs) > 1:
            run = self._runs[0]
            self._seal(run.epoch, run.entries, run.entries[-1].position)
            del self._runs[0]
        return damaged

    def prune(self, now_ms: int, keep_ms: int) -> None:
        """Deletes the blocks that are older than `keep_ms`."""
        with told_apart(self.path, self._connection):
            positions = expired(self._connection, now_ms, keep_ms)
        self._delete(positions)

    def drop_oldest(self, size_bytes: int) -> Dropped:
        """Deletes the oldest blocks, so many that they have this size, or all; their room is the disk's again."""
        used = self.used_bytes()
        with told_apart(self.path, self._connection):
            positions, newest_ms = oldest(self._connection, size_bytes)
        self._delete(positions, to_disk=True)
        return Dropped(used - self.used_bytes(), newest_ms)

    def used_bytes(self) -> int:
        with told_apart(self.path, self._connection):
            return database.used_bytes(self._connection)

    def is_whole(self) -> bool:
        """Whether SQLite finds nothing wrong with the file, and each block is as it was written; all of it is read."""
        with told_apart(self.path, self._connection):
            if not database.is_sound(self._connection):
                return False
            blocks = self._connection.execute("SELECT epoch, crc, content FROM blocks")
            return all(block_crc(epoch, content) == crc for epoch, crc, content in blocks)

    def holes(self) -> list[tuple[int, int, int]]:
        """Where positions are missing: the times before and after, and how many. Pruning leaves none, unless the clock
        was set."""
        with told_apart(self.path, self._connection):
            return [(before, after, lost) for before, after, lost in database.fetch(self._connection, HOLES)]

    def before(self) -> Before:
        """What comes before the oldest sample that is here."""
        with told_apart(self.path, self._connection):
            ((pruned,),) = database.fetch(self._connection, "SELECT ifnull(max(position), 0) FROM pruned")
            oldest = database.fetch(self._connection, OLDEST)
        if not oldest:
            return Before(None, None, 0)
        position, epoch, sequence, time_ms = oldest[0]
        return Before((epoch, sequence), time_ms, max(0, position - pruned - 1))

    def close(self) -> None:
        database.close_writer(self._connection)

    # --- inside

    def _find_end(self) -> None:
        """Position, id and time of what was written last; its time need not be the latest."""
        with told_apart(self.path, self._connection):
            ends = database.fetch(self._connection, END)
            if ends and not (isinstance(ends[0][0], int) and isinstance(ends[0][2], int)):
                raise TypeError
        self._position, self._epoch, self._sequence, self.newest_time_ms = ends[0] if ends else (0, "", 0, None)
        self._inherited_position, self._inherits = self._position, True

    def _seal(self, epoch: str, entries: list[Entry], last_position: int) -> None:
        with database.transaction(self._connection, self.path):
            if entries:
                self._connection.execute(INSERT_BLOCK, _block(epoch, entries))
            self._connection.execute("DELETE FROM rows WHERE position <= ?", (last_position,))

    def _oldest_run(self) -> tuple[str, list[Entry], int, int]:
        """Epoch and rows of the oldest run that was there before, the number that was found, and its last position.

        Damaged ones are left out. It ends early where it is larger than a block may be. Rows out of order are a damaged
        page: what is deleted by position would not all go.
        """
        run: tuple[str, int] | None = None
        entries: list[Entry] = []
        found = last = size = 0
        with told_apart(self.path, self._connection):
            query = "SELECT * FROM rows WHERE position <= ? ORDER BY position"
            cursor = self._connection.execute(query, (self._inherited_position,))
            for position, epoch, sequence, time_ms, interval_ms, missed, crc, payload in cursor:
                if position <= last:
                    raise Fault("damaged", self.path)
                entry = Entry(position, sequence, time_ms, interval_ms, missed, payload)
                is_whole = crc_of(epoch, entry) == crc
                if run is not None and is_whole and (run != (epoch, time_ms // MINUTE_MS) or size > self._block_bytes):
                    break
                found, last = found + 1, position
                if is_whole:
                    run = (epoch, time_ms // MINUTE_MS)
                    entries.append(entry)
                    size += len(payload)
            cursor.close()
        return run[0] if run else "", entries, found, last

    def _delete(self, positions: list[int], *, to_disk: bool = False) -> None:
        if positions:
            with database.transaction(self._connection, self.path):
                delete(self._connection, positions)
            with told_apart(self.path, self._connection):
                database.release(self._connection, 0.0 if to_disk else database.FREE_SHARE)


def _columns(entry: Entry) -> tuple[int, int, int, int]:
    return entry.sequence, entry.time_ms, entry.interval_ms, entry.missed


def _block(epoch: str, entries: list[Entry]) -> tuple[Any, ...]:
    content = pack(entries)
    return (*place_of(epoch, entries), block_crc(epoch, content), content)
