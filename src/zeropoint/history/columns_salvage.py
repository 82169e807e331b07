"""What can be saved of a file of the columns that is damaged, and what of it cannot."""

from collections.abc import Callable, Iterable, Mapping
from itertools import pairwise

import apsw

from zeropoint.history.blocks import Block, BlockError
from zeropoint.history.salvage import Row, Table, batches, insert, keys, whole
from zeropoint.history.sample_id import parse_id
from zeropoint.history.series_file import name_crc
from zeropoint.history.tiers import KINDS, Tier, TierFile

SERIES = Table("series", "id", ("series_by_crc", "crc"))
BLOCKS = Table("blocks", "id", ("blocks_by_start", "start_ms"))
EPOCHS = Table("blocks", "id", ("sqlite_autoindex_blocks_1", "epoch"))
BATCH = 32
# Holes between blocks that are shorter may be missed ticks, or blocks that were never full.
SHORTEST_HOLE_MS: Mapping[Tier, int] = {"samples": 60_000, "minutes": 3_600_000, "hours": 86_400_000}

Span = tuple[int, int]


def save_columns(
    source: apsw.Connection | None,
    target: apsw.Connection,
    file: TierFile,
    names: Mapping[int, str],
    made_from_ms: int,
) -> list[Span]:
    """Copies series and blocks that are whole; answers with the spans of time [from, to) in milliseconds of which
    something is lost, ascending. `names` are those of other files, by their crc. What is of `made_from_ms` or later can
    be made again: a block of it that has a series without a name, or whose epoch is in doubt, is left out. Raises
    apsw.Error of the target.

    What was rolled up is not noted: it is rolled up again, which changes nothing.
    """
    known = _save_names(source, target, names)
    saved: dict[int, Span] = {}
    lost: set[Span] = set()
    check = block_check(file)
    # An epoch has no check but this.
    epochs = {id: epoch for epoch, id in keys(source, EPOCHS)[0]}

    def checked(row: Row) -> Row | None:
        block, span = check(row), _span(row[1], row[2], file)
        if span is None:
            return None
        is_all = block is not None and known.issuperset(block.ids.tolist())
        if not is_all:
            lost.add(span)
        is_doubtful = not is_all or epochs.get(row[0], row[4]) != row[4]
        if block is None or (span[0] >= made_from_ms and is_doubtful):
            return None
        saved[row[0]] = span
        return row

    for rows in batches(whole(source, BLOCKS, checked), BATCH):
        insert(target, BLOCKS, rows)
    indexed, is_complete = keys(source, BLOCKS)
    width = KINDS[file.tier].block_ms
    for start_ms, id in indexed:
        if id not in saved and (span := _span(start_ms, start_ms, file)) is not None:
            lost.add((span[0], span[0] + width))
    if not is_complete:
        lost.update(_between([*saved.values(), *lost], file))
    return joined(lost)


def _save_names(source: apsw.Connection | None, target: apsw.Connection, names: Mapping[int, str]) -> set[int]:
    """Copies the series; answers with their numbers. The index of crcs tells of those that the table lost; one of which
    the two tell different numbers has none."""
    indexed, is_complete = keys(source, SERIES)
    pairs, crcs = set(indexed), {crc for crc, _ in indexed}
    known: set[int] = set()
    doubtful: set[int] = set()

    def agreed(row: Row) -> Row | None:
        found = whole_name(row, names)
        if found is None or not is_complete or (found[2], found[0]) in pairs or found[2] not in crcs:
            return found
        doubtful.update((found[0], *(id for crc, id in indexed if crc == found[2])))
        return None

    for rows in batches(whole(source, SERIES, agreed), BATCH):
        insert(target, SERIES, rows)
        known.update(id for id, *_ in rows)
    lost = ((id, names[crc], crc) for crc, id in indexed if crc in names and id not in known | doubtful)
    for rows in batches(lost, BATCH):
        insert(target, SERIES, rows)
        known.update(id for id, *_ in rows)
    return known


def whole_name(row: Row, names: Mapping[int, str]) -> Row | None:
    """A series whose name is as its crc says; or is known by one of the two."""
    id, name, crc = row
    if isinstance(name, str) and name_crc(name) == crc:
        return row
    if isinstance(crc, int) and crc in names:
        return id, names[crc], crc
    if isinstance(name, str) and name_crc(name) in names:
        return id, name, name_crc(name)
    return None


def block_check(file: TierFile) -> Callable[[Row], Block | None]:
    """Gives the block of a row that is whole: its content is what was written, and the columns beside it fit."""
    kind = KINDS[file.tier]

    def check(row: Row) -> Block | None:
        _, start_ms, end_ms, interval_ms, epoch, first, last, content = row
        try:
            block = Block(content)
        except (BlockError, TypeError):
            return None
        if not len(block.times_ms) or [start_ms, end_ms] != block.times_ms[[0, -1]].tolist():
            return None
        if block.planes != kind.planes or not file.start_ms <= start_ms < file.end_ms:
            return None
        if kind.period_ms:
            begins_ms = start_ms - start_ms % kind.block_ms
            fits = (epoch, interval_ms, first, last) == ("", kind.period_ms, begins_ms, begins_ms)
        else:
            # A block is a run of samples without a hole.
            fits = parse_id(f"{epoch}-{first}") is not None and last == first + block.count - 1 and interval_ms > 0
        return block if fits else None

    return check


def joined(spans: Iterable[Span]) -> list[Span]:
    """Ascending, those that touch or overlap as one."""
    found: list[Span] = []
    for first, last in sorted(spans):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def _span(start_ms: object, end_ms: object, file: TierFile) -> Span | None:
    """The time of a block; None where the file cannot have it, which is damage as well."""
    if not isinstance(start_ms, int) or not isinstance(end_ms, int) or not file.start_ms <= start_ms < file.end_ms:
        return None
    most = start_ms - start_ms % KINDS[file.tier].block_ms + KINDS[file.tier].block_ms
    return start_ms, min(most, max(start_ms, end_ms) + (KINDS[file.tier].period_ms or 1))


def _between(spans: Iterable[Span], file: TierFile) -> list[Span]:
    """Where nobody knows what was there: the holes between what was, or all of the file."""
    ascending = joined(spans)
    if not ascending:
        return [(file.start_ms, file.end_ms)]
    least_ms = SHORTEST_HOLE_MS[file.tier]
    return [(before, after) for (_, before), (after, _) in pairwise(ascending) if after - before >= least_ms]
