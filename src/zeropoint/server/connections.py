"""What becomes of bytes that are no HTTP: the same JSON error as of all else, and a line in the log only for our own
failures."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from zeropoint.server.errors import ApiError, error_response
from zeropoint.server.headers import set_security_headers

log = structlog.get_logger()
KEEPALIVE_SECONDS = 75.0


class Connection(web.RequestHandler):
    """One client's connection."""

    __slots__ = ()

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
        phrase = HTTPStatus(status).phrase
        code = phrase.lower().replace(" ", "-")
        response = error_response(ApiError(status, code, f"{phrase}: this is no request that can be served"))
        set_security_headers(response)
        response.force_close()
        return response


def connection_factory(server: web.Server) -> Callable[[], Connection]:
    """What makes a connection's protocol; `server` keeps account of them."""
    loop = asyncio.get_running_loop()
    return lambda: Connection(server, loop=loop, keepalive_timeout=KEEPALIVE_SECONDS)
