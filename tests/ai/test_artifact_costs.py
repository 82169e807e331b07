"""A torn, enormous or hostile artifact costs its own row: all others stay as they were, in bounded time and memory."""

import os
import shutil
import time
import tracemalloc
from pathlib import Path

import pytest

from tests.ai.watch import Put, Watch
from zeropoint.ai.petals import Petals
from zeropoint.ai.tinygrad import Tinygrad
from zeropoint.ai.wondercraft import Wondercraft
from zeropoint.ai.wondercraft_report import WondercraftReport

EXPORTED = Path(__file__).parent / "exported"
ENORMOUS_BYTES = 1 << 40
MOST_SECONDS, MOST_BYTES = 3.0, 64 << 20

GOOD = {
    "wondercraft/scenes/good.glb": (EXPORTED / "box.glb").read_bytes(),
    "wondercraft/scenes/good.usdc": (EXPORTED / "cube.usdc").read_bytes(),
    "wondercraft/xr_overlay/good.png": (EXPORTED / "mask.png").read_bytes(),
    "wondercraft/bridge/metrics/metrics_2.json": b'{"scene": "hall", "fps": 60, "frame_time_ms": 16.6}',
}
# Where a scene or overlay lies, and how a file begins that passes for one at the first look.
ASSETS = {
    "wondercraft/scenes/bad.glb": b"glTF\x02\x00\x00\x00\xff\xff\xff\xff\xff\xff\xff\x7fJSON{",
    "wondercraft/scenes/bad.gltf": b'{"asset": {"version": "2.0"}, "x": "',
    "wondercraft/scenes/bad.usda": b'#usda 1.0\ndef "a" {',
    "wondercraft/scenes/bad.usdc": b"PXR-USDC\x00\x08\x00\x00\x00\x00\x00\x00" + b"\xff" * 8,
    "wondercraft/scenes/bad.usdz": b"PK\x03\x04",
    "wondercraft/xr_overlay/bad.png": (EXPORTED / "mask.png").read_bytes()[:40],
    "wondercraft/xr_overlay/bad.json": b'{"fx": 1, "fy": [[[[',
}
# Files of which only their own figures are told.
OTHERS = {
    "wondercraft/bridge/logs/messages_1.jsonl": b'{"frame": ',
    "wondercraft/exports/xr_pose_data.json": b"[",
    "train/loss_curve.csv": b"step,loss",
    "metrics/tinygrad.jsonl": b'{"step": 1',
    "runs/a/1/run.json": b'{"kind": "tinygrad", "id": "',
    "petals/cache/model:0.bin": b"\x00",
}


def put_bad(path: Path, begin: bytes, how: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        file.write(begin)
        if how == "enormous":
            file.truncate(ENORMOUS_BYTES)  # a sparse file
        elif how == "noise":
            file.write(os.urandom(300_000))
    an_hour_ago = time.time() - 3600
    os.utime(path, (an_hour_ago, an_hour_ago))


@pytest.mark.parametrize("how", ["torn", "noise", "enormous"])
@pytest.mark.parametrize("place", ASSETS, ids=lambda place: Path(place).suffix[1:])
def test_a_bad_scene_or_overlay_is_one_row_and_changes_no_other(
    artifacts: Path, put: Put, place: str, how: str
) -> None:
    for name, content in GOOD.items():
        put(name, content, age=60)
    alone = Watch(Wondercraft, artifacts).read()
    assert isinstance(alone, WondercraftReport)
    put_bad(artifacts / place, ASSETS[place], how)
    watch = Watch(Wondercraft, artifacts)
    tracemalloc.start()
    try:
        began = time.perf_counter()
        report = watch.read()
        seconds = time.perf_counter() - began
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert isinstance(report, WondercraftReport)
    assert seconds < MOST_SECONDS
    assert peak_bytes < MOST_BYTES
    assert report.files is not None
    assert alone.files is not None
    path = place.removeprefix("wondercraft/")
    assert [row for row in report.files if row.path != path] == alone.files
    (row,) = [row for row in report.files if row.path == path]
    assert row.valid is False
    assert row.reason
    assert (report.invalid_count, report.scenes_count, report.xr_overlays_count) == (1, 2, 1)
    assert (report.status, report.last_updated, report.latest) == (alone.status, alone.last_updated, alone.latest)


@pytest.mark.parametrize("how", ["torn", "noise", "enormous"])
@pytest.mark.parametrize("place", OTHERS, ids=lambda place: place.replace("/", "-"))
def test_bad_rows_runs_and_blocks_cost_a_bounded_time_and_memory(
    artifacts: Path, put: Put, place: str, how: str
) -> None:
    for name, content in GOOD.items():
        put(name, content, age=60)
    put_bad(artifacts / place, OTHERS[place], how)
    for kind in (Tinygrad, Petals, Wondercraft):
        watch = Watch(kind, artifacts)
        tracemalloc.start()
        try:
            began = time.perf_counter()
            watch.read()
            report = watch.read(after=61)
            seconds = time.perf_counter() - began
            _, peak_bytes = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert seconds < 2 * MOST_SECONDS
        assert peak_bytes < MOST_BYTES
        if isinstance(report, WondercraftReport):
            assert (report.invalid_count, report.scenes_count, report.xr_overlays_count) == (0, 2, 1)
            assert report.latest is not None


def test_a_thousand_bad_files_leave_the_good_ones_counted(artifacts: Path, put: Put) -> None:
    for name, content in GOOD.items():
        put(name, content, age=60)
    scenes = artifacts / "wondercraft/scenes"
    for number in range(1000):
        shutil.copyfile(EXPORTED / "mask.png", scenes / f"{number}.glb")
    watch = Watch(Wondercraft, artifacts)
    for _ in range(100):
        report = watch.read(after=2)
        if not watch.missing.get("scenes_count"):
            break
    assert isinstance(report, WondercraftReport)
    assert (report.scenes_count, report.invalid_count) == (2, 1000)
    assert report.latest is not None
