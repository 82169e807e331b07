"""A source that fails or hangs costs its own section only. Pipes stand in place of the kernel's files."""

import os
import shutil
import signal
from pathlib import Path

import pytest

from tests.support.process import TIMEOUT_SECONDS, Appliance, running
from tests.support.stream import Stream, messages

FIXTURES = Path(__file__).parent.parent / "fixtures"


@pytest.fixture
def trees(tmp_path: Path) -> Path:
    """A machine's trees that a test may damage."""
    shutil.copytree(FIXTURES / "golden", tmp_path / "machine", symlinks=True)
    return tmp_path / "machine"


def start(trees: Path, data: Path):
    roots = ["--procfs", str(trees / "proc"), "--sysfs", str(trees / "sys"), "--rootfs", str(trees)]
    return running(data, *roots, "--interval", "0.2")


def in_place_of(file: Path) -> Path:
    file.unlink()
    os.mkfifo(file)
    return file


def collector(appliance: Appliance, name: str) -> dict:
    return appliance.get("/metrics/json").json["server"]["collectors"][name]


def test_a_pipe_in_place_of_a_proc_file_costs_its_own_section_only(trees: Path, tmp_path: Path):
    in_place_of(trees / "proc/meminfo")
    with start(trees, tmp_path / "data") as started:
        with Stream(started) as stream:
            taken = stream.samples(4)[-1].json
        assert taken["server"]["collectors"]["memory"]["status"] == "failed"
        assert "not a regular file" in taken["server"]["collectors"]["memory"]["reason"]
        assert taken["system"]["memory"]["total_bytes"] is None
        assert taken["system"]["cpu"]["count_logical"] > 0
        assert taken["system"]["network"]["bytes_sent_total"] is not None
        health = started.get("/health")
        assert (health.status, health.json["status"]) == (200, "degraded")
        assert any(reason.startswith("memory: failed") for reason in health.json["reasons"])


def test_a_source_that_hangs_costs_its_own_section_and_does_not_hold_the_exit(trees: Path, tmp_path: Path):
    sensor = next(trees.glob("sys/class/hwmon/hwmon*/temp1_input"))
    in_place_of(sensor.resolve())
    with start(trees, tmp_path / "data") as started:
        with Stream(started) as stream:
            seen = stream.until(
                lambda seen: (
                    bool(messages(seen))
                    and messages(seen)[-1].json["server"]["collectors"]["sensors"]["status"] == "hanging"
                )
            )
            taken = messages(seen)[-1].json
        assert taken["system"]["sensors"] is None
        assert {"path": "system.sensors"}.items() <= next(
            row for row in taken["unavailable"] if row["path"] == "system.sensors"
        ).items()
        assert taken["system"]["cpu"]["load_1m"] is not None
        assert started.get("/livez").status == 200
        assert started.get("/health").json["status"] == "degraded"
        assert started.stop(signal.SIGTERM) == 0


def test_a_source_that_comes_back_is_read_again(trees: Path, tmp_path: Path):
    memory = trees / "proc/meminfo"
    content = memory.read_bytes()
    with start(trees, tmp_path / "data") as started, Stream(started) as stream:
        before = stream.samples(2)[-1].json["system"]["memory"]["total_bytes"]
        memory.write_text("MemTotal: many kB\n")
        failed = messages(
            stream.until(lambda seen: messages(seen)[-1].json["server"]["collectors"]["memory"]["status"] == "failed")
        )[-1].json
        assert failed["system"]["memory"]["total_bytes"] == before, "the last good value stays"
        assert failed["server"]["collectors"]["memory"]["age_seconds"] > 0
        memory.write_bytes(content)
        stream.until(lambda seen: messages(seen)[-1].json["server"]["collectors"]["memory"]["status"] == "ok")
        assert started.stop() == 0


def test_it_starts_where_nothing_can_be_read(tmp_path: Path):
    empty = tmp_path / "empty"
    empty.mkdir()
    roots = ["--procfs", str(empty), "--sysfs", str(empty), "--rootfs", str(empty)]
    with running(tmp_path / "data", *roots, "--artifacts", str(empty / "none")) as started:
        taken = started.get("/metrics/json").json
        assert taken["system"]["cpu"]["usage_percent"] is None
        assert started.get("/health").json["status"] == "degraded"
        assert started.get("/metrics").status == 200
        assert started.process.poll() is None
        started.process.terminate()
        assert started.process.wait(TIMEOUT_SECONDS) == 0
