"""Who asks, and whether over HTTPS: the peer of the connection, or whom a trusted proxy names.

What X-Forwarded-For, Forwarded and X-Forwarded-Proto say counts only where the peer is among the trusted proxies. The
right-most address that is none of theirs is the client: what stands left of it, anybody may have written.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import Literal

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from msgspec import Struct

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Scheme = Literal["http", "https"]
# More proxies in a row than this are none that anybody runs.
MOST_HOPS = 16
LONGEST_ADDRESS = 64
# A provider gives each of its customers a /64 at least, and so each of them as many addresses as it likes.
IPV6_PREFIX = 64
UNKNOWN = "unknown"
HOP = re.compile(r"\[(?P<six>[^\]]+)\](?::[0-9]{1,5})?|(?P<four>[0-9.]+)(?::[0-9]{1,5})?|(?P<bare>[0-9A-Fa-f:.]+)")


class Client(Struct, frozen=True):
    """Who asks. `network` is what limits count by: the address, of IPv6 its /64."""

    address: str
    network: str
    scheme: Scheme


CLIENT = web.RequestKey("client", Client)


def client_of(request: web.Request) -> str:
    """The address of the client; UNKNOWN where it was gone before it could be asked."""
    return request[CLIENT].address


def network_of(request: web.Request) -> str:
    """What limits count the client by."""
    return request[CLIENT].network


def scheme_of(request: web.Request) -> Scheme:
    """The scheme that the client uses, which a trusted proxy may end."""
    return request[CLIENT].scheme


def parse_networks(texts: Iterable[str]) -> tuple[Network, ...]:
    """Networks out of addresses and networks. Raises ValueError that names the one that is neither."""
    networks = []
    for text in texts:
        try:
            networks.append(ip_network(text))
        except ValueError:
            raise ValueError(
                f"{text[:80]!r} is neither an address nor a network, as in 10.0.0.7 or 10.0.0.0/8"
            ) from None
    return tuple(networks)


def client_teller(trusted: tuple[Network, ...]) -> Middleware:
    """Middleware that tells who asks, for all that stand behind it."""

    @web.middleware
    async def teller(request: web.Request, handler: Handler) -> web.StreamResponse:
        peer, scheme = request.remote or UNKNOWN, request.scheme
        if trusted and is_within(peer, trusted):
            peer, scheme = forwarded(request, peer, trusted)
        request[CLIENT] = _client(peer, scheme)
        return await handler(request)

    return teller


def forwarded(request: web.Request, peer: str, trusted: tuple[Network, ...]) -> tuple[str, str]:
    """Address and scheme that a trusted proxy names.

    Many proxies write one of the two headers and pass on whatever came in the other. Where these disagree neither
    counts: the request is then the proxy's own.
    """
    lists = request.headers.getall("X-Forwarded-For", []), request.headers.getall("Forwarded", [])
    hops = _last(lists[0])
    elements = [_element(one) for one in _last(lists[1])]
    schemes = {one.lower() for one in _last(request.headers.getall("X-Forwarded-Proto", []))[-1:]}
    named = set()
    if hops:
        named.add(nearest_untrusted(peer, hops, trusted))
    if elements:
        named.add(nearest_untrusted(peer, [one.get("for", "") for one in elements], trusted))
        if proto := elements[-1].get("proto"):
            schemes.add(proto.lower())
    address = named.pop() if len(named) == 1 else peer
    scheme = schemes.pop() if len(schemes) == 1 else request.scheme
    return address, scheme if scheme in ("http", "https") else request.scheme


def nearest_untrusted(peer: str, hops: list[str], trusted: tuple[Network, ...]) -> str:
    """The right-most address that is no trusted proxy's; what is malformed ends the search at the one before it."""
    client = peer
    for hop in reversed(hops):
        if not is_within(client, trusted):
            break
        address = address_of_hop(hop)
        if address is None:
            break
        client = address
    return client


def address_of_hop(text: str) -> str | None:
    """The address of an entry, without port, brackets and quotes; None for anything else, as for `unknown`."""
    matched = HOP.fullmatch(text.strip().strip('"')[:LONGEST_ADDRESS])
    address = parse_address(matched["six"] or matched["four"] or matched["bare"]) if matched else None
    return None if address is None else str(address)


@lru_cache(maxsize=4096)
def parse_address(text: str) -> Address | None:
    """An address as it is compared: without a zone, and as IPv4 where it is one in IPv6's clothes."""
    try:
        address = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_within(text: str, networks: tuple[Network, ...]) -> bool:
    address = parse_address(text)
    return address is not None and any(address in network for network in networks)


@lru_cache(maxsize=4096)
def network_key(address: str) -> str:
    """What limits count an address by; whatever is no address is one client."""
    parsed = parse_address(address)
    if isinstance(parsed, IPv6Address) and not parsed.is_link_local:
        return str(IPv6Network((parsed, IPV6_PREFIX), strict=False))
    return str(parsed or UNKNOWN)


@lru_cache(maxsize=4096)
def _client(address: str, scheme: str) -> Client:
    name = str(parse_address(address) or UNKNOWN)
    return Client(name, network_key(name), "https" if scheme == "https" else "http")


def _last(lines: list[str]) -> list[str]:
    """The last entries of a list that may stand in several headers. Commas within quotes part it as well: an unpaired
    quote of somebody else must not swallow what the proxy wrote."""
    return ",".join(lines).rsplit(",", MOST_HOPS)[-MOST_HOPS:] if lines else []


def _element(text: str) -> dict[str, str]:
    """The pairs of one element of Forwarded (RFC 7239, 4)."""
    pairs = (pair.partition("=") for pair in text.split(";"))
    return {name.strip().lower(): value.strip().strip('"') for name, _, value in pairs}
