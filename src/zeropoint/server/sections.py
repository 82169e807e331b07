"""The sections that a request asks for, as it may read them."""

from aiohttp import web

from zeropoint.feed.view import UnknownSectionError, View, parse_view
from zeropoint.server.access import GRANT, Gate
from zeropoint.server.errors import bad_parameter
from zeropoint.server.routes import Parameter

SECTIONS = Parameter("sections", "query", "Only these parts of a sample, as in system.cpu,ai", {"type": "string"})


def view_of(request: web.Request, gate: Gate) -> View:
    """What `?sections=` asks for. Raises ApiError when there is no such section, or it may not be read."""
    try:
        view = parse_view(request.query.get("sections"))
    except UnknownSectionError as error:
        raise bad_parameter("sections", str(error)) from None
    return gate.readable(request[GRANT], view)
