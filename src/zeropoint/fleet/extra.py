"""Whether the extra `fleet` is installed. The modules that need it are imported by whoever publishes or runs a hub."""

from importlib.util import find_spec

NEEDED = ("nats", "nkeys")
INSTALL = "pip install 'zeropoint[fleet]'"


class MissingExtraError(Exception):
    """The message says how to install it."""


def refuse_missing_extra() -> None:
    """Raises MissingExtraError."""
    if any(find_spec(name) is None for name in NEEDED):
        raise MissingExtraError(f"it needs the extra fleet; install it with: {INSTALL}")
