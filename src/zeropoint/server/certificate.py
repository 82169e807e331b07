"""The certificate that HTTPS is served with, and its renewal without a restart."""

import ssl
from pathlib import Path
from typing import NoReturn

import structlog

log = structlog.get_logger()
Identity = tuple[tuple[int, int, int], ...]


class CertificateError(Exception):
    """The files do not serve. The message is one line that names none of them."""


class Certificate:
    """A chain and its key. `context` is what to listen with; each new connection gets the newest pair that served.

    A new pair is loaded into a context of its own, which the connection is moved to once its client has said hello:
    loaded into the old one, a key of another kind would stand beside the old key, and not in place of it. Connections
    that are open keep theirs.
    """

    def __init__(self, chain: Path, key: Path) -> None:
        """Raises CertificateError."""
        self._chain, self._key = chain, key
        self._tried = self._seen = self._identity()
        self._newest = self.context = context_of(chain, key)
        self.context.sni_callback = self._choose
        self.failure: str | None = None

    def refresh(self) -> bool:
        """Takes a new pair once the files have come to rest, which is when two looks found the same; says whether it
        did. A pair that does not serve changes `failure` alone."""
        before, self._seen = self._seen, self._identity()
        if self._seen == self._tried or self._seen != before:
            return False
        self._tried = self._seen
        try:
            self._newest = context_of(self._chain, self._key)
        except CertificateError as error:
            self.failure = f"tls: the new certificate and key cannot be used: {error}; the ones before are served"
            log.warning("certificate not renewed", reason=str(error))
            return False
        self.failure = None
        log.info("certificate renewed")
        return True

    def _choose(self, connection: ssl.SSLObject, name: str | None, first: ssl.SSLContext) -> None:
        """Called by OpenSSL at each handshake, whether or not the client names a host."""
        if self._newest is not first:
            connection.context = self._newest

    def _identity(self) -> Identity:
        """What changes whenever one of the files does; what is missing has none."""
        found = []
        for path in (self._chain, self._key):
            try:
                status = path.stat()
            except OSError:
                continue
            found.append((status.st_ino, status.st_mtime_ns, status.st_size))
        return tuple(found)


def context_of(chain: Path, key: Path) -> ssl.SSLContext:
    """A context that serves TLS 1.2 and later with this pair. Raises CertificateError."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(chain, key, password=_no_password)
    except ssl.SSLError as error:
        raise CertificateError(error.reason or "not a certificate and its key") from None
    except OSError as error:
        raise CertificateError(error.strerror or "they cannot be read") from None
    return context


def _no_password() -> NoReturn:
    # OpenSSL would ask whoever sits at the terminal.
    raise CertificateError("the key is encrypted, and nobody is there to be asked for its password")
