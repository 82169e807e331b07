"""Writes the journal: each sample exactly as it was sent, durable when `append` returns.

The newest samples are rows. Each run of them, which is of one epoch and of one minute, is sealed when it is over: it
becomes one compressed block with a checksum.
"""

from pathlib import Path
from typing import Any

from zeropoint.history import database
from zeropoint.history.fault import told_apart
from zeropoint.history.journal_format import FILE, SCHEMA, Entry, block_crc, crc_of, pack
from zeropoint.history.record import Record

MINUTE_MS = 60_000
# A run that is larger is sealed in parts: more would be held in memory to read one sample of it.
BLOCK_BYTES = 8 * 1024 * 1024
# How many epochs that are gone are remembered.
PRUNED_EPOCHS = 1000

INSERT_ROW = "INSERT INTO rows VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
INSERT_BLOCK = "INSERT INTO blocks VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?)"
# A clock that was ahead left blocks of times to come: they go with those that were written after them.
EXPIRED = """last_time_ms < :cutoff
    OR (first_time_ms > :now AND position < (SELECT max(position) FROM blocks WHERE last_time_ms < :cutoff))"""

END = """SELECT * FROM (SELECT position, epoch, sequence, time_ms FROM rows ORDER BY position DESC LIMIT 1)
    UNION ALL SELECT * FROM
        (SELECT last_position, epoch, last_sequence, last_time_ms FROM blocks ORDER BY position DESC LIMIT 1)
    UNION ALL SELECT position, epoch, last_sequence, NULL FROM pruned ORDER BY 1 DESC LIMIT 1"""
HOLES = """SELECT * FROM (
        SELECT lag(last_time_ms) OVER w, first_time_ms, position - lag(last_position) OVER w - 1 AS lost
        FROM (SELECT position, last_position, first_time_ms, last_time_ms FROM blocks
            UNION ALL SELECT position, position, time_ms, time_ms FROM rows)
        WINDOW w AS (ORDER BY position)
    ) WHERE lost > 0"""


