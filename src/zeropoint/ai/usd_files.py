"""Whether a file is OpenUSD, by its header and structure: without USD's own library, which alone reads all of it.

usdc: pxr/usd/sdf/crateFile.h (bootstrap, table of contents, six sections that every file has). usda: the header line,
and brackets and texts that all end. usdz: the USDZ specification (a zip without compression, a layer as first file).
A file that was cut short fails each of these checks.
"""

import re
import struct

from zeropoint.ai.content import Content

USDA_HEADER = re.compile(rb"#usda 1\.\d[ \t]*(#[^\n]*)?\r?(\n|$)")
# Brackets; texts, asset paths and comments in one piece. What has no end is taken as far as the file goes, into one of
# the groups, and is the last that is looked at: to fail there and try again behind each quote would take its square.
USDA_TOKEN = re.compile(
    rb'"""[^"\\]*+(?:(?:\\.|""?(?!"))[^"\\]*+)*+(?:"""|(\\?\Z))'
    rb"|'''[^'\\]*+(?:(?:\\.|''?(?!'))[^'\\]*+)*+(?:'''|(\\?\Z))"
    rb'|"[^"\\\n]*+(?:\\.[^"\\\n]*+)*+(?:"|([^"]|\Z))'
    rb"|'[^'\\\n]*+(?:\\.[^'\\\n]*+)*+(?:'|([^']|\Z))"
    rb"|@@@.*?(?:@@@|(\Z))|@[^@\n]*+(?:@|(\n|\Z))|#[^\n]*|[(){}\[\]]",
    re.DOTALL,
)
CLOSES = {b")": b"(", b"}": b"{", b"]": b"["}
# That much takes half a second if it is all brackets. Of a larger text its header and its end are looked at.
LARGEST_USDA_BYTES = 1024 * 1024
USDC_BOOTSTRAP_BYTES = 88
USDC_SECTIONS = {b"TOKENS", b"STRINGS", b"FIELDS", b"FIELDSETS", b"PATHS", b"SPECS"}
MOST_SECTIONS = 64
ZIP_END_BYTES, LONGEST_ZIP_COMMENT = 22, 65535


def why_not_usd(content: Content) -> str | None:
    """Why it is neither usda nor usdc, None if it is one of them."""
    return why_not_usdc(content) if content.read(0, 8) == b"PXR-USDC" else why_not_usda(content)


def why_not_usda(content: Content) -> str | None:
    if not USDA_HEADER.match(content.read(0, 256)):
        return "does not begin like a USD text"
    if content.size > LARGEST_USDA_BYTES:
        last_line = content.read(content.size - 4096, 4096).rstrip().rpartition(b"\n")[2]
        return None if last_line[:1] in (b"}", b")") else "is cut short"
    open_brackets: list[bytes] = []
    for match in USDA_TOKEN.finditer(content.read(0, content.size)):
        if match.lastindex is not None:
            return "has a text without an end"
        token = match[0]
        if token in (b"(", b"{", b"["):
            open_brackets.append(token)
        elif token in CLOSES and (not open_brackets or open_brackets.pop() != CLOSES[token]):
            return "has brackets that do not match"
    return "has brackets without an end" if open_brackets else None


def why_not_usdc(content: Content) -> str | None:
    bootstrap = content.read(0, USDC_BOOTSTRAP_BYTES)
    if len(bootstrap) < USDC_BOOTSTRAP_BYTES:
        return "is shorter than the header of a USD crate"
    if bootstrap[:8] != b"PXR-USDC":
        return "does not begin like a USD crate"
    (contents_at,) = struct.unpack_from("<q", bootstrap, 16)
    if not USDC_BOOTSTRAP_BYTES <= contents_at <= content.size - 8:
        return "is cut short: its table of contents lies beyond its end"
    (count,) = struct.unpack("<Q", content.read(contents_at, 8))
    if count > MOST_SECTIONS:
        return f"has a table of {count:,} sections"
    table = content.read(contents_at + 8, 32 * count)
    if len(table) < 32 * count:
        return "is cut short within its table of contents"
    names = set()
    for name, start, size in struct.iter_unpack("<16sqq", table):
        if start < USDC_BOOTSTRAP_BYTES or size < 0 or start + size > content.size:
            return "has a section that reaches beyond its end"
        names.add(name.rstrip(b"\0"))
    return None if names >= USDC_SECTIONS else "lacks a section that each USD crate has"


def why_not_usdz(content: Content) -> str | None:
    tail_at = max(0, content.size - ZIP_END_BYTES - LONGEST_ZIP_COMMENT)
    tail = content.read(tail_at, content.size - tail_at)
    found = tail.rfind(b"PK\5\6")
    if found < 0 or len(tail) - found < ZIP_END_BYTES:
        return "is cut short, or no zip: it has no directory at its end"
    entries, size, offset, comment = struct.unpack_from("<H2IH", tail, found + 10)
    if found + ZIP_END_BYTES + comment != len(tail) or not entries or offset + size > tail_at + found:
        return "has a zip directory that does not fit it"
    first = content.read(0, 30)
    if len(first) < 30 or first[:4] != b"PK\3\4":
        return "does not begin with the first file of a zip"
    flags, method = struct.unpack_from("<2H", first, 6)
    stored, _, name_length, extra_length = struct.unpack_from("<2I2H", first, 18)
    if method or flags & 0b1001:
        return "holds a file that is compressed or encrypted"
    layer_at = 30 + name_length + extra_length
    if layer_at + stored > offset:
        return "holds a file that reaches into its directory"
    name = content.read(30, name_length).lower()
    if not name.endswith((b".usd", b".usda", b".usdc")):
        return "does not hold a USD layer as its first file"
    why = why_not_usd(content.part(layer_at, stored))
    return None if why is None else f"holds a layer that {why}"
