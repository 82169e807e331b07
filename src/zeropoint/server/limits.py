"""What a request is held to before anything is done for it: how often its client may ask, and its body."""

import asyncio
import math
from functools import partial
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from msgspec import Struct

from zeropoint.server.allowance import Allowance
from zeropoint.server.clients import network_of
from zeropoint.server.connections import Connection
from zeropoint.server.errors import ApiError, error_response

# Names of the routes that supervisors ask: they have an allowance of their own, and places when all others are taken.
PROBES = frozenset({"livez", "readyz", "health", "healthz"})
PROBES_FACTOR = 10
WITHOUT_BODY = frozenset({"GET", "HEAD", "OPTIONS"})
# For handlers that do much for one request: counts it as so many more of its client's.
CHARGE: web.RequestKey[partial[None]] = web.RequestKey("charge", partial)


class RequestLimits(Struct, frozen=True, kw_only=True):
    requests_per_second: float = 100.0
    requests_burst: int = 1000
    body_bytes: int = 64 * 1024
    body_seconds: float = 10.0


def limits_guard(limits: RequestLimits) -> Middleware:
    """Middleware that lets a request through that is within the limits; a stream counts once."""
    usual = Allowance(limits.requests_per_second, limits.requests_burst)
    probes = Allowance(PROBES_FACTOR * limits.requests_per_second, PROBES_FACTOR * limits.requests_burst)

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        connection = request.protocol
        assert isinstance(connection, Connection)  # noqa: S101 - nothing else listens
        is_probe = request.match_info.route.name in PROBES
        response: web.StreamResponse
        client = network_of(request)
        request[CHARGE] = partial(usual.charge, client)
        connection.begin()
        try:
            if wait := (probes if is_probe else usual).wait(client):
                response = too_many(wait)
            elif connection.reserved and not is_probe:
                response = error_response(full())
            elif request.body_exists and (refusal := await take_body(request, limits)) is not None:
                response = closing(refusal)
            else:
                response = await handler(request)
        finally:
            connection.end()
        # Nothing here can be upgraded to, and aiohttp drops what came with the request behind it.
        if connection.reserved or "Upgrade" in request.headers:
            response.force_close()
        return response

    return guard


async def take_body(request: web.Request, limits: RequestLimits) -> ApiError | None:
    """Reads the body, which handlers then have at once. Answers with what is wrong with one that is too large, too
    slow, of unknown length, or sent with a method that has none.

    Only a body whose length is told beforehand is taken: nothing that the appliance does needs another, and chunks are
    where parsers differ about where a request ends. Whoever is refused here loses its connection.
    """
    length = request.content_length
    if "Transfer-Encoding" in request.headers or length is None:
        return ApiError(HTTPStatus.LENGTH_REQUIRED, "length-required", "a body needs a Content-Length here")
    if length > limits.body_bytes:
        message = f"a body may have at most {limits.body_bytes} bytes"
        return ApiError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request-entity-too-large", message)
    if request.method in WITHOUT_BODY:
        return ApiError(HTTPStatus.BAD_REQUEST, "no-body-here", f"{request.method} takes no body")
    try:
        async with asyncio.timeout(limits.body_seconds):
            await request.read()
    except TimeoutError:
        message = f"the body was not complete after {limits.body_seconds:g} s"
        return ApiError(HTTPStatus.REQUEST_TIMEOUT, "request-timeout", message)
    return None


def closing(error: ApiError) -> web.Response:
    """An answer after which no further request is taken from the connection."""
    response = error_response(error)
    response.force_close()
    return response


def full() -> ApiError:
    message = "all connections are taken; only /livez, /readyz and /health are answered"
    return ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "full", message, headers={"Retry-After": "10"})


def too_many(wait_seconds: float) -> web.Response:
    """The answer to a client that asks too often. `wait_seconds` is when it may again."""
    headers = {"Retry-After": str(math.ceil(wait_seconds))}
    message = "too many requests of this client; Retry-After says when it may ask again"
    return error_response(ApiError(HTTPStatus.TOO_MANY_REQUESTS, "too-many-requests", message, headers=headers))