class Journal:
    """Owned by the writer's thread. Everything may raise Fault; then `close` it and open another one."""

    def __init__(self, directory: Path, block_bytes: int = BLOCK_BYTES) -> None:
        """`block_bytes` is how much may lie in rows, which take many times the space that blocks do."""
        self.path = directory / FILE
        self._connection = database.open_writer(self.path, SCHEMA, "FULL")
        self._position, self._epoch, self._sequence = 0, "", 0
        self.newest_time_ms: int | None = None
        self._block_bytes = block_bytes
        self._find_end()
        self._run: tuple[str, int] | None = None
        self._run_bytes = 0
        self._seals = True  # rows of the process before may wait to be sealed

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
        run = (record.epoch, record.time_ms // MINUTE_MS)
        self._seals = self._seals or run != self._run or self._run_bytes > self._block_bytes
        self._run_bytes = len(record.payload) + (self._run_bytes if run == self._run else 0)
        self._run = run

    def seal(self) -> int:
        """Makes blocks of runs that are over. Answers with the number of rows that were damaged, which go."""
        damaged = 0
        while self._seals:
            epoch, entries, found, last = self._oldest_run()
            run = (epoch, entries[-1].time_ms // MINUTE_MS) if entries else None
            if not found or (run is not None and run == self._run and self._run_bytes <= self._block_bytes):
                self._seals = False
                break
            if run == self._run:
                self._run_bytes = 0
            damaged += found - len(entries)
            with database.transaction(self._connection, self.path):
                if entries:
                    self._connection.execute(INSERT_BLOCK, _block(epoch, entries))
                self._connection.execute("DELETE FROM rows WHERE position <= ?", (last,))
        return damaged

    def prune(self, now_ms: int, keep_ms: int) -> None:
        """Deletes the blocks that are older than `keep_ms`."""
        with told_apart(self.path, self._connection):
            given = {"cutoff": now_ms - keep_ms, "now": now_ms}
            found = self._connection.execute(f"SELECT position FROM blocks WHERE {EXPIRED}", given).fetchall()  # noqa: S608
            self._delete([row[0] for row in found])

    def drop_oldest(self, blocks: int) -> int:
        """Deletes the oldest blocks, to make room; how many there were to delete."""
        with told_apart(self.path, self._connection):
            found = self._connection.execute("SELECT position FROM blocks ORDER BY position LIMIT ?", (blocks,))
            return self._delete([row[0] for row in found.fetchall()])

    def used_bytes(self) -> int:
        with told_apart(self.path, self._connection):
            return database.used_bytes(self._connection)

    def is_whole(self) -> bool:
        """Whether SQLite finds nothing wrong with the file; it is read from end to end."""
        with told_apart(self.path, self._connection):
            return self._connection.execute("PRAGMA quick_check(1)").fetchall() == [("ok",)]

    def holes(self) -> list[tuple[int, int, int]]:
        """Where positions are missing: the times before and after, and how many. Pruning leaves none, unless the clock
        was set."""
        with told_apart(self.path, self._connection):
            found = self._connection.execute(HOLES)
            return [(before, after, lost) for before, after, lost in found.fetchall()]  # type: ignore[misc]

    def restore(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        """Takes over rows that were saved of a journal that was damaged."""
        statement = {"blocks": INSERT_BLOCK, "rows": INSERT_ROW}[table].replace("INSERT", "INSERT OR IGNORE")
        with database.transaction(self._connection, self.path):
            self._connection.executemany(statement, rows)
        self._find_end()
        self._seals = True

    def close(self) -> None:
        database.close(self._connection)

    # --- inside

    def _find_end(self) -> None:
        """Position, id and time of what was written last; its time need not be the latest."""
        with told_apart(self.path, self._connection):
            row = self._connection.execute(END).fetchone()
        end: tuple[int, str, int, int | None] = (0, "", 0, None) if row is None else row
        self._position, self._epoch, self._sequence, self.newest_time_ms = end

    def _oldest_run(self) -> tuple[str, list[Entry], int, int]:
        """Epoch and rows of the oldest run, the number that was found, and the last position of it.

        Damaged ones are left out. It ends early where it is larger than a block may be.
        """
        run: tuple[str, int] | None = None
        entries: list[Entry] = []
        found = last = size = 0
        with told_apart(self.path, self._connection):
            cursor = self._connection.execute("SELECT * FROM rows ORDER BY position")
            for position, epoch, sequence, time_ms, interval_ms, missed, crc, payload in cursor:
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

    def _delete(self, positions: list[Any]) -> int:
        """Deletes blocks, and remembers how far their epochs went."""
        if not positions:
            return 0
        with database.transaction(self._connection, self.path):
            for position in positions:
                self._connection.execute(
                    "INSERT INTO pruned SELECT epoch, last_position, last_sequence FROM blocks WHERE position = ? "
                    "ON CONFLICT DO UPDATE SET position = max(position, excluded.position), "
                    "last_sequence = max(last_sequence, excluded.last_sequence)",
                    (position,),
                )
                self._connection.execute("DELETE FROM blocks WHERE position = ?", (position,))
            self._connection.execute(
                "DELETE FROM pruned WHERE epoch NOT IN (SELECT epoch FROM pruned ORDER BY position DESC LIMIT ?)",
                (PRUNED_EPOCHS,),
            )
        with told_apart(self.path, self._connection):
            database.release(self._connection)
        return len(positions)


def _columns(entry: Entry) -> tuple[int, int, int, int]:
    return entry.sequence, entry.time_ms, entry.interval_ms, entry.missed


def _block(epoch: str, entries: list[Entry]) -> tuple[Any, ...]:
    content = pack(entries)
    times = [entry.time_ms for entry in entries]
    first, last = entries[0], entries[-1]
    place = (first.position, last.position, epoch, first.sequence, last.sequence)
    return (*place, min(times), max(times), block_crc(epoch, content), content)
