"""An independent reading of an event stream's bytes, for tests: WHATWG HTML, "Server-sent events"."""

import json
from typing import Any, NamedTuple


class Event(NamedTuple):
    type: str
    id: str | None
    data: str

    @property
    def json(self) -> Any:
        return json.loads(self.data)


def events(stream: bytes) -> list[Event]:
    """All events that are complete in `stream`; a `retry` counts as an event of that type."""
    found = []
    for block in (one.decode() for one in stream.split(b"\n\n")[:-1]):  # the last is not whole
        fields: dict[str, list[str]] = {}
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            fields.setdefault(name, []).append(value.removeprefix(" "))
        if "retry" in fields:
            found.append(Event("retry", None, fields["retry"][0]))
        if "data" in fields:
            id = fields["id"][0] if "id" in fields else None
            found.append(Event(fields.get("event", ["message"])[0], id, "\n".join(fields["data"])))
    return found


def dechunked(body: bytes) -> bytes:
    """The content of complete chunks of HTTP/1.1's chunked coding; what is incomplete at the end is left out."""
    content = b""
    while b"\r\n" in body:
        size, rest = body.split(b"\r\n", 1)
        length = int(size, 16)
        if length == 0 or len(rest) < length + 2:
            break
        assert rest[length : length + 2] == b"\r\n"
        content, body = content + rest[:length], rest[length + 2 :]
    return content
