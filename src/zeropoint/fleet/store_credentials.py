"""What a store asks for before it lets somebody in, out of a file, as a header's value. No message here holds it."""

import base64
from pathlib import Path

from zeropoint import files

CREDENTIALS = "one line, user:password or a bearer token"
MOST_CREDENTIALS_BYTES = 16 * 1024


def authorization_in(file: Path) -> str:
    """The header's value out of a file, which is its owner's alone. Raises ValueError, which shows nothing of it."""
    content = files.read(file, MOST_CREDENTIALS_BYTES, is_private=True)
    try:
        line = content.decode().strip()
    except UnicodeDecodeError:
        line = ""
    if not line or not is_plain(line.removeprefix("Bearer ")):
        raise ValueError(f"{str(file)!r} holds no credentials; it is {CREDENTIALS}")
    if line.startswith("Bearer "):
        return line
    return basic(line) if ":" in line else f"Bearer {line}"


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


def is_plain(text: str) -> bool:
    """Whether nothing in it could end a header's line or hide."""
    return text.isprintable() and " " not in text
