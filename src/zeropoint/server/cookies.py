"""The cookie of a session: its name, and how it is read, set and taken back."""

from datetime import datetime

from aiohttp import web

MOST_COOKIES = 8


def cookie_name(request: web.Request) -> str:
    """Cookies are the same for all ports of a host, so the name carries the port that it listens on."""
    transport = request.transport
    address = None if transport is None else transport.get_extra_info("sockname")
    return f"zeropoint-{address[1]}" if isinstance(address, tuple) else "zeropoint"


def session_ids(request: web.Request) -> list[str]:
    """All values of our cookie: a browser sends one for each path that an appliance of this name is served under."""
    name = cookie_name(request)
    ids: list[str] = []
    for header in request.headers.getall("Cookie", []):
        for part in header.split(";"):
            given, _, value = part.strip().partition("=")
            if given == name and value and len(ids) < MOST_COOKIES:
                ids.append(value)
    return ids


def session_cookie(request: web.Request, id: str, age_seconds: int, secure: bool) -> str:
    """The header that sets it; an age of 0 takes it back.

    It has no Path: a browser then takes that of the request without its last part (RFC 6265, 5.1.4). Sign-in and
    sign-out lie right below the base path, which only the browser knows where a proxy has taken it off.
    """
    attributes = f"HttpOnly; SameSite=Strict; Max-Age={age_seconds}{'; Secure' if secure else ''}"
    return f"{cookie_name(request)}={id}; {attributes}"


def age_seconds(expires: datetime, now: datetime) -> int:
    return max(1, int((expires - now).total_seconds()))
