"""A machine's id and the files beside it."""

import stat
from pathlib import Path

import pytest

from zeropoint.fleet.identity import clean_name, own_id
from zeropoint.fleet.nats_config import Listening, configuration, made_keys
from zeropoint.fleet.position import Position


def test_an_id_is_made_once_and_kept_for_its_owner_alone(tmp_path: Path):
    first = own_id(tmp_path / "data")
    assert own_id(tmp_path / "data") == first
    assert own_id(tmp_path / "other") != first
    assert stat.S_IMODE((tmp_path / "data" / "host-id").stat().st_mode) == 0o600
    (tmp_path / "data" / "host-id").write_bytes(b"\xff\n../../x")
    again = own_id(tmp_path / "data")
    assert again != first
    assert own_id(tmp_path / "data") == again


def test_an_id_that_is_there_is_told_where_the_directory_cannot_be_claimed(tmp_path: Path):
    def refuse() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        own_id(tmp_path, refuse)
    first = own_id(tmp_path)
    assert own_id(tmp_path, refuse) == first


def test_a_name_is_fit_to_be_shown_and_never_empty():
    assert clean_name("") == "unnamed"
    assert clean_name("a\nb\x1b") == "a\ufffdb\ufffd"


def test_a_position_that_is_damaged_is_none(tmp_path: Path):
    position = Position(tmp_path)
    assert position.read() is None
    position.write("mdz-5")
    assert position.read() == "mdz-5"
    assert stat.S_IMODE((tmp_path / "fleet-position").stat().st_mode) == 0o600
    for content in (b"", b"nonsense", b"\xff" * 100, b"mdz-" + b"5" * 100_000):
        (tmp_path / "fleet-position").write_bytes(content)
        assert position.read() is None


def test_keys_are_made_once_and_the_configuration_holds_their_public_halves_alone(tmp_path: Path):
    keys = made_keys(tmp_path / "bus")
    assert made_keys(tmp_path / "bus") == keys
    seeds = [keys.hub.read_text().strip(), keys.machines.read_text().strip()]
    assert all(seed.startswith("SU") for seed in seeds)
    text = configuration(tmp_path / 'a "quoted" folder', Listening("127.0.0.1", 4222), keys)
    assert keys.hub_public in text
    assert keys.machines_public in text
    assert not [seed for seed in seeds if seed in text]
