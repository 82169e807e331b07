"""What a browser sends to sign in and out, by raw bytes."""

import json
import socket

from tests.support.process import Answer, Appliance, parse_answer

JSON = "application/json"


def post(appliance: Appliance, path: str, body: bytes = b"", client: str = "127.0.0.1", **headers: str) -> Answer:
    """`client` is the loopback address that it comes from."""
    given = {"Host": f"localhost:{appliance.port}", "Connection": "close", "Content-Length": str(len(body))}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    lines = [f"POST {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items())]
    with socket.create_connection((appliance.host, appliance.port), source_address=(client, 0)) as connection:
        connection.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return parse_answer(answer)


def sign_in(appliance: Appliance, token: str, client: str = "127.0.0.1", **headers: str) -> Answer:
    return post(appliance, "/sign-in", json.dumps({"token": token}).encode(), client, Content_Type=JSON, **headers)


def cookie_of(answer: Answer) -> str:
    """What a browser sends back of Set-Cookie."""
    assert answer.status == 200, answer.body
    return answer.headers["set-cookie"].partition(";")[0]


def signed_in(appliance: Appliance, token: str) -> str:
    """The cookie of a fresh session."""
    return cookie_of(sign_in(appliance, token))
