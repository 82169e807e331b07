"""Case 18: nothing that it reads is run or unpickled, and no URL of a request is fetched. Case 12: no link is followed.

As root, programs are looked up in the system's directories: tests/e2e/test_verify.py.
"""

import os
import pickle
import socket
import stat
from pathlib import Path
from urllib.parse import quote

from tests.security.asking import head_of
from tests.security.table import target
from tests.support.process import Appliance, running
from tests.support.stream import Stream
from zeropoint.server.routes import Route

PLACES = (
    "train/profile.pkl",
    "train/run.json",
    "train/loss_curve.csv",
    "train/model.pt",
    "metrics/tinygrad.jsonl",
    "metrics/tinygrad.profile",
    "petals/cache/m:0.bin",
    "runs/a/1/run.json",
    "runs/a/1/steps.jsonl",
    "runs/a/1/events.out.tfevents.1.host.1.0",
    "runs/a/1/trainer_state.json",
    "wondercraft/scenes/final_metrics.json",
    "wondercraft/scenes/a.glb",
    "wondercraft/scenes/a.usda",
    "wondercraft/scenes/a.py",
    "wondercraft/xr_overlay/a.json",
    "wondercraft/bridge/metrics/metrics_1.json",
)
PACKAGES = ("src", "sdk/src")
ROOT = Path(__file__).parents[2]


class Planted:
    """What runs when it is unpickled."""

    def __init__(self, noted: str) -> None:
        self._noted = noted

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, (self._noted,)


def test_a_pickle_is_never_loaded_and_no_script_run_wherever_it_lies(tmp_path: Path):
    noted = tmp_path / "it was run"
    artifacts = tmp_path / "artifacts"
    unpickled = pickle.dumps(Planted(str(noted)))
    pickle.loads(unpickled)  # noqa: S301 - our own: it does what the test looks for
    noted.rmdir()
    script = f"#!/bin/sh\ntouch '{noted}'\n".encode()
    for place in PLACES:
        path = artifacts / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(script if path.suffix in {".py", ".json", ".usda"} else unpickled)
        path.chmod(0o755)
    with running(tmp_path / "data", "--artifacts", str(artifacts), "--interval", "0.2") as started:
        with Stream(started) as stream:
            stream.samples(12)
        assert started.get("/api/v1/runs").status == 200
        assert started.get("/api/v1/runs/steps?id=a/1").status in {200, 404}
    assert not noted.exists()


def test_links_in_artifacts_lead_nowhere(tmp_path: Path):
    """Case 12: neither files nor folders, to what the appliance could read and others may not."""
    secret = tmp_path / "secret"
    (secret / "a" / "1").mkdir(parents=True)
    for name in ("a/1/run.json", "a/1/steps.jsonl", "tinygrad.jsonl", "scene.gltf"):
        (secret / name).write_text('{"step": 31337, "id": "1", "name": "c4n4ry", "loss": 31337.5}\n')
    artifacts = tmp_path / "artifacts"
    (artifacts / "metrics").mkdir(parents=True)
    (artifacts / "wondercraft" / "scenes").mkdir(parents=True)
    (artifacts / "runs" / "b" / "1").mkdir(parents=True)
    (artifacts / "metrics" / "tinygrad.jsonl").symlink_to(secret / "tinygrad.jsonl")
    (artifacts / "wondercraft" / "scenes" / "a.gltf").symlink_to(secret / "scene.gltf")
    (artifacts / "runs" / "a").symlink_to(secret / "a")
    for name in ("run.json", "steps.jsonl"):
        (artifacts / "runs" / "b" / "1" / name).symlink_to(secret / "a" / "1" / name)
    with running(tmp_path / "data", "--artifacts", str(artifacts), "--interval", "0.2") as started:
        with Stream(started) as stream:
            told = "".join(one.data for one in stream.samples(12)).encode()
        for path in (
            "/api/v1/runs",
            "/metrics",
            *(f"/api/v1/runs/steps?id={id}" for id in ("a/1", "b/1", "../secret/a/1")),
        ):
            told += started.get(path).body
    assert b"31337" not in told and b"c4n4ry" not in told


def test_no_address_in_a_request_is_asked(tmp_path: Path, routes: tuple[Route, ...]):
    with socket.create_server(("127.0.0.1", 0)) as listener, running(tmp_path / "data") as started:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}/canary"
        _ask_with(started, routes, address)
        listener.setblocking(False)
        try:
            _, peer = listener.accept()
        except BlockingIOError:
            return
    raise AssertionError(f"{peer} asked for an address that stood in a request")


def _ask_with(started: Appliance, routes: tuple[Route, ...], address: str) -> None:
    """In every parameter, some headers and the path."""
    text = quote(address, safe="")
    for route in routes:
        names = {parameter.name for parameter in route.parameters if parameter.where == "query"}
        for name in (*names, "url", "target", "host", "next", "return_to", "callback"):
            assert head_of(started, f"{target(route)}?{name}={text}", route.methods[0]).status < 500
    for header in ("Referer", "X-Forwarded-For", "Origin", "Last-Event-ID", "Link", "X-Callback", "SOAPAction"):
        assert head_of(started, "/metrics/json", "GET", {header: address}).status < 500
    assert head_of(started, address).status in {400, 404, 421}


def test_nothing_that_is_installed_gives_privileges():
    wrong = [
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.lstat().st_mode & (stat.S_ISUID | stat.S_ISGID) and path.is_file()
    ]
    assert wrong == []
    capabilities = [
        path
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "security.capability" in os.listxattr(path)
    ]
    assert capabilities == []
