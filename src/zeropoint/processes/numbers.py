"""The numbers that were given to processes lately: by them new processes are found without listing PROC, which costs
more than a microsecond for each process that is there, the resting ones too.

The kernel gives numbers in turn, to threads as well, and tells which was the last: proc_loadavg(5). How many processes
and threads it made is told by PROC/stat: where that is more, some got theirs out of turn (a restored checkpoint), or in
another PID namespace than this PROC's.
"""

import re
from collections import deque

from msgspec import Struct

from zeropoint.probe import Roots, read_file

FORKS = re.compile(rb"^processes (\d+)$", re.MULTILINE)
# A number is given a moment before its process can be seen, so those of the look before are told once more.
LOOKS = 2
# So many cost less than a listing. And whatever may be wrong with the above is put right after a while.
MOST_NUMBERS, LIST_AGAIN_SECONDS = 512, 30.0


class Look(Struct, frozen=True):
    """How many processes and threads were made since the boot, and the number that was given last."""

    made: int
    last: int


class Numbers:
    """Follows the looks of one table at a PROC whose numbers are those of its own namespace."""

    def __init__(self) -> None:
        self._looks: deque[Look] = deque(maxlen=LOOKS)
        self._list_at = float("-inf")

    def given(self, roots: Roots, machine: bytes, now: float) -> range | None:
        """Those given since the last looks, processes and threads alike; None where PROC is to be listed. `machine` is
        the content of PROC/stat, which was read just now. Raises OSError."""
        look = parse_look(machine, read_file(f"{roots.proc}/loadavg"))
        looks = [*self._looks]
        if look is None:
            self._looks.clear()
        else:
            self._looks.append(look)
        if look is None or not looks or now >= self._list_at:
            self._list_at = now + LIST_AGAIN_SECONDS
            return None
        before = looks[-1]
        is_in_turn = 0 <= look.made - before.made <= look.last - before.last
        if not is_in_turn or not 0 <= look.last - looks[0].last <= MOST_NUMBERS:
            return None
        return range(looks[0].last + 1, look.last + 1)


def parse_look(machine: bytes, load: bytes) -> Look | None:
    """None where it is not told; some sandboxes say 0. `load` is like "0.07 0.13 0.09 1/90 7358"."""
    forks, fields = FORKS.search(machine), load.split()
    if forks is None or len(fields) != 5 or not fields[4].isdigit():
        return None
    look = Look(int(forks[1]), int(fields[4]))
    return look if look.made and look.last else None
