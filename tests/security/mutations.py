"""Requests that nobody means well with: valid ones, seeded and then damaged in every way that has broken a server."""

import random
from collections.abc import Callable, Sequence
from urllib.parse import quote_from_bytes

from tests.security.table import target
from zeropoint.server.routes import Route

LONG = 70_000
# Texts that parsers have choked on, for parameters, headers and paths.
TEXTS = (
    b"",
    b"0",
    b"-1",
    b"1e400",
    b"NaN",
    b"999999999999999999999999999999",
    b"\x00",
    b"%00",
    b"%",
    b"%zz",
    b"%c0%ae",
    b"%ed%a0%80",
    b"\xff\xfe",
    b"\xf0\x9f\x9a\x80",
    b"../../etc/passwd",
    b"<script>alert(1)</script>",
    b"' OR 1=1 --",
    b"${jndi:ldap://127.0.0.1/x}",
    b"{{7*7}}",
    b"$(id)",
    b"a\r\nX-Injected: 1",
    b"a%0d%0aX-Injected: 1",
    b"zzzzzzzzzzzz-999999999999999",
    b"0-0",
    b"system.cpu,ai,,;system",
    b"2026-11-29T00:00:00Z",
    b"9999-12-31T23:59:59.999+23:59",
    b"*",
    b"x" * 4096,
)
# What stands for a value that is right: with nothing else, whatever has several parameters is refused for the first.
KNOWN = (b"system.cpu.usage_percent", b"system.memory.*", b"server", b"5", b"60", b"true", b"pearson", b"e1-1", b"js-1")
# Of no route's own: the gate reads them.
OF_ALL = (b"token", b"ticket")
HEADERS = (
    b"Authorization",
    b"Cookie",
    b"Last-Event-ID",
    b"Accept",
    b"Accept-Encoding",
    b"If-None-Match",
    b"Origin",
    b"Range",
    b"X-Forwarded-For",
    b"Forwarded",
    b"Expect",
    b"Upgrade",
    b"Connection",
    b"Transfer-Encoding",
    b"Content-Length",
    b"Content-Type",
    b"Content-Encoding",
    b"Trailer",
    b"TE",
    b"Host",
    b"Access-Control-Request-Method",
)
VALUES = (
    *TEXTS,
    b"chunked",
    b"chunked, chunked",
    b"gzip, chunked",
    b"xchunked",
    b"5",
    b"+5",
    b"0x5",
    b"5, 5",
    b"4294967296",
    b"close",
    b"keep-alive",
    b"upgrade",
    b"websocket",
    b"h2c",
    b"100-continue",
    b"bytes=0-0,1-1",
    b"application/json",
    b"Bearer zp_" + b"x" * 43,
    b"Basic eDp5",
    b"application/openmetrics-text; version=1.0.0; q=nan",
    b"gzip;q=0, *;q=1e9",
    b'"*"',
)
METHODS = (b"GET", b"HEAD", b"OPTIONS", b"POST", b"PUT", b"DELETE", b"PATCH", b"TRACE", b"CONNECT", b"BREW", b"get")
BODIES = (
    b"",
    b"{}",
    b"[" * 2000,
    b'{"token":"' + b"x" * 2000 + b'"}',
    b"0\r\n\r\n",
    b"5\r\nhello\r\n0\r\n\r\n",
    b"5;ext=\x01\r\nhello\r\n0\r\nTrailer: x\r\n\r\n",
    b"ffffffffffffffff\r\nhello",
    b"-5\r\nhello\r\n0\r\n\r\n",
    b"5\nhello\n0\n\n",
    b"\x1f\x8b\x08\x00" + b"\x00" * 64,
)


