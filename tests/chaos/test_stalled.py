"""Many readers that stand still: they cost memory that is bounded, and nobody else anything."""

from contextlib import ExitStack
from pathlib import Path

from tests.chaos.serving import serving
from tests.support.stream import Stream, messages
from zeropoint.feed.broadcaster import BATCH_BYTES, QUEUE_FRAMES

STALLED = 50
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
