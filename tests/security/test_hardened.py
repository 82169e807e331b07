"""The real process as deploy/zeropoint.service has it: nobody's, no capabilities, read-only, system calls filtered."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hardened import NOBODY, UNIT, Hardened, hardened
from tests.support.process import PROGRAM, TIMEOUT_SECONDS, Appliance, clean_environment, running, spawn
from tests.support.stream import Stream
from tests.support.tokens import bearer, made, token

pytestmark = pytest.mark.system


@pytest.fixture(scope="module")
def place() -> Iterator[Hardened]:
    with hardened() as prepared:
        yield prepared


@pytest.fixture(scope="module")
def confined(place: Hardened) -> Iterator[Appliance]:
    (place.shared / "metrics").mkdir()
    (place.shared / "metrics" / "tinygrad.jsonl").write_text('{"step": 1, "loss": 2.5}\n')
    arguments = ["--interval", "0.2", "--artifacts", str(place.shared)]
    with running(place.data, *arguments, prefix=place.prefix, HOME="/nonexistent") as started:
        yield started


def test_it_has_no_right_that_the_unit_does_not_give(confined: Appliance):
    lines = Path(f"/proc/{confined.process.pid}/status").read_text().splitlines()
    status = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    assert status["Uid"] == [str(NOBODY)] * 4
    assert {name: int(status[name][0], 16) for name in ("CapPrm", "CapEff", "CapBnd", "CapAmb")} == {
        "CapPrm": 0,
        "CapEff": 0,
        "CapBnd": 0,
        "CapAmb": 0,
    }
    assert (status["NoNewPrivs"], status["Seccomp"]) == (["1"], ["2"])


def test_all_but_its_data_directory_is_read_only(place: Hardened):
    tried = f"touch {place.data}/there && ! touch {place.shared}/there && ! touch /var/tmp/there && ! touch /usr/there"
    done = subprocess.run([*place.prefix, "sh", "-c", tried], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("Read-only file system") == 3


def test_it_serves_streams_and_keeps_its_history(confined: Appliance, place: Hardened):
    with Stream(confined) as stream:
        sample = stream.samples(10)[-1].json
    assert sample["system"]["cpu"]["usage_percent"] is not None
    assert sample["system"]["host"]["process_count"] > 1
    assert sample["ai"]["components"]["tinygrad"]["latest"]["loss"] == 2.5
    history = confined.get("/api/v1/history?metric=system.cpu.usage_percent")
    assert history.status == 200
    assert len(history.json["timestamps"]) >= 9
    assert confined.get("/control/metrics").status == 200
    assert (place.data / "history").is_dir()


def test_no_source_fails_for_what_the_unit_forbids(confined: Appliance):
    health = confined.get("/health").json
    assert (health["status"], health["reasons"]) == ("healthy", [])
    reasons = json.dumps(confined.get("/metrics/json").json["unavailable"])
    # What a family of sockets or a system call that is kept from it would say.
    assert "Address family not supported" not in reasons
    assert "Operation not permitted" not in reasons


def test_what_sources_and_their_helpers_ask_of_the_kernel_is_left(place: Hardened):
    asked = """
import os, resource
from zeropoint.ai.tcp_traffic import connections
connections()
os.nice(10)
resource.setrlimit(resource.RLIMIT_DATA, (2**31, 2**31))
"""
    command = [*place.prefix, sys.executable, "-c", asked]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=clean_environment())
    assert done.returncode == 0, done.stderr


def test_what_the_unit_forbids_is_forbidden(place: Hardened):
    """That the stand-in is one."""
    asked = """
import mmap, os, socket
tries = (
    lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    lambda: mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC),
    lambda: os.chown("/tmp", 0, 0),
    lambda: os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0)),
)
for number, one in enumerate(tries):
    try:
        one()
    except OSError:
        continue
    raise SystemExit(f"{number} is allowed")
