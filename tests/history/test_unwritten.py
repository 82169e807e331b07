"""What only the journal has, for those who read beside a running appliance."""

from pathlib import Path

from tests.history.writing import Desk
from zeropoint.history.unwritten import unwritten


def test_of_samples_that_the_columns_lack_the_first_are_taken_and_where_they_are_cut_is_told(tmp_path: Path):
    desk = Desk(tmp_path)
    desk.put(30)
    cut: list[int] = []
    found = unwritten(tmp_path, dict, desk.now_ms, cut.append)
    assert found is not None
    assert len(found.times_ms) == 30
    assert cut == []
    found = unwritten(tmp_path, dict, desk.now_ms, cut.append, most_rows=20)
    assert found is not None
    assert len(found.times_ms) == 20
    assert cut == [found.times_ms[-1]] == [desk.now_ms - 10_000]
    desk.close()
