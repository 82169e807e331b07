"""ip, of iproute2: network interfaces, which it asks the kernel for by netlink."""

import json
from typing import Any

from zeropoint.verify.facts import Facts
from zeropoint.verify.source import Tool
from zeropoint.verify.sources.traffic import TELLS, Card, traffic


def parse_ip(printed: bytes) -> Facts:
    """Of `ip -s -s -d -j link` the counters of each interface. Hardware is what no kind of virtual one is named for."""
    return traffic([_card(link) for link in json.loads(printed) if "stats64" in link])


def _card(link: dict[str, Any]) -> Card:
    received, sent = link["stats64"]["rx"], link["stats64"]["tx"]
    return Card(
        name=link["ifname"],
        is_hardware="info_kind" not in link.get("linkinfo", {}) and link["link_type"] != "loopback",
        master=link.get("master"),
        counts={
            "bytes_received_total": received["bytes"],
            "packets_received_total": received["packets"],
            "errors_received_total": received["errors"],
            # The kernel's table of interfaces counts packets that the card missed as dropped.
            "drops_received_total": received["dropped"] + received["missed_errors"],
            "bytes_sent_total": sent["bytes"],
            "packets_sent_total": sent["packets"],
            "errors_sent_total": sent["errors"],
            "drops_sent_total": sent["dropped"],
        },
    )


IP = Tool("ip -s -s -d -j link", "iproute2", TELLS, parse_ip)