"""
    command = [*place.prefix, sys.executable, "-c", asked]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=clean_environment())
    assert done.returncode == 0, done.stderr


def test_a_file_system_is_not_read_only_because_its_own_view_is(confined: Appliance):
    outside = [line.split() for line in Path("/proc/self/mountinfo").read_text().splitlines()]
    (options,) = {line[-1] for line in outside if line[4] == "/"}
    rows = confined.get("/metrics/json").json["system"]["disk"]["filesystems"]
    (root,) = [row for row in rows if row["mountpoint"] == "/"]
    assert root["read_only"] is ("ro" in options.split(","))


def test_it_listens_beyond_loopback_with_a_token(place: Hardened):
    with hardened() as other:
        command = [*other.prefix, PROGRAM, "token", "create", "--scope", "read", "--data", str(other.data)]
        created = subprocess.run(
            command, env=clean_environment(), capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=True
        )
        with running(other.data, "--host", "0.0.0.0", prefix=other.prefix) as started:
            assert started.get("/metrics/json").status == 401
            assert started.get("/metrics/json", **bearer(created.stdout.strip())).status == 200


def test_tokens_that_root_makes_and_revokes_are_the_services_to_read():
    """As an administrator does it; what was root's the service could not read, and would let nobody in."""
    with hardened() as other:
        text = made(other.data, "read", "--name", "reader")
        kept = made(other.data, "read", "--name", "kept")
        assert {path.name: path.stat().st_uid for path in other.data.iterdir()} == {
            "tokens.json": NOBODY,
            "tokens.json.lock": NOBODY,
            "audit.jsonl": NOBODY,
        }
        with running(other.data, "--host", "0.0.0.0", "--interval", "0.1", prefix=other.prefix) as started:
            assert started.get("/metrics/json", **bearer(text)).status == 200
            with Stream(started, **bearer(text)) as stream:
                assert token(other.data, "revoke", "reader").returncode == 0
                stream.to_the_end()
            assert started.get("/metrics/json", **bearer(text)).status == 401
            health = started.get("/health", **bearer(kept)).json
            assert (health["status"], health["reasons"]) == ("healthy", [])
            assert started.stop() == 0
        with running(other.data, "--host", "0.0.0.0", prefix=other.prefix) as again:
            assert again.get("/metrics/json", **bearer(kept)).status == 200
        assert {path.stat().st_uid for path in other.data.rglob("*")} == {NOBODY}


@pytest.mark.parametrize(("owner", "told"), [(NOBODY, True), (0, False)])
def test_root_is_warned_of_serving_from_the_directory_of_another(tmp_path: Path, owner: int, told: bool):
    if os.geteuid() != 0:
        pytest.skip("NOT RUN: only root writes in others' directories")
    data = tmp_path / "data"
    data.mkdir()
    os.chown(data, owner, owner)
    process = spawn("serve", "--port", "0", "--data", str(data))
    assert process.stdout is not None
    assert process.stdout.readline()
    process.terminate()
    _, errors = process.communicate(timeout=TIMEOUT_SECONDS)
    assert ("another user's" in errors) is told


def test_the_capabilities_that_the_unit_offers_show_what_other_users_processes_hold():
    (line,) = re.findall(r"^#     AmbientCapabilities=(.+)$", UNIT.read_text(), re.MULTILINE)
    offered = ",".join(f"+{name.removeprefix('CAP_').lower()}" for name in line.split())
    # Root's own: what a process has read and written is told to nobody else without them.
    look = f"cat /proc/{os.getpid()}/io"
    with hardened() as bare, hardened(offered) as wider:
        assert subprocess.run([*bare.prefix, "sh", "-c", look], capture_output=True, check=False).returncode != 0
        assert subprocess.run([*wider.prefix, "sh", "-c", look], capture_output=True, check=False).returncode == 0
        with running(wider.data, prefix=wider.prefix) as started:
            assert started.get("/health").json["reasons"] == []
