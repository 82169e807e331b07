"""A private swarm of two servers, a client with a session, and the real appliance, in one network namespace.

python -m tests.components.petals_swarm.scenario FOLDER PETALS_PYTHON HIVEMIND_PYTHON, as process 1 of its namespaces:
writes what was seen at each stage to FOLDER/stages.json. FOLDER/cache holds the model.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.components.petals_swarm.programs import PATIENCE_SECONDS, Program
from tests.support.process import Appliance, running
from zeropoint.ai.petals_observing import SCRIPT

USE = ("cpu_percent", "network_bytes_sent_per_second", "network_bytes_received_per_second")
HERE = Path(__file__).parent
Report = dict[str, Any]


def environment(folder: Path) -> dict[str, str]:
    cache = str(folder / "cache")
    own = {"HF_HUB_OFFLINE": "1", "PETALS_CACHE": cache, "HUGGINGFACE_HUB_CACHE": cache, "TRANSFORMERS_CACHE": cache}
    return {**os.environ, **own, "PYTHONPATH": str(HERE / "site"), "PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1"}


def server(folder: Path, python: str, number: int, blocks: str, *more: str) -> Program:
    """A server that serves."""
    options = {
        "block_indices": blocks,
        "torch_dtype": "float32",
        "device": "cpu",
        "host_maddrs": f"/ip4/127.0.0.1/tcp/{31330 + number}",
        "identity_path": str(folder / f"identity{number}"),
        "public_name": f"server{number}",
        "throughput": "1",
        "num_handlers": "2",
        "update_period": "3",
    }
    command = [python, "-m", "petals.cli.run_server", "tiny/llama", "--no_auto_relay", *more]
    for name, value in options.items():
        command += [f"--{name}", value]
    program = Program(command, environment(folder))
    program.until(lambda line: line.rstrip().endswith("Started"))
    return program


def until(appliance: Appliance, wanted: Callable[[Report], bool], seconds: float = PATIENCE_SECONDS) -> Report:
    """The first sample's report that is wanted, with the time of its sample's arrival."""
    newest, end = "", time.monotonic() + seconds
    report: Report = {}
    while time.monotonic() < end:
        answer = appliance.get(f"/metrics/json?since={newest}&wait=10" if newest else "/metrics/json").json
        for sample in answer.get("samples", [answer]):
            newest = sample["id"]
            report = sample["ai"]["components"]["petals"]
            reasons = {row["path"]: row["reason"] for row in sample["unavailable"] if ".petals." in row["path"]}
            report |= {"reasons": reasons, "at": time.monotonic()}
            if wanted(report):
                return report
    raise AssertionError(f"not seen: {json.dumps(report, indent=1)}")


def rooms(report: Report) -> set[int]:
    return {row["cache_tokens_left"] for row in report["servers"] or ()}


def alive(pattern: str) -> list[int]:
    """Processes of this namespace whose command line holds it; what has ended and waits for its parent has none."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                content = (entry / "cmdline").read_bytes()
            except OSError:
                continue
            if pattern.encode() in content:
                found.append(int(entry.name))
    return found


def play(folder: Path, python: str, hivemind_python: str) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    first = server(folder, python, 0, "0:2", "--new_swarm")
    peer = re.search(r"/ip4/127\.0\.0\.1/tcp/31330/p2p/\w+", "".join(first.lines))[0]  # type: ignore[index]
    second = server(folder, python, 1, "2:4", "--initial_peers", peer)
    settings = ("--petals-peers", peer, "--petals-python", python, "--petals-cache", str(folder / "cache"))
    with running(folder / "data", "--artifacts", str(folder / "artifacts"), *settings) as appliance:
        seen["without sessions"] = until(
            appliance, lambda told: told["served_blocks"] == 4 and told["status"] == "idle"
        )
        client = Program([python, str(HERE / "client.py"), peer], environment(folder))
        client.until(lambda line: line.startswith("ready"))
        client.say("open", "opened 8")
        seen["with a session"] = until(
            appliance, lambda told: max(rooms(told)) < seen["without sessions"]["cache_tokens_left"]
        )
        # CPU time is counted in hundredths of a second, of which a server at rest takes none in most readings.
        seen["machine"] = until(appliance, lambda told: min(told.get(name) or 0 for name in USE) > 0)
        client.say("close", "closed")
        seen["after the session"] = until(
            appliance, lambda told: min(rooms(told)) == seen["without sessions"]["cache_tokens_left"]
        )
        seen["plain hivemind"] = observed(hivemind_python, peer)
        observers = alive(SCRIPT.name)
        seen["observers"] = len(observers)
        for name, ended in (("one left", second), ("none left", first)):
            ended.process.send_signal(signal.SIGTERM)
            at = time.monotonic()
            ended.process.wait(PATIENCE_SECONDS)
            count = 1 if name == "one left" else 0
            told = until(appliance, lambda told: told["server_processes_count"] == count)  # noqa: B023
            seen[name] = {**told, "after_seconds": told["at"] - at, "alike": len(alive("petals.cli.run_server"))}
        group = {os.getpgid(pid) for pid in observers}
        appliance.process.kill()
        appliance.process.wait(PATIENCE_SECONDS)
        seen["outlived"] = left_of(group)
        seen["left in /tmp"] = [str(path) for path in Path("/tmp").glob("zeropoint-petals-*")]  # noqa: S108
    return seen


def left_of(groups: set[int]) -> list[int]:
    """What of these process groups still runs after a while."""
    end = time.monotonic() + 10
    while time.monotonic() < end:
        left = [pid for pid in alive("") if getpgid(pid) in groups and state(pid) not in "ZX"]
        if not left:
            return []
    return left


def getpgid(pid: int) -> int | None:
    try:
        return os.getpgid(pid)
    except OSError:
        return None


def state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return "X"


def observed(python: str, peer: str) -> Any:
    """What the observer tells first, run by another interpreter."""
    with subprocess.Popen([python, "-I", SCRIPT, peer], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as program:
        assert program.stdout is not None and program.stdin is not None
        line = program.stdout.readline()
        program.stdin.close()
        program.wait(PATIENCE_SECONDS)
    return json.loads(line)


if __name__ == "__main__":
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    place = Path(sys.argv[1])
    (place / "stages.json").write_text(json.dumps(play(place, *sys.argv[2:])))
