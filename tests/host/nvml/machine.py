"""Machines with NVIDIA GPUs that scripts describe: driver.c stands for their driver, a process reads them."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

DRIVER = Path(__file__).with_name("driver.c")


def build(folder: Path, *defines: str) -> Path:
    """Compiles the library into a folder that a process can find it in. A compiler is among the system packages."""
    options = ["-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", *(f"-D{name}" for name in defines)]
    subprocess.run(["cc", *options, "-o", folder / "libnvidia-ml.so.1", DRIVER], check=True)
    return folder


def environment(folder: Path, script: Path, calls: Path | None = None) -> dict[str, str]:
    """What a process needs to find the driver in `folder` and the machine in `script`."""
    return {
        **os.environ,
        "LD_LIBRARY_PATH": str(folder),
        "NVML_SCRIPT": str(script),
        **({} if calls is None else {"NVML_CALLS": str(calls)}),
    }


def gpu(index: int = 0, **changes: str) -> str:
    """The lines of a whole GPU in the manner of an H100; `changes` by key, with _ for the dot; "" takes a line away."""
    lines = {
        "uuid": f"GPU-00000000-0000-0000-0000-00000000000{index}",
        "name": "NVIDIA H100 80GB HBM3",
        "utilization": "97 41",
        "memory": "85899345920 42949672960",
        "temperature": "61",
        "threshold.1": "87",
        "power": "512340",
        "power_limit": "700000",
        "clock.1": "1755",
        "clock.2": "2619",
        "max_clock.1": "1980",
        "pstate": "0",
        "fan": "!3",
        "throttle": "4",
        "encoder": "12",
        "decoder": "0",
        "field.83": "123456789",
        "field.82": "72",
        "field.74": "5000000000",
        "field.75": "250000000",
        "field.76": "0",
        "field.77": "0",
        "field.79": "0",
        "field.197": "1000000",
        "field.198": "5000000",
        "field.138": "1024",
        "field.139": "2048",
        "field.3": "7",
        "field.4": "0",
        "field.5": "19",
        "field.6": "1",
        "field.94": "3",
        "field.38": "0",
        "field.45": "1",
        "field.52": "2",
        "field.59": "0",
        "pcie_generation": "5",
        "pcie_width": "16",
        **{f"nvlink.{link}": "1" for link in range(18)},
        "mig": "0",
        "compute": "",
        "graphics": "",
        "samples": "",
    }
    lines.update({name.replace("__", "."): value for name, value in changes.items()})
    return "\n".join(f"{index}.{key} {value}" for key, value in lines.items() if value != "-") + "\n"


class Machine:
    """A machine that is read by one process for as long as the test runs."""

    def __init__(self, library: Path, folder: Path, proc: str = "/proc") -> None:
        self.script, self.calls = folder / "machine", folder / "calls"
        self.describe("gpus 1", gpu())
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.host.nvml.reader", proc, str(folder / "sys")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment(library, self.script, self.calls),
            cwd=Path(__file__).parents[3],
        )

    def describe(self, *parts: str) -> None:
        """Makes the machine another one, at once: a reader sees the old one or the new one whole."""
        next_one = self.script.with_suffix(".next")
        next_one.write_text("\n".join(parts) + "\n")
        next_one.replace(self.script)

    def answer(self, now: float) -> Mapping[str, Any]:
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(f"{now}\n")
        self.process.stdin.flush()
        answer: Mapping[str, Any] = json.loads(self.process.stdout.readline())
        return answer

    def read(self, now: float) -> tuple[Sequence[Mapping[str, Any]], Mapping[str, str]]:
        """The GPUs, and the reasons of what is null, by the path below system.gpus."""
        answer = self.answer(now)
        assert "gpus" in answer, answer
        missing = {path.removeprefix("system.gpus"): why for path, why in answer["missing"].items()}
        assert "not read, and its probe gives no reason" not in missing.values()
        return answer["gpus"], missing

    def called(self) -> Counter[str]:
        """How often each key was asked for."""
        return Counter(self.calls.read_text().split())

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
