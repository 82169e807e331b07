"""nginx as deploy/single-sign-on has it, in front of a real appliance, with a server of the test's own in the place of
oauth2-proxy: it keeps to what nginx needs of that one, and writes down what it was asked."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from tests.proxies.configurations import OWN_NAME, Certificate, free_port, nginx_program
from tests.proxies.foreground import foreground

FILES = Path(__file__).parents[2] / "deploy" / "single-sign-on"
PERSON = "ada@lab.example"
SIGNED_IN = {"Cookie": "__Host-oauth2-proxy=signed-in"}


class Asked(NamedTuple):
    path: str
    headers: Mapping[str, str]
    body_bytes: int


class SignInServer(ThreadingHTTPServer):
    """Answers /oauth2/auth with 202 and the person's address, or 401; /oauth2/start with where to sign in."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.asked: list[Asked] = []


class _Handler(BaseHTTPRequestHandler):
    server: SignInServer

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        length = int(self.headers.get("Content-Length", 0))
        self.server.asked.append(Asked(self.path, dict(self.headers), length))
        known = "signed-in" in self.headers.get("Cookie", "")
        if path == "/oauth2/start":
            self._answer(302, {"Location": "https://id.example/authorize"})
        elif path == "/oauth2/auth":
            self._answer(202 if known else 401, {"X-Auth-Request-Email": PERSON} if known else {})
        else:
            self._answer(404, {})

    def log_message(self, format: str, *args: object) -> None:
        """Nothing: standard error is the test's."""

    def _answer(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": "0", **headers}.items():
            self.send_header(name, value)
        self.end_headers()


class Guarded(NamedTuple):
    """A proxy that listens on `port`, the server that it asks, and its log of who read what."""

    port: int
    server: SignInServer
    log: Path


@contextmanager
def single_sign_on(appliance_port: int, token: str, certificate: Certificate, folder: Path) -> Iterator[Guarded]:
    with SignInServer() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            port, log, given = free_port(), folder / "zeropoint.log", folder / "zeropoint-token"
            given.write_text(f'proxy_set_header Authorization "Bearer {token}";\n')
            site = folder / "zeropoint.conf"
            text = (FILES / "nginx.conf").read_text()
            for old, new in {
                "listen 443": f"listen 127.0.0.1:{port}",
                "server 127.0.0.1:3001;": f"server 127.0.0.1:{appliance_port};",
                "http://127.0.0.1:4180": f"http://127.0.0.1:{server.server_port}",
                f"/etc/ssl/certs/{OWN_NAME}.pem": str(certificate.chain),
                f"/etc/ssl/private/{OWN_NAME}.key": str(certificate.key),
                "/var/log/nginx/zeropoint.log": str(log),
                "/etc/nginx/zeropoint-token": str(given),
            }.items():
                assert old in text, f"it has no {old!r}"
                text = text.replace(old, new)
            site.write_text(text)
            with foreground(nginx_program(site, folder), folder):
                yield Guarded(port, server, log)
        finally:
            server.shutdown()
