"""A server that answers each connection with the bytes that a test wants, over real sockets."""

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

Answer = Callable[[bytes], Iterable[bytes]]


class RawServer:
    """Answers on loopback; `requests` are the heads that it got. What `answer` yields is sent piece by piece."""

    def __init__(self, answer: Answer, family: int) -> None:
        self._answer = answer
        self._listener = socket.socket(family)
        self._listener.bind(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0))
        self._listener.listen(16)
        self.port = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/metrics"

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                if self._closing.is_set():
                    return
                try:
                    head = b""
                    while b"\r\n\r\n" not in head and (part := connection.recv(65536)):
                        head += part
                    self.requests.append(head)
                    for piece in self._answer(head):
                        connection.sendall(piece)
                except OSError:  # the reader had enough
                    continue

    def close(self) -> None:
        self._closing.set()
        with socket.socket(self._listener.family) as last, self._listener:
            last.connect(self._listener.getsockname()[:2])
            self._thread.join()


@contextmanager
def raw_server(answer: Answer | bytes, family: int = socket.AF_INET) -> Iterator[RawServer]:
    server = RawServer((lambda _: [answer]) if isinstance(answer, bytes) else answer, family)
    try:
        yield server
    finally:
        server.close()


def page(body: bytes | str, content_type: str = "text/plain", status: str = "200 OK") -> bytes:
    content = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


def path_of(head: bytes) -> str:
    return head.split(b" ", 2)[1].decode()
