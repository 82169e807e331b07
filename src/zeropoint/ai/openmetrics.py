"""The numbers under known names in the text that Prometheus and OpenMetrics endpoints answer with."""

import itertools
import re
from collections.abc import Iterable, Mapping
from math import isfinite

from msgspec import Struct
from prometheus_client.parser import text_string_to_metric_families

LONGEST_LINE_BYTES = 4096
# Rows of one name differ by labels: models, engines, ranks. No server has so many.
MOST_ROWS = 1000
# A line as long as may be, of quotes alone, takes the parser over a millisecond.
MOST_BYTES = 512 * 1024
EXEMPLAR = re.compile(rb" # \{.*$")


class Row(Struct, frozen=True):
    """One number and its labels."""

    labels: Mapping[str, str]
    value: float


def pattern_of(names: Iterable[str]) -> re.Pattern[bytes]:
    """Finds the lines of these names."""
    # The longest first, since a name may begin with another one.
    choices = b"|".join(re.escape(name.encode()) for name in sorted(names, key=len, reverse=True))
    return re.compile(rb"^(?:%s)(?=[ \t{])[^\n]*" % choices, re.MULTILINE)


def parse(body: bytes, wanted: re.Pattern[bytes], most_rows: int = MOST_ROWS) -> Mapping[str, list[Row]]:
    """The finite numbers by name, of the first so many rows. A line that is none, or too long, costs itself.

    The parser takes some 10 us a line, and endpoints have thousands, of which a dozen are wanted: so those alone are
    given to it.
    """
    found: dict[str, list[Row]] = {}
    left_bytes = MOST_BYTES
    for match in itertools.islice(wanted.finditer(body), most_rows):
        line = match[0]
        if len(line) > LONGEST_LINE_BYTES:
            continue
        left_bytes -= len(line)
        if left_bytes < 0:
            break
        try:
            for family in text_string_to_metric_families(EXEMPLAR.sub(b"", line).decode(errors="replace") + "\n"):
                for sample in family.samples:
                    value = float(sample.value)  # the parser makes whole numbers ints, of any size
                    if isfinite(value):
                        found.setdefault(sample.name, []).append(Row(sample.labels, value))
        except (ValueError, KeyError, IndexError, OverflowError):
            continue
    return found
