"""The ways in which a row of numbers becomes integers that are mostly small, and back, exact to the bit. Pure.

What a machine tells in a minute is mostly the same number again, often that of another series, and otherwise a decimal
of a few digits. So each row is of the first kind here that fits:

    CONSTANT   one number
    SAME       bit for bit an earlier row
    VALUE, DELTA, DELTA2
               v = s / 10**digits exactly, s an integer; what is kept of s is how it differs from the row's middle one,
               from the one before, or how that difference does from the one before: whichever takes fewest bits
    XOR        the bits of a float, xor those of the one before

A number that is missing (NaN) is taken for the one before, and noted apart.
"""

import numpy as np
from msgspec import Struct
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Bytes = NDArray[np.uint8]
Bits = NDArray[np.bool_]

CONSTANT, SAME, VALUE, DELTA, DELTA2, XOR = range(6)
POWERS = 10.0 ** np.arange(10)
EXACT = 2.0**53  # integers below are floats exactly
# A NaN of other bits is no missing value; it is kept as what it is.
MISSING = np.array([np.nan]).view(np.int64)[0]


class Rows(Struct, frozen=True):
    """R rows of n numbers. `kinds`, `digits` and `bases` are (R,): the base is the bits of a constant or of XOR's first
    number, the number of the row that one is the same as, VALUE's middle or else the first integer. `residuals` and
    `present` are (R, n), the former 0 where nothing is to be kept."""

    kinds: Bytes
    digits: Bytes
    bases: Ints
    residuals: Words
    present: Bits

    def split(self, count: int) -> list["Rows"]:
        """Equal parts, which share its memory."""
        fields = (self.kinds, self.digits, self.bases, self.residuals, self.present)
        return [Rows(*some) for some in zip(*(np.split(field, count) for field in fields), strict=True)]


def nothing(count: int, length: int) -> Rows:
    """So many rows of missing numbers, to be filled."""
    return Rows(
        kinds=np.full(count, CONSTANT, np.uint8),
        digits=np.zeros(count, np.uint8),
        bases=np.full(count, MISSING, np.int64),
        residuals=np.zeros((count, length), np.uint64),
        present=np.ones((count, length), np.bool_),
    )


def take_apart(values: Floats) -> Rows:
    """Of (R, n) floats."""
    bits = np.ascontiguousarray(values).view(np.int64)
    count, length = bits.shape
    kinds, digits = np.zeros(count, np.uint8), np.zeros(count, np.uint8)
    bases = bits[:, 0].copy() if length else np.zeros(count, np.int64)
    residuals, present = np.zeros((count, length), np.uint64), bits != MISSING
    seen: dict[bytes, int] = {}
    own = []
    for row in np.flatnonzero((bits != bases[:, None]).any(axis=1)).tolist():
        earlier = seen.setdefault(bits[row].tobytes(), row)
        if earlier == row:
            own.append(row)
        else:
            kinds[row], bases[row] = SAME, earlier
    if own:
        filled = _filled(values[own], present[own])
        kinds[own], digits[own], bases[own], residuals[own] = _residuals(filled, present[own])
    return Rows(kinds, digits, bases, residuals, present)


def put_together(rows: Rows) -> Floats:
    """The inverse; what is the SAME as another row is to have its fields."""
    values = np.empty(rows.residuals.shape, np.float64)
    for kind in set(rows.kinds.tolist()):
        which = (rows.kinds == kind).nonzero()[0]
        bases = rows.bases[which, None]
        if kind in (CONSTANT, XOR):
            words = np.bitwise_xor.accumulate(rows.residuals[which], axis=1).view(np.int64)
            values[which] = (words ^ bases).view(np.float64)
            continue
        some = _unsigned(rows.residuals[which])
        for _ in range(kind - VALUE):
            some.cumsum(axis=1, out=some)
        some += bases
        values[which] = some / POWERS[rows.digits[which], None]
    values[~rows.present] = np.nan
    return values


def _filled(values: Floats, present: Bits) -> Floats:
    """Missing numbers are the one before, or the first that there is."""
    length = values.shape[1]
    places = np.where(present, np.arange(length), present.argmax(axis=1)[:, None])
    return np.take_along_axis(values, np.maximum.accumulate(places, axis=1), axis=1)


def _residuals(values: Floats, present: Bits) -> tuple[Bytes, Bytes, Ints, Words]:
    """Kinds, digits, bases and residuals of rows without missing numbers."""
    integers, digits, exact = _decimals(values)
    first = integers[:, :1]
    middle = np.sort(integers, axis=1)[:, values.shape[1] // 2, None]
    change = np.diff(integers, axis=1, prepend=first)
    change_of_change = np.diff(change, axis=1, prepend=0)
    # What is missing needs no residual of its own; in the others it is what the numbers around it make of it.
    choices = [_signed(np.where(present, integers - middle, 0)), _signed(change), _signed(change_of_change)]
    best = np.argmin([_bit_length(choice).sum(axis=1) for choice in choices], axis=0)
    residuals = np.stack(choices)[best, np.arange(len(values))]
    bases = np.where(best == 0, middle[:, 0], first[:, 0])
    kinds = (VALUE + best).astype(np.uint8)
    if not exact.all():
        bits = values[~exact].view(np.int64)
        kinds[~exact], bases[~exact] = XOR, bits[:, 0]
        residuals[~exact] = (bits ^ np.hstack([bits[:, :1], bits[:, :-1]])).view(np.uint64)
    return kinds, digits, bases, residuals


def _decimals(values: Floats) -> tuple[Ints, Bytes, Bits]:
    """Integers s and the fewest digits with v = s / 10**digits to the bit, and for which rows there are such."""
    integers, digits = np.zeros(values.shape, np.int64), np.zeros(len(values), np.uint8)
    left = np.arange(len(values))
    with np.errstate(invalid="ignore", over="ignore"):
        for count, power in enumerate(POWERS):
            some = values[left]
            scaled = np.rint(some * power) + 0.0  # which makes 0.0 of -0.0: no integer has its sign
            fits = (np.abs(scaled) < EXACT) & ((scaled / power).view(np.int64) == some.view(np.int64))
            exact = fits.all(axis=1)
            integers[left[exact]], digits[left[exact]] = scaled[exact].astype(np.int64), count
            left = left[~exact]
            if not left.size:
                break
    is_exact = np.ones(len(values), np.bool_)
    is_exact[left] = False
    return integers, digits, is_exact


def _signed(integers: Ints) -> Words:
    """0, -1, 1, -2 ... as 0, 1, 2, 3 ..., so that small ones have few bits."""
    return ((integers << 1) ^ (integers >> 63)).view(np.uint64)


def _unsigned(words: Words) -> Ints:
    # In place where it can be: what is new to the memory costs more than the arithmetic.
    integers, signs = (words >> np.uint64(1)).view(np.int64), (words & np.uint64(1)).view(np.int64)
    integers ^= np.negative(signs, out=signs)
    return integers


def _bit_length(words: Words) -> NDArray[np.int32]:
    return np.frexp(words.astype(np.float64))[1]
