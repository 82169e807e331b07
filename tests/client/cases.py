"""The table of cases that both clients are held to, and what the Python parser tells of a stream."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

from zeropoint.client.parser import Block, EventParser

TABLE: dict[str, Any] = json.loads(Path(__file__).with_name("cases.json").read_text())


class Case(NamedTuple):
    name: str
    content: bytes
    told: list[str]


def content(stream: str) -> bytes:
    """The bytes of a stream as the table writes them: UTF-8, with <xx> for a byte in hexadecimal."""
    first, *rest = stream.split("<")
    return first.encode() + b"".join(bytes.fromhex(part[:2]) + part[3:].encode() for part in rest)


class Feed(NamedTuple):
    name: str
    content: bytes
    told: list[str]
    resume_id: str | None


CASES = [Case(row["name"], content(row["stream"]), row["told"]) for row in TABLE["parsing"]]
FEEDS = [Feed(row["name"], content(row["stream"]), row["told"], row["resume"]) for row in TABLE["feeds"]]


def told(chunks: Iterable[bytes]) -> list[str]:
    """What a stream says, in the words of the table: "retry 5", "id 7" (bare or just before its event), "NAME=DATA"."""
    parser = EventParser()
    lines = []
    for chunk in chunks:
        for item in parser.feed(chunk):
            if not isinstance(item, Block):
                lines.append(f"retry {item.milliseconds}")
                continue
            lines += [f"id {item.id}"] if item.id is not None else []
            lines += [f"{item.name}={item.data}"] if item.data is not None else []
    return lines
