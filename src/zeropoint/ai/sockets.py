"""Where processes listen, by the network namespace that they are in: /proc/PID/fd and /proc/PID/net, proc(5)."""

import ipaddress
import os
import re
import sys
from collections.abc import Iterable, Iterator

from zeropoint.probe import Absent, Roots, read_file
from zeropoint.processes import NO_PERMISSION

SOCKET = re.compile(r"socket:\[(\d+)\]")
LISTENING = "0A"
# fib_trie tells an address, and below it what it is: "|-- 10.0.0.5" and "/32 host LOCAL".
LOCAL = re.compile(rb"\|-- ([0-9.]+)\n\s+/32 host LOCAL")

# (address in its shortest form, TCP port)
Endpoint = tuple[str, int]


def socket_inodes(roots: Roots, pids: Iterable[int]) -> set[int] | Absent:
    """The inodes of all sockets that these processes hold open."""
    found = set()
    for pid in pids:
        folder = f"{roots.proc}/{pid}/fd"
        try:
            names = os.listdir(folder)  # noqa: PTH208 - a Path each is dear
        except PermissionError:
            return Absent(NO_PERMISSION)
        except OSError:
            continue  # it has ended
        for name in names:
            try:
                match = SOCKET.fullmatch(os.readlink(f"{folder}/{name}"))  # noqa: PTH115 - as above
            except OSError:
                continue
            if match:
                found.add(int(match[1]))
    return found


def address_of(hexadecimal: str) -> str:
    """An address of /proc/net/tcp or tcp6: words of 32 bits, each in the machine's byte order."""
    raw = bytes.fromhex(hexadecimal)
    if sys.byteorder == "little":
        raw = b"".join(raw[at : at + 4][::-1] for at in range(0, len(raw), 4))
    address = ipaddress.ip_address(raw)
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return str(mapped or address)


def parse_listening(content: bytes) -> Iterator[tuple[Endpoint, int]]:
    """(where, inode) of each socket that listens, out of /proc/net/tcp or tcp6."""
    for line in content.decode("ascii", "replace").splitlines()[1:]:
        fields = line.split()
        if len(fields) < 10 or fields[3] != LISTENING:
            continue
        address, _, port = fields[1].partition(":")
        try:
            yield (address_of(address), int(port, 16)), int(fields[9])
        except ValueError:
            continue


def parse_local(fib_trie: bytes, if_inet6: bytes) -> set[str]:
    """The addresses of a network namespace: /proc/net/fib_trie and if_inet6."""
    found = {match.decode() for match in LOCAL.findall(fib_trie)}
    for line in if_inet6.splitlines():
        first = line.split(maxsplit=1)[0] if line.strip() else b""
        if len(first) == 32:
            found.add(str(ipaddress.IPv6Address(bytes.fromhex(first.decode("ascii")))))
    return found


def listening(roots: Roots, pids: Iterable[int]) -> set[Endpoint] | Absent:
    """Where these processes listen, with all addresses that reach them there."""
    found: set[Endpoint] = set()
    for pid in pids:
        inodes = socket_inodes(roots, [pid])
        if isinstance(inodes, Absent):
            return inodes
        own = [where for where, inode in listed(roots, pid) if inode in inodes]
        found |= set(own)
        if any(address in ("0.0.0.0", "::") for address, _ in own):  # noqa: S104 - it is compared
            found |= {(address, port) for _, port in own for address in local_addresses(roots, pid)}
    return found


def listed(roots: Roots, pid: int) -> Iterator[tuple[Endpoint, int]]:
    for name in ("tcp", "tcp6"):
        try:
            yield from parse_listening(read_file(f"{roots.proc}/{pid}/net/{name}"))
        except OSError:
            continue  # it has ended, or there is no such protocol


def local_addresses(roots: Roots, pid: int) -> set[str]:
    """What a process in another namespace calls loopback reaches it alone."""
    try:
        fib_trie = read_file(f"{roots.proc}/{pid}/net/fib_trie")
        if_inet6 = optional(f"{roots.proc}/{pid}/net/if_inet6")
    except OSError:
        return set()
    found = parse_local(fib_trie, if_inet6)
    if shares_network(roots, pid):
        return found
    return {address for address in found if not ipaddress.ip_address(address).is_loopback}


def optional(path: str) -> bytes:
    try:
        return read_file(path)
    except OSError:
        return b""


def shares_network(roots: Roots, pid: int) -> bool:
    """Whether the process is in this process's network namespace."""
    try:
        theirs = os.stat(f"{roots.proc}/{pid}/ns/net")  # noqa: PTH116 - as above
        own = os.stat("/proc/self/ns/net")  # noqa: PTH116
    except OSError:
        return False
    return (theirs.st_dev, theirs.st_ino) == (own.st_dev, own.st_ino)
