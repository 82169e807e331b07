"""The usual ways to send an event stream to many subscribers in Python, as their documentation shows them.

    python fanout_asgi.py {starlette,sse-starlette} PORT HZ FRAME_FILE

Run in .venv-bench. A task puts the frame into one queue for each subscriber, HZ times a second. Both are given what is
cheapest for them: uvloop, httptools, no access log, and a frame that is bytes already.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import uvicorn
from sse_starlette import EventSourceResponse
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route


def application(framework: str, hz: float, frame: bytes) -> Starlette:
    queues: set[asyncio.Queue[bytes]] = set()

    async def frames() -> AsyncIterator[bytes]:
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        queues.add(queue)
        try:
            while True:
                yield await queue.get()
        finally:
            queues.discard(queue)

    async def stream(_: Request) -> Response:
        if framework == "sse-starlette":
            return EventSourceResponse(frames())
        return StreamingResponse(frames(), media_type="text/event-stream")

    async def publish() -> None:
        loop = asyncio.get_running_loop()
        tick = loop.time()
        while True:
            tick += 1 / hz
            await asyncio.sleep(tick - loop.time())
            for queue in queues:
                queue.put_nowait(frame)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        task = asyncio.create_task(publish())
        yield
        task.cancel()

    return Starlette(routes=[Route("/sse", stream)], lifespan=lifespan)


if __name__ == "__main__":
    framework, port, hz, frame_file = sys.argv[1:]
    uvicorn.run(
        application(framework, float(hz), Path(frame_file).read_bytes()),
        port=int(port),
        loop="uvloop",
        http="httptools",
        log_level="warning",
        access_log=False,
    )
