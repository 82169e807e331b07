"""Where notices go. What an address or a command line holds is a secret: it is in no text that is made of these."""

from msgspec import Struct

COMMAND = "command"


class Target(Struct, frozen=True, kw_only=True):
    """One address of a channel, or its command. `kind` is what may be told of it: command, or the address's scheme,
    with a number where a channel has several of one scheme."""

    channel: str
    kind: str
    address: str | None = None
    command: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return f"Target({self.channel!r}, {self.kind!r})"


class Channel(Struct, frozen=True):
    name: str
    targets: tuple[Target, ...]
