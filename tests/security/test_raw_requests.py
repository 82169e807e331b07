"""Damaged requests over raw sockets, a few thousand of them; soak/fuzz.py sends 200,000."""

from pathlib import Path

import pytest

import zeropoint_sdk as zp
from tests.chaos.serving import serving
from tests.fleet.fleet import bus, machine, wait_for
from tests.security.asking import head_of
from tests.security.mutations import Mutator
from tests.security.raw_fuzzer import complaints, fuzz, standing
from tests.security.table import hub_table
from tests.support.stream import Stream, messages
from tests.support.tokens import in_all_states
from zeropoint.server.routes import Route

COUNT = 3000
MOST_SAMPLES = 300
MOST_GROWTH_BYTES = 64 * 2**20


def trained(artifacts: Path) -> str:
    """The id of a run that there is."""
    with zp.run("digits", artifacts=artifacts) as run:
        for step in range(20):
            run.log(step=step, loss=1 / (step + 1))
    assert run.id is not None
    return run.id


@pytest.mark.parametrize(("seed", "guarded"), [(1, False), (2, True)])
def test_no_request_makes_it_fail_or_keep_anything(tmp_path: Path, routes: tuple[Route, ...], seed: int, guarded: bool):
    given = {"Authorization": f"Bearer {in_all_states(tmp_path / 'data')['read']}"} if guarded else {}
    known = [trained(tmp_path / "artifacts").encode() for _ in range(2)]
    settings = ("--artifacts", str(tmp_path / "artifacts"), "--interval", "0.2")
    with serving(tmp_path, *settings) as started, Stream(started, **given) as clock:
        pid = started.process.pid
        fuzz(started, routes, 500, 0, known)  # what is made once and kept: caches, threads, buffers
        clock.samples(1)
        before = standing(pid)
        outcome = fuzz(started, routes, COUNT, seed, known)
        assert outcome.faults == []
        for _ in range(MOST_SAMPLES):
            clock.samples(len(messages(clock.events)) + 1)
            after = standing(pid)
            if after.sockets <= before.sockets:
                break
    assert after.sockets <= before.sockets
    assert after.threads <= before.threads + 4
    assert after.resident_bytes <= before.resident_bytes + MOST_GROWTH_BYTES
    assert complaints(tmp_path / "log") == []
    # It did reach the server in all its parts.
    assert {200, 400} <= set(outcome.statuses)
    assert (401 in outcome.statuses) == guarded


@pytest.mark.system
def test_no_request_makes_a_hub_fail(tmp_path: Path):
    known = [b"one", b"two"]
    with (
        bus(tmp_path / "bus") as server,
        serving(tmp_path, "--nats", server.url, command="hub") as started,
        machine(tmp_path / "one", server.url, "one"),
        machine(tmp_path / "two", server.url, "two"),
    ):
        wait_for(lambda: head_of(started, "/metrics/json").status == 200)
        outcome = fuzz(started, hub_table(tmp_path / "none"), COUNT, 3, known)
    assert outcome.faults == []
    assert complaints(tmp_path / "log") == []
    assert {200, 400, 404} <= set(outcome.statuses)


def test_what_is_drawn_reaches_beyond_each_routes_first_check(routes: tuple[Route, ...]):
    """Each query parameter of the tables is given, and all that a route has at once."""
    mutator = Mutator(1, routes)
    drawn = [mutator.draw().split(b"\r\n", 1)[0] for _ in range(20_000)]
    for route in routes:
        names = [one.name for one in route.parameters if one.where == "query"]
        lines = [line for line in drawn if line.startswith(f"GET {route.path}?".encode())]
        assert not names or any(all(f"{name}=".encode() in line for name in names) for line in lines), route.path
