"""OpenUSD: files that usd-core 26.11 wrote, and what is wrong with others."""

import struct
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ai.contents import of_bytes
from zeropoint.ai.usd_files import LARGEST_USDA_BYTES, why_not_usd, why_not_usda, why_not_usdc, why_not_usdz

EXPORTED = Path(__file__).parent / "exported"
USDA = (EXPORTED / "cube.usda").read_bytes()
USDC = (EXPORTED / "cube.usdc").read_bytes()
USDZ = (EXPORTED / "cube.usdz").read_bytes()


def test_written_files_are_valid() -> None:
    assert why_not_usda(of_bytes(USDA)) is None
    assert why_not_usdc(of_bytes(USDC)) is None
    assert why_not_usdz(of_bytes(USDZ)) is None
    assert why_not_usd(of_bytes(USDA)) is None
    assert why_not_usd(of_bytes(USDC)) is None


@given(st.integers(0, len(USDC) - 1))
def test_a_crate_that_is_cut_anywhere_is_invalid(size: int) -> None:
    assert why_not_usdc(of_bytes(USDC[:size])) is not None


@given(st.integers(0, len(USDZ) - 1))
def test_a_package_that_is_cut_anywhere_is_invalid(size: int) -> None:
    assert why_not_usdz(of_bytes(USDZ[:size])) is not None


@given(st.integers(USDA.index(b"{\n    def") + 1, USDA.rindex(b"}")))
def test_a_text_that_is_cut_within_a_prim_is_invalid(size: int) -> None:
    """Between its root prims a text is whole at every line, for any parser."""
    assert why_not_usda(of_bytes(USDA[:size])) is not None


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"", "does not begin like a USD text"),
        (b"#usda 2.0\n", "does not begin like a USD text"),
        (b"#usda 1.0x\n", "does not begin like a USD text"),
        (b"#usda 1.0\n", None),
        (b"#usda 1.0", None),
        (b'#usda 1.0\ndef "a" {', "has brackets without an end"),
        (b'#usda 1.0\ndef "a" {)', "has brackets that do not match"),
        (b"#usda 1.0\n}", "has brackets that do not match"),
        (b'#usda 1.0\ndef "a', "has a text without an end"),
        (b"#usda 1.0\n(\n doc = '''it's (\n fine'''\n)\n", None),
        (b'#usda 1.0\n(\n doc = """ " ( \\""" """\n)\n', None),
        (b"#usda 1.0\n(\n subLayers = [@a(b@, @@@c@[d@@@]\n) # ( a comment\n", None),
        (b"#usda 1.0\n(\n subLayers = [@a\n]\n)", "has a text without an end"),
        (b"#usda 1.0\n(\n subLayers = [@@@a@\n]\n)", "has a text without an end"),
        (b'#usda 1.0\n(\n doc = """a\n)', "has a text without an end"),
        (b'#usda 1.0\n(\n doc = """a\\"""\n)', "has a text without an end"),
        (b"#usda 1.0\n(\n doc = '''a\\", "has a text without an end"),
        (b'#usda 1.0\ndef "a\\', "has a text without an end"),
        (b'#usda 1.0\ndef "a\\\n" {}', None),
    ],
)
def test_texts(text: bytes, why: str | None) -> None:
    assert why_not_usda(of_bytes(text)) == why


def test_of_a_large_text_the_ends_are_looked_at() -> None:
    large = b'#usda 1.0\n\ndef "a"\n{\n' + b'    string s = "abc"\n' * (LARGEST_USDA_BYTES // 10) + b"}\n"
    assert why_not_usda(of_bytes(large)) is None
    assert why_not_usda(of_bytes(large[:-30])) == "is cut short"


@pytest.mark.parametrize(
    "piece", [b'\\"""\n', b"\\'''\n", b'"""\\', b"@@@a", b"@", b'"', b"'\\'", b'"\\\n', b'""""a', b"()[]{}"]
)
@pytest.mark.parametrize("before", [b"", b'"""', b"'", b"@@@"])
def test_any_text_of_the_largest_size_is_looked_at_once(before: bytes, piece: bytes) -> None:
    """One that is looked at again from each of its quotes takes an hour."""
    text = b"#usda 1.0\n" + before + piece * ((LARGEST_USDA_BYTES - 20) // len(piece))
    assert why_not_usda(of_bytes(text)) in (None, "has a text without an end")


def crate(toc: bytes, at: int = 88) -> bytes:
    return b"PXR-USDC\0\10\0\0\0\0\0\0" + struct.pack("<q", at) + bytes(64) + toc


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"PXR-USDC", "is shorter than the header of a USD crate"),
        (bytes(100), "does not begin like a USD crate"),
        (crate(b"", at=-1), "is cut short: its table of contents lies beyond its end"),
        (crate(b"", at=2**62), "is cut short: its table of contents lies beyond its end"),
        (crate(struct.pack("<Q", 2**63)), "has a table of 9,223,372,036,854,775,808 sections"),
        (crate(struct.pack("<Q", 2)), "is cut short within its table of contents"),
        (crate(struct.pack("<Q16sqq", 1, b"TOKENS", 88, 2**62)), "has a section that reaches beyond its end"),
        (crate(struct.pack("<Q16sqq", 1, b"TOKENS", 88, 0)), "lacks a section that each USD crate has"),
    ],
)
def test_what_is_wrong_with_a_crate(data: bytes, why: str) -> None:
    assert why_not_usdc(of_bytes(data)) == why


def package(name: str, data: bytes, compression: int = zipfile.ZIP_STORED) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.writestr(name, data)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (package("scene.usda", USDA), None),
        (package("scene.usda", USDA, zipfile.ZIP_DEFLATED), "holds a file that is compressed or encrypted"),
        (package("readme.txt", b"text"), "does not hold a USD layer as its first file"),
        (package("scene.usdc", USDC[:-1]), "holds a layer that is cut short within its table of contents"),
        (package("scene.usda", b"#usda 1.0\n{"), "holds a layer that has brackets without an end"),
        (b"PK\5\6" + bytes(18), "has a zip directory that does not fit it"),
        (b"", "is cut short, or no zip: it has no directory at its end"),
    ],
)
def test_packages(data: bytes, why: str | None) -> None:
    assert why_not_usdz(of_bytes(data)) == why


HEADS, TAILS = st.sampled_from([b"", b"#usda 1.0\n", USDC[:88], USDZ[:60]]), st.sampled_from([b"", USDZ[-22:]])


@given(HEADS, st.binary(max_size=300), TAILS)
def test_any_bytes_are_taken(head: bytes, data: bytes, tail: bytes) -> None:
    for why_not in (why_not_usd, why_not_usda, why_not_usdc, why_not_usdz):
        assert why_not(of_bytes(head + data + tail)) != ""
