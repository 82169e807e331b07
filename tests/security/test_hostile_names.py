"""Case 7: names that others choose, through the real process to JSON, stream, exposition, log, export and terminal.

The page has tests/browser/test_hostile_text.py, the terminal tests/e2e/test_watch.py, SQL tests/history.
"""

import csv
import io
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families as parse_text

from tests.browser.machines import FIXTURES
from tests.chaos.serving import serving
from tests.host.nvml.machine import build, gpu
from tests.support.events import dechunked
from tests.support.process import PROGRAM, TIMEOUT_SECONDS, Appliance, clean_environment, running
from tests.support.stream import Stream

OPENMETRICS = "application/openmetrics-text; version=1.0.0"
# The kernel keeps 15 bytes of a program's name; "/" and the zero byte alone can not be in it.
PROGRAMS = (
    b"<img onerror=>",
    b"\x1b[2J\x1b]0;own\x07",
    b"a\"b\\nc'`$(id)",
    b"x\ny 1\n# EOF",
    b"\xff\xfe\xc3(",
    b"=cmd|' '!A1",
    "\u202eevil\u2028".encode(),
    b"{{7*7}}${7*7}",
)
LONG = "A" * 65_536
FORGED = "</script><b>\"'&\r\nlevel='error' event='forged'\n\x1b[31m\x00\u2028\ud800"

RUNS = (FORGED, LONG, "../../etc/passwd", "'; DROP TABLE blocks; --", "$(touch pwned)")

MOST_SAMPLES = 300


@contextmanager
def busy(folder: Path) -> Iterator[None]:
    """Programs of these names that take what they get of the processors."""
    with ExitStack() as stack:
        for number, name in enumerate(PROGRAMS):
            place = folder / str(number)
            place.mkdir()
            program = os.path.join(os.fsencode(place), name)
            shutil.copy("/bin/sh", program)
            process = subprocess.Popen([program, b"-c", b"echo ready; while :; do :; done"], stdout=subprocess.PIPE)
            stack.callback(process.wait, TIMEOUT_SECONDS)
            stack.callback(process.kill)
            assert process.stdout is not None
            stack.enter_context(process.stdout)
            assert process.stdout.readline() == b"ready\n"
        yield


def plant(artifacts: Path) -> None:
    """Artifacts with names that are hostile in their content and in themselves."""
    scenes = artifacts / "wondercraft" / "scenes"
    scenes.mkdir(parents=True)
    (scenes / "final_metrics.json").write_text(json.dumps({"scene": FORGED + LONG, "fps": 60}))
    for name in (
        b"a\nlevel='error'.glb",
        b"\xff\xfe.glb",
        b"\x1b[2J.gltf",
        b"<svg onload=x>.usda",
        b"x" * 250 + b".usd",
    ):
        with open(os.path.join(os.fsencode(scenes), name), "wb") as file:
            file.write(b"no scene")
    for number, name in enumerate(RUNS):
        run = artifacts / "runs" / f"hostile-{number}" / "1"
        run.mkdir(parents=True)
        about = {
            "id": "1",
            "name": name,
            "kind": name,
            "pid": os.getpid(),
            "host": name,
            "hyperparameters": {name: name},
        }
        (run / "run.json").write_text(json.dumps(about))
        (run / "steps.jsonl").write_text(json.dumps({"step": 1, "loss": 0.5, name[:50]: 1.0}) + "\n")


def harmless(told: bytes) -> None:
    """UTF-8 without control characters but line feeds, and nothing of 64 KB."""
    text = told.decode()
    assert not {one for one in text if (one < " " and one != "\n") or one in "\x7f\x85\u2028\u2029\u202e"}
    assert LONG[:5000] not in text


def strict(constant: str) -> float:
    raise AssertionError(f"{constant} is no JSON")


def exposition_holds(started: Appliance) -> str:
    """Both texts parse strictly, and each series stands in them once."""
    text = started.get("/metrics").body
    harmless(text)
    samples = [sample for family in parse_text(text.decode()) for sample in family.samples]
    keys = [(sample.name, tuple(sorted(sample.labels.items()))) for sample in samples]
    assert len(keys) == len(set(keys))
    openmetrics = started.get("/metrics", Accept=OPENMETRICS).body
    harmless(openmetrics)
    assert openmetrics.count(b"\n# EOF") == 1
    assert len(list(parse_openmetrics(openmetrics.decode()))) >= 30
    return text.decode()


def answers_hold(started: Appliance) -> None:
    for path in ("/metrics/json", "/api/v1/runs", "/api/v1/metrics", "/api/v1/verdicts", "/health", "/openapi.json"):
        answer = started.get(path)
        assert answer.status == 200
        harmless(answer.body)
        json.loads(answer.body, parse_constant=strict)


