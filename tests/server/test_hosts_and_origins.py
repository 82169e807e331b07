import pytest

from zeropoint.server.hosts import host_name, is_own_host
from zeropoint.server.origins import is_origin


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("localhost", "localhost"),
        ("LOCALHOST:3001", "localhost"),
        ("127.0.0.1:80", "127.0.0.1"),
        ("[::1]", "::1"),
        ("[::1]:3001", "::1"),
        ("box.example", "box.example"),
        ("", None),
        ("local host", None),
        ("localhost:", None),
        ("localhost:99999", None),
        ("localhost:x", None),
        ("a@localhost", None),
        ("localhost/", None),
        ("::1", None),
        ("localhost\x00", None),
    ],
)
def test_a_host_header_is_a_name_and_perhaps_a_port(header: str, name: str | None):
    assert host_name(header) == name


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "::1", "10.0.0.7", "box.example"])
def test_addresses_and_named_hosts_are_ours(name: str):
    assert is_own_host(name, frozenset({"box.example"}))


@pytest.mark.parametrize(
    "name", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "0x7f.1", "127.1", "box"]
)
def test_all_else_is_foreign(name: str):
    assert not is_own_host(name, frozenset({"box.example"}))


@pytest.mark.parametrize(
    "origin",
    [
        "https://lab.example",
        "http://localhost:8000",
        "https://lab.example:8443",
        "http://[::1]:5",
        "https://xn--e1afmkfd.example",
    ],
)
def test_an_origin_is_scheme_host_and_a_port_of_its_own(origin: str):
    assert is_origin(origin)


@pytest.mark.parametrize(
    "origin",
    [
        "*",
        "null",
        "",
        "lab.example",
        "https://lab.example/",
        "https://lab.example/x",
        "https://lab.example:443",
        "ftp://a",
        "https://a b",
        "https://user@lab.example",
        "HTTPS://lab.example",
        "https://Lab.example",
        "https://пример.example",
        "https://",
    ],
)
def test_all_else_is_none(origin: str):
    assert not is_origin(origin)
