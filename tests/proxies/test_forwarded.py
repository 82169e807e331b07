"""Who asked, as the appliance knows it behind real proxies, whatever a client claims to be."""

import json
import socket
import ssl
from pathlib import Path

from tests.proxies.configurations import OWN_NAME, Certificate, running_proxy
from tests.support.process import TIMEOUT_SECONDS, parse_answer, running
from tests.support.tokens import made

FORGED = "X-Forwarded-For: 192.0.2.1\r\nX-Forwarded-Proto: http\r\nForwarded: for=192.0.2.2;proto=http\r\n"


def test_the_client_is_the_address_that_the_proxy_saw_and_its_scheme_is_the_proxys(
    kind: str, certificate: Certificate, tmp_path: Path
):
    token = made(tmp_path, "read")
    trusted = ("--allowed-hosts", OWN_NAME, "--trusted-proxies", "127.0.0.1")
    (tmp_path / "proxy").mkdir()
    with running(tmp_path, *trusted) as started:
        with running_proxy(kind, started.port, certificate, tmp_path / "proxy") as port:
            for client in ("127.0.7.1", "127.0.7.2"):
                ask(port, certificate, client, "GET /metrics/json")
            signed_in = ask(port, certificate, "127.0.7.3", "POST /sign-in", json.dumps({"token": token}))
        assert "; Secure" in signed_in["set-cookie"]
        assert started.stop() == 0  # what the audit log has not written yet is written then
    rows = [json.loads(line) for line in (tmp_path / "audit.jsonl").read_text().splitlines()]
    told = {(row["client"], row["route"]) for row in rows if row["event"] != "token-created"}
    assert told == {("127.0.7.1", "samples"), ("127.0.7.2", "samples"), ("127.0.7.3", "sign_in")}


def ask(
    port: int, certificate: Certificate, client: str, request: str, body: str = "", *, cookie: str = ""
) -> dict[str, str]:
    """Headers of the answer to a request from an address of this machine's own."""
    context = ssl.create_default_context(cafile=str(certificate.chain))
    with (
        socket.create_connection(("127.0.0.1", port), TIMEOUT_SECONDS, (client, 0)) as plain,
        context.wrap_socket(plain, server_hostname=OWN_NAME) as connection,
    ):
        head = f"{request} HTTP/1.1\r\nHost: {OWN_NAME}\r\n{FORGED}Connection: close\r\n"
        if cookie:
            head += f"Cookie: {cookie}\r\n"
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
        connection.sendall(f"{head}\r\n{body}".encode())
        answer = b""
        while part := connection.recv(65536):
            answer += part
    return parse_answer(answer).headers
