"""Damage at many places of real files: it never ends the writer, it costs no more than what it hit, and it is told."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import apsw
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.history.records import NOON_MS
from tests.history.writing import Desk, fill_hours, ids
from zeropoint.history.columns_reader import ColumnReader
from zeropoint.history.fault import Fault
from zeropoint.history.gaps import Loss
from zeropoint.history.retention import DAY_MS
from zeropoint.history.series_file import name_crc
from zeropoint.history.tiers import KINDS, TIERS, Tier

JOURNAL = "journal.db"
FILES = (JOURNAL, "gaps.db", "samples/2026-11-28.db", "minutes/2026-11.db", "hours/2026.db")
# `make soak` asks for more.
PLACES = int(os.environ.get("SOAK_PLACES", "24"))
# An hour and more, so that there are minutes as well.
SAMPLES = 3700
END_MS = NOON_MS + 1000 * SAMPLES
LOSS = Loss(NOON_MS, NOON_MS + 1000, 3, "queue-full")
SERIES = (
    "server.clients",
    "server.uptime_seconds",
    "system.cpu.usage_percent",
    "system.memory.used_bytes",
    *(f"system.simulated.series_{number}" for number in range(3)),
)
NAME = SERIES[-1].encode()

# By tier: times (n,); least, most and number (3k, n) of the series. Means are rounded, by how they were made.
Values = dict[Tier, tuple[NDArray[np.int64], NDArray[np.float64]]]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history that was closed properly."""
    directory = tmp_path_factory.mktemp("written") / "history"
    desk = Desk(directory)
    desk.put(SAMPLES)
    desk.writer.gaps.log.add(LOSS.from_ms, LOSS.to_ms, LOSS.lost, LOSS.reason)
    desk.turn_later()
    desk.close()
    fill_hours(directory)
    return directory


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One of a few minutes, with its WAL, as a forced end leaves it."""
    directory = tmp_path_factory.mktemp("killed") / "history"
    desk = Desk(directory)
    desk.put(150)
    copied = tmp_path_factory.mktemp("copied") / "history"
    shutil.copytree(directory, copied)
    desk.close()
    return copied


def flipped(directory: Path, target: Path, name: str) -> Iterator[tuple[int, Path]]:
    """Copies of a history in each of which one bit of a file is another."""
    size = (directory / name).stat().st_size
    # The header's first bytes tell most; the others are spread over all.
    places = [*range(0, 100, 9), *(place * size // PLACES + place % 7 for place in range(PLACES))]
    for place in places:
        copied = target / f"at-{place}"
        shutil.copytree(directory, copied, dirs_exist_ok=True)
        content = bytearray((copied / name).read_bytes())
        content[place] ^= 1 << place % 8
        (copied / name).write_bytes(content)
        yield place, copied
        shutil.rmtree(copied)


def blocks_of_a_page(directory: Path) -> int:
    """How many blocks of the journal, at most, lie side by side in one page; these are small, and real ones are not."""
    connection = apsw.Connection(str(directory / "journal.db"), flags=apsw.SQLITE_OPEN_READONLY)
    ((least,),) = connection.execute("SELECT min(length(content)) FROM blocks").fetchall()
    page = connection.pragma("page_size")
    connection.close()
    assert isinstance(page, int)
    return max(1, page // least)


def kept_by(desk: Desk, name: str) -> list[str]:
    """What the journal has after a few samples more, and after everything in a file was read."""
    desk.put(3)
    desk.writer.doubt(desk.directory / name)
    desk.put(2)
    desk.turn_later()
    assert not any("fault of its own" in line for line in desk.writer.failures())
    return desk.ids()


def values_of(directory: Path) -> Values:
    """What the columns have of the time before the flip."""
    reader, found = ColumnReader(directory), Values()
    for tier in TIERS:
        stretch, _ = reader.read(SERIES, NOON_MS - 100 * DAY_MS, END_MS + 1, tier)
        found[tier] = stretch.times_ms, np.concatenate((stretch.min, stretch.max, stretch.count))
    reader.close()
    return found


def untold(before: Values, after: Values, told: list[Loss]) -> dict[Tier, list[int]]:
    """Times at which a value is not what it was, and nothing is told of that."""
    found: dict[Tier, list[int]] = {}
    for tier, (times_ms, values) in before.items():
        places = np.searchsorted(after[tier][0], times_ms)
        there = np.append(after[tier][0], -1)[places] == times_ms
        same = np.zeros(len(times_ms), np.bool_)
        equal = np.isclose(values[:, there], after[tier][1][:, places[there]], equal_nan=True, rtol=0, atol=0)
        same[there] = equal.all(axis=0)
        period = KINDS[tier].period_ms
        found[tier] = [
            int(time)
            for time in times_ms[~same]
            if not any(loss.from_ms <= time + period and time <= loss.to_ms for loss in told)
        ]
    return found


@pytest.mark.parametrize("name", FILES)
def test_a_bit_that_flipped_never_ends_it(written: Path, tmp_path: Path, name: str):
    before, values, worst = ids(1, SAMPLES), values_of(written), 0
    for place, directory in flipped(written, tmp_path, name):
        desk = Desk(directory, "e2")
        desk.now_ms += SAMPLES * 1000
        try:
            kept = kept_by(desk, name)
            losses = desk.losses()
        except Fault as fault:
            assert fault.kind == "newer", place  # the bit was one of the version
        else:
            if any("newer version" in line for line in desk.writer.failures()):
                continue
            old = kept[:-5]
            lost = len(before) - len(old)
            assert kept[-5:] == ids(1, 5, "e2"), place
            assert set(old) <= set(before), place
            assert lost == 0 or name == JOURNAL, place
            told = [loss for loss in losses if loss.reason == "damaged"]
            assert desk.writer.journal.lost_total == sum(loss.lost or 0 for loss in told) == lost, place
            assert untold(values, values_of(directory), told) == {"samples": [], "minutes": [], "hours": []}, place
            assert LOSS in losses or name == "gaps.db", place
            worst = max(worst, lost)
        desk.close()
    # Those that a page of a table led to, and one that reaches into it.
    assert worst <= 60 * (blocks_of_a_page(written) + 1)


# --- places that a drawn one seldom hits; sqlite.org/fileformat.html, 1.6 tells what stands before a cell's content


def flip(path: Path, find: Callable[[bytes], int], mask: int) -> None:
    content = bytearray(path.read_bytes())
    content[find(content)] ^= mask
    path.write_bytes(content)


def only(found: list[int]) -> int:
    (place,) = found
    return place


def number_of_row(position: int, content: bytes) -> int:
    """Where the key of a row of the journal ends: two bytes, before a header that begins with the null of that key and
    the type of a text of two characters."""
    key = bytes([0x80 | position >> 7, position & 0x7F])
    return only([match.start() + 1 for match in re.finditer(re.escape(key) + rb".\x00\x11", content, re.DOTALL)])


def number_in_table(content: bytes) -> int:
    """Where the key of a series is: one byte, before a header of four and the name."""
    return only(
        [match.start() for match in re.finditer(rb".\x04\x00..(?=" + re.escape(NAME) + rb")", content, re.DOTALL)]
    )


def crc_in_index(content: bytes) -> int:
    """Where the last byte of a series' crc is in the index: in the table the name stands before the crc."""
    crc = name_crc(NAME.decode())
    written = crc.to_bytes(4 if crc < 1 << 31 else 6, "big")
    in_index = rb"(?<!" + re.escape(NAME) + rb")" + re.escape(written)
    return only([match.end() - 1 for match in re.finditer(in_index, content, re.DOTALL)])


