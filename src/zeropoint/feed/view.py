"""Views: which parts of a sample a reader gets. A sample is narrowed on its JSON, so live and replay are the same."""

import re
from functools import cache
from typing import Any

import msgspec
from msgspec import Raw, Struct

from zeropoint.feed.public import without_details
from zeropoint.model import Sample, System, Unavailable

ALWAYS = ("id", "timestamp", "interval_seconds")
# Whose a sample is; those of a hub tell it.
HOST = "host"
COMPONENT = re.compile(r"ai\.components\.[a-z0-9_-]{1,64}")
_object = msgspec.json.Decoder(dict[str, Raw])
_rows = msgspec.json.Decoder(list[Unavailable])


class UnknownSectionError(ValueError):
    """A section that no sample has; the message names it and those that there are."""


class View(Struct, frozen=True):
    """Sections by their paths, sorted, none below another; without any it is the whole sample.

    `public`: as everybody may read them, without what `feed.public` leaves out.
    """

    sections: tuple[str, ...] = ()
    public: bool = False

    def covers(self, other: "View") -> bool:
        """Whether all that `other` shows is below one of these sections; the whole sample is below none."""
        above = tuple(f"{section}." for section in self.sections)
        return bool(other.sections) and all(f"{section}.".startswith(above) for section in other.sections)

    def holds(self, path: str) -> bool:
        """Whether all whose path begins with `path` is below one of these sections."""
        return not self.sections or path.startswith(tuple(f"{section}." for section in self.sections))

    def as_public(self) -> "View":
        return View(self.sections, public=True)

    def narrow(self, payload: bytes) -> bytes:
        """The JSON of a sample with the view's sections alone, and the reasons for what is null in them."""
        if not self.sections:
            return payload
        sample = _object.decode(payload)
        narrowed: dict[str, Any] = {name: sample[name] for name in (HOST, *ALWAYS) if name in sample}
        for section in self.sections:
            _copy(section.split("."), sample, narrowed)
        rows = _rows.decode(sample["unavailable"])
        narrowed["unavailable"] = [row for row in rows if any(_related(row.path, part) for part in self.sections)]
        encoded = msgspec.json.encode(narrowed)
        return msgspec.json.encode(without_details(msgspec.json.decode(encoded))) if self.public else encoded


WHOLE = View()


def _copy(path: list[str], source: dict[str, Raw], target: dict[str, Any]) -> None:
    name, *rest = path
    if name not in source:
        return
    if not rest or bytes(source[name]) == b"null":
        target[name] = source[name]
    else:
        _copy(rest, _object.decode(source[name]), target.setdefault(name, {}))


def _related(path: str, section: str) -> bool:
    """Whether a row at `path` speaks of something in `section`, or of all around it."""
    return path == section or path.startswith((f"{section}.", f"{section}[")) or section.startswith(f"{path}.")


def parse_view(query: str | None) -> View:
    """The view of `?sections=system.cpu,ai`. Raises UnknownSectionError."""
    if not query:
        return View()
    sections = {name.strip() for name in query.split(",") if name.strip()}
    for name in sorted(sections):
        if name not in _names() and not COMPONENT.fullmatch(name):
            allowed = ", ".join(_names())
            raise UnknownSectionError(f"there is no section {name[:64]!r}; there are {allowed} and ai.components.NAME")
    return View(tuple(sorted(name for name in sections if not any(name.startswith(f"{up}.") for up in sections))))


@cache
def _names() -> tuple[str, ...]:
    top = tuple(name for name in Sample.__struct_fields__ if name not in (*ALWAYS, "unavailable"))
    return (*top, *(f"system.{name}" for name in System.__struct_fields__))
