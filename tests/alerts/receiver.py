"""A real HTTP receiver on loopback, for what apprise posts."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Receiver:
    """`got` are paths and bodies. One that `hangs` never answers."""

    def __init__(self, status: int = 200, *, hangs: bool = False) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        self._asked, self._end = threading.Event(), threading.Event()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                outer.got.append((self.path, body))
                outer._asked.set()
                if hangs:
                    outer._end.wait(60)
                else:
                    self.send_response(status)
                    self.send_header("Content-Length", "0")
                    self.end_headers()

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    def address(self, path: str) -> str:
        """Apprise itself waits for a minute, so that it is whoever runs it that ends it."""
        return f"json://127.0.0.1:{self._server.server_port}{path}?rto=60"

    def is_asked(self) -> bool:
        return self._asked.is_set()

    def __enter__(self) -> "Receiver":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *of: object) -> None:
        self._end.set()
        self._server.shutdown()
        self._server.server_close()
