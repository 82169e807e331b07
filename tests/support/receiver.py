"""A real HTTP server in a store's place, which answers as a test says and keeps what it was sent."""

import ssl
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from struct import unpack
from typing import NamedTuple

import cramjam

from tests.support.process import TIMEOUT_SECONDS


class Request(NamedTuple):
    path: str
    headers: Mapping[str, str]
    body: bytes
    at: float


class Reply(NamedTuple):
    """With status 0 there is no answer: the connection is closed."""

    status: int = 204
    body: bytes = b""
    headers: Mapping[str, str] = {}


class Receiver:
    """`reply` is what it answers from now on."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.reply: Callable[[Request], Reply] = lambda request: Reply()
        self.requests: deque[tuple[Request, Reply]] = deque()
        self._arrived = threading.Condition()

    def took(self, request: Request) -> Reply:
        reply = self.reply(request)
        with self._arrived:
            self.requests.append((request, reply))
            self._arrived.notify_all()
        return reply

    def until(self, wanted: Callable[[list[tuple[Request, Reply]]], bool]) -> list[tuple[Request, Reply]]:
        """Waits until the requests so far are what is wanted."""
        with self._arrived:
            assert self._arrived.wait_for(lambda: wanted(list(self.requests)), TIMEOUT_SECONDS), len(self.requests)
            return list(self.requests)


@contextmanager
def receiving(tls: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            reply = receiver.took(Request(self.path, dict(self.headers), body, time.monotonic()))
            if not reply.status:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, text in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
                self.send_header(name, text)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    receiver = Receiver(server.server_address[1])
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join(TIMEOUT_SECONDS)


Series = tuple[tuple[str, str], ...]


def decoded(body: bytes) -> list[tuple[Series, list[tuple[int, float, bytes]]]]:
    """A write request's series in its order: labels in theirs, and (time, value, the value's 8 bytes).

    Read by the rules of protobuf's wire format, and by nothing of ours.
    """
    found = []
    for number, content in _fields(bytes(cramjam.snappy.decompress_raw(body))):
        assert number == 1
        labels, samples = [], []
        for kind, part in _fields(content):
            fields = dict(_fields(part))
            if kind == 1:
                labels.append((fields[1].decode(), fields[2].decode()))
            else:
                (value,) = unpack("<d", fields[1])
                samples.append((int.from_bytes(fields[2], "little", signed=True), value, fields[1]))
        found.append((tuple(labels), samples))
    return found


def _fields(content: bytes) -> Iterator[tuple[int, bytes]]:
    """(number, content) of each field; a varint as 8 bytes."""
    at = 0
    while at < len(content):
        key, at = _varint(content, at)
        if key & 7 == 0:
            value, at = _varint(content, at)
            yield key >> 3, value.to_bytes(8, "little")
        elif key & 7 == 1:
            yield key >> 3, content[at : at + 8]
            at += 8
        else:
            assert key & 7 == 2
            size, at = _varint(content, at)
            yield key >> 3, content[at : at + size]
            at += size
    assert at == len(content)


def _varint(content: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (content[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if not content[at - 1] & 0x80:
            return value, at
