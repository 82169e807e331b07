import stat
from pathlib import Path

import pytest

from zeropoint.fleet.remote_write_position import Position

URL = "http://store/api/v1/write?key=secret-word"


def position(data: Path, url: str = URL) -> Position:
    return Position(data, url, lambda: None)


def test_each_store_has_a_place_of_its_own_for_its_owner_alone(tmp_path: Path):
    position(tmp_path).keep("e1-5")
    position(tmp_path, "http://other").keep("e1-9")
    position(tmp_path).keep("e1-6")
    assert (position(tmp_path).load(), position(tmp_path, "http://other").load()) == ("e1-6", "e1-9")
    assert position(tmp_path, "http://new").load() is None
    files = list((tmp_path / "remote-write").iterdir())
    assert len(files) == 2
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)
    assert not any(b"secret" in file.read_bytes() or "secret" in file.name for file in files)


@pytest.mark.parametrize("content", [b"", b"{", b'{"id": 5}', b'{"id": "x"}', b"\xff" * 9000])
def test_a_damaged_file_is_told_and_replaced(tmp_path: Path, content: bytes):
    position(tmp_path).keep("e1-5")
    (file,) = (tmp_path / "remote-write").iterdir()
    file.write_bytes(content)
    with pytest.raises(ValueError, match=r".+"):
        position(tmp_path).load()
    position(tmp_path).keep("e1-6")
    assert position(tmp_path).load() == "e1-6"


def test_nothing_is_written_where_the_directory_is_not_held(tmp_path: Path):
    def claim() -> None:
        raise BlockingIOError

    with pytest.raises(BlockingIOError):
        Position(tmp_path, URL, claim).keep("e1-1")
    assert list(tmp_path.iterdir()) == []


def test_what_was_left_half_written_is_in_nobodys_way(tmp_path: Path):
    position(tmp_path).keep("e1-5")
    (file,) = (tmp_path / "remote-write").iterdir()
    file.with_name(f"{file.name}.new").write_bytes(b"{")
    position(tmp_path).keep("e1-6")
    assert position(tmp_path).load() == "e1-6"
    assert list((tmp_path / "remote-write").iterdir()) == [file]
