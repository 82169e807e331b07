"""Tells when a connection's write buffer fills, drains, and is gone: asyncio's own flow control, event by event."""

import asyncio
from collections.abc import Callable


class Pacing(asyncio.Protocol):
    """Stands before the protocol of the HTTP server on a connection that has become a stream.

    `paused` is called as soon as the transport could not hand all bytes to the kernel, `resumed` when it has. All is
    passed on to the server's protocol, which owns the connection as before.
    """

    __slots__ = ("_lost", "_paused", "_resumed", "_server")

    def __init__(
        self,
        server: asyncio.Protocol,
        *,
        paused: Callable[[], None],
        resumed: Callable[[], None],
        lost: Callable[[], None],
    ) -> None:
        self._server = server
        self._paused = paused
        self._resumed = resumed
        self._lost = lost

    def pause_writing(self) -> None:
        self._server.pause_writing()
        self._paused()

    def resume_writing(self) -> None:
        self._server.resume_writing()
        self._resumed()

    def data_received(self, data: bytes) -> None:
        self._server.data_received(data)

    def eof_received(self) -> bool | None:
        return self._server.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._lost()
        self._server.connection_lost(exc)
