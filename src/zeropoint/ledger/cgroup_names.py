"""What people call the container, Slurm job or systemd unit that a process belongs to."""

import re
from collections.abc import Callable

from msgspec import Struct

from zeropoint.ledger.container_names import ContainerNames
from zeropoint.ledger.placement import Placement, place_of
from zeropoint.ledger.users import Users
from zeropoint.probe import Roots

__all__ = ["CgroupNames", "Placement", "place_of"]
# A container may be renamed, seldom; one that has just been made may get its name in a moment.
AGAIN_SECONDS = 300.0
UNKNOWN_AGAIN_SECONDS = 10.0
KEPT_LIMIT = 4096
USERS_LIMIT = 64
ID = re.compile(r"[0-9a-f]{64}")


class Named(Struct, frozen=True):
    name: str | None
    again_at: float


class CgroupNames:
    """The names of one machine; asked for other roots, it begins anew."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._roots = Roots()
        self._users = Users(clock)
        self._named: dict[Placement, Named] = {}
        self._readers: dict[int | None, ContainerNames] = {}

    def name(self, roots: Roots, placement: Placement) -> str:
        """Cleaned. That of a container whose name cannot be read is the beginning of its id; what is a user's own has
        the user in parentheses, since another user's or the machine's may be called the same. Never raises."""
        if roots != self._roots:
            self._roots = roots
            self._named, self._readers = {}, {}
        # Only an id may become part of a path: other keys are what somebody has called a group.
        has_id = placement.kind == "container" and ID.fullmatch(placement.name_key) is not None
        name = (self._container(placement) if has_id else None) or placement.label
        user_id = placement.user_id
        return name if user_id is None else f"{name} ({self._users.name(roots, user_id)})"

    def _container(self, placement: Placement) -> str | None:
        now = self._clock()
        named = self._named.get(placement)
        if named is None or now >= named.again_at:
            if len(self._named) >= KEPT_LIMIT:
                self._named.clear()
            reader = self._reader(placement.user_id)
            name = reader.name(placement.name_key, placement.pod_uid) if reader else None
            named = Named(name, now + (UNKNOWN_AGAIN_SECONDS if name is None else AGAIN_SECONDS))
            self._named[placement] = named
        return named.name

    def _reader(self, user_id: int | None) -> ContainerNames | None:
        """Who reads names for a user; for the machine's own (None), and root's. None for a user without a home."""
        owner = user_id or None
        reader = self._readers.get(owner)
        if reader is None:
            home = None if owner is None else self._users.home(self._roots, owner)
            if owner is not None and home is None:
                return None
            if len(self._readers) >= USERS_LIMIT:
                self._readers.clear()
            reader = self._readers[owner] = ContainerNames(self._roots, home)
        return reader
