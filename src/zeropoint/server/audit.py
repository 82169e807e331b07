"""What is written down of requests: each that was refused, each that read by a token, each that changed something.

The first of its kind is a row at once, those that follow are counted: refused ones and changes by the minute, reads by
the hour. Each of the three has a table of its own, and nobody more than a few places of one. Nothing waits for the
disk; what it does not take is held, a bounded number of rows, and then counted.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import NamedTuple

from aiohttp import web

from zeropoint.server.access import GRANT
from zeropoint.server.audit_file import Row, encode
from zeropoint.server.clients import client_of, network_key, network_of
from zeropoint.server.errors import ERROR_CODE
from zeropoint.server.repeats import Repeats
from zeropoint.texts import rfc3339

MINUTE_SECONDS, HOUR_SECONDS = 60.0, 3600.0
# A hundred rows a minute of a flood are some 30 MB a day at most, and the file is bounded anyway.
MOST_KINDS, MOST_KINDS_OF_ONE = 100, 8
# Of what tokens do: each of them has a few addresses, and may read each of some dozen routes in two ways.
MOST_CHANGES, MOST_CHANGES_OF_ONE = 100, 20
MOST_READS, MOST_READS_OF_ONE = 1000, 40
MOST_WAITING = 1000
WRITE_SECONDS = 1.0
READ_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# Of what there is a row only where a token reads. Nobody was refused by a path that does not exist, nor by a full disk.
UNREFUSED = frozenset({HTTPStatus.NOT_FOUND})
# For handlers that know whom a request was made for before or after its Authorization header does: sign-in, sign-out.
TOKEN_NAME = web.RequestKey("token-name", str)


class Kind(NamedTuple):
    event: str
    client: str
    token: str | None = None
    route: str | None = None
    method: str | None = None
    status: int | None = None
    reason: str | None = None


class Audit:
    """Notes requests and writes them with `append`, which raises OSError or TimeoutError."""

    def __init__(self, append: Callable[[bytes], Awaitable[None]], clock: Callable[[], float] = time.time) -> None:
        """`clock` tells seconds since 1970."""
        self._append = append
        self._clock = clock
        self._refused: Repeats[Kind] = Repeats(MINUTE_SECONDS, MOST_KINDS, MOST_KINDS_OF_ONE, _of_client)
        self._changes: Repeats[Kind] = Repeats(MINUTE_SECONDS, MOST_CHANGES, MOST_CHANGES_OF_ONE, _of_token)
        self._reads: Repeats[Kind] = Repeats(HOUR_SECONDS, MOST_READS, MOST_READS_OF_ONE, _of_token)
        self._waiting: list[Row] = []
        self._lost = 0
        self.failure: str | None = None

    async def answered(self, request: web.Request, response: web.StreamResponse) -> None:
        """Signal handler, called before the head of an answer is sent: a stream is a row when it begins."""
        status, method = response.status, request.method
        refused = status >= HTTPStatus.BAD_REQUEST and ERROR_CODE in response and status not in UNREFUSED
        grant = request.get(GRANT)
        token = None if grant is None or grant.token is None else grant.token.name
        if method not in READ_METHODS:
            token = request.get(TOKEN_NAME, token)
        if token is None and not refused:
            return  # nearly always, and it is to cost nothing then; who has no token has changed nothing
        told = (token, request.match_info.route.name, method, status)
        if refused:
            self._note(self._refused, Kind("refused", network_of(request), *told, response[ERROR_CODE]))
        elif method in READ_METHODS:
            self._note(self._reads, Kind("read", client_of(request), *told))
        else:
            self._note(self._changes, Kind("changed", client_of(request), *told))

    def refused(self, client: str, status: int, reason: str) -> None:
        """Notes what never became a request."""
        self._note(self._refused, Kind("refused", network_key(client), status=status, reason=reason))

    def _note(self, repeats: Repeats[Kind], kind: Kind) -> None:
        now = self._clock()
        if repeats.is_first(kind, now):
            self._wait(Row(rfc3339(now), *kind))

    async def run(self) -> None:
        """Writes, until it is cancelled."""
        while True:
            await asyncio.sleep(WRITE_SECONDS)
            await self.write()

    async def write(self, *, all_of_them: bool = False) -> None:
        """Writes what waits, and the counts of periods that are over, or of all."""
        now = self._clock()
        for repeats in (self._refused, self._changes, self._reads):
            for kind, count, since in repeats.due(now, all_of_them=all_of_them):
                told = kind or Kind("others", "")
                self._wait(Row(rfc3339(now), *told, count=count, since=rfc3339(since)))
        if not self._waiting:
            return
        rows, lost = self._waiting[:], self._lost
        if lost:
            rows.append(Row(rfc3339(now), "lost", "", reason="not written in time", count=lost))
        try:
            await self._append(encode(rows))
        except TimeoutError:
            self._fail("the disk has not answered")
        except OSError as error:
            self._fail(error.strerror or "it cannot be written")
        else:
            del self._waiting[: len(rows) - bool(lost)]
            self._lost -= lost
            self.failure = None

    def statistics(self) -> dict[str, int]:
        kinds = sum(repeats.statistics()["keys"] for repeats in (self._refused, self._changes, self._reads))
        return {"waiting": len(self._waiting), "kinds": kinds, "lost": self._lost}

    def _wait(self, row: Row) -> None:
        if len(self._waiting) < MOST_WAITING:
            self._waiting.append(row)
        else:
            self._lost += 1

    def _fail(self, why: str) -> None:
        lost = f", {self._lost} are lost" if self._lost else ""
        self.failure = f"audit: {why}; {len(self._waiting)} rows wait{lost}"


def _of_client(kind: Kind) -> Kind:
    """All that one client is refused, by its network: what of an address is its own to choose tells nobody apart."""
    return Kind("others", kind.client)


def _of_token(kind: Kind) -> Kind:
    """All that is done with one token from one network."""
    return Kind("others", network_key(kind.client), kind.token)
