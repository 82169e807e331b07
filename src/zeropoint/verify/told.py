"""What a sample told, by name: the numbers that are checked, some texts, and why others are null."""

from collections.abc import Iterator, Mapping
from re import sub

from msgspec import Struct

from zeropoint.catalogue import values
from zeropoint.model import Host, Network, Sample
from zeropoint.verify.compare import seconds_of

CHECKED = ("system.", "ledger.", "server.cpu_", "server.memory_")


class Told(Struct, frozen=True):
    """A number or text. `family` is its name without the keys of rows, by which its check is found."""

    name: str
    family: str
    value: float | str


def told(sample: Sample) -> Iterator[Told]:
    for each in values(sample):
        if each.name.startswith(CHECKED) and not isinstance(each.value, str):
            yield Told(each.name, _without_number(each.spec.family, each.name), each.value)
    yield from _texts(sample.system.host or Host())
    yield from _names(sample.system.network or Network())


def _without_number(family: str, name: str) -> str:
    """The items of a list of numbers have their place as key, which stands in the family as {...}."""
    return sub(r"\.\{[^}]*\}$", "", family)


def _texts(host: Host) -> Iterator[Told]:
    platform = host.platform
    texts = {
        "system.host.name": host.name,
        "system.host.platform.system": platform.system if platform else None,
        "system.host.platform.release": platform.release if platform else None,
        "system.host.platform.machine": platform.machine if platform else None,
    }
    for name, text in texts.items():
        if text is not None:
            yield Told(name, name, text)
    if host.boot_time is not None:
        yield Told("system.host.boot_time", "system.host.boot_time", seconds_of(host.boot_time))


def _names(network: Network) -> Iterator[Told]:
    if network.interfaces is not None:
        names = ", ".join(sorted(each.name for each in network.interfaces))
        yield Told("system.network.interfaces", "system.network.interfaces", names)


def reasons(sample: Sample) -> Mapping[str, str]:
    """Why values are null, by their path without the places in lists."""
    return {sub(r"\[[^\]]*\]", "", each.path): each.reason for each in reversed(sample.unavailable)}


def reason_of(family: str, known: Mapping[str, str]) -> str:
    """The reason of the value itself, else of what it lies in."""
    path = family
    while path:
        if path in known:
            return known[path]
        path = path.rpartition(".")[0]
    return "the machine has none"
