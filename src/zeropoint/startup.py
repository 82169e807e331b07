"""What is checked and claimed before anything runs: the data directory, the address, the certificate."""

import asyncio
import errno
import ipaddress
import os
import socket
import stat
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import filelock
import structlog
from aiohttp import web

from zeropoint import files
from zeropoint.feed.view import UnknownSectionError, View, parse_view
from zeropoint.server.audit import Audit
from zeropoint.server.audit_file import AuditFile
from zeropoint.server.certificate import Certificate, CertificateError
from zeropoint.server.clients import parse_networks
from zeropoint.server.connections import connection_factory
from zeropoint.server.crowd import Bounds
from zeropoint.server.front import Front
from zeropoint.server.hosts import host_name
from zeropoint.server.limits import RequestLimits
from zeropoint.server.origins import is_origin
from zeropoint.server.tokens import TokenError, TokenStore
from zeropoint.settings import Settings, SettingsError

log = structlog.get_logger()
OnDisk = Callable[[Callable[[], None]], Awaitable[None]]
# Makes the data directory this process's, or raises OSError; nothing is written to it before.
Claim = Callable[[], None]
BACKLOG = 4096
# Connections that are no streams, beside as many as there may be streams; files that are no connections.
BESIDE_STREAMS = 1000
OTHER_FILES = 512
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
    """Raises SettingsError for a name of ours, an origin, a proxy or a section that cannot be one."""
    for name in settings.allowed_hosts:
        if host_name(name) != name.lower():
            message = "it is a name alone, without scheme and port, as in lab.example"
            raise SettingsError(f"--allowed-hosts: {name!r} is not allowed; {message}")
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


def certificate_of(chain: str, key: str) -> Certificate | None:
    """What HTTPS is served with; None when neither file is set. Raises SettingsError for files that do not serve."""
    if not chain and not key:
        return None
    if not chain or not key:
        raise SettingsError(f"--tls-{'key' if chain else 'cert'}: it is needed too; the two go together")
    try:
        return Certificate(Path(chain), Path(key))
    except CertificateError as error:
        raise SettingsError(f"--tls-cert, --tls-key: {chain!r} and {key!r} cannot be used: {error}") from None


def front_of(settings: Settings, certificate: Certificate | None, disk: OnDisk, claim: Claim) -> Front:
    """What stands between the clients and the application. `disk` makes calls that may hang, `claim` makes the data
    directory this process's, or raises OSError."""
    streams, of_client = settings.max_subscribers, settings.max_subscribers_per_client
    bounds = Bounds(
        connections=most_connections(settings.max_connections or streams + BESIDE_STREAMS),
        connections_per_client=settings.max_connections_per_client or of_client + BESIDE_STREAMS,
        header_bytes=settings.max_header_bytes,
        header_seconds=settings.header_seconds,
        keepalive_seconds=settings.keepalive_seconds,
        trusted=parse_networks(settings.trusted_proxies),
    )
    limits = RequestLimits(
        requests_per_second=settings.requests_per_second,
        requests_burst=settings.requests_burst,
        body_bytes=settings.max_body_bytes,
        body_seconds=settings.body_seconds,
    )
    if not settings.audit:
        return Front(bounds, limits, certificate)
    file = AuditFile(Path(settings.data), settings.audit_size_mib * 1024 * 1024)

    def write(content: bytes) -> None:
        claim()
        file.append(content)

    return Front(bounds, limits, certificate, Audit(lambda content: disk(partial(write, content))))


def most_connections(wanted: int) -> int:
    """As many as there may be open files for, with some left for everything else."""
    try:
        import resource  # noqa: PLC0415 - not on Windows
    except ImportError:
        return wanted
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    possible = wanted if files == resource.RLIM_INFINITY else max(files // 2, files - OTHER_FILES)
    if possible < wanted:
        log.warning("fewer connections than set: the limit of open files is low", connections=possible, files=files)
    return min(wanted, possible)


def refuse_public_without_names(sections: tuple[str, ...]) -> None:
    """Raises SettingsError for public sections of a hub that would tell the machines' names without saying so."""
    if sections and not parse_view(",".join(sections)).covers(View(("system.host",))):
        message = "each sample of a hub tells its machine's name; name system.host too, or no section"
        raise SettingsError(f"--public-sections: {', '.join(sections)} is not allowed: {message}")


async def listen(server: web.Server, front: Front, host: str, port: int) -> tuple[asyncio.Server, str]:
    """Starts listening; answers with the listener, for its owner to close, and the page's address.

    Raises InUseError, or SettingsError for a bad address.
    """
    make, tls = connection_factory(server, front.crowd, front.tls), front.tls
    try:
        listener = await asyncio.get_running_loop().create_server(make, host, port, backlog=BACKLOG)
    except (socket.gaierror, UnicodeError):
        raise SettingsError(f"--host: {host!r} is no address of this machine") from None
    except OSError as error:
        if error.errno == errno.EADDRNOTAVAIL:
            raise SettingsError(f"--host: {host!r} is no address of this machine") from None
        if error.errno == errno.EACCES:
            raise SettingsError(f"--port: {port} is not allowed; this user may listen on 1024 and above") from None
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
        files.make(Path(self._lock.lock_file))
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
    warn_of_owners(data)
    try:
        yield lock
    finally:
        lock.release()


def warn_of_owners(data: Path) -> None:
    """Says so where others than its owner may write to the data directory, and where its owner could not read what is
    written. Neither is refused: volumes of containers are often everybody's, and nobody else is there."""
    if os.name != "posix":
        return
    try:
        found = data.stat()
    except OSError:
        return
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        whose = "everybody" if found.st_mode & stat.S_IWOTH else "its group"
        log.warning("the data directory is not its owner's alone: who may write there makes tokens", may_write=whose)
    if os.geteuid() == 0 and found.st_uid != 0:
        log.warning(
            "the data directory is another user's, who cannot read the history that root writes", owner=found.st_uid
        )
