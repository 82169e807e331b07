"""Further bytes on the connection of a stream: they are no business of the stream's."""

from pathlib import Path

import pytest

from tests.support.events import dechunked
from tests.support.process import Appliance, running
from tests.support.stream import Stream, messages

REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
MOST_BYTES = 16 * 1024 * 1024
"""More than the kernel's buffers of both ends take; what goes beyond would be in the appliance's memory."""
PART_BYTES = 256 * 1024


NO_REQUESTS = [b"no request at all\r\n\r\n", b"\x00\xff" * 1000, b"GET / HTTP/1.1\r\n"]


@pytest.mark.parametrize(
    ("more", "after_samples"),
    # What is no HTTP would, in one packet with the request, be refused with it.
    [(REQUEST, 0), (REQUEST * 100, 0), *((more, 1) for more in (REQUEST, *NO_REQUESTS))],
)
def test_what_is_sent_behind_the_request_does_the_stream_no_harm(appliance: Appliance, more: bytes, after_samples: int):
    with Stream(appliance) as stream:
        stream.samples(after_samples)
        stream.socket.sendall(more)
        taken = stream.samples(5)
        body = stream.received.partition(b"\r\n\r\n")[2]
    numbers = [int((one.id or "").split("-")[1]) for one in taken]
    assert numbers == list(range(numbers[0], numbers[0] + 5))
    assert b"HTTP/1.1" not in body
    assert dechunked(body).startswith(b"retry: ")
    assert appliance.get("/livez").status == 200


def test_a_flood_behind_the_request_is_not_taken_into_memory(tmp_path: Path):
    with running(tmp_path, "--interval", "0.1") as started, Stream(started) as clock, Stream(started) as flooding:
        flooding.socket.setblocking(False)
        taken_bytes = 0
        while taken_bytes < MOST_BYTES:
            known = len(clock.events)
            try:
                taken_bytes += flooding.socket.send(REQUEST * (PART_BYTES // len(REQUEST)))
            except BlockingIOError:
                before = taken_bytes
                # A few samples later nothing more has been taken: it has stopped reading.
                clock.until(lambda seen, known=known: len(seen) >= known + 5)
                try:
                    taken_bytes += flooding.socket.send(REQUEST * (PART_BYTES // len(REQUEST)))
                except BlockingIOError:
                    break
                assert taken_bytes > before
            except ConnectionError:
                break  # it was cut off, which is as good
        assert taken_bytes < MOST_BYTES
        assert messages(clock.events)[-1].json["server"]["memory_bytes"] < 256 * 1024 * 1024
