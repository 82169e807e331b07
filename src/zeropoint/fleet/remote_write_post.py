"""One request to the store, and what its answer means.

The standard: 5xx and 429 are to be tried again, any other 4xx never. Nothing of what a store says is shown but words
that are known: its text may hold anything.
"""

import errno
import os
import ssl
import time
from importlib import metadata
from typing import Literal

import aiohttp
from msgspec import Struct

from zeropoint.fleet.remote_write_target import Target
from zeropoint.fleet.remote_write_wait import retry_after_seconds

LIMIT_SECONDS = 30.0
CONNECT_SECONDS = 10.0
MOST_ANSWER_BYTES = 4096
HEADERS = {
    "Content-Type": "application/x-protobuf",
    "Content-Encoding": "snappy",
    "X-Prometheus-Remote-Write-Version": "0.1.0",
    "User-Agent": f"zeropoint/{metadata.version('zeropoint')}",
    "Accept-Encoding": "identity",
}
# What stores say of samples that come too late.
KNOWN = ("out of order", "out of bounds", "too old", "duplicate sample")


class Outcome(Struct, frozen=True):
    """`later`: the same request is to be sent again, not before `wait_seconds` if the store named them. `refused`:
    never again; `is_late`: since it has a later or the same one. `reason` says why, in one line; `status` is HTTP's."""

    kind: Literal["accepted", "later", "refused"]
    reason: str = ""
    status: int | None = None
    wait_seconds: float | None = None
    is_late: bool = False


class Post:
    """Sends bodies to a store, one at a time."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._session: aiohttp.ClientSession | None = None

    async def send(self, body: bytes) -> Outcome:
        """Never raises for anything that a network or a store does."""
        headers = dict(HEADERS)
        if self._target.authorization is not None:
            headers["Authorization"] = self._target.authorization
        try:
            async with self._opened().post(
                self._target.url, data=body, headers=headers, allow_redirects=False
            ) as response:
                said = await response.content.read(MOST_ANSWER_BYTES)
                return outcome_of(response.status, said, response.headers.get("Retry-After"), time.time())
        except TimeoutError:
            return Outcome("later", f"no answer within {LIMIT_SECONDS:.0f} s")
        except (aiohttp.ClientError, OSError, ValueError) as error:  # ValueError: what answers is no HTTP
            return Outcome("later", _reason(error))

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                timeout=aiohttp.ClientTimeout(total=LIMIT_SECONDS, sock_connect=CONNECT_SECONDS),
                connector=aiohttp.TCPConnector(limit=1),
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,
            )
        return self._session


def outcome_of(status: int, said: bytes, retry_after: str | None, now_seconds: float) -> Outcome:
    """What an answer means; `said` is the beginning of its body."""
    if status // 100 == 2:
        return Outcome("accepted", status=status)
    if status == 429 or status // 100 == 5:
        return Outcome("later", f"HTTP {status}", status, retry_after_seconds(retry_after, now_seconds))
    if status // 100 != 4:
        return Outcome("later", f"HTTP {status}, which is no answer of a store", status)
    text = said.decode(errors="replace").lower()
    words = next((f": {known}" for known in KNOWN if known in text), "")
    return Outcome("refused", f"HTTP {status}{words}", status, is_late=bool(words))


def _reason(error: Exception) -> str:
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        return "its certificate is not trusted"
    if isinstance(error, aiohttp.ClientSSLError | ssl.SSLError):
        return "TLS fails"
    if isinstance(error, aiohttp.ClientConnectorDNSError):
        return "its name is not known"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"it cannot be reached: {os.strerror(error.os_error.errno or errno.ECONNREFUSED)}"
    return "the connection broke"
