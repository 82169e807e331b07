"""Asks the real process for anything, by raw bytes, and reads the head of the answer alone: a stream has no end."""

import secrets
import socket
from collections.abc import Mapping

from tests.support.process import TIMEOUT_SECONDS, Answer, Appliance, parse_answer


def some_client() -> str:
    """One of a thousand addresses of this machine's own: no limit for one client is reached."""
    return f"127.0.{1 + secrets.randbelow(4)}.{1 + secrets.randbelow(250)}"


def connect(appliance: Appliance) -> socket.socket:
    connection = socket.socket()
    connection.settimeout(TIMEOUT_SECONDS)
    connection.bind((some_client(), 0))
    connection.connect((appliance.host, appliance.port))
    return connection


def send(appliance: Appliance, request: bytes) -> bytes:
    """Sends raw bytes and reads until the server closes."""
    with connect(appliance) as connection:
        connection.sendall(request)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return answer


def head_of(
    appliance: Appliance, target: str, method: str = "GET", headers: Mapping[str, str] | None = None, body: bytes = b""
) -> Answer:
    """The answer's status and headers; `body` has what came with them."""
    given = {"Host": f"localhost:{appliance.port}", "Connection": "close", **(headers or {})}
    if body:
        given |= {"Content-Length": str(len(body))}
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    with connect(appliance) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = connection.recv(65536)
            assert part, f"it closed after {answer!r}"
            answer += part
    return parse_answer(answer)
