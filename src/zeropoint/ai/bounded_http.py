"""GET over HTTP/1.1 from servers that nobody vouches for: bounded in time and bytes, whatever they answer.

No redirect is followed, no proxy variable is read, nothing is decompressed.
"""

import http.client
import io
import socket
import ssl
import time
from functools import cache
from urllib.parse import SplitResult

from msgspec import Struct

from zeropoint.ai.bounded_connect import connect

DEADLINE_SECONDS = 1.5
LIMIT_BYTES = 2 * 1024 * 1024


class FetchError(Exception):
    """Why there is no answer, for people; nothing of what the server said."""


class Answer(Struct, frozen=True):
    status: int
    content_type: str
    body: bytes


class _Reader(io.RawIOBase):
    """Reads a socket until a moment and a number of bytes, over all: a server that drips gains nothing."""

    def __init__(self, connection: socket.socket, ends_at: float, limit_bytes: int) -> None:
        self._connection = connection
        self._ends_at = ends_at
        self._left_bytes = limit_bytes

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self._connection.settimeout(left)
        count = self._connection.recv_into(buffer)
        self._left_bytes -= count
        if self._left_bytes < 0:
            raise FetchError("its answer is too large")
        return count


class _Connection:
    """What http.client asks of a socket when it reads an answer."""

    def __init__(self, reader: _Reader) -> None:
        self._reader = reader

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._reader)


@cache
def tls_context() -> ssl.SSLContext:
    """The system's certificates, which take 20 ms to load."""
    return ssl.create_default_context()


def get(url: SplitResult, *, deadline_seconds: float = DEADLINE_SECONDS, limit_bytes: int = LIMIT_BYTES) -> Answer:
    """The answer of any status. Raises FetchError."""
    ends_at = time.monotonic() + deadline_seconds
    assert url.hostname is not None  # noqa: S101 - whoever made the URL has seen to it
    port = url.port or (443 if url.scheme == "https" else 80)
    try:
        with connect(url.hostname, port, ends_at) as plain:
            plain.settimeout(max(0.001, ends_at - time.monotonic()))
            if url.scheme != "https":
                return _ask(plain, url, ends_at, limit_bytes)
            with tls_context().wrap_socket(plain, server_hostname=url.hostname) as connection:
                return _ask(connection, url, ends_at, limit_bytes)
    except TimeoutError:
        raise FetchError(f"no answer within {deadline_seconds:g} s") from None
    except ConnectionRefusedError:
        raise FetchError("nothing listens there") from None
    except ssl.SSLCertVerificationError:
        raise FetchError("its certificate is not trusted") from None
    except socket.gaierror:
        raise FetchError("its name is not known") from None
    except (OSError, ValueError, OverflowError, http.client.HTTPException) as error:
        # The message may hold what the server sent.
        raise FetchError(f"its answer is no HTTP ({type(error).__name__})") from None


def _ask(connection: socket.socket, url: SplitResult, ends_at: float, limit_bytes: int) -> Answer:
    target = (url.path or "/") + (f"?{url.query}" if url.query else "")
    host = url.netloc.rpartition("@")[2]
    connection.sendall(
        f"GET {target} HTTP/1.1\r\nHost: {host}\r\nAccept: text/plain;version=0.0.4, */*;q=0.1\r\n"
        "Accept-Encoding: identity\r\nUser-Agent: zeropoint\r\nConnection: close\r\n\r\n".encode("ascii")
    )
    response = http.client.HTTPResponse(_Connection(_Reader(connection, ends_at, limit_bytes)))  # type: ignore[arg-type]
    response.begin()
    if 300 <= response.status < 400:
        raise FetchError(f"it answers {response.status}, a redirect, which is not followed")
    if response.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise FetchError("its answer is compressed, which was not asked for")
    return Answer(response.status, response.headers.get("Content-Type", ""), response.read())
