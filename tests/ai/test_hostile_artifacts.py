"""Every component on directories that no well-meaning program would leave."""

import os
import socket
import time
from contextlib import chdir
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.ai.watch import Put, Watch
from zeropoint.ai.component import ArtifactsComponent
from zeropoint.ai.petals import Petals
from zeropoint.ai.tinygrad import Tinygrad
from zeropoint.ai.wondercraft import Wondercraft

# Each place that any component reads content from.
PLACES = (
    "train/run.json",
    "train/loss_curve.csv",
    "metrics/tinygrad.jsonl",
    "petals/cache/m:0.bin",
    *(f"runs/a/1/{name}" for name in ("run.json", "steps.jsonl")),
    *(f"wondercraft/scenes/a{suffix}" for suffix in (".glb", ".gltf", ".usd", ".usda", ".usdc", ".usdz")),
    *(f"wondercraft/xr_overlay/a{suffix}" for suffix in (".png", ".json", ".glb", ".usdz")),
    "wondercraft/scenes/final_metrics.json",
    "wondercraft/bridge/metrics/metrics_1.json",
    "wondercraft/bridge/logs/messages_1.jsonl",
    "wondercraft/exports/xr_pose_data.json",
    "wondercraft/exports/performance_metrics.json",
)

each_component = pytest.mark.parametrize("kind", [Tinygrad, Petals, Wondercraft], ids=lambda kind: kind.name)


def read_and_encode(kind: type[ArtifactsComponent], artifacts: Path) -> bytes:
    """Two readings, each with a reason for every null, as the bytes that would go out."""
    watch = Watch(kind, artifacts)
    watch.read()
    return msgspec.json.encode([watch.read(after=61), watch.missing])


CONTENT = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(
        [
            b"\x00" * 4096,
            b'{"step": 1e400, "loss": NaN, "fps": Infinity, "scene": "\\ud800<b>"}\n',
            b'{"kind": "tinygrad", "id": "\\udfff\\n", "pid": 1, "host": "x", "started": "9999-12-31T23:59:59+00:00"}',
            b'{"kind": "wondercraft", "started": "0001-01-01T00:00:00+23:59", "pid": 99999999999999999999}',
            b'{"kind": "petals", "ended": "2026-01-01T00:00:00Z", "exit_code": -1}',
            b"[" * 50_000 + b"\n",
            b'{"step": ' + b"9" * 5000 + b"}\n",
        ]
    ),
)


@each_component
@given(st.dictionaries(st.sampled_from(PLACES), CONTENT, min_size=1))
@settings(max_examples=60, deadline=None)
def test_any_content_leaves_a_report_that_goes_out_whole(
    tmp_path_factory: pytest.TempPathFactory, kind: type[ArtifactsComponent], files: dict[str, bytes]
) -> None:
    artifacts = tmp_path_factory.mktemp("artifacts")
    for name, content in files.items():
        (artifacts / name).parent.mkdir(parents=True, exist_ok=True)
        (artifacts / name).write_bytes(content)
    assert b"NaN" not in read_and_encode(kind, artifacts).replace(b"says NaN", b"")


@each_component
def test_pipes_sockets_folders_and_links_in_place_of_every_file(
    kind: type[ArtifactsComponent], artifacts: Path, put: Put, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text('{"step": 31337, "kind": "tinygrad", "scene": "secret"}\n')
    for number, name in enumerate(PLACES):
        put(name).unlink()
        if number % 4 == 0:
            os.mkfifo(artifacts / name)
        elif number % 4 == 1:
            (artifacts / name).symlink_to(tmp_path / "secret")
        elif number % 4 == 2:
            (artifacts / name).mkdir()
        else:
            # The path of a socket may have 107 bytes, so it is made from within its folder.
            with chdir((artifacts / name).parent), socket.socket(socket.AF_UNIX) as unix:
                unix.bind(Path(name).name)
    start = time.perf_counter()
    report = read_and_encode(kind, artifacts)
    assert time.perf_counter() - start < 5
    assert b"secret" not in report
    assert b"31337" not in report


@each_component
def test_every_folder_a_link_out_of_the_artifacts(
    kind: type[ArtifactsComponent], artifacts: Path, tmp_path: Path
) -> None:
    outside = tmp_path / "outside"
    for name in PLACES:
        (outside / name).parent.mkdir(parents=True, exist_ok=True)
        (outside / name).write_text('{"step": 31337, "kind": "tinygrad", "scene": "secret"}\n')
    for name in ("train", "metrics", "petals", "runs", "wondercraft"):
        (artifacts / name).symlink_to(outside / name)
    report = read_and_encode(kind, artifacts)
    assert b"secret" not in report
    assert b"31337" not in report
    assert b"is a link, which is not followed" in report
    assert b'"status":"unknown"' in report


@each_component
def test_links_that_lead_around_in_circles(kind: type[ArtifactsComponent], artifacts: Path) -> None:
    for name in ("train", "petals/cache", "wondercraft/scenes", "runs/a/1"):
        (artifacts / name).mkdir(parents=True)
        (artifacts / name / "around").symlink_to(artifacts)
        (artifacts / name / "itself").symlink_to("itself")
    assert b'"status":"absent"' in read_and_encode(kind, artifacts)


@each_component
def test_a_file_in_place_of_the_artifacts_directory(kind: type[ArtifactsComponent], tmp_path: Path) -> None:
    (tmp_path / "artifacts").write_text("no directory")
    assert b'"status":"absent"' in read_and_encode(kind, tmp_path / "artifacts")
