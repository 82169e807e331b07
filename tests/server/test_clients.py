import pytest

from zeropoint.server.clients import UNKNOWN, address_of_hop, nearest_untrusted, network_key, parse_networks

TRUSTED = parse_networks(("127.0.0.1", "10.0.0.0/8", "2001:db8:a::/48"))


@pytest.mark.parametrize(
    ("hops", "client"),
    [
        (["192.0.2.1"], "192.0.2.1"),
        (["198.51.100.9", "192.0.2.1"], "192.0.2.1"),
        (["198.51.100.9", "192.0.2.1", "10.1.2.3", "2001:db8:a::7"], "192.0.2.1"),
        (["10.1.1.1", "10.2.2.2"], "10.1.1.1"),
        (["192.0.2.1", "not an address"], "127.0.0.1"),
        (["192.0.2.1", "unknown", "10.1.2.3"], "10.1.2.3"),
        (["192.0.2.1:4711"], "192.0.2.1"),
        (["[2001:db8::1]:4711"], "2001:db8::1"),
        (['"[2001:db8::1]"'], "2001:db8::1"),
        (["::ffff:192.0.2.1"], "192.0.2.1"),
        ([""], "127.0.0.1"),
        ([], "127.0.0.1"),
    ],
)
def test_the_right_most_address_that_is_no_proxys_is_the_client(hops: list[str], client: str):
    assert nearest_untrusted("127.0.0.1", hops, TRUSTED) == client


def test_a_peer_that_is_no_proxy_is_the_client_whatever_it_says():
    assert nearest_untrusted("192.0.2.7", ["10.0.0.1"], TRUSTED) == "192.0.2.7"


@pytest.mark.parametrize(
    "text", ["", "_hidden", "unknown", "1.2.3", "1.2.3.4.5", "256.1.1.1", "[::1", "::g", "a" * 10_000, "²"]
)
def test_what_is_no_address_is_none(text: str):
    assert address_of_hop(text) is None


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::1"),
        ("::1", "::/64"),
        ("gone", UNKNOWN),
    ],
)
def test_limits_count_ipv6_by_its_network_of_64_bits(address: str, key: str):
    assert network_key(address) == key


@pytest.mark.parametrize("text", ["10.0.0.1/8", "proxy.example", "", "10.0.0.0/33", "*"])
def test_what_is_no_network_is_named(text: str):
    with pytest.raises(ValueError, match="neither an address nor a network"):
        parse_networks((text,))
