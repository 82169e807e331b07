"""Handlers asked another way than over HTTP: a hub's questions, which come over the bus of the fleet."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, cast
from urllib.parse import parse_qsl

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler
from multidict import MultiDict

from zeropoint.server.access import GRANT, Grant
from zeropoint.server.errors import ApiError, error_response
from zeropoint.server.pieces import Pieces
from zeropoint.server.routes import Route
from zeropoint.server.tokens import Token

log = structlog.get_logger()
MOST_PARAMETERS = 256
# The bus lets in whom its operator has given credentials, and the hub asks its own users for tokens.
HUB = Grant(Token(name="hub", scope="read", sha256="", created=datetime.fromtimestamp(0, UTC)))


def is_of_machine(route: Route) -> bool:
    """Whether a route tells of one machine what a hub cannot know by itself, so that it asks the machine."""
    return route.path.startswith("/api/v1/") and "GET" in route.methods


class Asked:
    """What the handlers that answer out of history and artifacts read of a request: path, query, and what it may."""

    method = "GET"

    def __init__(self, path: str, query: str) -> None:
        """Raises ValueError for a query with too many parameters."""
        self.path = path
        self.query = MultiDict(parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS))

    def __getitem__(self, key: Any) -> Grant:
        if key is not GRANT:
            raise KeyError(key)
        return HUB


async def answered(handlers: Mapping[str, Handler], path: str, query: str) -> tuple[int, bytes]:
    """Status and JSON of what the handler of `path` answers to a query; errors are answers too."""
    try:
        if path not in handlers:
            raise ApiError(404, "not-found", "a machine does not answer this over the bus")
        response = await handlers[path](cast(web.Request, Asked(path, query)))
        assert isinstance(response, web.Response)  # noqa: S101 - they are JSON
    except ApiError as error:
        response = error_response(error)
    except ValueError:
        response = error_response(ApiError(400, "bad-query", "the query has too many parameters"))
    except Exception:
        log.exception("a question over the bus failed", path=path)
        response = error_response(ApiError(500, "internal", "the machine failed to answer; see its log"))
    body = response.body
    return response.status, body.content if isinstance(body, Pieces) else cast(bytes, body)
