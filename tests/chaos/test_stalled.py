"""Many readers that stand still: they cost memory that is bounded, and nobody else anything."""

import signal
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.chaos.serving import errors_of, serving
from tests.support.process import TIMEOUT_SECONDS
from tests.support.stream import Stream, messages
from zeropoint.feed.broadcaster import BATCH_BYTES, QUEUE_FRAMES
from zeropoint.feed.pieces import PIECE_BYTES

STALLED = 50
MISSED = 120
SLACK_BYTES = 16 * 1024 * 1024
"""For the samples that are kept meanwhile, and what the allocator makes of it."""


def test_many_stalled_readers_hold_little_memory_and_nobody_up(tmp_path: Path):
    with serving(tmp_path, "--interval", "0.1") as started, ExitStack() as opened:
        quick = [opened.enter_context(Stream(started)) for _ in range(3)]
        count, newest = 1, quick[0].samples(1)[0].json["server"]
        memory_bytes = newest["memory_bytes"]
        for _ in range(STALLED):
            opened.enter_context(Stream(started, slow=True))
        # By then the queues of most of them are full.
        while newest["dropped_total"] < STALLED * 5:
            count += 1
            newest = [stream.samples(count)[-1] for stream in quick][-1].json["server"]
            assert newest["queue_size"] <= (STALLED + len(quick)) * QUEUE_FRAMES
            assert newest["memory_bytes"] - memory_bytes < STALLED * 2 * BATCH_BYTES + SLACK_BYTES
        assert newest["clients"] == STALLED + len(quick)
        for stream in quick:
            numbers = [int((one.id or "").split("-")[1]) for one in messages(stream.events)]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
            assert {one.json["reason"] for one in stream.events if one.type == "gap"} <= {"missed-ticks"}


def test_readers_that_take_nothing_do_not_hold_up_the_end(tmp_path: Path):
    """soak/times.py measures how long it takes."""
    with serving(tmp_path, "--interval", "0.1") as started, ExitStack() as opened:
        quick = opened.enter_context(Stream(started, "?sections=server"))
        first = quick.samples(MISSED)[0]
        for _ in range(3):
            opened.enter_context(Stream(started, slow=True))
            poller = opened.enter_context(started.connect(2048))
            poller.sendall(f"GET /metrics/json?since={first.id} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        count = MISSED
        while quick.samples(count)[-1].json["server"]["dropped_total"] == 0:
            count += 1
        started.process.send_signal(signal.SIGTERM)
        assert quick.to_the_end()[-1].json == {"reason": "shutdown"}
        assert started.process.wait(TIMEOUT_SECONDS) == 0
    assert errors_of(tmp_path) == []


@pytest.mark.parametrize("query", ["", "&sections=system,ai,server"])
def test_answers_to_polls_that_nobody_takes_hold_little_memory(tmp_path: Path, query: str):
    """Each would be of megabytes."""
    with serving(tmp_path, "--interval", "0.1") as started, ExitStack() as opened:
        stream = opened.enter_context(Stream(started, "?sections=server"))
        first, *_, last = stream.samples(MISSED)
        head = f"GET /metrics/json?since={first.id}{query} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()
        for _ in range(STALLED):
            poller = opened.enter_context(started.connect(2048))
            poller.sendall(head)
            assert poller.recv(12) == b"HTTP/1.1 200"
        newest = stream.samples(MISSED + 10)[-1].json["server"]
        assert newest["memory_bytes"] - last.json["server"]["memory_bytes"] < STALLED * 2 * PIECE_BYTES + SLACK_BYTES
