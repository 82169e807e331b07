"""OpenAPI 3.1 out of the routes table and the structs that the routes answer with."""

from collections.abc import Iterable, Mapping
from functools import cached_property
from importlib import metadata
from typing import Any

import msgspec
from aiohttp import web
from msgspec import Struct

from zeropoint.catalogue import schemas
from zeropoint.model import Component
from zeropoint.server.errors import ErrorAnswer, json_response
from zeropoint.server.routes import Route

REFERENCE = "#/components/schemas/{name}"
References = Mapping[type[Struct], Any]


class OpenApi:
    """Handler of /openapi.json. The table holds its own route too, so it is given after the handler is made."""

    def __init__(self, components: Mapping[str, type[Component]]) -> None:
        self._components = components
        self.routes: Iterable[Route] = ()

    @cached_property
    def _encoded(self) -> bytes:
        """Made when it is first asked for, and no more: it takes some 40 ms, in which nothing else is answered."""
        return msgspec.json.encode(document(self.routes, self._components))

    async def answer(self, request: web.Request) -> web.StreamResponse:
        return json_response(self._encoded)


def document(routes: Iterable[Route], components: Mapping[str, type[Component]]) -> dict[str, Any]:
    """The whole document. `components` are the reports of the AI components by name."""
    routes = tuple(routes)
    types = {kind: None for route in routes for kind in route.structs}
    references, found = schemas([*types, ErrorAnswer, *dict.fromkeys(components.values())], REFERENCE)
    known = {name: references[report] for name, report in components.items()}
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
        "paths": {route.path: _operations(route, references) for route in routes},
        "components": {"schemas": found},
    }


def _operations(route: Route, references: References) -> dict[str, Any]:
    """By method; that HEAD goes with GET is HTTP's own rule."""
    operation = _operation(route, references)
    if route.body is not None:
        operation["requestBody"] = {"required": True, "content": _content("application/json", route.body, references)}
    return {method.lower(): operation for method in route.methods if method != "HEAD"}


def _operation(route: Route, references: References) -> dict[str, Any]:
    error = {"description": "An error", "content": _content("application/json", ErrorAnswer, references)}
    answers = {
        str(answer.status): {
            "description": answer.help,
            **({"content": _content(answer.content_type, answer.struct, references)} if answer.content_type else {}),
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


def _content(content_type: str, struct: Any, references: References) -> dict[str, Any]:
    if isinstance(struct, tuple):
        # A narrower answer may fit a wider one as well.
        schema: Mapping[str, Any] = {"anyOf": [references[one] for one in struct]}
    elif struct is None:
        schema = {"type": "object" if content_type == "application/json" else "string"}
    else:
        schema = references[struct]
    return {content_type: {"schema": schema}}
