"""Who a machine is in a fleet: a random id, kept in its data directory, and a name for people.

The id tells machines apart and authorises nothing: whoever may publish on the bus can claim any.
"""

import re
import secrets
from collections.abc import Callable
from pathlib import Path

from msgspec import Struct

from zeropoint import files
from zeropoint.texts import clean

FILE = "host-id"
ID = re.compile(r"[0-9a-f]{32}")
LONGEST_NAME = 64
LONGEST_ID_BYTES = 64


class Machine(Struct, frozen=True):
    """A machine of the fleet. Several of them may have the same name, and several ids be on one computer."""

    id: str
    name: str


def clean_name(name: str) -> str:
    """A machine's name, fit to be shown, of bounded length."""
    return clean(name)[:LONGEST_NAME] or "unnamed"


def kept_id(data: Path) -> str | None:
    """The id that `data` keeps; None where there is none yet. Raises OSError."""
    try:
        with (data / FILE).open("rb") as file:
            kept = file.read(LONGEST_ID_BYTES).decode("ascii", "replace").strip()
    except FileNotFoundError:
        return None
    return kept if ID.fullmatch(kept) else None


def own_id(data: Path, claim: Callable[[], None] = lambda: None) -> str:
    """The id that `data` keeps; it is made where there is none, for its owner alone, once `claim` has made `data` this
    process's. So a disk that takes no more writes still tells it. Raises OSError."""
    if (kept := kept_id(data)) is not None:
        return kept
    claim()
    made = secrets.token_hex(16)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    files.replace(data / FILE, f"{made}\n".encode())
    return made
