"""Whether a file is an XR overlay: a PNG, or a JSON with a camera calibration or with poses.

PNG: the whole chain of its chunks, with the checksum of the header; pixels are not decoded (W3C PNG, 5 and 11).

A calibration is an object with `fx`, `fy` (above 0), `cx`, `cy`, at its top or under `intrinsics`, or with a 3x3 matrix
under `camera_matrix`, `intrinsic_matrix`, `intrinsics` or `K`: rows, nine numbers, or OpenCV's {"data": [...]}.
A pose has a `position` (3 numbers, or x, y, z) and a `rotation` or `orientation` (4 numbers, or x, y, z, w), or a 4x4
`matrix` or `transform`. A file of poses is one of them, a list of at least one, or an object with such a list under
`poses`.
"""

import struct
import zlib
from math import isfinite

import msgspec

from zeropoint.ai.content import Content

SIGNATURE = b"\x89PNG\r\n\x1a\n"
# Bit depths that each colour type may have.
DEPTHS = {0: (1, 2, 4, 8, 16), 2: (8, 16), 3: (1, 2, 4, 8), 4: (8, 16), 6: (8, 16)}
# Further chunks of an enormous picture are not walked; then its end must be where it says.
MOST_CHUNKS = 4096
LARGEST_JSON_BYTES = 1024 * 1024


def why_not_png(content: Content) -> str | None:
    """Why it is no PNG, None if it is one."""
    head = content.read(0, 33)
    if head[:8] != SIGNATURE:
        return "does not begin like a PNG"
    if len(head) < 33 or head[8:16] != b"\0\0\0\x0dIHDR":
        return "has no PNG header"
    if struct.unpack_from(">I", head, 29)[0] != zlib.crc32(head[12:29]):
        return "has a damaged PNG header"
    width, height, depth, colour = struct.unpack_from(">2I2B", head, 16)
    if not width or not height or depth not in DEPTHS.get(colour, ()):
        return "has a PNG header that makes no sense"
    at, has_pixels = 33, False
    for _ in range(MOST_CHUNKS):
        chunk = content.read(at, 8)
        if len(chunk) < 8:
            return "is cut short"
        length, kind = struct.unpack(">I4s", chunk)
        at += 12 + length
        if at > content.size:
            return "is cut short"
        has_pixels |= kind == b"IDAT"
        if kind == b"IEND":
            return None if has_pixels else "has no pixels"
    return None if content.read(content.size - 12, 8) == b"\0\0\0\0IEND" else "is cut short"


def why_not_overlay_json(content: Content) -> str | None:
    """Why it is neither a calibration nor poses, None if it is one of them."""
    if content.size > LARGEST_JSON_BYTES:
        return f"is larger than {LARGEST_JSON_BYTES:,} bytes, which no calibration is"
    try:
        document = msgspec.json.decode(content.read(0, content.size))
    except (msgspec.DecodeError, RecursionError) as error:
        return f"is no JSON: {error}"
    return None if is_calibration(document) or are_poses(document) else "holds neither a calibration nor poses"


def is_calibration(document: object) -> bool:
    if not isinstance(document, dict):
        return False
    for fields in (document, document.get("intrinsics")):
        if isinstance(fields, dict) and are_numbers([fields.get(name) for name in ("fx", "fy", "cx", "cy")], 4):
            return bool(fields["fx"] > 0 and fields["fy"] > 0)
    matrices = (document.get(name) for name in ("camera_matrix", "intrinsic_matrix", "intrinsics", "K"))
    return any(is_matrix(matrix.get("data") if isinstance(matrix, dict) else matrix, 3) for matrix in matrices)


def are_poses(document: object) -> bool:
    if isinstance(document, dict):
        if is_pose(document):
            return True
        document = document.get("poses")
    return isinstance(document, list) and bool(document) and all(map(is_pose, document))


def is_pose(document: object) -> bool:
    if not isinstance(document, dict):
        return False
    if is_matrix(document.get("matrix", document.get("transform")), 4):
        return True
    turn = document.get("rotation", document.get("orientation"))
    return is_vector(document.get("position"), "xyz") and is_vector(turn, "xyzw")


def is_vector(value: object, names: str) -> bool:
    return are_numbers([value.get(name) for name in names] if isinstance(value, dict) else value, len(names))


def is_matrix(value: object, size: int) -> bool:
    """Rows of numbers, or all numbers in one list."""
    if isinstance(value, list) and len(value) == size:
        return all(are_numbers(row, size) for row in value)
    return are_numbers(value, size * size)


def are_numbers(value: object, count: int) -> bool:
    return isinstance(value, list) and len(value) == count and all(map(is_number, value))


def is_number(value: object) -> bool:
    if isinstance(value, float):
        return isfinite(value)
    return isinstance(value, int) and not isinstance(value, bool)
