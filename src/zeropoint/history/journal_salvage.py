"""What can be saved of a journal that is damaged."""

import apsw

from zeropoint.history.journal_format import DamagedError, Entry, crc_of, place_of, unpack
from zeropoint.history.salvage import Row, Table, batches, insert, whole

BLOCKS = Table("blocks", "position", ("blocks_by_time", "first_time_ms"))
ROWS = Table("rows", "position")
PRUNED = Table("pruned", "epoch")
# Blocks of a minute: what is held in memory of them.
BATCH = 32


def save_journal(source: apsw.Connection | None, target: apsw.Connection) -> None:
    """Copies what is whole, as the checks say. Raises apsw.Error of the target."""
    for table, check in ((BLOCKS, whole_block), (ROWS, whole_row), (PRUNED, _whole_pruned)):
        for rows in batches(whole(source, table, check), BATCH):
            insert(target, table, rows)
    # Rows lie behind all blocks: one that does not bears a number that is wrong, or is in a block already.
    target.execute("DELETE FROM rows WHERE position <= (SELECT max(last_position) FROM blocks)")
    # And all of them behind what was pruned.
    newest = "SELECT max(position) FROM (SELECT position FROM blocks UNION ALL SELECT position FROM rows)"
    target.execute(f"DELETE FROM pruned WHERE position > ({newest})")  # noqa: S608 - of ours


def whole_block(row: Row) -> Row | None:
    """A block whose content is what was written, and whose columns, which have no check of their own, fit it."""
    *place, crc, content = row
    epoch = place[2]
    try:
        entries = unpack(epoch, content, crc)
        return row if entries and tuple(place) == place_of(epoch, entries) else None
    except (DamagedError, TypeError, AttributeError):
        return None


def whole_row(row: Row) -> Row | None:
    position, epoch, sequence, time_ms, interval_ms, missed, crc, payload = row
    try:
        is_whole = crc_of(epoch, Entry(position, sequence, time_ms, interval_ms, missed, payload)) == crc
    except (TypeError, AttributeError):
        return None
    return row if is_whole else None


def _whole_pruned(row: Row) -> Row | None:
    """It has no check; what it tells is how much a reader that comes back has missed."""
    epoch, position, last_sequence = row
    is_whole = isinstance(epoch, str) and isinstance(position, int) and isinstance(last_sequence, int)
    return row if is_whole else None
