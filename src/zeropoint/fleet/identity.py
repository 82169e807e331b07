"""Who a machine is in a fleet: a random id, kept in its data directory, and a name for people.

The id tells machines apart and authorises nothing: whoever may publish on the bus can claim any.
"""

import os
import re
import secrets
from pathlib import Path

from msgspec import Struct

from zeropoint.texts import clean

FILE = "host-id"
ID = re.compile(r"[0-9a-f]{32}")
LONGEST_NAME = 64


class Machine(Struct, frozen=True):
    """A machine of the fleet. Several of them may have the same name, and several ids be on one computer."""

    id: str
    name: str


def own_machine(data: Path, name: str) -> Machine:
    """This machine; its id is made where there is none yet. Raises OSError."""
    return Machine(own_id(data), clean_name(name))


def clean_name(name: str) -> str:
    """A machine's name, fit to be shown, of bounded length."""
    return clean(name)[:LONGEST_NAME] or "unnamed"


def own_id(data: Path) -> str:
    """The id that `data` keeps, for its owner alone. The caller holds the data directory. Raises OSError."""
    path = data / FILE
    try:
        kept = path.read_text(encoding="ascii", errors="replace").strip()
    except FileNotFoundError:
        kept = ""
    if ID.fullmatch(kept):
        return kept
    made = secrets.token_hex(16)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(path, f"{made}\n".encode(), durable=True)
    return made


def write_private(path: Path, content: bytes, *, durable: bool = False) -> None:
    """Writes a file whole, for its owner alone: who reads it finds the old content or the new one. Raises OSError."""
    beside = path.with_name(f"{path.name}.new")
    beside.unlink(missing_ok=True)
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        if durable:
            file.flush()
            os.fsync(file.fileno())
    beside.replace(path)
