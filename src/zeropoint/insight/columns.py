"""Cells as lines of text in columns."""

from collections.abc import Sequence, Set


def aligned(headings: Sequence[str], rows: Sequence[Sequence[str]], right: Set[str]) -> list[str]:
    """A line of headings, then one for each row; the columns whose headings are in `right` end at their right edge."""
    lines = [headings, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if heading in right else cell.ljust(width)
            for cell, width, heading in zip(line, widths, headings, strict=True)
        ).rstrip()
        for line in lines
    ]
