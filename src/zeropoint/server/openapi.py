"""OpenAPI 3.1 out of the routes table and the structs that the routes answer with."""

from collections.abc import Iterable, Mapping
from importlib import metadata
from typing import Any

from aiohttp import web
from msgspec import Struct

from zeropoint.catalogue import schemas
from zeropoint.model import Component
from zeropoint.server.errors import ErrorAnswer, json_response
from zeropoint.server.routes import Route

REFERENCE = "#/components/schemas/{name}"


class OpenApi:
    """Handler of /openapi.json. The table holds its own route too, so it is given after the handler is made."""

    def __init__(self, components: Mapping[str, type[Component]]) -> None:
        self._components = components
        self.routes: Iterable[Route] = ()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        return json_response(document(self.routes, self._components))


def document(routes: Iterable[Route], components: Mapping[str, type[Component]]) -> dict[str, Any]:
    """The whole document. `components` are the reports of the AI components by name."""
    routes = tuple(routes)
    types: dict[str, type[Struct]] = {"ErrorAnswer": ErrorAnswer}
    for route in routes:
        types |= {kind.__name__: kind for kind in route.structs}
    types |= {report.__name__: report for report in components.values()}
    found = schemas(types.values(), REFERENCE)
    known = {name: {"$ref": REFERENCE.format(name=report.__name__)} for name, report in components.items()}
    found["Ai"]["properties"]["components"]["properties"] = known
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Zeropoint",
            "version": metadata.version("zeropoint"),
            "summary": "Live metrics of one machine that does AI work",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "."}],
        "paths": {route.path: {"get": _operation(route)} for route in routes},
        "components": {"schemas": found},
    }


def _operation(route: Route) -> dict[str, Any]:
    error = {"description": "An error", "content": _content("application/json", ErrorAnswer)}
    answers = {
        str(answer.status): {
            "description": answer.help,
            **({"content": _content(answer.content_type, answer.struct)} if answer.content_type else {}),
        }
        for answer in route.answers
    }
    parameters = [
        {
            "name": one.name,
            "in": one.where,
            "required": one.where == "path",
            "description": one.help,
            "schema": one.schema,
        }
        for one in route.parameters
    ]
    return {
        "operationId": route.name,
        "summary": route.summary,
        "parameters": parameters,
        "responses": {**answers, "default": error},
    }


def _content(content_type: str, struct: Any) -> dict[str, Any]:
    if isinstance(struct, tuple):
        schema: dict[str, Any] = {"oneOf": [{"$ref": REFERENCE.format(name=one.__name__)} for one in struct]}
    elif struct is None:
        schema = {"type": "string"}
    else:
        schema = {"$ref": REFERENCE.format(name=struct.__name__)}
    return {content_type: {"schema": schema}}
