"""Names of users: ROOT/etc/passwd, passwd(5). Those of a directory service are not in it, and are told by number."""

from collections.abc import Callable, Mapping

from msgspec import Struct

from zeropoint.ledger.kept_file import KeptFile
from zeropoint.probe import Roots, read_file
from zeropoint.texts import clean

FILE_LIMIT_BYTES = 4 * 1024 * 1024
LONGEST_ID = 10
# Users are made seldom.
AGAIN_SECONDS = 10.0


class User(Struct, frozen=True):
    name: str
    home: str


class Users:
    """The users of one machine; asked for other roots, it reads theirs."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._roots: Roots | None = None
        self._file = KeptFile[Mapping[int, User]]("", _read_users, {})
        self._users: Mapping[int, User] = {}
        self._again_at = 0.0

    def name(self, roots: Roots, user_id: int) -> str:
        """Cleaned; "uid 1000" where there is no name."""
        user = self._by_id(roots).get(user_id)
        return user.name if user else f"uid {user_id}"

    def home(self, roots: Roots, user_id: int) -> str | None:
        """The user's home as that machine calls it, an absolute path."""
        user = self._by_id(roots).get(user_id)
        return user.home if user and user.home.startswith("/") else None

    def _by_id(self, roots: Roots) -> Mapping[int, User]:
        now = self._clock()
        if roots != self._roots:
            self._roots, self._again_at = roots, now
            self._file = KeptFile(roots.on_root("/etc/passwd"), _read_users, {})
        if now >= self._again_at:
            self._users, self._again_at = self._file.get(), now + AGAIN_SECONDS
        return self._users


def parse_users(content: bytes) -> dict[int, User]:
    """By number; of several with one number the first counts, as for getpwuid(3). Other lines are passed over."""
    users: dict[int, User] = {}
    for line in content.split(b"\n"):
        fields = line.split(b":")
        if len(fields) != 7 or not fields[0] or not fields[2].isdigit() or len(fields[2]) > LONGEST_ID:
            continue
        name, home = clean(fields[0].decode(errors="replace")), fields[5].decode(errors="surrogateescape")
        users.setdefault(int(fields[2]), User(name, home.replace("\0", "")))
    return users


def _read_users(path: str) -> Mapping[int, User]:
    return parse_users(read_file(path, FILE_LIMIT_BYTES))
