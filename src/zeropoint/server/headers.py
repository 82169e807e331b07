"""Headers that every answer carries, streams and errors too."""

from aiohttp import web

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def set_security_headers(response: web.StreamResponse) -> None:
    """Sets them on an answer whose head is not sent yet."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "zeropoint"  # aiohttp would tell its version, and Python's


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Signal handler, run before the head of an answer is sent."""
    set_security_headers(response)
