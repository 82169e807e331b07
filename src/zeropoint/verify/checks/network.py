"""How the metrics of the network are checked."""

from collections.abc import Mapping

from zeropoint.verify.compare import Check, Fixed, Level
from zeropoint.verify.growth import Counter, Rate

AMOUNTS = ("bytes", "packets")
FAULTS = ("errors", "drops")
WAYS = ("sent", "received")
BOTH = tuple(f"{what}_{way}" for what in AMOUNTS for way in WAYS)

NETWORK: Mapping[str, Check] = {
    "system.network.interfaces": Fixed(),
    **{f"system.network.{what}_total": Counter() for what in (*BOTH, *FAULTS, "tcp_retransmits")},
    **{
        f"system.network.{what}_per_second": Rate(of=(f"{{row}}.{what}_total",))
        for what in (*BOTH, *FAULTS, "tcp_retransmits")
    },
    "system.network.tcp_connections": Level(floor=16, share=0.05),
    "system.network.interfaces.speed_bits_per_second": Level(moves=False),
    **{f"system.network.interfaces.{what}_{way}_total": Counter() for what in (*AMOUNTS, *FAULTS) for way in WAYS},
    **{f"system.network.interfaces.bytes_{way}_per_second": Rate(of=(f"{{row}}.bytes_{way}_total",)) for way in WAYS},
}
