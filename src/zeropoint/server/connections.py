"""One client's connection: its place in the crowd, its deadlines, and what becomes of bytes that are no HTTP, which is
the same JSON error as of all else, and a line in the log only for our own failures."""

import asyncio
import socket
import ssl
from collections.abc import Callable
from http import HTTPStatus
from typing import cast

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from zeropoint.server.clients import UNKNOWN
from zeropoint.server.crowd import CLOSING_SECONDS, UNREAD_SECONDS, Crowd
from zeropoint.server.errors import ApiError, error_response
from zeropoint.server.handshakes import Handshake
from zeropoint.server.headers import set_security_headers
from zeropoint.server.heads import BoundedParser, RefusedHead

log = structlog.get_logger()
# How long the rest of a body that nobody wants is read, so that its sender gets to see the answer.
LINGERING_SECONDS = 2.0
# The kernel takes at most this much beyond what the peer has acknowledged. Without it, it swallows some 500 frames of
# 8 KB before a stalled reader's write buffer shows anything, and megabytes for whoever reads a file a byte at a time.
# Linux 3.12 and later, macOS has it too.
NOT_SENT_LOW_WATER_BYTES = 16 * 1024
# Said before anything was asked: who has no place gets no more than this.
NO_PLACE = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nContent-Length: 98\r\n"
    b"Retry-After: 10\r\nConnection: close\r\n\r\n"
    b'{"error":{"code":"too-many-connections","message":"no more connections are served","detail":null}}'
)


class Connection(web.RequestHandler):
    """One client's connection. `network`, `busy`, `asked`, `reserved` and `quiet_since` are as the crowd has them."""

    __slots__ = (
        "_address",
        "_crowd",
        "_head_since",
        "_heads",
        "_left_at",
        "_line",
        "_unread_since",
        "asked",
        "busy",
        "network",
        "quiet_since",
        "reserved",
    )

    def __init__(self, server: web.Server, crowd: Crowd, loop: asyncio.AbstractEventLoop) -> None:
        bounds = crowd.bounds
        super().__init__(
            server,
            loop=loop,
            keepalive_timeout=bounds.keepalive_seconds,
            lingering_time=LINGERING_SECONDS,
            auto_decompress=False,
            max_headers=bounds.header_bytes,  # their number and sum are bounded before
        )
        self._heads = BoundedParser(self._parser, bounds.header_bytes)
        self._parser = self._heads  # type: ignore[assignment]
        self._crowd = crowd
        # aiohttp forgets its own as soon as it wants to close it.
        self._line: asyncio.Transport | None = None
        self._address = self.network = UNKNOWN
        self._head_since = self._unread_since = self._left_at = self.quiet_since = 0.0
        self.asked = self.busy = self.reserved = False

    # --- what the application says

    def begin(self) -> None:
        """A request of it is being handled from here on, until `end`."""
        self.busy = self.asked = True

    def end(self) -> None:
        self.busy, self.quiet_since = False, self._loop.time()

    # --- what the transport says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._line = cast(asyncio.Transport, transport)
        peer = transport.get_extra_info("peername")
        self._address = peer[0] if isinstance(peer, tuple) else UNKNOWN
        self.quiet_since = self._head_since = self._loop.time()
        if self._crowd.admit(self, self._address):
            _limit_unsent(self._line)
            super().connection_made(transport)
        else:
            self.close()  # what it sends is not read
            self._line.write(NO_PLACE)
            self._line.close()

    def connection_lost(self, exc: BaseException | None) -> None:
        self._crowd.leave(self)
        self._line = None
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if not self._heads.open_bytes:
            self._head_since = 0.0
        elif not self._head_since:
            self._head_since = self._loop.time()

    def pause_writing(self) -> None:
        super().pause_writing()
        self._unread_since = self._loop.time()

    def resume_writing(self) -> None:
        super().resume_writing()
        self._unread_since = 0.0

    # --- what the crowd asks

    def is_overdue(self, now: float) -> bool:
        """Whether the head of a request is not complete in time, that of the first one from the beginning on."""
        return self._head_since > 0 and now - self._head_since > self._crowd.bounds.header_seconds

    def is_stuck(self, now: float) -> bool:
        """Whether its client takes nothing of an answer, or does not leave."""
        if self._unread_since and now - self._unread_since > UNREAD_SECONDS:
            return True
        if self._line is None or not self._line.is_closing():
            return False
        self._left_at = self._left_at or now
        return now - self._left_at > CLOSING_SECONDS

    def end_late(self) -> None:
        """Ends it with 408; without a word where nothing was asked."""
        self._head_since = 0.0
        if self._heads.open_bytes:
            self._heads.give_up()
            super().data_received(b"")
        else:
            self.force_close()

    def cut_off(self) -> None:
        """Ends it at once, whatever is not sent yet."""
        if self._line is not None:
            self._line.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """The answer to a request that never reached the application. The message of aiohttp's parser quotes what was
        sent, so it stays out."""
        if isinstance(exc, ConnectionError):
            log.debug("a client was gone before its answer")
        elif not isinstance(exc, HttpProcessingError):
            log.error("connection failed", exc_info=exc)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun already")
        if isinstance(exc, LineTooLong):
            status = HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
        elif isinstance(exc, RefusedHead):
            status = exc.code
        phrase = HTTPStatus(status).phrase
        code = phrase.lower().replace(" ", "-")
        if status < HTTPStatus.INTERNAL_SERVER_ERROR:
            self._crowd.refused(self._address, status, code)
        response = error_response(ApiError(status, code, f"{phrase}: this is no request that can be served"))
        set_security_headers(response)
        response.force_close()
        return response


def _limit_unsent(transport: asyncio.Transport) -> None:
    transport.set_write_buffer_limits(high=NOT_SENT_LOW_WATER_BYTES)
    connection = transport.get_extra_info("socket")
    if connection is not None and hasattr(socket, "TCP_NOTSENT_LOWAT"):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, NOT_SENT_LOW_WATER_BYTES)


def connection_factory(
    server: web.Server, crowd: Crowd, tls: ssl.SSLContext | None = None
) -> Callable[[], asyncio.Protocol]:
    """What makes the protocol of a connection that was just accepted; `server` keeps account of them."""
    loop = asyncio.get_running_loop()

    def make() -> Connection:
        return Connection(server, crowd, loop)

    return make if tls is None else lambda: Handshake(make, crowd, tls)
