"""SYS/class/net: counters of network interfaces, a file each; Documentation/ABI/testing/sysfs-class-net-statistics."""

from pathlib import Path

from zeropoint.probe import Roots
from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Files
from zeropoint.verify.sources.traffic import TELLS, Card, traffic

FILES = {
    "bytes_received_total": ("rx_bytes",),
    "packets_received_total": ("rx_packets",),
    "errors_received_total": ("rx_errors",),
    "drops_received_total": ("rx_dropped", "rx_missed_errors"),
    "bytes_sent_total": ("tx_bytes",),
    "packets_sent_total": ("tx_packets",),
    "errors_sent_total": ("tx_errors",),
    "drops_sent_total": ("tx_dropped",),
}


def read_statistics(roots: Roots) -> Facts:
    facts: dict[str, float | str] = {}
    cards = []
    for card in sorted(Path(f"{roots.sys}/class/net").iterdir()):
        try:
            speed = int((card / "speed").read_bytes())
            if speed > 0:
                facts[f"system.network.interfaces.{card.name}.speed_bits_per_second"] = speed * 1e6
        except (OSError, ValueError):
            pass  # without a link it can't be read
        if not (card / "statistics").is_dir():
            continue
        master = card / "master"
        cards.append(
            Card(
                name=card.name,
                is_hardware=(card / "device").is_symlink(),
                master=master.readlink().name if master.is_symlink() else None,
                counts={
                    name: sum(int((card / "statistics" / file).read_bytes()) for file in files)
                    for name, files in FILES.items()
                },
            )
        )
    return {**facts, **(traffic(cards) if cards else {})}


NET_STATISTICS = Files("/sys/class/net", TELLS, read_statistics)
