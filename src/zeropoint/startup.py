"""What is checked and claimed before anything runs: the data directory, the address, the certificate."""

import asyncio
import errno
import ipaddress
import os
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock
from aiohttp import web

from zeropoint.feed.view import UnknownSectionError, parse_view
from zeropoint.server.clients import parse_networks
from zeropoint.server.connections import connection_factory
from zeropoint.server.origins import is_origin
from zeropoint.server.tokens import TokenError, TokenStore
from zeropoint.settings import Settings, SettingsError

BACKLOG = 4096
# What a disk has, and not whoever named it.
DISK_ERRORS = {errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EIO}


class InUseError(Exception):
    """The port or the data directory is in use. The message is one line that names it."""


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def refuse_open_bind(host: str, tokens: TokenStore) -> None:
    """Raises SettingsError for an address that others can reach while there is no token that keeps them out."""
    if is_loopback(host):
        return
    try:
        known = tokens.load()
    except TokenError as error:
        raise SettingsError(str(error)) from None
    if not known:
        message = "beyond loopback a token is needed; make one with: zeropoint token create --scope read"
        raise SettingsError(f"--host: {host!r} is not allowed: {message}")


def refuse_wrong_names(settings: Settings) -> None:
    """Raises SettingsError for an origin, a proxy or a section that cannot be one."""
    origins = {"--allowed-origins": settings.allowed_origins, "--embed-origins": settings.embed_origins}
    for flag, origin in ((flag, origin) for flag, given in origins.items() for origin in given):
        if not is_origin(origin):
            message = "it is a scheme and a host, with a port where it has one of its own, as in https://lab.example"
            raise SettingsError(f"{flag}: {origin!r} is not allowed; {message}")
    try:
        parse_networks(settings.trusted_proxies)
    except ValueError as error:
        raise SettingsError(f"--trusted-proxies: {error}") from None
    try:
        parse_view(",".join(settings.public_sections))
    except UnknownSectionError as error:
        raise SettingsError(f"--public-sections: {error}") from None


def tls_context(certificate: str, key: str) -> ssl.SSLContext | None:
    """The context for HTTPS; None when neither file is set. Raises SettingsError for files that do not serve."""
    if not certificate and not key:
        return None
    if not certificate or not key:
        raise SettingsError(f"--tls-{'key' if certificate else 'cert'}: it is needed too; the two go together")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:  # SSLError is one; its text names neither file
        reason = (
            error.strerror if not isinstance(error, ssl.SSLError) else error.reason or "not a certificate and its key"
        )
        raise SettingsError(f"--tls-cert, --tls-key: {certificate!r} and {key!r} cannot be used: {reason}") from None
    return context


async def listen(server: web.Server, host: str, port: int, tls: ssl.SSLContext | None) -> tuple[asyncio.Server, str]:
    """Starts listening; answers with the listener, for its owner to close, and the page's address.

    Raises InUseError, or SettingsError for a bad address.
    """
    loop = asyncio.get_running_loop()
    try:
        listener = await loop.create_server(connection_factory(server), host, port, ssl=tls, backlog=BACKLOG)
    except socket.gaierror:
        raise SettingsError(f"--host: {host!r} is no address of this machine") from None
    except OSError as error:
        raise InUseError(f"cannot listen on {host} port {port}: {error.strerror or error}") from None
    name = f"[{host}]" if ":" in host else host
    bound = listener.sockets[0].getsockname()[1]
    return listener, f"{'https' if tls else 'http'}://{name}:{bound}/control/metrics"


class DataLock:
    """The lock of the data directory. It is taken at the start; where the disk does not let it, it can be later."""

    def __init__(self, data: Path) -> None:
        self._data = data
        # No file of its own stands for the lock where the system has none: two would believe to hold it.
        self._lock = filelock.FileLock(data / "lock", mode=0o600, thread_local=False, fallback_to_soft=False)

    def take(self) -> None:
        """Holds the data directory for this process; makes it where it is missing, for its owner alone.

        Raises OSError, BlockingIOError where another process holds it.
        """
        if self._lock.is_locked:
            return
        self._data.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            self._lock.acquire(blocking=False)
        except filelock.Timeout:
            raise BlockingIOError(errno.EWOULDBLOCK, os.strerror(errno.EWOULDBLOCK)) from None

    def release(self) -> None:
        self._lock.release()


@contextmanager
def locked(data: Path) -> Iterator[DataLock]:
    """Holds the data directory. On a disk that is full, read-only or broken the lock is not held yet: what is live is
    served all the same, and whoever is to write takes it first.

    Raises InUseError, or SettingsError where there can be no such directory.
    """
    lock = DataLock(data)
    try:
        lock.take()
    except BlockingIOError:
        raise InUseError(f"the data directory {str(data)!r} is in use by another zeropoint") from None
    except OSError as error:
        if not os.path.isdir(data) and error.errno not in DISK_ERRORS:  # noqa: PTH112 - it raises nothing
            raise SettingsError(f"--data: {str(data)!r} cannot be used: {error.strerror}") from None
    try:
        yield lock
    finally:
        lock.release()
