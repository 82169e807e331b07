"""The page and its files. Only what the package holds is served: a name is looked up, never joined to a path."""

import gzip
import hashlib
from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus
from importlib.resources import files
from importlib.resources.abc import Traversable

from aiohttp import web

from zeropoint.server.errors import ApiError

PAGE = "index.html"
ICON = "favicon.svg"
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


class Asset:
    """One file, read and compressed when it is first asked for."""

    def __init__(self, file: Traversable) -> None:
        self._file = file
        self.content_type = TYPES.get("." + file.name.rpartition(".")[2], "application/octet-stream")

    @cached_property
    def content(self) -> bytes:
        return self._file.read_bytes()

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content, mtime=0)

    @cached_property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:16]}"'


class Pages:
    """Handlers of the page and the files that it is made of."""

    def __init__(self) -> None:
        folder = files("zeropoint.web").joinpath("static")
        found = folder.iterdir() if folder.is_dir() else ()
        self._assets: Mapping[str, Asset] = {file.name: Asset(file) for file in found if file.is_file()}

    async def root(self, request: web.Request) -> web.StreamResponse:
        # Relative, so that it stays below the base path of a proxy.
        return web.Response(status=HTTPStatus.FOUND, headers={"Location": "control/metrics"})

    async def page(self, request: web.Request) -> web.StreamResponse:
        return self._answer(request, PAGE)

    async def icon(self, request: web.Request) -> web.StreamResponse:
        return self._answer(request, ICON)

    async def static(self, request: web.Request) -> web.StreamResponse:
        response = self._answer(request, request.match_info["name"])
        # Modules are fetched with CORS. This is public code, the same for all, and no answer with data says this.
        response.headers["Access-Control-Allow-Origin"] = "*"
        return response

    def _answer(self, request: web.Request, name: str) -> web.StreamResponse:
        asset = self._assets.get(name)
        if asset is None:
            raise ApiError(HTTPStatus.NOT_FOUND, "not-found", "there is no such file")
        headers = {"ETag": asset.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if request.headers.get("If-None-Match") == asset.etag:
            return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
        body = asset.content
        if "gzip" in request.headers.get("Accept-Encoding", ""):
            body = asset.compressed
            headers["Content-Encoding"] = "gzip"
        return web.Response(body=body, content_type=asset.content_type, charset="utf-8", headers=headers)
