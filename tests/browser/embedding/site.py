"""Another website: a server of its own, whose pages embed elements of an appliance."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.support.process import TIMEOUT_SECONDS, Appliance

SCRIPT = "/static/zeropoint_elements.js"


class File(NamedTuple):
    content: bytes
    headers: Mapping[str, str]


class Site:
    def __init__(self) -> None:
        self.files: dict[str, File] = {"/favicon.ico": File(b"", {"Content-Type": "image/x-icon"})}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"

    def put(self, path: str, content: str, kind: str = "text/html", **headers: str) -> str:
        """Puts a file on the site; answers with its URL. `headers` have underscores for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.files[path] = File(content.encode(), {"Content-Type": f"{kind}; charset=utf-8", **named})
        return self.origin + path

    def embed(self, appliance: Appliance, body: str, style: str = "", **headers: str) -> str:
        """Puts a page on the site that loads the elements; {box} in `body` is the appliance's URL."""
        return self.put(
            "/",
            f"""<!doctype html><html lang="en"><head><title>Lab</title>
            <script type="module" src="{appliance.url}{SCRIPT}"></script>
            <style>{style}</style></head><body>{body.replace("{box}", appliance.url)}</body></html>""",
            **headers,
        )

    def serve(self) -> None:
        self._server.serve_forever(poll_interval=0.05)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        files = self.files

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                file = files.get(self.path)
                self.send_response(404 if file is None else 200)
                content, headers = file or (b"", {})
                for name, value in {**headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: Any) -> None:
                pass

        return Handler


@contextmanager
def serving() -> Iterator[Site]:
    site = Site()
    thread = threading.Thread(target=site.serve, name="site")
    thread.start()
    try:
        yield site
    finally:
        site.close()
        thread.join(TIMEOUT_SECONDS)
