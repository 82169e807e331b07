"""What sysfs tells of network interfaces: their state and speed, and which of them are the machine's edge."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from msgspec import Struct

from zeropoint.host.sysfs import number_at, text_at
from zeropoint.probe import Absent, Roots

LOOPBACK = "lo"


class Link(Struct, frozen=True):
    """An interface as /sys/class/net shows it, Documentation/ABI/testing/sysfs-class-net.

    `hardware`: a device, real or a hypervisor's, is behind it. `master`: the bridge, bond or device it belongs to.
    """

    up: bool | Absent
    speed_bits_per_second: float | Absent
    hardware: bool
    master: str | None


UNTOLD = Link(
    up=Absent("sysfs doesn't list it"),
    speed_bits_per_second=Absent("sysfs doesn't list it"),
    hardware=False,
    master=None,
)


def read_link(roots: Roots, name: str) -> Link:
    directory = Path(roots.sys) / "class" / "net" / name
    state = text_at(str(directory / "operstate"))
    if state is None:
        return UNTOLD
    master = directory / "master"
    up = is_up(state, number_at(str(directory / "carrier")))
    return Link(
        up=up,
        # The driver is asked for it, and may ask its firmware: only where there is a link.
        speed_bits_per_second=speed(number_at(str(directory / "speed")) if up is True else None),
        hardware=(directory / "device").is_symlink(),
        master=master.readlink().name if master.is_symlink() else None,
    )


def is_up(state: str, carrier: int | None) -> bool | Absent:
    """By the operational state (RFC 2863). Drivers without one, loopback's too, say "unknown"; there the carrier
    tells, which can't be read of an interface that is down."""
    if state != "unknown":
        return state == "up"
    return Absent("the driver doesn't tell its state") if carrier is None else carrier == 1


def speed(megabits: int | None) -> float | Absent:
    """The negotiated speed. Reading it fails, or gives -1, without a link and for virtual devices."""
    if megabits is None or megabits <= 0:
        return Absent("no link speed is negotiated")
    return megabits * 1e6


def counted(names: Iterable[str], links: Mapping[str, Link]) -> frozenset[str]:
    """The interfaces that the totals are made of, so that a packet counts once.

    A packet of a container passes its veth pair, a bridge and the network card; one of a VPN the tunnel and the
    card; one of a bond the bond and one of its cards. So the totals are of the hardware, less the cards that another
    one stands for (a virtual function below the synthetic device of a hypervisor). Where there is no hardware, as in
    a container, every interface but loopback is an edge.
    """
    others = [name for name in names if name != LOOPBACK]
    hardware = {name for name in others if links[name].hardware}
    return frozenset(name for name in hardware if links[name].master not in hardware) or frozenset(others)
