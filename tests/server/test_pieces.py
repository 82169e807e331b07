"""Large bodies, over real sockets."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web

from zeropoint.server.asked import answered
from zeropoint.server.errors import LARGE_BYTES, json_response
from zeropoint.server.pieces import OWN_PIECE_BYTES, PIECE_BYTES, Pieces

SIZES = [LARGE_BYTES, LARGE_BYTES + 1, PIECE_BYTES + OWN_PIECE_BYTES, PIECE_BYTES + OWN_PIECE_BYTES + 1, 3_000_000]


def content_of(size: int) -> bytes:
    """No two pieces of it are alike."""
    return b"".join(b"%08d" % number for number in range(size // 8 + 1))[:size]


async def answer(request: web.Request) -> web.Response:
    return json_response(content_of(int(request.query["size"])))


@asynccontextmanager
async def served() -> AsyncIterator[int]:
    """The port of a server that answers so."""
    application = web.Application()
    application.router.add_get("/", answer)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


@pytest.mark.parametrize("size", SIZES)
async def test_a_body_of_any_size_arrives_whole_and_with_its_length(size: int) -> None:
    async with served() as port, ClientSession() as session:
        for _ in range(2):  # over one connection
            async with session.get(f"http://127.0.0.1:{port}/", params={"size": size}) as got:
                assert got.headers["Content-Length"] == str(size)
                assert got.content_type == "application/json"
                assert await got.read() == content_of(size)
        async with session.head(f"http://127.0.0.1:{port}/", params={"size": size}) as got:
            assert got.headers["Content-Length"] == str(size)


async def test_a_reader_that_takes_little_at_a_time_gets_all() -> None:
    async with served() as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2048)
        writer.write(b"GET /?size=3000000 HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        got = bytearray()
        while some := await reader.read(1500):
            got += some
        writer.close()
        assert bytes(got) == content_of(3_000_000)


async def test_a_shared_body_is_the_same_for_all() -> None:
    content = content_of(100_000)
    body = Pieces(content, "text/plain")
    assert (body.content, body.size, body.decode()) == (content, 100_000, content.decode())


async def test_a_question_over_the_bus_gets_all_of_a_large_answer() -> None:
    assert await answered({"/": answer}, "/", "size=3000000") == (200, content_of(3_000_000))
    assert await answered({"/": answer}, "/", "size=10") == (200, content_of(10))
