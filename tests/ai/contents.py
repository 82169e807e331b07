"""Contents that are no files."""

from zeropoint.ai.content import Content


def of_bytes(data: bytes) -> Content:
    return Content(len(data), lambda offset, length: data[offset : offset + length])
