"""Wondercraft as the real appliance tells of it, while real Blender and real usd-core write its files."""

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.components.venvs import python_of
from tests.components.wondercraft_programs import BLENDER, SESSION, USD
from tests.support.process import Appliance, running

WAIT_SECONDS = 60


def components(appliance: Appliance) -> Iterator[Any]:
    """The component in the sample of now and in each new one, as long as somebody asks."""
    deadline = time.monotonic() + WAIT_SECONDS
    sample = appliance.get("/metrics/json").json
    while True:
        told = sample["ai"]["components"]["wondercraft"]
        yield told
        assert time.monotonic() < deadline, json.dumps(told)
        answer = appliance.get(f"/metrics/json?since={sample['id']}&wait=5").json
        sample = answer["samples"][-1] if answer["samples"] else sample


def component(appliance: Appliance, wanted: Callable[[Any], bool]) -> Any:
    """The component in the first sample in which it is as wanted."""
    return next(filter(wanted, components(appliance)))


def export(name: str, program: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([python_of(name), "-c", program, folder], check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scenes of the real exporters."""
    folder = tmp_path_factory.mktemp("exported")
    export("blender", BLENDER, folder)
    export("usd", USD, folder)
    return folder


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[tuple[Appliance, Path]]:
    artifacts = tmp_path / "artifacts"
    (artifacts / "wondercraft/scenes").mkdir(parents=True)
    with running(tmp_path / "data", "--artifacts", str(artifacts)) as appliance:
        yield appliance, artifacts / "wondercraft"


SCENES = ("monkeys.glb", "monkeys.gltf", "monkeys.usdc", "room.usda", "room.usdc", "room.usdz")


def place(file: Path, at: Path, cut_bytes: int | None = None) -> None:
    """Puts it there in one go, as a careful exporter does; cut short where that is said."""
    at.parent.mkdir(parents=True, exist_ok=True)
    begun = at.with_name(f".{at.name}")
    begun.write_bytes(file.read_bytes()[:cut_bytes])
    begun.rename(at)


def test_real_exports_count_as_scenes(watched: tuple[Appliance, Path], exported: Path) -> None:
    appliance, wondercraft = watched
    for name in SCENES:
        place(exported / name, wondercraft / "scenes" / name)
    place(exported / "monkeys.glb", wondercraft / "xr_overlay/hud.glb")
    told = component(appliance, lambda told: told["scenes_count"] == len(SCENES) and told["xr_overlays_count"] == 1)
    assert told["invalid_count"] == 0
    assert told["status"] == "stopped", "an exporter that has ended is not at work"
    assert told["last_updated"] is not None
    rows = {row["path"]: row for row in told["files"]}
    assert rows.keys() == {*(f"scenes/{name}" for name in SCENES), "xr_overlay/hud.glb"}
    assert rows["scenes/room.usdc"]["size_bytes"] == (exported / "room.usdc").stat().st_size


def test_exports_that_were_cut_short_anywhere_are_invalid(watched: tuple[Appliance, Path], exported: Path) -> None:
    appliance, wondercraft = watched
    number = 0
    for name in SCENES:
        size = (exported / name).stat().st_size
        for cut in (0, 1, 5, 100, size // 4, size // 2, size - 30):
            place(exported / name, wondercraft / f"scenes/{number}{Path(name).suffix}", cut)
            number += 1
    told = component(appliance, lambda told: told["invalid_count"] == number)
    assert told["scenes_count"] == 0
    assert all(row["valid"] is False and row["reason"] for row in told["files"])


@contextmanager
def session(log: Path) -> Iterator[Callable[[str], None]]:
    """Blender at work; answers with what gives it an order and waits until it is carried out."""
    log.parent.mkdir(parents=True, exist_ok=True)
    process = subprocess.Popen(
        [python_of("blender"), "-c", SESSION, log],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None

    def said(line: str) -> None:
        while (read := process.stdout.readline()) and read.strip() != line:  # type: ignore[union-attr]
            pass  # Blender prints lines of its own
        assert read, "the session has ended"

    def tell(order: str) -> None:
        process.stdin.write(f"{order}\n")  # type: ignore[union-attr]
        process.stdin.flush()  # type: ignore[union-attr]
        said(order)

    tell.pid = process.pid  # type: ignore[attr-defined]
    try:
        said("ready")
        yield tell
    finally:
        process.kill()
        process.communicate()


def test_running_while_a_session_writes_idle_while_it_does_not_stopped_after_its_end(
    watched: tuple[Appliance, Path],
) -> None:
    appliance, wondercraft = watched
    component(appliance, lambda told: told["status"] in ("absent", "stopped"))
    with session(wondercraft / "bridge/logs/messages_1.jsonl") as tell:
        pid = tell.pid  # type: ignore[attr-defined]
        for told in components(appliance):
            if told["status"] == "running" and told["pids"] == [pid]:
                break
            tell("frame")
        began = time.monotonic()
        told = component(appliance, lambda told: told["status"] == "idle")
        assert told["pids"] == [pid]
        assert time.monotonic() - began > 5, "it wrote some seconds ago"
        tell("frame")
        assert component(appliance, lambda told: told["status"] == "running")["pids"] == [pid]
    told = component(appliance, lambda told: told["status"] == "stopped")
    assert told["pids"] is None


def test_frame_rate_and_frame_time_come_from_the_newest_metrics(
    watched: tuple[Appliance, Path], tmp_path: Path
) -> None:
    appliance, wondercraft = watched
    metrics = tmp_path / "metrics_1.json"
    metrics.write_text(json.dumps({"scene": "room", "fps": 72.5, "frame_time_ms": 13.8}))
    place(metrics, wondercraft / "bridge/metrics/metrics_1.json")
    told = component(appliance, lambda told: told["latest"] is not None)
    assert told["latest"] == {"scene": "room", "frames_per_second": 72.5, "frame_time_seconds": 0.0138}
    assert told["status"] == "running"


@pytest.fixture
def with_usd(tmp_path: Path) -> Iterator[tuple[Appliance, Path]]:
    """The appliance as it is with the extra `usd`: usd-core's own files stand on its path."""
    (site,) = python_of("usd").parents[1].glob("lib/python*/site-packages")
    artifacts = tmp_path / "artifacts"
    (artifacts / "wondercraft/scenes").mkdir(parents=True)
    beside = tmp_path / "extra"
    beside.mkdir()
    for found in (*site.glob("pxr"), *site.glob("usd_core*")):
        (beside / found.name).symlink_to(found)
    path = os.pathsep.join(filter(None, (str(beside), os.environ.get("PYTHONPATH"))))
    with running(tmp_path / "data", "--artifacts", str(artifacts), PYTHONPATH=path) as appliance:
        yield appliance, artifacts / "wondercraft/scenes"


def test_with_usd_core_layers_are_parsed(with_usd: tuple[Appliance, Path], exported: Path) -> None:
    appliance, scenes = with_usd
    names = [name for name in SCENES if "usd" in name]
    for name in names:
        place(exported / name, scenes / name)
    told = component(appliance, lambda told: told["scenes_count"] and all(row["valid"] for row in told["files"]))
    assert told["scenes_count"] == len(names)
    assert told["usd_check"] == "parsed by usd-core 26.11"


def test_with_usd_core_a_file_that_only_looks_like_a_layer_is_invalid_and_one_that_crashes_it_costs_nothing_else(
    with_usd: tuple[Appliance, Path], exported: Path, tmp_path: Path
) -> None:
    appliance, scenes = with_usd
    # Brackets match, so that it passes for a USD text by its structure.
    (tmp_path / "shape.usda").write_text("#usda 1.0\ndef def ( = [ ] )\n")
    place(tmp_path / "shape.usda", scenes / "shape.usda")
    # So deep that the parser's stack overflows.
    (tmp_path / "deep.usda").write_text("#usda 1.0\n" + 'def "a" {\n' * 40_000 + "}\n" * 40_000)
    place(tmp_path / "deep.usda", scenes / "deep.usda")
    crate = bytearray((exported / "room.usdc").read_bytes())
    table = int.from_bytes(crate[16:24], "little")
    crate[200 : table - 8] = os.urandom(table - 208)
    (tmp_path / "noise.usdc").write_bytes(crate)
    place(tmp_path / "noise.usdc", scenes / "noise.usdc")
    place(exported / "room.usda", scenes / "room.usda")
    told = component(appliance, lambda told: (told["invalid_count"], told["scenes_count"]) == (3, 1))
    reasons = {row["path"]: row["reason"] for row in told["files"]}
    assert reasons["scenes/room.usda"] is None
    assert reasons["scenes/shape.usda"].startswith("usd-core: ")
    assert reasons["scenes/deep.usda"] == "usd-core cannot read it: it ended by SIGSEGV"
    assert str(tmp_path) not in json.dumps(reasons)
    health = appliance.get("/health").json
    assert health["status"] == "healthy", health
