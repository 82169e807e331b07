"""Access tokens: made once, shown once, kept as hashes in DATA/tokens.json.

A token is 256 random bits, so one round of SHA-256 is enough: there is nothing to guess. The file is written whole and
renamed into place, for its owner alone; a running process notices the change by the file's identity.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import filelock
import msgspec
from msgspec import Meta, Struct

from zeropoint import files

Scope = Literal["status", "read", "admin"]
SCOPES: tuple[Scope, ...] = ("status", "read", "admin")
PREFIX = "zp_"
FILE = "tokens.json"
LOCK_SECONDS = 10.0
FILE_LIMIT_BYTES = 4 * 1024 * 1024
# One without a zone would be of no time that could be compared.
Moment = Annotated[datetime, Meta(tz=True)]


class TokenError(Exception):
    """The token store cannot do what is asked. The message is one line, without any token or hash."""


class Token(Struct, frozen=True, kw_only=True):
    """What is kept of a token; `sha256` is the hash of its text."""

    name: str
    scope: Scope
    sha256: str
    created: Moment
    expires: Moment | None = None

    def valid_at(self, moment: datetime) -> bool:
        return self.expires is None or moment < self.expires


class TokenStore:
    """The token file of a data directory, as `token create`, `list` and `revoke` use it."""

    def __init__(self, data: Path) -> None:
        self._file = data / FILE
        self._lock = data / f"{FILE}.lock"

    def create(self, scope: Scope, name: str | None, lifetime: timedelta | None, now: datetime) -> str:
        """Makes a token and keeps its hash; answers with its text, which is nowhere else. Raises TokenError."""
        text = PREFIX + secrets.token_urlsafe(32)
        with self._changing() as tokens:
            taken = {token.name for token in tokens}
            if name in taken:
                raise TokenError(f"there is a token named {name!r} already; revoke it first or take another name")
            free = name or next(one for number in range(1, len(taken) + 2) if (one := f"{scope}-{number}") not in taken)
            expires = None if lifetime is None else now + lifetime
            tokens.append(Token(name=free, scope=scope, sha256=digest(text), created=now, expires=expires))
        return text

    def revoke(self, name: str) -> None:
        """Forgets a token. Raises TokenError when there is none of that name."""
        with self._changing() as tokens:
            kept = [token for token in tokens if token.name != name]
            if len(kept) == len(tokens):
                known = ", ".join(repr(token.name) for token in tokens) or "none"
                raise TokenError(f"there is no token named {name!r}; there are {known}")
            tokens[:] = kept

    @property
    def gone(self) -> str:
        """What is said of a file that was there."""
        return f"{self._file} is gone; nobody is let in until it is back, or zeropoint is started again"

    def load(self) -> list[Token] | None:
        """All tokens; None when none was ever made. Raises TokenError when the file cannot be read or is damaged."""
        try:
            with self._file.open("rb") as file:
                content = file.read(FILE_LIMIT_BYTES)
            return msgspec.json.decode(content, type=list[Token])
        except FileNotFoundError:
            return None
        except OSError as error:
            raise TokenError(f"{self._file} cannot be read: {error.strerror}") from None
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise TokenError(f"{self._file} is damaged; delete it and make new tokens") from None

    def identity(self) -> tuple[int, int, int] | None:
        """What changes whenever the file does; None without a file."""
        try:
            found = self._file.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    @contextmanager
    def _changing(self) -> Iterator[list[Token]]:
        """The tokens to change in place, written back at the end; one process at a time."""
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            files.make(self._lock)
            with filelock.FileLock(self._lock, timeout=LOCK_SECONDS, mode=0o600):
                tokens = self.load() or []
                yield tokens
                files.replace(self._file, msgspec.json.encode(tokens))
        except filelock.Timeout:
            raise TokenError(f"{self._lock} is held by another process") from None
        except OSError as error:
            raise TokenError(f"{self._file} cannot be written: {error.strerror}") from None


class Seen(Struct, frozen=True):
    """What a look at the file found: its tokens, None where there is no file; or why it cannot be read."""

    identity: tuple[int, int, int] | None
    tokens: list[Token] | None = None
    failure: str | None = None


class TokenRegister:
    """The tokens as a running process knows them. `refresh` follows the file."""

    def __init__(self, store: TokenStore) -> None:
        self._store = store
        self._identity: tuple[int, int, int] | None = None
        self._tokens: dict[str, Token] = {}
        self.exists = False
        self.failure: str | None = None
        self.refresh()

    def refresh(self) -> bool:
        """Follows the file at once, and says whether it had changed."""
        seen = self.look()
        return seen is not None and self.take(seen)

    def look(self) -> Seen | None:
        """Reads the file where it has changed, which may hang as any disk; None where it has not."""
        identity = self._store.identity()
        if identity == self._identity and self.failure is None:
            return None
        try:
            return Seen(identity, self._store.load())
        except TokenError as error:
            return Seen(identity, failure=str(error))

    def take(self, seen: Seen) -> bool:
        """Goes by what was found from here on. A file that cannot be read, and one that is gone, let nobody in: a disk
        that is taken away must not open the door, as revoking the last token does not. True: it may have changed."""
        self._identity = seen.identity
        self._tokens = {token.sha256: token for token in seen.tokens or ()}
        self.failure = seen.failure
        if seen.failure is None and seen.tokens is None and self.exists:
            self.failure = self._store.gone
        self.exists = self.exists or seen.failure is not None or seen.tokens is not None
        return True

    def ends_within(self, since: datetime, until: datetime) -> bool:
        """Whether some token's time runs out between two moments."""
        return any(token.expires is not None and since < token.expires <= until for token in self._tokens.values())

    def find(self, text: str, now: datetime) -> Token | None:
        """The token of this text, when it is one that holds now."""
        wanted = digest(text)
        found = None
        for known, token in self._tokens.items():
            if hmac.compare_digest(known, wanted):
                found = token
        return found if found is not None and found.valid_at(now) else None

    def holding(self, sha256: str, now: datetime) -> Token | None:
        """The token of this hash, when it is one that holds now."""
        token = self._tokens.get(sha256)
        return token if token is not None and token.valid_at(now) else None

    def holds(self, token: Token, now: datetime) -> bool:
        """Whether a token that was found earlier is still there and valid."""
        return self._tokens.get(token.sha256) == token and token.valid_at(now)


def digest(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def utc_now() -> datetime:
    return datetime.now(UTC)
