"""Network interfaces through psutil."""

from typing import Any, ClassVar

import psutil

from zeropoint.host.psutil_reasons import explained
from zeropoint.model import Interface, Network, Section
from zeropoint.probe import Absent, Missing, Probe, Rates, Reading, Roots


class PortableNetwork(Probe):
    name: ClassVar[str] = "network"
    section: ClassVar[str] = "system.network"
    report: ClassVar[type[Section]] = Network

    def __init__(self) -> None:
        self._rates = Rates()

    def read(self, roots: Roots, now: float) -> Reading:
        missing = Missing()
        counters = psutil.net_io_counters(pernic=True)
        states = psutil.net_if_stats()
        names = sorted(counters)
        interfaces = [
            self._interface(name, counters[name], states.get(name), at=f"interfaces[{row}].", missing=missing, now=now)
            for row, name in enumerate(names)
        ]
        outer = [counters[name] for name in names if not is_loopback(name, states.get(name))]
        totals = {
            "bytes_sent": sum(nic.bytes_sent for nic in outer),
            "bytes_received": sum(nic.bytes_recv for nic in outer),
            "packets_sent": sum(nic.packets_sent for nic in outer),
            "packets_received": sum(nic.packets_recv for nic in outer),
            "errors": sum(nic.errin + nic.errout for nic in outer),
            "drops": sum(nic.dropin + nic.dropout for nic in outer),
        }
        rates = {
            f"{name}_per_second": missing.take(f"{name}_per_second", self._rates.per_second(name, count, now))
            for name, count in totals.items()
        }
        fields: dict[str, Any] = {f"{name}_total": count for name, count in totals.items()} | rates
        report = Network(interfaces=interfaces, **fields)
        missing["tcp_connections"] = "psutil lists connections one by one, which needs more permission"
        return Reading(explained(report, missing), missing)

    def _interface(self, name: str, counters: Any, state: Any, *, at: str, missing: Missing, now: float) -> Interface:
        # psutil gives speed 0 for one that the driver does not tell.
        speed = float(state.speed) * 1e6 if state and state.speed else Absent("the driver does not tell it")
        return Interface(
            name=name,
            up=state.isup if state else None,
            speed_bits_per_second=missing.take(f"{at}speed_bits_per_second", speed),
            bytes_sent_total=counters.bytes_sent,
            bytes_received_total=counters.bytes_recv,
            bytes_sent_per_second=missing.take(
                f"{at}bytes_sent_per_second", self._rates.per_second(f"{name} sent", counters.bytes_sent, now)
            ),
            bytes_received_per_second=missing.take(
                f"{at}bytes_received_per_second", self._rates.per_second(f"{name} received", counters.bytes_recv, now)
            ),
            packets_sent_total=counters.packets_sent,
            packets_received_total=counters.packets_recv,
            errors_sent_total=counters.errout,
            errors_received_total=counters.errin,
            drops_sent_total=counters.dropout,
            drops_received_total=counters.dropin,
        )


def is_loopback(name: str, state: Any) -> bool:
    """By its flag, which Windows has not: there its name says so."""
    return "loopback" in getattr(state, "flags", "").split(",") or name.lower().startswith("loopback")
