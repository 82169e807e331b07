"""A connection to the bus: NATS, by nats-py. It is made, used until it is lost, and made anew by whoever needs it.

nats-py's own way to reconnect is switched off: it gives up for good when credentials are refused once, keeps what was
published in a buffer that nobody acknowledges, and tells nobody that a subscription has missed something.
"""

import asyncio
import re
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nats.errors
import nats.js.errors
from msgspec import Struct
from nats.aio.client import Client
from nats.js import JetStreamContext

CONNECT_SECONDS = 5
PING_SECONDS = 5
CLOSE_SECONDS = 1.0
REQUEST_SECONDS = 5.0
SCHEMES = ("nats", "tls")
LONGEST_FILE_BYTES = 1024 * 1024
JWT = b"BEGIN NATS USER JWT"
# A user's seed in base32, alone or in a file of credentials.
CREDENTIALS = re.compile(rb"^\s*SU[A-Z2-7]{56}\s*$", re.MULTILINE)


class BusError(Exception):
    """The bus cannot be used at the moment. The message is one line without credentials."""


class Bus(Struct, frozen=True):
    """Where the bus is. `credentials` is a file: NATS credentials (a JWT and its seed), or the seed of an NKey; `ca` is
    one of certificates that servers are trusted by, in place of the system's. Both may be empty."""

    servers: tuple[str, ...]
    credentials: str = ""
    ca: str = ""

    @property
    def name(self) -> str:
        """The servers as they may be shown: a URL may hold a password."""
        return ", ".join(shown(url) for url in self.servers)


class Link(Struct, frozen=True):
    """A connection that works, until `lost` is set."""

    client: Client
    stream: JetStreamContext
    lost: asyncio.Event


def shown(url: str) -> str:
    """Host and port of a server's URL."""
    parts = urlsplit(url)
    host = parts.hostname or "?"
    return f"{f'[{host}]' if ':' in host else host}:{parts.port or 4222}"


def refuse_wrong_bus(bus: Bus) -> None:
    """Raises ValueError for what can never work; the message says what is allowed, and shows no credentials."""
    for url in bus.servers:
        try:
            parts = urlsplit(url)
            wrong = parts.scheme not in SCHEMES or not parts.hostname or parts.port == 0
        except ValueError:
            wrong = True
        if wrong:
            raise ValueError(
                "the address of a NATS server is needed, as in nats://bus.example:4222 or tls://bus.example"
            )
    if bus.credentials and not CREDENTIALS.search(_read(bus.credentials)):
        raise ValueError(f"{bus.credentials!r} holds neither credentials of NATS nor the seed of a user's NKey")
    if bus.ca:
        _read(bus.ca)
    _tls(bus)


@asynccontextmanager
async def connected(bus: Bus, name: str, inbox: str) -> AsyncIterator[Link]:
    """A connection for as long as the block lasts; `name` is what the bus's own monitoring shows. Raises BusError where
    there is none; errors of the bus inside the block leave it as BusError."""
    client, lost, seen = Client(), asyncio.Event(), list[Exception]()

    async def closed() -> None:
        lost.set()

    async def failed(error: Exception) -> None:
        seen[:] = [error]

    try:
        try:
            async with asyncio.timeout(2 * CONNECT_SECONDS):
                await client.connect(
                    servers=list(bus.servers),
                    name=name,
                    error_cb=failed,
                    closed_cb=closed,
                    allow_reconnect=False,
                    max_reconnect_attempts=1,
                    reconnect_time_wait=0,
                    connect_timeout=CONNECT_SECONDS,
                    ping_interval=PING_SECONDS,
                    max_outstanding_pings=2,
                    tls=_tls(bus),
                    inbox_prefix=inbox,
                    **_credentials(bus),
                )
        except (nats.errors.Error, OSError, TimeoutError, ValueError) as error:
            cause = seen[0] if seen and isinstance(error, nats.errors.NoServersError) else error
            raise BusError(f"{bus.name}: {words(cause)}") from error
        try:
            yield Link(client, client.jetstream(timeout=REQUEST_SECONDS), lost)
        except (nats.errors.Error, nats.js.errors.Error, TimeoutError) as error:
            raise BusError(f"{bus.name}: {words(error)}") from error
    finally:
        # A connection that is cut keeps what it could not send, and waits for that: nobody else does.
        with suppress(Exception):
            async with asyncio.timeout(CLOSE_SECONDS):
                await client.close()


def words(error: Exception) -> str:
    """What went wrong, without what a server or a URL says of credentials."""
    text = str(error)
    if "authorization" in text.lower() or isinstance(error, nats.errors.AuthorizationError):
        return "it refuses the credentials"
    if isinstance(error, nats.js.errors.NoStreamResponseError | nats.js.errors.ServiceUnavailableError):
        return "it has no JetStream, or no leader for it at the moment"
    if isinstance(error, nats.errors.NoRespondersError):
        return "nothing there answers"
    if isinstance(error, nats.js.errors.APIError):
        return f"JetStream refuses: {error.description}"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate is not trusted: {error.verify_message}"
    if isinstance(error, socket.gaierror):
        return "its name is not known"
    if isinstance(error, TimeoutError):
        return "it does not answer in time"
    if isinstance(error, OSError):
        return (error.strerror or type(error).__name__).lower()
    if isinstance(error, ValueError):
        return text
    return text.removeprefix("nats: ") or type(error).__name__


def _tls(bus: Bus) -> ssl.SSLContext | None:
    """The context for servers of tls:// and for those that ask for TLS. Raises ValueError for a file that is no use."""
    if not bus.ca:
        return ssl.create_default_context() if any(url.startswith("tls:") for url in bus.servers) else None
    try:
        return ssl.create_default_context(cafile=bus.ca)
    except (OSError, ssl.SSLError):
        raise ValueError(f"{bus.ca!r} holds no certificates (PEM)") from None


def _credentials(bus: Bus) -> dict[str, Any]:
    """nats-py's arguments for the credentials' file, by what it holds. Raises ValueError where it cannot be read."""
    if not bus.credentials:
        return {}
    is_pair = JWT in _read(bus.credentials)
    return {"user_credentials" if is_pair else "nkeys_seed": bus.credentials}


def _read(path: str) -> bytes:
    """A small file's content. Raises ValueError, which names the file and shows nothing of it."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(LONGEST_FILE_BYTES + 1)
    except OSError as error:
        raise ValueError(f"{path!r} cannot be read: {error.strerror}") from None
    if not 0 < len(content) <= LONGEST_FILE_BYTES:
        raise ValueError(f"{path!r} is empty or longer than {LONGEST_FILE_BYTES // 1024} KiB")
    return content