class Mutator:
    """Draws requests for the routes of a table; the same seed draws the same ones. `known` are names that there are."""

    def __init__(self, seed: int, routes: Sequence[Route], known: Sequence[bytes] = ()) -> None:
        self._random = random.Random(seed)  # noqa: S311 - no secret
        self._queries = [
            (target(route).encode(), [one.name.encode() for one in route.parameters if one.where == "query"])
            for route in routes
        ]
        self._names = sorted({name for _, names in self._queries for name in names} | set(OF_ALL))
        self._known = (*KNOWN, *known, *known)
        self._damages: tuple[Callable[[bytearray], None], ...] = (
            self._flip,
            self._insert,
            self._remove,
            self._repeat,
            self._cut,
            self._swap_line_ends,
            self._overwrite,
        )

    def draw(self) -> bytes:
        """What is sent over one connection: one request or some behind one another, some of them damaged."""
        kind = self._random.random()
        if kind < 0.02:
            return self._random.randbytes(self._random.randrange(1, 2000))
        if kind < 0.03:
            return self._request() + b"x" * self._random.randrange(LONG)
        sent = bytearray(b"".join(self._request() for _ in range(self._random.choice((1, 1, 1, 2, 5)))))
        if kind < 0.5:
            for _ in range(self._random.choice((1, 1, 1, 2, 8))):
                self._random.choice(self._damages)(sent)
        return bytes(sent)

    def _request(self) -> bytes:
        some = self._random
        path, own = some.choice(self._queries)
        if some.random() < 0.1:
            path = b"/" + some.choice(TEXTS)
        kind = some.random()
        if kind < 0.3:
            names = [some.choice(self._names) for _ in range(some.randrange(1, 4))]
        else:
            names = [name for name in own if some.random() < 0.8] if kind < 0.8 else []
        if names:
            path += b"?" + b"&".join(name + b"=" + self._text() for name in names)
        method = b"GET" if some.random() < 0.7 else some.choice(METHODS)
        version = b"HTTP/1.1" if some.random() < 0.95 else some.choice((b"HTTP/1.0", b"HTTP/2.0", b"HTTP/1.2", b"x"))
        lines = [b" ".join((method, path, version)), b"Host: localhost"]
        lines += [some.choice(HEADERS) + b": " + self._value() for _ in range(some.choice((0, 0, 0, 1, 1, 2, 40)))]
        if some.random() < 0.02:
            lines.append(b"X-Long: " + b"x" * some.randrange(LONG))
        some.shuffle(rest := lines[1:])
        body = some.choice(BODIES) if method not in (b"GET", b"HEAD") else b""
        return b"\r\n".join([lines[0], *rest, b"", b""]) + body

    def _text(self) -> bytes:
        """Of a query: mostly such that it is one."""
        if self._random.random() < 0.5:
            return quote_from_bytes(self._random.choice(self._known)).encode()
        text = self._random.choice(TEXTS)
        return text if self._random.random() < 0.2 else quote_from_bytes(text).encode()

    def _value(self) -> bytes:
        """Of a header: mostly such that it is one."""
        value = self._random.choice(VALUES)
        return value if self._random.random() < 0.2 else bytes(one for one in value if 32 <= one < 127)

    def _place(self, sent: bytearray) -> int:
        return self._random.randrange(len(sent) + 1)

    def _flip(self, sent: bytearray) -> None:
        if sent:
            sent[self._random.randrange(len(sent))] ^= 1 << self._random.randrange(8)

    def _overwrite(self, sent: bytearray) -> None:
        if sent:
            sent[self._random.randrange(len(sent))] = self._random.choice(b"\x00\n\r :;,=\x7f\xff\t")

    def _insert(self, sent: bytearray) -> None:
        place = self._place(sent)
        sent[place:place] = self._random.choice((*TEXTS, *VALUES, self._random.randbytes(8)))

    def _remove(self, sent: bytearray) -> None:
        place = self._place(sent)
        del sent[place : place + self._random.randrange(1, 30)]

    def _repeat(self, sent: bytearray) -> None:
        place = self._place(sent)
        piece = bytes(sent[place : place + self._random.randrange(1, 60)])
        sent[place:place] = piece * self._random.randrange(1, 20)

    def _cut(self, sent: bytearray) -> None:
        del sent[self._place(sent) :]

    def _swap_line_ends(self, sent: bytearray) -> None:
        sent[:] = sent.replace(b"\r\n", self._random.choice((b"\n", b"\r", b"\n\r", b"\r\n ", b"\r\n\r\n")), 1)
