"""Whether a file is glTF 2.0, as GLB or as JSON, by its header and structure (Khronos glTF 2.0, sections 3 and 4)."""

import struct

import msgspec

from zeropoint.ai.content import Content

# A larger JSON would hold the interpreter for more than some 20 ms: then its two ends are looked at.
LARGEST_JSON_BYTES = 4 * 1024 * 1024
MOST_CHUNKS = 64


class Asset(msgspec.Struct):
    version: str


class Document(msgspec.Struct):
    """The one part that every glTF must have."""

    asset: Asset


def why_not_glb(content: Content) -> str | None:
    """Why it is no GLB, None if it is one: 12 bytes of header, a JSON chunk, then further chunks up to the end."""
    header = content.read(0, 12)
    if len(header) < 12:
        return "is shorter than the header of a GLB"
    magic, version, length = struct.unpack("<4sII", header)
    if magic != b"glTF":
        return "does not begin like a GLB"
    if version != 2:
        return f"is GLB version {version}, not 2"
    if length != content.size:
        return f"should have {length:,} bytes by its header, and has {content.size:,}"
    at = 12
    for number in range(MOST_CHUNKS):
        chunk = content.read(at, 8)
        if len(chunk) < 8:
            return "ends within the header of a chunk"
        chunk_length, kind = struct.unpack("<I4s", chunk)
        if number == 0:
            if kind != b"JSON":
                return "does not have JSON as its first chunk"
            why = why_not_gltf(content.part(at + 8, min(chunk_length, content.size - at - 8)))
            if why is not None:
                return why
        at += 8 + chunk_length
        if at == content.size:
            return None
        if at > content.size:
            return "has a chunk that reaches beyond its end"
    return f"has more than {MOST_CHUNKS} chunks"


def why_not_gltf(content: Content) -> str | None:
    """Why it is no glTF JSON, None if it is one."""
    if content.size > LARGEST_JSON_BYTES:
        ends = content.read(0, 64).strip()[:1] + content.read(content.size - 64, 64).strip()[-1:]
        return None if ends == b"{}" else "is no whole JSON object"
    try:
        document = msgspec.json.decode(content.read(0, content.size), type=Document)
    except (msgspec.DecodeError, RecursionError) as error:
        return f"is no glTF JSON: {error}"
    if not document.asset.version.startswith("2."):
        return f"is glTF {document.asset.version}, not 2"
    return None
