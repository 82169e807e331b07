from pathlib import Path

import apsw
import pytest

from zeropoint.history.fault import Fault
from zeropoint.history.gaps import FILE, MOST_LOSSES, GapLog, GapReader, Loss


@pytest.fixture
def gaps(tmp_path: Path) -> GapLog:
    return GapLog(tmp_path)


def test_losses_are_told_before_and_after_they_are_written(gaps: GapLog, tmp_path: Path):
    gaps.add(1000, 2000, 5, "queue-full")
    reader = GapReader(tmp_path)
    assert reader.between(0, 10_000) == []
    expected = [Loss(1000, 2000, 5, "queue-full")]
    assert reader.between(0, 10_000, gaps.unwritten()) == expected
    gaps.flush()
    assert gaps.unwritten() == []
    assert reader.between(0, 10_000) == expected


def test_a_loss_that_goes_on_is_one(gaps: GapLog, tmp_path: Path):
    for second in range(1, 5):
        gaps.add(1000 * second, 1000 * second + 2000, 1, "history-failed")
        gaps.flush()
    gaps.add(5000, 8000, 1, "queue-full")
    gaps.flush()
    assert GapReader(tmp_path).between(0, 10_000) == [
        Loss(1000, 6000, 4, "history-failed"),
        Loss(5000, 8000, 1, "queue-full"),
    ]


def test_what_cannot_be_counted_stays_so(gaps: GapLog):
    gaps.add(1000, 2000, None, "damaged")
    gaps.add(2000, 3000, 4, "damaged")
    assert gaps.unwritten() == [Loss(1000, 3000, None, "damaged")]


@pytest.mark.parametrize(
    ("window", "is_in"), [((0, 999), False), ((0, 1000), True), ((1500, 1600), True), ((2001, 3000), False)]
)
def test_a_window_has_the_losses_that_touch_it(gaps: GapLog, tmp_path: Path, window: tuple[int, int], is_in: bool):
    gaps.add(1000, 2000, 5, "queue-full")
    gaps.flush()
    assert bool(GapReader(tmp_path).between(*window)) == is_in


def test_the_list_is_bounded(gaps: GapLog, tmp_path: Path):
    for number in range(20):
        gaps.add(10 * number, 10 * number + 1, 1, "missed-ticks")
    gaps.flush()
    connection = apsw.Connection(str(tmp_path / FILE))
    connection.execute("UPDATE losses SET id = id + ? WHERE id > 10", (MOST_LOSSES,))
    connection.close()
    gaps.add(1000, 1001, 1, "missed-ticks")
    gaps.flush()
    assert [loss.from_ms for loss in GapReader(tmp_path).between(0, 5000)] == [*range(100, 200, 10), 1000]


def test_what_could_not_be_written_is_kept(gaps: GapLog, tmp_path: Path):
    (tmp_path / FILE).mkdir()
    gaps.add(1000, 2000, 5, "queue-full")
    with pytest.raises(Fault):
        gaps.flush()
    (tmp_path / FILE).rmdir()
    gaps.flush()
    assert GapReader(tmp_path).between(0, 5000) == [Loss(1000, 2000, 5, "queue-full")]


def test_rows_of_reasons_that_nobody_knows_are_left_out(gaps: GapLog, tmp_path: Path):
    gaps.add(1000, 2000, 5, "queue-full")
    gaps.flush()
    connection = apsw.Connection(str(tmp_path / FILE))
    connection.execute("INSERT INTO losses VALUES(NULL, 1000, 2000, NULL, 'x')")
    connection.close()
    assert len(GapReader(tmp_path).between(0, 5000)) == 1
