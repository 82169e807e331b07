"""Errors are JSON, always: {"error": {"code": ..., "message": ..., "detail": ...}}."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from aiohttp import web
from aiohttp.payload import Payload
from aiohttp.typedefs import Handler
from msgspec import Struct

from zeropoint.server.pieces import OWN_PIECE_BYTES, Pieces

log = structlog.get_logger()
JSON = "application/json"
LARGE_BYTES = 64 * 1024
# What the error of an answer is called, for who looks at answers and not at what they were made of.
ERROR_CODE = web.ResponseKey("error-code", str)


class ErrorBody(Struct, frozen=True):
    code: str
    message: str
    detail: Any = None


class ErrorAnswer(Struct, frozen=True):
    """What every error looks like."""

    error: ErrorBody


class ApiError(Exception):
    """Ends a request with this status and error. The message is for a person, the code for a program."""

    def __init__(
        self, status: int, code: str, message: str, detail: Any = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.body = ErrorBody(code, message, detail)
        self.headers = headers or {}


def bad_parameter(name: str, message: str) -> ApiError:
    """A query parameter is wrong; `message` says what is allowed."""
    return ApiError(HTTPStatus.BAD_REQUEST, "bad-parameter", f"{name}: {message}", {"parameter": name})


def json_response(answer: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> web.Response:
    body = answer if isinstance(answer, bytes | Payload) else msgspec.json.encode(answer)
    return web.Response(
        # aiohttp would copy it once more, behind the headers.
        body=Pieces(body, JSON, OWN_PIECE_BYTES) if isinstance(body, bytes) and len(body) > LARGE_BYTES else body,
        status=status,
        content_type=JSON,
        headers={"Cache-Control": "no-store", **(headers or {})},
    )


def error_response(error: ApiError) -> web.Response:
    response = json_response(ErrorAnswer(error.body), error.status, error.headers)
    response[ERROR_CODE] = error.body.code
    return response


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Outermost middleware: whatever goes wrong inside becomes an error answer."""
    try:
        return await handler(request)
    except ApiError as error:
        return error_response(error)
    except web.HTTPException as error:
        # aiohttp's own: no such path, no such method, a body that is too large.
        code = HTTPStatus(error.status).phrase.lower().replace(" ", "-")
        kept = {name: error.headers[name] for name in ("Allow", "Location") if name in error.headers}
        return error_response(ApiError(error.status, code, error.reason, headers=kept))
    except ConnectionError:
        raise  # the client has gone: aiohttp ends the connection, and there is nobody to tell
    except Exception:
        log.exception("request failed", path=request.path, method=request.method)
        return error_response(ApiError(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", "the server failed; see its log"))
