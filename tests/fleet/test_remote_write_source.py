from pathlib import Path

import msgspec
import pytest

from tests.history.writing import Desk
from tests.support.samples import sample
from zeropoint.feed.ring import Ring
from zeropoint.fleet.remote_write_source import PATIENCE_SECONDS, Row, Source, UnreadableError
from zeropoint.history.fault import Fault
from zeropoint.history.journal_reader import JournalReader, Tail


class Files:
    """The journal of a directory, as the source asks for it. `fault` is what reading it raises."""

    def __init__(self, directory: Path) -> None:
        self.reader = JournalReader(directory)
        self.asked = 0
        self.fault: Fault | None = None

    async def after(self, id: str, limit: int) -> Tail:
        self.asked += 1
        if self.fault is not None:
            raise self.fault
        return self.reader.after(id, limit)


def filled(ring: Ring, first: int, last: int) -> Ring:
    for sequence in range(first, last + 1):
        ring.append(sample(sequence, ring.epoch), 0, msgspec.json.encode)
    return ring


def written(directory: Path, epoch: str, count: int) -> None:
    desk = Desk(directory, epoch)
    desk.put(count)
    desk.close()


def told(rows: list[Row]) -> list[tuple[str, int | None]]:
    return [(row.id, row.lost) for row in rows]


def none_lost(epoch: str, first: int, last: int) -> list[tuple[str, int | None]]:
    return [(f"{epoch}-{sequence}", 0) for sequence in range(first, last + 1)]


async def test_what_memory_holds_is_not_asked_of_the_disk(tmp_path: Path):
    files = Files(tmp_path)
    source = Source(filled(Ring("e2"), 1, 5), files.after)
    assert source.start == "e2-0"
    assert told(await source.after("e2-0", 60)) == none_lost("e2", 1, 5)
    assert told(await source.after("e2-2", 2)) == none_lost("e2", 3, 4)
    assert await source.after("e2-5", 60) == []
    assert files.asked == 0


async def test_what_is_older_comes_out_of_the_journal_over_restarts(tmp_path: Path):
    written(tmp_path, "e1", 70)
    written(tmp_path, "e2", 10)
    files = Files(tmp_path)
    source = Source(filled(Ring("e2", capacity_frames=3), 1, 10), files.after)
    rows, id = [], "e1-5"
    while found := await source.after(id, 30):
        rows, id = rows + found, found[-1].id
    assert told(rows) == none_lost("e1", 6, 70) + none_lost("e2", 1, 10)


async def test_after_all_of_an_earlier_epoch_comes_what_memory_has_and_the_journal_not_yet(tmp_path: Path):
    written(tmp_path, "e1", 5)
    source = Source(filled(Ring("e2"), 1, 2), Files(tmp_path).after)
    assert told(await source.after("e1-5", 60)) == none_lost("e2", 1, 2)


async def test_what_neither_has_is_counted(tmp_path: Path):
    desk = Desk(tmp_path, "e1")
    desk.put(90)
    desk.writer.journal.prune(desk.now_ms, 25_000)
    desk.close()
    (row, *_) = await Source(filled(Ring("e2"), 1, 1), Files(tmp_path).after).after("e1-2", 60)
    assert row.lost == int(row.id.removeprefix("e1-")) - 3 > 0


async def test_without_a_journal_what_memory_had_is_lost_and_counted():
    source = Source(filled(Ring("e2", capacity_frames=4), 1, 10), None)
    assert told(await source.after("e2-2", 60)) == [("e2-7", 4), *none_lost("e2", 8, 10)]
    assert (await source.after("e1-9", 60))[0] == Row("e2-7", (await source.after("e2-6", 1))[0].payload, None)


@pytest.mark.parametrize("id", ["", "nonsense", "zz-1", "e1-" + "9" * 15])
async def test_an_id_that_nobody_knows_leads_to_what_there_is(tmp_path: Path, id: str):
    written(tmp_path, "e1", 3)
    rows = await Source(filled(Ring("e2"), 1, 2), Files(tmp_path).after).after(id, 60)
    assert rows and rows[-1].id == "e2-2"


async def test_a_journal_that_cannot_be_read_is_waited_for_and_not_for_ever(tmp_path: Path):
    seconds = 0.0
    files = Files(tmp_path)
    files.fault = Fault("io", tmp_path / "journal.db")
    source = Source(filled(Ring("e2", capacity_frames=2), 1, 10), files.after, clock=lambda: seconds)
    with pytest.raises(UnreadableError):
        await source.after("e2-1", 60)
    seconds = PATIENCE_SECONDS
    assert told(await source.after("e2-1", 60)) == [("e2-9", 7), ("e2-10", 0)]
    files.fault = None
    written(tmp_path, "e2", 10)
    assert told(await source.after("e2-1", 60)) == none_lost("e2", 2, 10)


async def test_a_sample_is_found_by_its_id(tmp_path: Path):
    written(tmp_path, "e1", 5)
    source = Source(filled(Ring("e2"), 1, 2), Files(tmp_path).after)
    payload = await source.payload("e1-5")
    assert payload is not None and msgspec.json.decode(payload)["id"] == "e1-5"
    assert await source.payload("e1-6") is None
    assert await source.payload("nonsense") is None
