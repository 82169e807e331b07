"""Client case 33: a proxy that collects what it should hand on is told, and samples are polled for meanwhile."""

import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from socketserver import BaseRequestHandler, ThreadingTCPServer

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.clients import Reader, assert_lost_nothing
from tests.browser.conftest import LIMIT_MILLISECONDS
from tests.support.browser import Tab
from tests.support.process import TIMEOUT_SECONDS, Appliance

pytestmark = pytest.mark.system

FLUSH_SECONDS = 2.5
TIMING = {"probeBaseMs": 500, "probeCapMs": 1000}


class Collector(ThreadingTCPServer):
    """A reverse proxy that hands streams on in parts, every so many seconds, while it `collects`."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, appliance: Appliance) -> None:
        super().__init__(("127.0.0.1", 0), Passage)
        self.upstream = (appliance.host, appliance.port)
        self.collects = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


class Passage(BaseRequestHandler):
    """One connection, for one request."""

    server: Collector

    def handle(self) -> None:
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            part = self.request.recv(65536)
            if not part:
                return
            head += part
        with socket.create_connection(self.server.upstream) as upstream:
            upstream.sendall(re.sub(rb"(?i)\r\nconnection:[^\r]*", b"", head)[:-2] + b"Connection: close\r\n\r\n")
            # Either side may go away first; the other's socket is shut so that nobody waits for it.
            threading.Thread(target=self._watch, args=(upstream,), daemon=True).start()
            with suppress(OSError):
                self._hand_on(upstream, is_stream=head.startswith(b"GET /metrics/sse"))

    def _watch(self, upstream: socket.socket) -> None:
        with suppress(OSError):
            while self.request.recv(65536):
                pass
            upstream.shutdown(socket.SHUT_RDWR)

    def _hand_on(self, upstream: socket.socket, is_stream: bool) -> None:
        held, flushed_at = b"", time.monotonic()
        while part := upstream.recv(65536):
            held += part
            now = time.monotonic()
            if is_stream and self.server.collects and now - flushed_at < FLUSH_SECONDS:
                continue
            self.request.sendall(held)
            held, flushed_at = b"", now
        self.request.sendall(held)


@contextmanager
def collecting(appliance: Appliance) -> Iterator[Collector]:
    with Collector(appliance) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, name="collector")
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join(TIMEOUT_SECONDS)


@pytest.mark.parametrize("shared", [True, False])
def test_33_a_proxy_that_buffers_is_named_polled_around_and_the_stream_taken_up_when_it_has_ceased(
    appliance: Appliance, context: BrowserContext, shared: bool
):
    context.set_default_timeout(LIMIT_MILLISECONDS)
    with collecting(appliance) as proxy:
        reader = Reader(context.new_page(), proxy.url, shared=shared, timing=TIMING).until("live")
        reader.wait_until("client.delayMs > 1000")
        reader.until("polling")
        assert re.fullmatch(r"a proxy is buffering: samples arrive in bunches, up to \d+ s late", reader.reason or "")
        # The stream is tried meanwhile, and found wanting: polling goes on, and nothing is late any more.
        reader.samples(50)
        reader.wait_until("client.delayMs < 1000")
        assert reader.state == "polling"
        states = reader.page.evaluate("seen.states")
        assert states.count("live") == 1
        proxy.collects = False
        reader.until("live")
        reader.samples(10)
        assert_lost_nothing(reader)


def test_33_the_page_says_so(appliance: Appliance, context: BrowserContext):
    context.set_default_timeout(LIMIT_MILLISECONDS)
    with collecting(appliance) as proxy:
        tab = Tab(context.new_page(), proxy.url).live()
        tab.reach("polling")
        tab.page.get_by_text("A proxy is buffering: samples arrive in bunches").first.wait_for()
