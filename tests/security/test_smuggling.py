"""Requests whose end two parsers might see in different places, over raw sockets: none is answered twice.

Behind each stands a request of somebody else, as it would on a connection of a proxy.
"""

import re

import pytest

from tests.support.process import Appliance

HOST = b"Host: localhost\r\n"
NEXT = b"GET /version HTTP/1.1\r\nHost: localhost\r\n\r\n"
POST = b"POST /sign-out HTTP/1.1\r\n" + HOST
GET = b"GET /livez HTTP/1.1\r\n" + HOST
CHUNKED = b"Transfer-Encoding: chunked\r\n"
EMPTY = b"\r\n0\r\n\r\n"

REFUSED = {
    "length and encoding": POST + b"Content-Length: 5\r\n" + CHUNKED + EMPTY,
    "encoding and length": GET + CHUNKED + b"Content-Length: 5\r\n" + EMPTY,
    "chunked123": POST + b"Transfer-Encoding: chunked123\r\n" + EMPTY,
    "xchunked": POST + b"Transfer-Encoding: xchunked\r\n" + EMPTY,
    "chunked is not last": POST + b"Transfer-Encoding: chunked, identity\r\n" + EMPTY,
    "two encodings": POST + CHUNKED + b"Transfer-Encoding: identity\r\n" + EMPTY,
    "space before the colon": POST + b"Transfer-Encoding : chunked\r\n" + EMPTY,
    "tab before the encoding": POST + b"Transfer-Encoding:\tchunked\r\n" + EMPTY,
    "control character before the encoding": POST + b"Transfer-Encoding: \x0bchunked\r\n" + EMPTY,
    "folded header": POST + b"Transfer-Encoding:\r\n chunked\r\n" + EMPTY,
    "trailers": POST + CHUNKED + b"\r\n0\r\nHost: evil.example\r\nAuthorization: Bearer zp_x\r\n\r\n",
    "one trailer": POST + CHUNKED + b"\r\n0\r\nX-Trailer: 1\r\n\r\n",
    "chunk extension with bare LF": POST + CHUNKED + b"\r\n0;a=b\n\r\n\r\n",
    "chunks with bare LF": POST + CHUNKED + b"\r\n1\na\n0\n\n",
    "chunked in HTTP/1.0": POST.replace(b"1.1", b"1.0") + b"Connection: keep-alive\r\n" + CHUNKED + EMPTY,
    "lines that end in bare LF": b"GET /livez HTTP/1.1\nHost: localhost\n\n",
    "header that ends in bare LF": b"GET /livez HTTP/1.1\r\nHost: localhost\nX: y\r\n\r\n",
    "bare CR": b"GET /livez HTTP/1.1\r\nHost: localhost\rX: y\r\n\r\n",
    "head that ends in bare LF": GET + b"\n",
    "two lengths": POST + b"Content-Length: 0\r\nContent-Length: 5\r\n\r\nabcde",
    "the same length twice": POST + b"Content-Length: 5\r\nContent-Length: 5\r\n\r\nabcde",
    "list of lengths": POST + b"Content-Length: 5, 5\r\n\r\nabcde",
    "length with a plus": POST + b"Content-Length: +5\r\n\r\nabcde",
    "negative length": POST + b"Content-Length: -5\r\n\r\nabcde",
    "hexadecimal length": POST + b"Content-Length: 0x5\r\n\r\nabcde",
    "length with an underscore": POST + b"Content-Length: 1_0\r\n\r\nabcdefghij",
    "length beyond any integer": POST + b"Content-Length: 99999999999999999999999\r\n\r\nabcde",
    "empty length": POST + b"Content-Length: \r\n\r\n",
    "request in the body of a GET": GET + b"Content-Length: %d\r\n\r\n" % len(NEXT),
    "space in a name": GET + b"X y: z\r\n\r\n",
    "null": GET + b"X: a\x00b\r\n\r\n",
    "space before the first header": b"GET /livez HTTP/1.1\r\n X: a\r\n" + HOST + b"\r\n",
    "space behind the version": b"GET /livez HTTP/1.1 \r\n" + HOST + b"\r\n",
    "tabs in the request line": b"GET\t/livez\tHTTP/1.1\r\n" + HOST + b"\r\n",
    "HTTP/0.9": b"GET /livez\r\n\r\n",
    "HTTP/1.2": b"GET /livez HTTP/1.2\r\n" + HOST + b"\r\n",
    "preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "tunnel": b"CONNECT localhost:80 HTTP/1.1\r\n" + HOST + b"\r\n",
    "unknown expectation": POST + b"Content-Length: 5\r\nExpect: something\r\n\r\nabcde",
}


def statuses(answer: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] (\d{3}) ", answer)]


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_in_json_and_what_stands_behind_it_is_not_taken(appliance: Appliance, name: str):
    answer = appliance.send(REFUSED[name] + NEXT)
    (status,) = statuses(answer)
    assert status in (400, 411, 417)
    assert b"Content-Type: application/json\r\n" in answer
    assert b"evil" not in answer and b"zp_x" not in answer


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_as_well_byte_by_byte(appliance: Appliance, name: str):
    with appliance.connect() as connection:
        try:
            for byte in REFUSED[name]:
                connection.sendall(bytes([byte]))
            connection.sendall(NEXT)
        except (BrokenPipeError, ConnectionResetError):
            pass  # it was refused before its end
        answer = b""
        try:
            while part := connection.recv(65536):
                answer += part
        except ConnectionResetError:
            pass  # bytes that it had not read any more
    assert len(statuses(answer)) <= 1
    assert all(status in (400, 411, 417) for status in statuses(answer))


def test_trailers_of_one_request_are_no_headers_of_the_next(appliance: Appliance):
    """aiohttp 3.14 keeps the last trailer and takes it for the first header of what follows on the connection."""
    with appliance.connect() as connection:
        connection.sendall(POST + CHUNKED + b"\r\n0\r\nX-Forwarded-For: 192.0.2.1\r\n\r\n")
        answer = b""
        while part := connection.recv(65536):
            answer += part
    assert statuses(answer) == [411], "the connection ends with it"


def test_requests_that_are_well_formed_are_all_answered_in_order(appliance: Appliance):
    body = POST + b"Content-Length: 5\r\n\r\nabcde"
    last = NEXT.replace(HOST, HOST + b"Connection: close\r\n")
    assert statuses(appliance.send(body + GET + b"\r\n" + body + last)) == [204, 200, 204, 200]


def test_nothing_behind_a_wish_to_upgrade_is_lost_without_a_word(appliance: Appliance):
    """aiohttp drops what came behind it; so the connection ends, and its client knows."""
    answer = appliance.send(GET + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\n\r\n" + NEXT)
    assert statuses(answer) == [200]
    assert b"\r\nConnection: close\r\n" in answer


def test_a_body_that_waits_for_leave_gets_it(appliance: Appliance):
    request = POST + b"Content-Length: 5\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n"
    with appliance.connect() as connection:
        connection.sendall(request)
        answer = connection.recv(65536)
        assert statuses(answer) == [100]
        connection.sendall(b"abcde")
        while part := connection.recv(65536):
            answer += part
    assert statuses(answer) == [100, 204]
