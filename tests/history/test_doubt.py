"""Damage that the readers of the page and of streams find is mended by the writer."""

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.history.records import NOON_MS
from tests.history.test_recovery import spoil_block, spoil_root, write
from zeropoint.history.fault import Fault
from zeropoint.history.history import History
from zeropoint.history.queries import Answered
from zeropoint.history.query import Window
from zeropoint.history.readers import LAST_MS, Readers
from zeropoint.history.retention import Limits
from zeropoint.parts.history import archive_of, on_history_of

JOURNAL, TODAY = "journal.db", "samples/2026-11-28.db"


@pytest.fixture
def history(tmp_path: Path) -> History:
    """Of 300 samples, without its thread: what that does is called by the tests."""
    write(tmp_path / "history", 300)
    return History(tmp_path / "history", {}, Limits())


def turn(history: History) -> list[str]:
    history._writer.turn([])
    return history.failures()


def values(readers: Readers) -> Answered:
    return readers.queries.ask(["server.clients"], Window(NOON_MS, NOON_MS + 301_000, 20_000))


@pytest.mark.parametrize(
    ("name", "table", "question"),
    [
        (JOURNAL, "blocks", lambda readers: readers.journal.at(NOON_MS + 30_000)),
        ("gaps.db", "losses", lambda readers: readers.missing((), 0, LAST_MS)),
        (TODAY, "blocks", values),
    ],
)
async def test_a_file_that_a_question_finds_damaged_is_replaced(
    history: History, name: str, table: str, question: Callable[[Readers], object]
):
    history._writer.gaps.log.add(NOON_MS, NOON_MS + 1, 1, "queue-full")
    assert turn(history) == []
    history._writer.gaps.close()
    on_history = on_history_of(history, 1.0)
    spoil_root(history.directory / name, table)
    try:
        await on_history(question)
    except Fault as fault:
        assert (fault.kind, name) == ("damaged", JOURNAL)
    assert any(f"{Path(name).name} was damaged, and is kept as" in line for line in turn(history))
    await on_history(question)
    history._writer.close()


async def test_a_block_that_a_chart_cannot_read_is_made_again(history: History):
    spoil_block(history.directory / TODAY, 0)
    on_history = on_history_of(history, 1.0)
    answered = await on_history(values)
    assert len(answered.holes) == 1
    for _ in range(20):
        turn(history)
    answered = await on_history(values)
    assert answered.holes == ()
    assert len(answered.stretch.times_ms) == 300
    history._writer.close()


async def test_a_block_that_a_reader_who_comes_back_cannot_have_is_told(history: History):
    spoil_block(history.directory / JOURNAL, 2)
    archive = archive_of(history.directory, history.doubt_journal)
    await archive("e1-1", 300)
    turn(history)
    assert history.statistics().lost_samples_total == 60
    history._writer.close()
