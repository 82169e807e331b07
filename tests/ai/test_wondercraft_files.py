"""The list of files that Wondercraft wrote last: what each is, and what is wrong with it."""

import os
from pathlib import Path

import pytest

from tests.ai.watch import Put, Watch
from zeropoint.ai.wondercraft import Wondercraft
from zeropoint.ai.wondercraft_report import WondercraftFile, WondercraftReport

EXPORTED = Path(__file__).parent / "exported"


@pytest.fixture
def watch(artifacts: Path) -> Watch:
    return Watch(Wondercraft, artifacts)


def files(watch: Watch, after: float = 0.0) -> list[WondercraftFile]:
    report = watch.read(after)
    assert isinstance(report, WondercraftReport)
    assert report.files is not None
    return report.files


def test_the_newest_come_first_each_with_what_it_is_and_what_is_wrong(watch: Watch, put: Put) -> None:
    put("wondercraft/exports/xr_config.json", "{", age=10)
    put("wondercraft/bridge/logs/messages_1.jsonl", '{"frame": 1}\n', age=20)
    put("wondercraft/bridge/metrics/metrics_1.json", '{"fps": 60}', age=30)
    put("wondercraft/xr_overlay/mask.png", b"GIF89a", age=40)
    put("wondercraft/scenes/rooms/box.glb", (EXPORTED / "box.glb").read_bytes(), age=50)
    put("wondercraft/profiling/capture.csv", "FrameTime\n16.6\n", age=60)
    put("wondercraft/profiling/session.utrace", b"TRC2", age=70)
    put("wondercraft/scenes/notes.txt", "of no interest")
    told = files(watch)
    assert [(file.path, file.kind, file.valid) for file in told] == [
        ("exports/xr_config.json", "export", False),
        ("bridge/logs/messages_1.jsonl", "log", True),
        ("bridge/metrics/metrics_1.json", "metrics", True),
        ("xr_overlay/mask.png", "overlay", False),
        ("scenes/rooms/box.glb", "scene", True),
        ("profiling/capture.csv", "profile", None),
        ("profiling/session.utrace", "profile", None),
    ]
    assert told[0].reason == "is not JSON of at most 1,048,576 bytes"
    assert told[3].reason == "does not begin like a PNG"
    assert told[4].reason is None
    assert told[5].reason == "of a profile only presence, size and time are read"
    assert [file.size_bytes for file in told[:3]] == [1, 13, 11]
    assert told[6].modified is not None


def test_at_most_32_are_told_of_all_that_there_are(watch: Watch, put: Put) -> None:
    for number in range(40):
        put(f"wondercraft/scenes/{number}.glb", b"glTF", age=100 + number)
    told = files(watch)
    assert [file.path for file in told] == [f"scenes/{number}.glb" for number in range(32)]


def test_a_time_that_no_date_can_tell_is_null_and_comes_last(watch: Watch, put: Put) -> None:
    far = put("wondercraft/scenes/far.glb", b"glTF")
    os.utime(far, (2**33, 2**33))
    beyond = put("wondercraft/scenes/beyond.glb", b"glTF")
    os.utime(beyond, (2**40, 2**40))
    put("wondercraft/scenes/old.glb", b"glTF", age=1e8)
    told = files(watch)
    assert [file.path for file in told] == ["scenes/old.glb", "scenes/beyond.glb", "scenes/far.glb"]
    if told[1].modified is None:  # not every file system holds such a time
        assert watch.missing["files[1].modified"] == "its time lies beyond what a date can tell"


def test_names_that_are_alike_once_shown_are_told_once(watch: Watch, artifacts: Path) -> None:
    scenes = os.fsencode(artifacts / "wondercraft/scenes")
    os.makedirs(scenes)
    for name in (b"\xff.glb", b"\xfe.glb"):
        with open(scenes + b"/" + name, "wb") as file:
            file.write(b"glTF")
    assert [file.path for file in files(watch)] == ["scenes/\ufffd.glb"]
