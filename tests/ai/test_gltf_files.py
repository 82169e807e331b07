"""glTF: files that trimesh 5.2 exported, and what is wrong with others."""

import json
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ai.contents import of_bytes
from zeropoint.ai.gltf_files import LARGEST_JSON_BYTES, why_not_glb, why_not_gltf

EXPORTED = Path(__file__).parent / "exported"
GLB = (EXPORTED / "box.glb").read_bytes()
GLTF = (EXPORTED / "box.gltf").read_bytes()


def glb(*chunks: tuple[bytes, bytes], version: int = 2, length: int | None = None) -> bytes:
    body = b"".join(struct.pack("<I4s", len(data), kind) + data for kind, data in chunks)
    return struct.pack("<4sII", b"glTF", version, 12 + len(body) if length is None else length) + body


def test_exported_files_are_valid() -> None:
    assert why_not_glb(of_bytes(GLB)) is None
    assert why_not_gltf(of_bytes(GLTF)) is None


@given(st.integers(0, len(GLB) - 1))
def test_a_glb_that_is_cut_anywhere_is_invalid(size: int) -> None:
    assert why_not_glb(of_bytes(GLB[:size])) is not None


@given(st.integers(0, len(GLTF) - 2))
def test_a_gltf_that_is_cut_anywhere_is_invalid(size: int) -> None:
    assert why_not_gltf(of_bytes(GLTF[:size])) is not None


ASSET = b'{"asset":{"version":"2.0"}}'


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "is shorter than the header of a GLB"),
        (b"PNG" * 10, "does not begin like a GLB"),
        (glb((b"JSON", ASSET), version=1), "is GLB version 1, not 2"),
        (glb((b"JSON", ASSET), length=12), "should have 12 bytes by its header, and has 47"),
        (glb((b"BIN\0", b"")), "does not have JSON as its first chunk"),
        (glb((b"JSON", b'{"asset":{"version":"1.0"}}')), "is glTF 1.0, not 2"),
        (glb(), "ends within the header of a chunk"),
        (glb((b"JSON", ASSET), *[(b"BIN\0", b"")] * 64), "has more than 64 chunks"),
        (struct.pack("<4sIII4s", b"glTF", 2, 47, 999, b"JSON") + ASSET, "has a chunk that reaches beyond its end"),
    ],
)
def test_what_is_wrong_with_a_glb(data: bytes, why: str) -> None:
    assert why_not_glb(of_bytes(data)) == why


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"asset": 1}', b'{"asset": {"version": 2}}', b"NaN", b"[" * 100_000])
def test_what_is_no_gltf(data: bytes) -> None:
    assert why_not_gltf(of_bytes(data)) is not None


def test_of_a_large_one_the_ends_are_looked_at() -> None:
    large = json.dumps({"asset": {"version": "2.0"}, "buffers": [{"uri": "A" * LARGEST_JSON_BYTES}]}).encode()
    assert why_not_gltf(of_bytes(large + b"\n")) is None
    assert why_not_gltf(of_bytes(large[:-1])) == "is no whole JSON object"


@given(st.binary(max_size=200) | st.binary(max_size=200).map(lambda data: glb((b"JSON", data))))
def test_any_bytes_are_taken(data: bytes) -> None:
    for why_not in (why_not_glb, why_not_gltf):
        assert why_not(of_bytes(data)) != ""
