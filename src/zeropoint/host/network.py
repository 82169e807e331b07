"""Network traffic: PROC/net/dev, and TCP's counters in PROC/net/snmp."""

from collections.abc import Mapping, Sequence, Set
from concurrent.futures import Future, wait
from typing import ClassVar

from zeropoint import model
from zeropoint.flight import Flight
from zeropoint.host.counters import DeviceCounters
from zeropoint.host.interfaces import UNTOLD, Link, counted, read_link
from zeropoint.host.parsing import parses, printable
from zeropoint.probe import Absent, Missing, Probe, Rates, Reading, Roots, read_file

# State and speed are several files an interface, and change rarely.
LINKS_PERIOD_SECONDS = 5.0
LINKS_WAIT_SECONDS = 0.05
# The counters that are followed, and their columns in PROC/net/dev.
RECEIVED_BYTES, RECEIVED_PACKETS, RECEIVED_ERRORS, RECEIVED_DROPS = range(4)
SENT_BYTES, SENT_PACKETS, SENT_ERRORS, SENT_DROPS = range(4, 8)
COLUMNS = (0, 1, 2, 3, 8, 9, 10, 11)
NO_TCP = Absent("the kernel tells no TCP counters")
Counts = tuple[int, ...]


@parses("/proc/net/dev")
def parse_dev(content: bytes) -> dict[str, Counts]:
    """Bytes, packets, errors and drops, received and then sent, of each interface."""
    interfaces: dict[str, Counts] = {}
    # Two lines of headings. A number may follow the colon without a space.
    for line in content.splitlines()[2:]:
        name, _, rest = line.partition(b":")
        columns = rest.split()
        interfaces[printable(name.strip())] = tuple(int(columns[column]) for column in COLUMNS)
    return interfaces


@parses("/proc/net/snmp")
def parse_tcp(content: bytes) -> dict[bytes, int]:
    """TCP's counters by name (RFC 1213), of IPv4 and IPv6 together: a line of names, then one of values."""
    names, values = (line.split()[1:] for line in content.splitlines() if line.startswith(b"Tcp:"))
    return dict(zip(names, map(int, values), strict=True))


def read_net(roots: Roots, file: str) -> bytes:
    """A file of the watched machine's network. Raises OSError.

    PROC/net is a link to that of the reader's own network namespace. Where another tree is mounted into a container
    that is the container's, or nothing; process 1 of that tree is in the machine's.
    """
    if roots.proc != "/proc":
        try:
            return read_file(f"{roots.proc}/1/net/{file}")
        except FileNotFoundError:
            # No live tree: one that was recorded without processes.
            pass
    return read_file(f"{roots.proc}/net/{file}")


def interface(
    name: str, counts: Counts, rates: Sequence[float] | Absent, link: Link, *, path: str, missing: Missing
) -> model.Interface:
    """The row of an interface; reasons go to `missing` below `path`."""

    def rate(field: str, column: int) -> float | None:
        return missing.take(f"{path}.{field}", rates if isinstance(rates, Absent) else rates[column])

    return model.Interface(
        name=name,
        up=missing.take(f"{path}.up", link.up),
        speed_bits_per_second=missing.take(f"{path}.speed_bits_per_second", link.speed_bits_per_second),
        bytes_sent_total=counts[SENT_BYTES],
        bytes_received_total=counts[RECEIVED_BYTES],
        bytes_sent_per_second=rate("bytes_sent_per_second", SENT_BYTES),
        bytes_received_per_second=rate("bytes_received_per_second", RECEIVED_BYTES),
        packets_sent_total=counts[SENT_PACKETS],
        packets_received_total=counts[RECEIVED_PACKETS],
        errors_sent_total=counts[SENT_ERRORS],
        errors_received_total=counts[RECEIVED_ERRORS],
        drops_sent_total=counts[SENT_DROPS],
        drops_received_total=counts[RECEIVED_DROPS],
    )


