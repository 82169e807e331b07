"""Damaged requests over raw sockets, a few thousand of them; soak/fuzz.py sends 200,000."""

from pathlib import Path

import pytest

from tests.chaos.serving import serving
from tests.security.raw_fuzzer import complaints, fuzz, standing
from tests.security.table import target
from tests.support.stream import Stream, messages
from tests.support.tokens import in_all_states
from zeropoint.server.routes import Route

COUNT = 3000
MOST_SAMPLES = 300
MOST_GROWTH_BYTES = 64 * 2**20


@pytest.mark.parametrize(("seed", "guarded"), [(1, False), (2, True)])
def test_no_request_makes_it_fail_or_keep_anything(tmp_path: Path, routes: tuple[Route, ...], seed: int, guarded: bool):
    given = {"Authorization": f"Bearer {in_all_states(tmp_path / 'data')['read']}"} if guarded else {}
    paths = [target(route).encode() for route in routes]
    settings = ("--artifacts", str(tmp_path / "artifacts"), "--interval", "0.2")
    with serving(tmp_path, *settings) as started, Stream(started, **given) as clock:
        pid = started.process.pid
        fuzz(started, paths, 500, seed=0)  # what is made once and kept: caches, threads, buffers
        clock.samples(1)
        before = standing(pid)
        outcome = fuzz(started, paths, COUNT, seed)
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
