"""Counters of network interfaces as facts, and their sums over those that are the machine's edge."""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from zeropoint.verify.facts import Fact, Facts

LOOPBACK = "lo"
TELLS = tuple(f"system.network.{what}" for what in ("interfaces", "bytes", "packets", "errors", "drops"))


class Card(Struct, frozen=True):
    """An interface. `master`: the bridge, bond or device that it belongs to."""

    name: str
    is_hardware: bool
    master: str | None
    counts: Mapping[str, int]


def traffic(cards: Sequence[Card]) -> Facts:
    facts: dict[str, Fact] = {}
    for card in cards:
        facts |= {f"system.network.interfaces.{card.name}.{name}": count for name, count in card.counts.items()}
    edge = edge_of(cards)
    for name in cards[0].counts if cards else ():
        facts[f"system.network.{name}"] = sum(card.counts[name] for card in edge)
    for kind in ("errors", "drops"):
        parts = [sum(card.counts[f"{kind}_{way}_total"] for card in edge) for way in ("sent", "received")]
        facts[f"system.network.{kind}_total"] = sum(parts)
    facts["system.network.interfaces"] = ", ".join(sorted(card.name for card in cards))
    return facts


def edge_of(cards: Sequence[Card]) -> list[Card]:
    """The hardware, but for cards that another piece of hardware stands for; without any, all but loopback."""
    hardware = {card.name for card in cards if card.is_hardware}
    edge = [card for card in cards if card.is_hardware and card.master not in hardware]
    return edge or [card for card in cards if card.name != LOOPBACK]
