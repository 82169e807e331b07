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

from zeropoint import files
from zeropoint.texts import clean

CONNECT_SECONDS = 5
PING_SECONDS = 5
CLOSE_SECONDS = 1.0
REQUEST_SECONDS = 5.0
SCHEMES = ("nats", "tls")
LONGEST_FILE_BYTES = 1024 * 1024
JWT = b"BEGIN NATS USER JWT"
# A user's seed in base32, alone or in a file of credentials.
CREDENTIALS = re.compile(rb"^\s*SU[A-Z2-7]{56}\s*$", re.MULTILINE)
# What nats-server says of a permission that is missing.
VIOLATION = re.compile(r'permissions violation for (publish|subscription) to "([^"]*)"', re.IGNORECASE)
DENIED = {"publish": "publish to", "subscription": "subscribe to"}


class BusError(Exception):
    """The bus cannot be used at the moment. The message is one line without credentials."""


class Bus(Struct, frozen=True):
    """Where the bus is. `credentials` is a file: NATS credentials (a JWT and its seed), or the seed of an NKey; `ca` is
    one of certificates that servers are trusted by, in place of the system's; `cert` and `key` are those of a
    certificate of its own, which servers may ask for. All of them may be empty."""

    servers: tuple[str, ...]
    credentials: str = ""
    ca: str = ""
    cert: str = ""
    key: str = ""

    @property
    def needs_tls(self) -> bool:
        """Whether nothing may go over a connection that is not encrypted."""
        return bool(self.ca or self.cert) or any(url.startswith("tls:") for url in self.servers)

    @property
    def name(self) -> str:
        """The servers as they may be shown: a URL may hold a password."""
        return ", ".join(shown(url) for url in self.servers)


class Link(Struct, frozen=True):
    """A connection that works, until `lost` is set. `denied` has what the bus refused last for want of a permission, a
    line, where it did."""

    client: Client
    stream: JetStreamContext
    lost: asyncio.Event
    denied: list[str]


class _Client(Client):
    """nats-py asks for TLS when the server tells it to, before anything of it can be trusted: whoever stands in between
    would get the password."""

    def __init__(self, *, needs_tls: bool) -> None:
        super().__init__()
        self._needs_tls = needs_tls

    async def _process_info(self, info: dict[str, Any], initial_connection: bool = False) -> None:
        """Takes the server's greeting; on a new connection nothing has been sent before."""
        if self._needs_tls and initial_connection:
            if not (info.get("tls_required") or info.get("tls_available")):
                raise nats.errors.Error("it offers no TLS, and nothing is sent without")
            info["tls_required"] = True
        await super()._process_info(info, initial_connection)


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
    if bool(bus.cert) != bool(bus.key):
        raise ValueError("fleet_cert and fleet_key are given together, or neither is")
    _credentials(bus)
    _tls(bus)


@asynccontextmanager
async def connected(bus: Bus, name: str, inbox: str) -> AsyncIterator[Link]:
    """A connection for as long as the block lasts; `name` is what the bus's own monitoring shows. Raises BusError where
    there is none; errors of the bus inside the block leave it as BusError."""
    client, lost, seen = _Client(needs_tls=bus.needs_tls), asyncio.Event(), list[Exception]()
    denied: list[str] = []

    async def closed() -> None:
        lost.set()

    async def failed(error: Exception) -> None:
        seen[:] = [error]
        if violation := VIOLATION.search(str(error)):
            denied[:] = [f"{bus.name}: it does not allow to {DENIED[violation[1].lower()]} {clean(violation[2])}"]

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
            yield Link(client, client.jetstream(timeout=REQUEST_SECONDS), lost, denied)
        except (nats.errors.Error, nats.js.errors.Error, TimeoutError) as error:
            # What is not allowed is not answered.
            is_denied = bool(denied) and isinstance(error, TimeoutError)
            raise BusError(denied[0] if is_denied else f"{bus.name}: {words(error)}") from error
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
    context = _trusting(bus.ca) if bus.needs_tls else None
    if context is not None and bus.cert:
        files.read(Path(bus.key), LONGEST_FILE_BYTES, is_private=True)
        try:
            context.load_cert_chain(bus.cert, bus.key, password=lambda: "")  # else it would ask for one
        except (OSError, ValueError):
            raise ValueError(f"{bus.cert!r} and {bus.key!r} are no certificate (PEM) with its key") from None
    return context


def _trusting(ca: str) -> ssl.SSLContext:
    if not ca:
        return ssl.create_default_context()
    certificates = files.read(Path(ca), LONGEST_FILE_BYTES, is_private=False)
    try:
        if certificates:
            return ssl.create_default_context(cadata=certificates.decode("ascii"))
    except (OSError, ValueError):
        pass
    raise ValueError(f"{ca!r} holds no certificates (PEM)")


def _credentials(bus: Bus) -> dict[str, Any]:
    """nats-py's arguments for the credentials' file, by what it holds. Raises ValueError."""
    if not bus.credentials:
        return {}
    content = files.read(Path(bus.credentials), LONGEST_FILE_BYTES, is_private=True)
    seed = CREDENTIALS.search(content)
    if seed is None:
        raise ValueError(f"{bus.credentials!r} holds neither credentials of NATS nor the seed of a user's NKey")
    if JWT not in content:
        return {"nkeys_seed_str": seed[0].decode().strip()}
    return {"user_credentials": bus.credentials}