def workload_of(started: Appliance, names: set[str]) -> str:
    """The first of these that has a row: on a busy machine others may use more."""
    newest = started.get("/metrics/json").json["id"]
    for _ in range(MOST_SAMPLES):
        for sample in started.get(f"/metrics/json?since={newest}&wait=30").json["samples"]:
            newest = sample["id"]
            if found := names & {row["name"] for row in sample["ledger"]["workloads"] or ()}:
                return min(found)
    raise AssertionError(f"never told: {names}")


def log_holds(log: Path) -> None:
    """One line a record: no name has made one, or moved the cursor of who reads it."""
    content = log.read_bytes().decode()
    assert not {one for one in content if one < " " and one != "\n"}
    assert all(line.startswith("timestamp='") for line in content.splitlines())
    assert "event='forged'" not in [part for line in content.splitlines() for part in line.split(" level=")[:1]]


def export_holds(data: Path) -> list[str]:
    """The names of the columns; a table of the same width in every row, of numbers alone."""
    command = [PROGRAM, "export", "--from", "0", "--to", "9999999999", "--data", str(data)]
    done = subprocess.run(command, check=True, capture_output=True, env=clean_environment(), timeout=TIMEOUT_SECONDS)
    harmless(done.stdout.replace(b"\r\n", b"\n"))
    names, *rows = csv.reader(io.StringIO(done.stdout.decode(), newline=""))
    assert rows and {len(row) for row in rows} == {len(names)}
    # A spreadsheet takes what begins so for a formula.
    assert not [name for name in names if name.startswith(("=", "+", "-", "@", "\t", "\r"))]
    return names


def test_names_of_programs_files_and_runs(tmp_path: Path):
    plant(tmp_path / "artifacts")
    settings = ("--interval", "0.2", "--artifacts", str(tmp_path / "artifacts"), "--process-arguments", "redacted")
    with busy(tmp_path), serving(tmp_path, *settings, "--log-level", "debug") as started:
        # They did go through: what was refused elsewhere would show nothing here.
        name = workload_of(started, {"<img onerror=>", "=cmd|' '!A1", "{{7*7}}${7*7}"})
        with Stream(started) as stream:
            stream.samples(3)
            harmless(dechunked(stream.received.partition(b"\r\n\r\n")[2]))
        exposition_holds(started)
        answers_hold(started)
        runs = started.get("/api/v1/runs").json["runs"]
        assert len(runs) == len(RUNS) - 1  # the long one is more than is read of a file
        for run in runs:
            steps = started.get(f"/api/v1/runs/steps?id={quote(run['id'], safe='')}")
            assert steps.status == 200
            harmless(steps.body)
        started.stop()
    log_holds(tmp_path / "log")
    assert any(name in column for column in export_holds(tmp_path / "data"))
    assert not list(tmp_path.rglob("pwned"))


def test_names_of_the_host_its_mounts_and_devices(tmp_path: Path):
    trees = FIXTURES / "hostile"
    roots = ("--procfs", str(trees / "proc"), "--sysfs", str(trees / "sys"), "--rootfs", str(trees))
    with serving(tmp_path, *roots, "--interval", "0.2", "--log-level", "debug") as started:
        with Stream(started) as stream:
            sample = stream.samples(12)[-1].json
            harmless(dechunked(stream.received.partition(b"\r\n\r\n")[2]))
        assert sample["system"]["host"]["name"] == "<script>alert(1)</script>"
        assert any("<img" in row["mountpoint"] for row in sample["system"]["disk"]["filesystems"])
        exposition_holds(started)
        answers_hold(started)
        started.stop()
    log_holds(tmp_path / "log")
    export_holds(tmp_path / "data")


@pytest.mark.system
def test_names_of_gpus(tmp_path: Path):
    script = tmp_path / "script"
    script.write_text("gpus 1\n" + gpu(name="<img src=x onerror=alert(1)>\x1b[2J\"'\\n{}", uuid='GPU-"}\\n=1+1<b>'))
    driver: Mapping[str, str] = {"LD_LIBRARY_PATH": str(build(tmp_path)), "NVML_SCRIPT": str(script)}
    with running(tmp_path / "data", "--interval", "0.2", **driver) as started:
        with Stream(started) as stream:
            seen = stream.until(lambda events: any('"gpus":[{' in event.data for event in events))
            harmless(dechunked(stream.received.partition(b"\r\n\r\n")[2]))
        assert any("<img src=x" in event.data for event in seen)
        assert "<img src=x" in exposition_holds(started)
        answers_hold(started)