def number_in_index(content: bytes) -> int:
    return crc_in_index(content) + 1


def test_a_row_out_of_order_costs_itself_only(written: Path, tmp_path: Path):
    directory = tmp_path / "history"
    shutil.copytree(written, directory)
    flip(directory / JOURNAL, partial(number_of_row, 3695), 0x40)
    desk = Desk(directory, "e2")
    desk.now_ms += SAMPLES * 1000
    assert kept_by(desk, JOURNAL) == [*ids(1, 3694), *ids(3696, SAMPLES), *ids(1, 5, "e2")]
    assert desk.writer.journal.lost_total == 1
    assert [loss.lost for loss in desk.losses() if loss.reason == "damaged"] == [1]
    desk.close()


@pytest.mark.parametrize(("find", "is_lost"), [(number_in_table, True), (number_in_index, True), (crc_in_index, False)])
def test_values_of_a_series_whose_number_is_in_doubt_are_told_as_damaged(
    written: Path, tmp_path: Path, find: Callable[[bytes], int], is_lost: bool
):
    directory, before = tmp_path / "history", values_of(written)
    shutil.copytree(written, directory)
    flip(directory / "hours/2026.db", find, 0x40)
    desk = Desk(directory, "e2")
    desk.now_ms += SAMPLES * 1000
    kept_by(desk, "hours/2026.db")
    told = [loss for loss in desk.losses() if loss.reason == "damaged"]
    after = values_of(directory)
    assert untold(before, after, told) == {"samples": [], "minutes": [], "hours": []}
    assert bool(told) == is_lost
    if not is_lost:
        assert untold(before, after, []) == {"samples": [], "minutes": [], "hours": []}
    desk.close()


def test_a_bit_that_flipped_in_the_wal_costs_what_came_after_it(killed: Path, tmp_path: Path):
    for place, directory in flipped(killed, tmp_path, "journal.db-wal"):
        desk = Desk(directory, "e2")
        desk.now_ms += 150 * 1000
        kept = kept_by(desk, JOURNAL)
        assert kept[-5:] == ids(1, 5, "e2"), place
        assert kept[:-5] == ids(1, len(kept) - 5), place
        desk.close()


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_was_cut_off_never_ends_it(written: Path, tmp_path: Path, name: str):
    size = (written / name).stat().st_size
    for part in range(8):
        directory = tmp_path / f"{part}"
        shutil.copytree(written, directory)
        with (directory / name).open("r+b") as file:
            file.truncate(part * size // 8)
        desk = Desk(directory, "e2")
        desk.now_ms += SAMPLES * 1000
        kept = kept_by(desk, name)
        assert kept[-5:] == ids(1, 5, "e2")
        if name == JOURNAL:
            assert desk.writer.journal.lost_total == SAMPLES + 5 - len(kept)
        desk.close()
