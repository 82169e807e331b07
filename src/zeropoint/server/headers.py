"""Headers that every answer carries, streams and errors too."""

from collections.abc import Awaitable, Callable, Iterable

from aiohttp import web

from zeropoint.server.clients import CLIENT

POLICY = "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors {ancestors}"
SECURITY_HEADERS = {
    "Content-Security-Policy": POLICY.format(ancestors="'none'"),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    # No other site's page gets an answer into its memory as an image or a script; one that may read asks with CORS.
    "Cross-Origin-Resource-Policy": "same-origin",
}
# Browsers heed these over HTTPS alone, and Chromium complains of the first elsewhere.
SECURE_HEADERS = {"Cross-Origin-Opener-Policy": "same-origin"}
# A year. It is for all ports of the host, so it is said only where the appliance has the host's own, without a number.
TRANSPORT_SECURITY = "max-age=31536000"


def set_security_headers(response: web.StreamResponse, headers: dict[str, str] = SECURITY_HEADERS) -> None:
    """Sets them on an answer whose head is not sent yet."""
    for name, value in headers.items():
        response.headers.setdefault(name, value)
    response.headers["Server"] = "zeropoint"  # aiohttp would tell its version, and Python's


def security_headers(embed_origins: Iterable[str]) -> Callable[[web.Request, web.StreamResponse], Awaitable[None]]:
    """Signal handler, run before the head of an answer is sent. Pages of these origins may show ours in a frame."""
    headers = dict(SECURITY_HEADERS)
    if ancestors := " ".join(embed_origins):
        headers["Content-Security-Policy"] = POLICY.format(ancestors=f"'self' {ancestors}")
        del headers["X-Frame-Options"]  # it knows no list of origins

    async def add(request: web.Request, response: web.StreamResponse) -> None:
        set_security_headers(response, headers)
        client = request.get(CLIENT)
        if client is None or client.scheme != "https":
            return
        set_security_headers(response, SECURE_HEADERS)
        if ":" not in request.headers.get("Host", ":"):
            response.headers["Strict-Transport-Security"] = TRANSPORT_SECURITY

    return add
