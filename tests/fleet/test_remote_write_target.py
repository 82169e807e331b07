import base64
import os
from pathlib import Path

import pytest

from zeropoint.fleet.remote_write_target import Target


def basic(pair: str) -> str:
    return "Basic " + base64.b64encode(pair.encode()).decode()


@pytest.mark.parametrize(
    ("address", "url", "name"),
    [
        ("http://store.example:9090", "http://store.example:9090/api/v1/write", "store.example:9090"),
        ("https://store.example/", "https://store.example/api/v1/write", "store.example"),
        ("http://[::1]:8428/insert?a=b", "http://[::1]:8428/insert?a=b", "[::1]:8428"),
        ("https://me:p%40ss@store.example/push", "https://store.example/push", "store.example"),
    ],
)
def test_an_address_is_taken_apart_from_its_credentials(address: str, url: str, name: str):
    target = Target(address)
    assert (target.url, target.name) == (url, name)
    assert target.authorization == (basic("me:p@ss") if "@" in address else None)


@pytest.mark.parametrize(
    "address",
    [
        "store:9090",
        "//store",
        "ftp://store",
        "file:///etc/passwd",
        "http://",
        "http://store:port",
        "http://store:99999",
        "http://[::1",
        "http://a b/",
        "http://store/#part",
        "http://store/\r\nX: y",
        "http://store/\u202e",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(address: str):
    with pytest.raises(ValueError, match=r"^--remote-write: it is an http or https address, as in http://") as refused:
        Target(address.replace("://", "://user:secret-word@", 1))
    assert "secret-word" not in str(refused.value)


def kept(folder: Path, content: bytes, mode: int = 0o600) -> str:
    file = folder / "credentials"
    file.write_bytes(content)
    file.chmod(mode)
    return str(file)


@pytest.mark.parametrize(
    ("content", "header"),
    [
        (b"me:secret\n", basic("me:secret")),
        (b"me:\n", basic("me:")),
        (b"eyJh.bGc.x_-\n", "Bearer eyJh.bGc.x_-"),
        (b"Bearer abc\r\n", "Bearer abc"),
    ],
)
def test_credentials_come_out_of_a_file(tmp_path: Path, content: bytes, header: str):
    assert Target("http://store", kept(tmp_path, content)).authorization == header


@pytest.mark.parametrize("content", [b"", b"\n", b"two words", b"a\nb", b"\xff", b"a\x00b", b"x" * 20_000])
def test_a_file_without_credentials_is_refused(tmp_path: Path, content: bytes):
    with pytest.raises(ValueError, match=r"--remote-write-credentials: .* holds no credentials; it is one line"):
        Target("http://store", kept(tmp_path, content))


def test_a_file_that_others_may_read_is_refused(tmp_path: Path):
    with pytest.raises(ValueError, match=r"--remote-write-credentials: .*chmod 600"):
        Target("http://store", kept(tmp_path, b"me:secret-word", 0o640))
    with pytest.raises(ValueError, match=r"--remote-write-credentials: .*No such file"):
        Target("http://store", str(tmp_path / "missing"))
    with pytest.raises(ValueError, match=r"--remote-write-credentials: "):
        Target("http://store", str(tmp_path))
    os.mkfifo(tmp_path / "fifo", 0o600)
    with pytest.raises(ValueError, match=r"--remote-write-credentials: .*holds no credentials"):
        Target("http://store", str(tmp_path / "fifo"))


def test_credentials_are_given_once(tmp_path: Path):
    with pytest.raises(ValueError, match=r"--remote-write-credentials: the address has credentials already"):
        Target("http://me:secret@store", kept(tmp_path, b"me:secret"))


def test_a_file_of_credentials_is_read_again(tmp_path: Path):
    target = Target("https://store", kept(tmp_path, b"old"))
    assert not target.read_credentials()
    kept(tmp_path, b"new")
    assert target.read_credentials() and target.authorization == "Bearer new"
    assert not Target("https://store").read_credentials()


def test_secrets_are_in_no_representation(tmp_path: Path):
    target = Target("http://me:secret-word@store/?key=other-word")
    assert "word" not in f"{target!r} {target.name}"
    assert target.is_secret_in_clear
    assert not Target("https://me:secret@store").is_secret_in_clear


def test_labels_are_checked():
    assert Target("http://store", "", ["site=lab=1", "host=", "job=x"]).labels == {
        "job": "x",
        "site": "lab=1",
        "host": "",
    }
    for wrong in ("site", "=x", "1a=x", "__name__=x", "a-b=x", "a=\n", "a=" + "x" * 201):
        with pytest.raises(ValueError, match=r"--remote-write-labels: .* is not allowed; it is NAME=TEXT"):
            Target("http://store", "", [wrong])
