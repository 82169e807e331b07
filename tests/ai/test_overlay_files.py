"""XR overlays: pictures that Pillow 13 wrote, calibrations and poses, and what is wrong with others."""

import json
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.ai.contents import of_bytes
from zeropoint.ai.overlay_files import MOST_CHUNKS, SIGNATURE, why_not_overlay_json, why_not_png

EXPORTED = Path(__file__).parent / "exported"
MASK = (EXPORTED / "mask.png").read_bytes()
TILE = (EXPORTED / "tile.png").read_bytes()


def chunk(kind: bytes, data: bytes = b"") -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def header(width: int = 4, height: int = 4, depth: int = 8, colour: int = 0) -> bytes:
    return SIGNATURE + chunk(b"IHDR", struct.pack(">2I5B", width, height, depth, colour, 0, 0, 0))


PIXELS, END = chunk(b"IDAT", b"x"), chunk(b"IEND")


def test_written_pictures_are_valid() -> None:
    assert why_not_png(of_bytes(MASK)) is None
    assert why_not_png(of_bytes(TILE)) is None


@given(st.sampled_from([MASK, TILE]), st.data())
def test_a_picture_that_is_cut_anywhere_is_invalid(picture: bytes, data: st.DataObject) -> None:
    assert why_not_png(of_bytes(picture[: data.draw(st.integers(0, len(picture) - 1))])) is not None


@given(st.integers(8, 32), st.integers(1, 255))
def test_a_damaged_header_is_noticed(place: int, change: int) -> None:
    damaged = bytearray(MASK)
    damaged[place] ^= change
    assert why_not_png(of_bytes(bytes(damaged))) is not None


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "does not begin like a PNG"),
        (b"GIF89a" * 10, "does not begin like a PNG"),
        (SIGNATURE + PIXELS + END + bytes(30), "has no PNG header"),
        (header(width=0) + PIXELS + END, "has a PNG header that makes no sense"),
        (header(depth=3) + PIXELS + END, "has a PNG header that makes no sense"),
        (header(colour=5) + PIXELS + END, "has a PNG header that makes no sense"),
        (header() + END, "has no pixels"),
        (header() + PIXELS, "is cut short"),
        (header() + struct.pack(">I4s", 2**32 - 1, b"IDAT"), "is cut short"),
        (header() + PIXELS * MOST_CHUNKS + END, None),
        (header() + PIXELS * MOST_CHUNKS, "is cut short"),
    ],
)
def test_pictures(data: bytes, why: str | None) -> None:
    assert why_not_png(of_bytes(data)) == why


IDENTITY = [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


@pytest.mark.parametrize(
    "document",
    [
        {"fx": 900, "fy": 900.5, "cx": 320, "cy": 240},
        {"width": 640, "intrinsics": {"fx": 900, "fy": 900, "cx": 320, "cy": 240}},
        {"camera_matrix": IDENTITY},
        {"K": [1, 0, 0, 0, 1, 0, 0, 0, 1]},
        {"camera_matrix": {"rows": 3, "cols": 3, "data": [1.0] * 9}},
        {"position": [0, 1, 2], "rotation": [0, 0, 0, 1]},
        {"poses": [{"position": {"x": 0, "y": 1, "z": 2}, "orientation": {"x": 0, "y": 0, "z": 0, "w": 1}}]},
        [{"transform": [[1, 0, 0, 0]] * 4}, {"matrix": [0.0] * 16}],
    ],
)
def test_calibrations_and_poses(document: object) -> None:
    assert why_not_overlay_json(of_bytes(json.dumps(document).encode())) is None


@pytest.mark.parametrize(
    "text",
    [
        *("{}", "[]", "3", "null", '"fx"', '{"poses": []}', '{"poses": [{}]}', '{"camera_matrix": [[1]]}'),
        '{"fx": 0, "fy": 1, "cx": 0, "cy": 0}',
        '{"fx": true, "fy": 1, "cx": 0, "cy": 0}',
        '{"fx": "900", "fy": 1, "cx": 0, "cy": 0}',
        '{"position": [0, 1], "rotation": [0, 0, 0, 1]}',
    ],
)
def test_json_that_is_neither(text: str) -> None:
    assert why_not_overlay_json(of_bytes(text.encode())) == "holds neither a calibration nor poses"


@pytest.mark.parametrize("data", [b"", b"{", b'{"fx": NaN}', b"\xff", b"[" * 100_000])
def test_what_is_no_json(data: bytes) -> None:
    why = why_not_overlay_json(of_bytes(data))
    assert why is not None
    assert why.startswith("is no JSON")


def test_a_huge_one_is_not_read() -> None:
    why = why_not_overlay_json(of_bytes(b" " * 2**20 + b"{}"))
    assert why == "is larger than 1,048,576 bytes, which no calibration is"


NAMES = st.sampled_from(["fx", "fy", "cx", "cy", "K", "poses", "position", "rotation", "matrix", "data"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda below: st.lists(below, max_size=4) | st.dictionaries(NAMES, below),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_taken(document: object) -> None:
    why = why_not_overlay_json(of_bytes(json.dumps(document).encode()))
    assert why in (None, "holds neither a calibration nor poses")


@given(st.sampled_from([b"", header()]), st.binary(max_size=100))
def test_any_bytes_are_taken(head: bytes, data: bytes) -> None:
    assert why_not_png(of_bytes(head + data)) != ""