def read_tcp(roots: Roots) -> Mapping[bytes, int]:
    try:
        return parse_tcp(read_net(roots, "snmp"))
    except FileNotFoundError:
        return {}


class Network(Probe):
    name: ClassVar[str] = "network"
    section: ClassVar[str] = "system.network"

    def __init__(self) -> None:
        # For the speed of a link its driver is asked, and may take its time.
        self._flight: Flight[Mapping[str, Link]] = Flight("network links")
        self._asked: Future[Mapping[str, Link]] | None = None
        self._counters = DeviceCounters(len(COLUMNS))
        self._rates = Rates()
        self._links: Mapping[str, Link] = {}
        self._links_due: float | None = None

    def read(self, roots: Roots, now: float) -> Reading:
        interfaces = parse_dev(read_net(roots, "dev"))
        self._look_at_links(roots, interfaces.keys(), now)
        links = {name: self._links.get(name, UNTOLD) for name in interfaces}
        self._counters.update(interfaces, counted(interfaces, links), now)
        sums, sum_rates = self._counters.sums, self._counters.sum_rates
        tcp = read_tcp(roots)
        missing = Missing()

        def rate(field: str, *columns: int) -> float | None:
            return missing.take(
                field, sum_rates if isinstance(sum_rates, Absent) else sum(sum_rates[column] for column in columns)
            )

        def tcp_count(field: str, name: bytes) -> int | None:
            return missing.take(field, tcp.get(name, NO_TCP))

        retransmits = tcp.get(b"RetransSegs")
        report = model.Network(
            bytes_sent_total=sums[SENT_BYTES],
            bytes_received_total=sums[RECEIVED_BYTES],
            bytes_sent_per_second=rate("bytes_sent_per_second", SENT_BYTES),
            bytes_received_per_second=rate("bytes_received_per_second", RECEIVED_BYTES),
            packets_sent_total=sums[SENT_PACKETS],
            packets_received_total=sums[RECEIVED_PACKETS],
            packets_sent_per_second=rate("packets_sent_per_second", SENT_PACKETS),
            packets_received_per_second=rate("packets_received_per_second", RECEIVED_PACKETS),
            errors_total=sums[SENT_ERRORS] + sums[RECEIVED_ERRORS],
            errors_per_second=rate("errors_per_second", SENT_ERRORS, RECEIVED_ERRORS),
            drops_total=sums[SENT_DROPS] + sums[RECEIVED_DROPS],
            drops_per_second=rate("drops_per_second", SENT_DROPS, RECEIVED_DROPS),
            tcp_retransmits_total=tcp_count("tcp_retransmits_total", b"RetransSegs"),
            tcp_retransmits_per_second=missing.take(
                "tcp_retransmits_per_second",
                NO_TCP if retransmits is None else self._rates.per_second("retransmits", retransmits, now),
            ),
            tcp_connections=tcp_count("tcp_connections", b"CurrEstab"),
            interfaces=[
                interface(
                    name,
                    counts,
                    self._counters.rates[name],
                    links[name],
                    path=f"interfaces[{index}]",
                    missing=missing,
                )
                for index, (name, counts) in enumerate(interfaces.items())
            ],
        )
        return Reading(report=report, missing=missing)

    def _look_at_links(self, roots: Roots, names: Set[str], now: float) -> None:
        """Asks for the links when there are others, and now and then; goes on with the old ones when it takes long."""
        due = names != self._links.keys() or self._links_due is None or now >= self._links_due
        if due and not self._flight.in_air:
            interfaces = tuple(names)
            self._asked = self._flight.start(lambda: {name: read_link(roots, name) for name in interfaces})
            self._links_due = now + LINKS_PERIOD_SECONDS
            wait([self._asked], LINKS_WAIT_SECONDS)
        if self._asked is not None and self._asked.done():
            asked, self._asked = self._asked, None
            if asked.exception() is None:  # an interface may go while it is read
                self._links = asked.result()
