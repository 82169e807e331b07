"""Damage at many places of real files: it never ends the writer, and costs no more than what it hit."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from tests.history.writing import Desk, ids
from zeropoint.history.fault import Fault

FILES = ("journal.db", "gaps.db", "samples/2026-11-28.db", "minutes/2026-11.db")
# `make soak` asks for more.
PLACES = int(os.environ.get("SOAK_PLACES", "24"))
# An hour and more, so that there are minutes as well.
SAMPLES = 3700


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A history that was closed properly."""
    directory = tmp_path_factory.mktemp("written") / "history"
    desk = Desk(directory)
    desk.put(SAMPLES)
    desk.turn_later()
    desk.close()
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


def kept_by(desk: Desk) -> list[str]:
    """What the journal has after a few samples more, and after everything in it was read."""
    desk.put(3)
    desk.writer.journal.doubt()
    desk.put(2)
    desk.turn_later()
    assert not any("fault of its own" in line for line in desk.writer.failures())
    return desk.ids()


@pytest.mark.parametrize("name", FILES)
def test_a_bit_that_flipped_never_ends_it(written: Path, tmp_path: Path, name: str):
    before, worst = ids(1, SAMPLES), 0
    for place, directory in flipped(written, tmp_path, name):
        desk = Desk(directory, "e2")
        desk.now_ms += SAMPLES * 1000
        try:
            kept = kept_by(desk)
        except Fault as fault:
            assert fault.kind == "newer", place  # the bit was one of the version
        else:
            old = kept[:-5]
            assert kept[-5:] == ids(1, 5, "e2"), place
            assert old == before if name != "journal.db" else set(old) <= set(before), place
            worst = max(worst, len(before) - len(old) if old else 0)
        desk.close()
    # Those that a page of a table led to, and one that reaches into it. Where the header says nonsense nothing can be
    # saved.
    assert worst <= 60 * (blocks_of_a_page(written) + 1)


def test_a_bit_that_flipped_in_the_wal_costs_what_came_after_it(killed: Path, tmp_path: Path):
    for place, directory in flipped(killed, tmp_path, "journal.db-wal"):
        desk = Desk(directory, "e2")
        desk.now_ms += 150 * 1000
        kept = kept_by(desk)
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
        assert kept_by(desk)[-5:] == ids(1, 5, "e2")
        desk.close()
