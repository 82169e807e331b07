"""The setting openmetrics_targets: runtimes by name and URL, as in llama=http://127.0.0.1:8080/metrics."""

import re
from collections.abc import Iterable
from urllib.parse import SplitResult, urlsplit

from msgspec import Struct

from zeropoint.texts import clean

NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")  # it becomes part of metric names
# An address goes into a request's head as it is, so nothing may be in it that ends a line or is not ASCII.
ADDRESS = re.compile(r"[!-~]+")


class Target(Struct, frozen=True):
    name: str
    url: SplitResult


def parse_targets(entries: Iterable[str], taken: frozenset[str] = frozenset()) -> tuple[Target, ...]:
    """All entries. Raises ValueError, whose message holds nothing of an address, which may hold secrets."""
    found: dict[str, Target] = {}
    for number, entry in enumerate(entries, 1):
        target = parse_target(entry, number)
        if target.name in found or target.name in taken:
            raise ValueError(f"entry {number}: the name {target.name} is taken")
        found[target.name] = target
    return tuple(found.values())


def parse_target(entry: str, number: int) -> Target:
    name, equals, address = (part.strip() for part in entry.partition("="))
    if not equals or not NAME.fullmatch(name):
        raise ValueError(f"entry {number} is no NAME=URL, with a name of small letters, digits and _")
    try:
        url = urlsplit(address)
        port = url.port
    except ValueError:
        raise ValueError(f"entry {number}: the URL of {name} is none") from None
    if url.username is not None or url.password is not None:
        raise ValueError(f"entry {number}: the URL of {name} holds a user or a password, which is not allowed")
    if url.scheme not in ("http", "https") or not url.hostname or not ADDRESS.fullmatch(address) or port == 0:
        raise ValueError(f"entry {number}: the URL of {name} is not http:// or https:// with a host")
    return Target(name, url._replace(path="/metrics" if url.path in ("", "/") else url.path, fragment=""))


def shown(url: SplitResult) -> str:
    """The address without what may be secret in it."""
    return clean(url._replace(netloc=url.netloc.rpartition("@")[2], query="", fragment="").geturl())
