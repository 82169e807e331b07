"""The real process on a machine with NVIDIA GPUs, whose driver is the compiled stand-in."""

import signal
import time
from pathlib import Path

import pytest

from tests.host.nvml.machine import gpu
from tests.support.process import Appliance, running
from tests.support.stream import Stream, messages

pytestmark = pytest.mark.system


def describe(script: Path, *parts: str) -> None:
    next_one = script.with_suffix(".next")
    next_one.write_text("\n".join(parts) + "\n")
    next_one.replace(script)


def started(library: Path, folder: Path, *parts: str):
    script = folder / "machine"
    describe(script, *parts)
    environment = {"LD_LIBRARY_PATH": str(library), "NVML_SCRIPT": str(script)}
    return running(folder / "data", "--interval", "0.2", **environment)


def wait_for(stream: Stream, status: str) -> dict:
    """The first sample in which the collector of NVIDIA's GPUs has this status."""
    seen = stream.until(
        lambda seen: bool(messages(seen)) and collector(messages(seen)[-1].json)["status"] == status,
    )
    return messages(seen)[-1].json


def collector(sample: dict) -> dict:
    return sample["server"]["collectors"]["gpu_nvidia"]


def test_gpus_are_in_the_sample_and_in_the_exposition(nvml_library: Path, tmp_path: Path):
    with started(nvml_library, tmp_path, "gpus 2", gpu(0), gpu(1, compute="1:4096")) as appliance:
        with Stream(appliance) as stream:
            sample = wait_for(stream, "ok")
        first, second = sample["system"]["gpus"][:2]
        assert first["uuid"] == "GPU-00000000-0000-0000-0000-000000000000"
        assert second["processes"][0]["pid"] == 1
        text = appliance.get("/metrics").body.decode()
        labels = 'hw_gpu_task="encoder",hw_id="GPU-00000000-0000-0000-0000-000000000001"'
        assert any(labels in line and line.endswith(" 0.12") for line in text.splitlines()), "a share of one"


def exits(appliance: Appliance) -> float:
    begin = time.monotonic()
    assert appliance.stop(signal.SIGTERM) == 0
    return time.monotonic() - begin


def test_a_driver_that_hangs_holds_no_tick_and_no_exit(nvml_library: Path, tmp_path: Path):
    with started(nvml_library, tmp_path, "gpus 1", gpu()) as appliance:
        with Stream(appliance) as stream:
            wait_for(stream, "ok")
            describe(tmp_path / "machine", "gpus 1", gpu(power="hang"))
            hanging = wait_for(stream, "hanging")
            assert hanging["system"]["gpus"][0]["power_watts"] == 512.34, "the last good value"
            assert collector(hanging)["age_seconds"] >= 5.0
            assert collector(hanging)["reason"].startswith("no answer for")
            held = [one for one in messages(stream.events) if collector(one.json)["age_seconds"] > 1.0]
            assert len(held) > 10, "samples went on while the driver held its reader for five seconds"
            describe(tmp_path / "machine", "gpus 1", gpu(power="100000"))
            assert wait_for(stream, "ok")["system"]["gpus"][0]["power_watts"] in (100.0, 512.34)
            describe(tmp_path / "machine", "gpus 1", gpu(power="hang"))
            wait_for(stream, "hanging")
        assert exits(appliance) < 5.0
