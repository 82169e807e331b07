"""Answers of hostile servers, over real sockets: each is refused within its bounds of time and bytes."""

import itertools
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.ai.raw_server import Answer, page, raw_server
from zeropoint.ai.bounded_http import FetchError, get

OK = b"HTTP/1.1 200 OK\r\n"


def test_an_answer_comes_with_its_status_type_and_body() -> None:
    with raw_server(page("x 1\n", "text/plain; version=0.0.4", "418 I'm a teapot")) as server:
        answer = get(urlsplit(server.url + "?a=b"))
    assert (answer.status, answer.content_type, answer.body) == (418, "text/plain; version=0.0.4", b"x 1\n")
    head = server.requests[0].decode()
    assert head.startswith(f"GET /metrics?a=b HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n")
    assert "Connection: close\r\n" in head


def test_chunks_are_joined_and_a_body_without_a_length_ends_with_the_connection() -> None:
    chunked = OK + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=y\r\nde\r\n0\r\n\r\n"
    with raw_server(chunked) as server:
        assert get(urlsplit(server.url)).body == b"abcde"
    with raw_server(OK + b"\r\nuntil the end") as server:
        assert get(urlsplit(server.url)).body == b"until the end"


def test_ipv6_is_asked_by_its_address() -> None:
    with raw_server(page("x 1\n"), socket.AF_INET6) as server:
        assert get(urlsplit(f"http://[::1]:{server.port}/metrics")).body == b"x 1\n"
    assert f"Host: [::1]:{server.port}\r\n".encode() in server.requests[0]


def dripping(head: bytes, piece: bytes) -> Answer:
    def answer(_: bytes) -> Iterator[bytes]:
        yield head
        while True:
            time.sleep(0.02)
            yield piece

    return answer


@pytest.mark.parametrize(
    "answer",
    [
        dripping(b"", b"H"),
        dripping(OK, b"X: y\r\n"),
        dripping(OK + b"X: ", b"y"),
        dripping(OK + b"\r\n", b"x"),
        dripping(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
        dripping(OK + b"Content-Length: 1000000\r\n\r\n", b"x"),
    ],
    ids=["status", "headers", "one header", "body", "chunks", "length"],
)
def test_a_server_that_drips_is_left_at_the_deadline(answer: Answer) -> None:
    with raw_server(answer) as server:
        began = time.monotonic()
        with pytest.raises(FetchError, match=r"no answer within 0\.3 s|is no HTTP"):
            get(urlsplit(server.url), deadline_seconds=0.3)
        assert time.monotonic() - began < 1.0


def endless(head: bytes, piece: bytes) -> Answer:
    return lambda _: itertools.chain([head], itertools.repeat(piece))


@pytest.mark.parametrize(
    "answer",
    [
        endless(OK + b"\r\n", b"x" * 65536),
        endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"10000\r\n" + b"x" * 65536 + b"\r\n"),
        endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
        endless(OK, b"X: y\r\n"),
        endless(OK + b"X: ", b"y" * 65536),
    ],
    ids=["body", "chunks", "continue", "headers", "one header"],
)
def test_an_endless_answer_is_cut_off_within_bounds_of_memory_and_time(answer: Answer) -> None:
    with raw_server(answer) as server:
        tracemalloc.start()
        began = time.monotonic()
        with pytest.raises(FetchError, match=r"too large|is no HTTP"):
            get(urlsplit(server.url), deadline_seconds=10, limit_bytes=1_000_000)
        assert time.monotonic() - began < 5
        assert tracemalloc.get_traced_memory()[1] < 8_000_000
        tracemalloc.stop()


def test_no_redirect_is_followed() -> None:
    with raw_server(b"HTTP/1.1 302 Found\r\nLocation: /secret\r\nContent-Length: 0\r\n\r\n") as server:
        with pytest.raises(FetchError, match="it answers 302, a redirect, which is not followed"):
            get(urlsplit(server.url))
        assert len(server.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"\x16\x03\x01\x02\x00",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 999999999999 Boo\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        OK + b"Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nx",
        OK + b"Transfer-Encoding: chunked\r\n\r\n-5\r\nx",
        OK + b"Content-Length: 1000\r\n\r\nshort",
        OK + b"Content-Encoding: gzip\r\n\r\n\x1f\x8b",
        b"HTTP/1.1 200 secret-word\r\nContent-Length: secret-word\r\nTransfer-Encoding: secret-word\r\n\r\nx",
        bytes(range(256)) * 10,
    ],
)
def test_garbage_is_an_error_that_repeats_nothing_of_it(answer: bytes) -> None:
    with raw_server(answer) as server:
        try:
            got = get(urlsplit(server.url))
        except FetchError as error:
            assert "secret" not in str(error)
            assert str(error).startswith(("its answer is", "it answers"))
        else:
            assert got.status == 200


def test_where_nothing_listens_it_is_said() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(FetchError, match="nothing listens there"):
            get(urlsplit(f"http://127.0.0.1:{free.getsockname()[1]}/metrics"))


def test_a_server_that_never_answers_is_left_at_the_deadline() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(1)
        began = time.monotonic()
        with pytest.raises(FetchError, match=r"no answer within 0\.2 s"):
            get(urlsplit(f"http://127.0.0.1:{silent.getsockname()[1]}/"), deadline_seconds=0.2)
        assert time.monotonic() - began < 1


def test_a_server_without_tls_where_tls_is_asked_for_is_an_error() -> None:
    with raw_server(page("x 1\n")) as server, pytest.raises(FetchError):
        get(urlsplit(server.url.replace("http:", "https:")), deadline_seconds=1)


@pytest.mark.system
def test_a_certificate_that_nobody_vouches_for_is_refused(tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost", "-days", "1"]
    subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            with listener.accept()[0] as connection, suppress(OSError):
                context.wrap_socket(connection, server_side=True).close()

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(FetchError, match="its certificate is not trusted"):
            get(urlsplit(f"https://localhost:{listener.getsockname()[1]}/metrics"))
        thread.join()
