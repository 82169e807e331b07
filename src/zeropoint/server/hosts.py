"""Under which names the appliance may be asked: the defence against DNS rebinding."""

import ipaddress
import re
from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus

from aiohttp import web
from aiohttp.http import HttpVersion10, HttpVersion11
from aiohttp.typedefs import Handler, Middleware

from zeropoint.server.errors import ApiError

PROBES_WITHOUT_HOST = frozenset({"/livez", "/readyz"})
HOST = re.compile(r"(?P<name>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?")


def host_name(header: str) -> str | None:
    """The name in a Host header, in lower case and without port and brackets; None when it is malformed."""
    matched = HOST.fullmatch(header)
    if matched is None or (matched["port"] and int(matched["port"]) > 65535):
        return None
    return matched["name"].strip("[]").lower()


def is_own_host(name: str, allowed: frozenset[str]) -> bool:
    """Whether `name` is localhost, an IP address (which cannot be rebound), or one of the allowed names."""
    return name == "localhost" or name in allowed or is_address(name)


@lru_cache(maxsize=1024)  # to parse one takes a tenth of what a poll costs
def is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def check_host(request: web.Request, allowed: frozenset[str]) -> None:
    """Raises ApiError 400 for a missing, doubled or malformed Host header, 421 for a foreign one.

    400 also for a version that has no such headers: the parser takes HTTP/2.0 in a request line, and nothing behind it
    speaks that.
    """
    if request.version not in (HttpVersion10, HttpVersion11):
        raise ApiError(HTTPStatus.BAD_REQUEST, "bad-version", "HTTP/1.1 or HTTP/1.0 is needed")
    headers = request.headers.getall("Host", [])
    if not headers and request.version <= HttpVersion10 and request.path in PROBES_WITHOUT_HOST:
        return
    name = host_name(headers[0]) if len(headers) == 1 else None
    if name is None:
        raise ApiError(HTTPStatus.BAD_REQUEST, "bad-host", "exactly one well-formed Host header is needed")
    # A target in absolute form carries a host of its own, which would count before the header (RFC 9112, 3.2.2).
    target = name if request.raw_path.startswith("/") else request.host.lower()
    if not is_own_host(name, allowed) or not is_own_host(target, allowed):
        message = "this host name is not served here; the setting allowed_hosts names those that are"
        raise ApiError(HTTPStatus.MISDIRECTED_REQUEST, "foreign-host", message)


def host_guard(allowed_hosts: Iterable[str]) -> Middleware:
    """Middleware that lets only requests for our own names through."""
    allowed = frozenset(name.lower() for name in allowed_hosts)

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        check_host(request, allowed)
        return await handler(request)

    return guard
