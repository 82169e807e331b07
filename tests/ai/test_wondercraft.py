"""Wondercraft by its artifacts: what files are, not what they are called."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ai.watch import Put, Watch, as_nobody
from tests.ai.writer import holding
from zeropoint.ai.wondercraft import Wondercraft
from zeropoint.ai.wondercraft_report import WondercraftLatest, WondercraftReport
from zeropoint.texts import rfc3339

EXPORTED = Path(__file__).parent / "exported"


@pytest.fixture
def watch(artifacts: Path) -> Watch:
    return Watch(Wondercraft, artifacts)


def read(watch: Watch, after: float = 0.0) -> WondercraftReport:
    report = watch.read(after)
    assert isinstance(report, WondercraftReport)
    return report


def exported(name: str) -> bytes:
    return (EXPORTED / name).read_bytes()


def test_counts_scenes_and_overlays_by_content(watch: Watch, put: Put) -> None:
    for name in ("box.glb", "box.gltf", "cube.usda", "cube.usdc", "cube.usdz"):
        put(f"wondercraft/scenes/{name}", exported(name))
    put("wondercraft/scenes/rooms/BOX.GLB", exported("box.glb"))
    put("wondercraft/scenes/either.usd", exported("cube.usdc"))
    put("wondercraft/scenes/textures/wood.png", exported("tile.png"))
    put("wondercraft/scenes/notes.txt", "no scene, and none by its name")
    put("wondercraft/xr_overlay/occlusion_mask.png", exported("mask.png"))
    put("wondercraft/xr_overlay/camera_calibration.json", '{"fx": 900, "fy": 900, "cx": 320, "cy": 240}')
    put("wondercraft/xr_overlay/hud.glb", exported("box.glb"))
    report = read(watch)
    assert (report.scenes_count, report.xr_overlays_count, report.invalid_count) == (7, 3, 0)
    assert report.status == "stopped", "files that somebody put there are no work under way"
    assert report.last_updated is not None


def test_what_is_not_what_its_name_says_is_counted_apart_with_the_reason(watch: Watch, put: Put) -> None:
    put("wondercraft/scenes/cut.glb", exported("box.glb")[:-1], age=100)
    put("wondercraft/scenes/cut.usdc", exported("cube.usdc")[:-1], age=100)
    put("wondercraft/scenes/empty.usda", b"", age=100)
    put("wondercraft/xr_overlay/renamed.png", b"GIF89a", age=100)
    put("wondercraft/xr_overlay/other.json", '{"a": 1}', age=50)
    report = read(watch)
    assert (report.scenes_count, report.xr_overlays_count, report.invalid_count) == (0, 0, 5)
    assert report.invalid_reason == "xr_overlay/other.json holds neither a calibration nor poses"
    assert (report.status, report.last_updated) == ("stopped", None), "invalid files are no evidence of work"


def test_a_scene_that_is_written_in_place_becomes_valid(watch: Watch, put: Put) -> None:
    path = put("wondercraft/scenes/box.glb", exported("box.glb")[:100])
    assert read(watch).invalid_count == 1
    path.write_bytes(exported("box.glb"))
    report = read(watch, after=2)
    assert (report.scenes_count, report.invalid_count) == (1, 0)
    path.write_bytes(b"glTF")
    report = read(watch, after=2)
    assert (report.scenes_count, report.invalid_count) == (0, 1)


def test_links_are_neither_valid_nor_invalid(watch: Watch, artifacts: Path, tmp_path: Path) -> None:
    shutil.copy(EXPORTED / "box.glb", tmp_path / "box.glb")
    (artifacts / "wondercraft/scenes").mkdir(parents=True)
    (artifacts / "wondercraft/scenes/link.glb").symlink_to(tmp_path / "box.glb")
    (artifacts / "wondercraft/scenes/dangling.glb").symlink_to("nowhere")
    report = read(watch)
    assert (report.scenes_count, report.invalid_count, report.status) == (0, 0, "absent")
    assert report.reason is not None
    assert "2 links in wondercraft left out" in report.reason


def test_a_pipe_named_like_a_scene_is_not_opened(watch: Watch, artifacts: Path) -> None:
    (artifacts / "wondercraft/scenes").mkdir(parents=True)
    os.mkfifo(artifacts / "wondercraft/scenes/pipe.glb")
    assert read(watch).invalid_count == 0


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("bridge/logs/messages_1.jsonl", '{"frame": 1}\n', '{"frame": 1}\ngarbage\n'),
        ("bridge/metrics/metrics_1.json", '{"fps": 60}', "[]"),
        ("exports/performance_metrics.json", "{}", "NaN"),
        ("scenes/final_metrics.json", '{"fps": 60}', "null"),
    ],
)
def test_fresh_valid_rows_are_running_and_stop_after_ten_seconds(
    watch: Watch, put: Put, name: str, good: str, bad: str
) -> None:
    put(f"wondercraft/{name}", bad)
    report = read(watch)
    assert (report.status, report.last_updated) == ("stopped", None)
    put(f"wondercraft/{name}", good)
    watch.wall += 3
    os.utime(put(f"wondercraft/{name}", good), (watch.wall, watch.wall))
    report = read(watch, after=2)
    assert (report.status, report.last_updated) == ("running", rfc3339(watch.wall - 2))
    assert read(watch, after=9).status == "stopped"


@pytest.mark.parametrize(
    ("name", "content", "more"),
    [
        ("bridge/logs/messages_1.jsonl", b'{"frame": 1}\n', b'{"frame": 2}\n'),
        ("bridge/metrics/metrics_1.json", b'{"fps": 60}', b" "),
    ],
)
def test_a_file_that_is_touched_is_no_work_and_one_that_grows_by_what_counts_is(
    watch: Watch, put: Put, name: str, content: bytes, more: bytes
) -> None:
    path = put(f"wondercraft/{name}", content, age=3600)

    def changed(how: Callable[[], object]) -> str:
        watch.wall += 20
        how()
        os.utime(path, (watch.wall, watch.wall))
        return read(watch, after=2).status

    def append(data: bytes) -> None:
        with path.open("ab") as file:
            file.write(data)

    assert read(watch).status == "stopped"
    assert changed(lambda: None) == "stopped"
    assert changed(lambda: path.chmod(0o600)) == "stopped"
    assert changed(lambda: append(more)) == "running"
    assert changed(lambda: None) == "stopped"
    if name.endswith(".jsonl"):
        assert changed(lambda: append(b'{"frame": 3')) == "stopped", "no whole line"
        assert changed(lambda: append(b"}\n")) == "running"
        assert changed(lambda: append(b'{"frame": 4}\ngarbage\n{"frame": 5}\n')) == "running"


def test_old_valid_files_are_stopped(watch: Watch, put: Put) -> None:
    put("wondercraft/scenes/box.glb", exported("box.glb"), age=3600)
    report = read(watch)
    assert report.status == "stopped"
    assert report.last_updated is not None


def test_the_newest_metrics_are_told(watch: Watch, put: Put) -> None:
    put("wondercraft/bridge/metrics/metrics_1.json", '{"scene": "hall", "fps": 10}', age=60)
    put("wondercraft/bridge/metrics/metrics_2.json", '{"scene_name": "cave", "fps": 72, "frame_time_ms": 13.5}', age=30)
    put("wondercraft/exports/scene_config.json", '{"fps": 1}')
    assert read(watch).latest == WondercraftLatest(scene="cave", frames_per_second=72.0, frame_time_seconds=0.0135)


def test_metrics_that_say_nan_are_null_with_the_reason(watch: Watch, put: Put) -> None:
    put("wondercraft/scenes/final_metrics.json", json.dumps({"scene": "a\ud800", "fps": float("nan")}))
    assert read(watch).latest == WondercraftLatest(scene="a\ufffd")
    assert watch.missing["latest.frames_per_second"] == "the last row says NaN"
    assert watch.missing["latest.frame_time_seconds"] == "the last row has no frame_time_seconds"


def test_a_scene_that_may_not_be_read_says_so_and_is_looked_at_again(reachable: Path) -> None:
    scene = reachable / "wondercraft/scenes/box.glb"
    scene.parent.mkdir(parents=True)
    scene.write_bytes(exported("box.glb"))
    scene.chmod(0)
    watch = Watch(Wondercraft, reachable)
    with as_nobody():
        assert read(watch).invalid_reason == "scenes/box.glb cannot be read: Permission denied"
    scene.chmod(0o644)
    with as_nobody():
        assert read(watch, after=2).scenes_count == 1


def test_what_other_users_hold_open_is_said_to_be_unseen(reachable: Path) -> None:
    """Only where there are processes of others, and the appliance is none of root's: as in most places."""
    scene = reachable / "wondercraft/scenes/box.glb"
    scene.parent.mkdir(parents=True)
    scene.write_bytes(exported("box.glb"))
    watch = Watch(Wondercraft, reachable)
    with holding(reachable / "wondercraft/log", os.O_WRONLY | os.O_CREAT), as_nobody():
        read(watch)
        report = read(watch, after=2)
    if os.geteuid() == 0:
        assert report.status == "stopped"
        assert report.reason is not None
        assert "processes of other users hold open may not be seen" in report.reason
    else:
        assert report.status == "idle"


def test_a_process_that_holds_a_log_open_is_listed_and_running_while_it_writes(watch: Watch, artifacts: Path) -> None:
    with holding(artifacts / "wondercraft/bridge/live.bin", os.O_WRONLY | os.O_CREAT) as writer:
        report = read(watch, after=20)
        assert (report.status, report.pids) == ("idle", [writer.pid])
        writer.tell("append frame")
        assert read(watch, after=2).status == "running"
        assert read(watch, after=11).status == "idle"
    report = read(watch, after=2)
    assert (report.status, report.pids) == ("absent", None), "it left nothing that counts"


def test_says_that_usd_files_are_not_parsed_without_usd_core(watch: Watch, put: Put) -> None:
    put("wondercraft/scenes/cube.usdc", exported("cube.usdc"))
    report = read(watch)
    if report.usd_check is not None and report.usd_check.startswith("parsed by"):
        pytest.skip("usd-core is installed here: tests/components tells of it")
    assert report.usd_check == "by header and structure: usd-core is not installed (pip install 'zeropoint[usd]')"
    assert report.scenes_count == 1
