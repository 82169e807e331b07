"""Which series have their holes in the same cells. Usually all, so that what follows from holes is worked out once."""

from dataclasses import dataclass

import numpy as np

from zeropoint.insight.series import Floats, Indices


@dataclass(frozen=True, slots=True)
class Kinds:
    """`known` is kinds x cells, 1 or 0; series number i is of kind `of[i]`."""

    known: Floats
    of: Indices


def kinds_of(known: Floats) -> Kinds:
    numbers: dict[bytes, int] = {}
    of = np.array([numbers.setdefault(np.packbits(row > 0).tobytes(), len(numbers)) for row in known], dtype=np.int64)
    firsts = [int(np.flatnonzero(of == kind)[0]) for kind in range(len(numbers))]
    return Kinds(known[firsts], of)
