"""Which other sites' pages may read the answers: CORS, closed by default.

An allowed origin is echoed exactly, never `*`, and never with credentials: a page of another site brings its token in
the Authorization header. Only the files of /static, which hold no data, are for every site.
"""

import re
from collections.abc import Awaitable, Callable, Iterable
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from yarl import URL

from zeropoint.server.errors import ApiError

ALLOWED_HEADERS = "Authorization, Last-Event-ID"
EXPOSED_HEADERS = "ETag, Retry-After"
PREFLIGHT_SECONDS = 600
# Neither a pattern nor anything that would end a source in a Content-Security-Policy.
HOST = re.compile(r"[a-z0-9._:-]+")


def is_origin(text: str) -> bool:
    """Whether a text is an origin as browsers send it: scheme, host and a port that is not the scheme's own."""
    try:
        url = URL(text)
    except ValueError:
        return False
    known = url.scheme in ("http", "https") and HOST.fullmatch(url.raw_host or "") is not None
    return known and str(url.origin()) == text


def origin_guard(allowed_origins: Iterable[str]) -> Middleware:
    """Middleware that answers OPTIONS, preflights among them, with the methods that the path's routes have."""
    allowed = frozenset(allowed_origins)

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        refusal = request.match_info.http_exception
        if request.method != "OPTIONS" or not isinstance(refusal, web.HTTPMethodNotAllowed):
            return await handler(request)
        if "Access-Control-Request-Method" in request.headers and request.headers.get("Origin") not in allowed:
            message = "this origin may not read; the setting allowed_origins names those that may"
            raise ApiError(HTTPStatus.FORBIDDEN, "foreign-origin", message)
        allow = ", ".join(sorted({*refusal.allowed_methods, "OPTIONS"}))
        return web.Response(status=HTTPStatus.NO_CONTENT, headers={"Allow": allow})

    return guard


def origin_headers(allowed_origins: Iterable[str]) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Signal handler that lets allowed origins read an answer, errors too: a page must be able to see a 401."""
    allowed = frozenset(allowed_origins)

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        if not allowed or "Access-Control-Allow-Origin" in response.headers:
            return
        vary = response.headers.get("Vary")
        response.headers["Vary"] = f"{vary}, Origin" if vary else "Origin"
        origin = request.headers.get("Origin")
        if origin not in allowed:
            return
        response.headers["Access-Control-Allow-Origin"] = origin
        response.headers["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        if request.method == "OPTIONS":
            response.headers["Access-Control-Allow-Methods"] = response.headers.get("Allow", "")
            response.headers["Access-Control-Allow-Headers"] = ALLOWED_HEADERS
            response.headers["Access-Control-Max-Age"] = str(PREFLIGHT_SECONDS)

    return add
