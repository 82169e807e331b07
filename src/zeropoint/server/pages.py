"""The page and its files. Only what the package holds is served: a name is looked up, never joined to a path.

The page is told in the attributes of its root what it may ask for, so that it asks for nothing that is refused:
`data-scope` is the scope of the session that it came with, `data-sections` the sections that it may read where that is
not everything, none where it is nothing, and `data-fleet` where a hub serves it. A hub's page is that of its fleet,
and with ?host= that of one machine.
"""

import gzip
import hashlib
from collections.abc import Mapping
from functools import cached_property
from http import HTTPStatus
from importlib.resources import files
from importlib.resources.abc import Traversable

from aiohttp import web

from zeropoint.server.access import GRANT, Gate
from zeropoint.server.errors import ApiError
from zeropoint.server.pieces import Pieces

PAGE = "index.html"
FLEET_PAGE = "fleet.html"
ICON = "favicon.svg"
ROOT = b'<html lang="en">'
TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
}


class Asset:
    """One file, read and compressed when it is first asked for. `root` are attributes for the root of a page."""

    def __init__(self, file: Traversable, root: str = "") -> None:
        self._file = file
        self._root = root
        self.content_type = TYPES.get("." + file.name.rpartition(".")[2], "application/octet-stream")

    @cached_property
    def content(self) -> bytes:
        content = self._file.read_bytes()
        return content.replace(ROOT, ROOT[:-1] + self._root.encode() + b">", 1) if self._root else content

    def with_root(self, root: str) -> "Asset":
        return Asset(self._file, root)

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.content, mtime=0)

    @cached_property
    def etag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:16]}"'


class Pages:
    """Handlers of the page and the files that it is made of."""

    def __init__(self, gate: Gate, *, is_fleet: bool = False) -> None:
        folder = files("zeropoint.web").joinpath("static")
        found = folder.iterdir() if folder.is_dir() else ()
        self._gate = gate
        self._is_fleet = is_fleet
        self._assets: Mapping[str, Asset] = {file.name: Asset(file) for file in found if file.is_file()}
        # By name and attributes: of each there are as many as there are scopes, twice.
        self._pages: dict[tuple[str, str], Asset] = {}

    async def root(self, request: web.Request) -> web.StreamResponse:
        # Relative, so that it stays below the base path of a proxy.
        return web.Response(status=HTTPStatus.FOUND, headers={"Location": "control/metrics"})

    async def page(self, request: web.Request) -> web.StreamResponse:
        name = FLEET_PAGE if self._is_fleet and "host" not in request.query else PAGE
        asset, root = self._assets.get(name), self._root(request)
        if asset is not None and root:
            asset = self._pages.setdefault((name, root), asset.with_root(root))
        response = _answer(request, asset)
        response.headers["Vary"] = "Accept-Encoding, Authorization, Cookie"
        return response

    async def icon(self, request: web.Request) -> web.StreamResponse:
        return _answer(request, self._assets.get(ICON))

    async def static(self, request: web.Request) -> web.StreamResponse:
        response = _answer(request, self._assets.get(request.match_info["name"]))
        # Modules are fetched with CORS. This is public code, the same for all, and no answer with data says this.
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    def _root(self, request: web.Request) -> str:
        """Attributes of the page's root. Names of sections and scopes have no character that HTML asks to escape."""
        grant, attributes = request[GRANT], " data-fleet" if self._is_fleet else ""
        if grant.token is not None and grant.session is not None:
            attributes += f' data-scope="{grant.token.scope}"'
        if not self._gate.sees(request, "read"):
            attributes += f' data-sections="{",".join(self._gate.public.sections)}"'
        return attributes


def _answer(request: web.Request, asset: Asset | None) -> web.StreamResponse:
    if asset is None:
        raise ApiError(HTTPStatus.NOT_FOUND, "not-found", "there is no such file")
    headers = {"ETag": asset.etag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") == asset.etag:
        return web.Response(status=HTTPStatus.NOT_MODIFIED, headers=headers)
    body = asset.content
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        body = asset.compressed
        headers["Content-Encoding"] = "gzip"
    headers["Content-Type"] = f"{asset.content_type}; charset=utf-8"
    return web.Response(body=Pieces(body, headers["Content-Type"]), headers=headers)
