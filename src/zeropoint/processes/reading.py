"""What is read of one process: PROC/PID/stat and cmdline, proc(5).

Command lines are for recognising programs, in memory: they may hold secrets, so nothing of them may reach a log or an
error, nor a sample but by command_line.py.
"""

import os

from msgspec import Struct

from zeropoint.probe import Roots, read_file
from zeropoint.processes.process import Process

# What changes without that a process runs: its memory is taken.
AGAIN_SECONDS = 60.0
# A program may replace itself without changing its name (exec of the same interpreter).
ARGUMENTS_AGAIN_SECONDS = 30.0
# Of those that are seen at the same moment the first reading again is spread over so many.
TURNS = 32
# Without clocks: one that has rested for so long is read again after a quarter of that.
REST_SHARE, LONGEST_REST_SECONDS = 0.25, 30.0
ARGUMENTS_LIMIT_BYTES = 64 * 1024
CLOCK_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096


class Moment(Struct, frozen=True):
    """One look at the processes; `now` is the table's clock."""

    roots: Roots
    now: float
    boot_time: float
    has_clocks: bool


class Known(Struct, frozen=True, gc=False):
    """What was read of a process, and when; times are the table's. `clock` is its CPU clock then, and
    `arguments_clock` when its arguments were read, None without one."""

    process: Process
    has_ended: bool
    clock: int | None
    again_at: float
    arguments_at: float
    arguments_clock: int | None
    ran_at: float


def read_process(pid: int, known: Known | None, clock: int | None, moment: Moment) -> Known | None:
    """None for one that is gone. `known` is the last reading, whose process stays the same object where nothing is
    another; `clock` was asked before."""
    roots, now = moment.roots, moment.now
    try:
        # The name stands in parentheses and may hold anything, so fields are counted from its end: the state is the
        # third of all, the parent the 4th, user and system time the 14th and 15th, those of children that were waited
        # for the 16th and 17th, the start the 22nd, resident pages the 24th.
        head, _, rest = read_file(f"{roots.proc}/{pid}/stat").rpartition(b") ")
        fields = rest.split()
        state, parent = fields[0], int(fields[1])
        user, system, reaped_user, reaped_system = map(int, fields[11:15])
        start, resident = int(fields[19]), int(fields[21])
    except (OSError, ValueError, IndexError):
        return None
    name = head.partition(b"(")[2].decode(errors="replace")
    started = moment.boot_time + start / CLOCK_TICKS
    if known is not None and (known.process.started, known.process.name) != (started, name):
        known = None  # another one, or another program
    if known is not None and (
        now - known.arguments_at < ARGUMENTS_AGAIN_SECONDS or (clock is not None and clock == known.arguments_clock)
    ):
        arguments, arguments_at, arguments_clock = known.process.arguments, known.arguments_at, known.arguments_clock
    else:
        arguments, arguments_at, arguments_clock = _arguments(roots, pid), now, clock
    process = Process(
        pid,
        parent,
        name,
        started,
        (user + system) / CLOCK_TICKS if clock is None else clock / 1e9,
        arguments,
        (reaped_user + reaped_system) / CLOCK_TICKS,
        resident * PAGE_BYTES,
    )
    if known is not None and process == known.process:
        process = known.process
    has_run = known is None or process.cpu_seconds_total != known.process.cpu_seconds_total
    ran_at = now if known is None or has_run else known.ran_at
    if clock is None:
        rest_seconds = min(LONGEST_REST_SECONDS, REST_SHARE * (now - ran_at))
    else:
        rest_seconds = AGAIN_SECONDS if known is not None else AGAIN_SECONDS * (pid % TURNS + 1) / TURNS
    return Known(process, state in (b"Z", b"X"), clock, now + rest_seconds, arguments_at, arguments_clock, ran_at)


def _arguments(roots: Roots, pid: int) -> tuple[str, ...]:
    try:
        content = read_file(f"{roots.proc}/{pid}/cmdline", ARGUMENTS_LIMIT_BYTES)
    except OSError:
        return ()
    return tuple(part.decode(errors="replace") for part in content.rstrip(b"\0").split(b"\0")) if content else ()
