"""Runs a job as if nobody stood between it and whoever started it: same terminal, same signals, same exit code."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence

# As shells have it: 128 and the signal's number, 127 for what is not found, 126 for what may not be executed.
SIGNALLED, NOT_FOUND, NOT_EXECUTABLE = 128, 127, 126
FORWARDED = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGALRM")
SENT_BY_KERNEL = 0x80  # SI_KERNEL of sigaction(2): a terminal sends so, to all of its foreground


def run_job(
    command: Sequence[str],
    environment: Mapping[str, str],
    started: Callable[[int], None],
    ended: Callable[[], None] = lambda: None,
) -> int:
    """Runs the command to its end, and answers with its exit code. `started` is called with the process's number,
    `ended` when it has ended: where the system allows it before it is waited for, so that it can still be looked at.

    Raises OSError where it cannot be started.
    """
    if sys.platform == "win32":
        with subprocess.Popen(command, env=environment) as child:  # noqa: S603 - to run it is what was asked for
            started(child.pid)
            code = child.wait()
            ended()
            return code
    wanted = {getattr(signal, name) for name in FORWARDED} | {signal.SIGCHLD}
    # A handler of its own, since whoever started this may have set it to be ignored: then nothing would be told.
    signal.signal(signal.SIGCHLD, lambda *_: None)
    # Blocked before there is a child, so that no signal of its time is lost; they are taken one by one below.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, wanted)

    def unblock() -> None:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)

    # This process has no other thread that could hold a lock while it forks.
    child = subprocess.Popen(command, env=environment, preexec_fn=unblock)  # noqa: S603, PLW1509
    started(child.pid)
    while not has_ended(child):
        number, by_terminal = next_signal(wanted)
        # The job is in the same foreground, so it has a terminal's signal already.
        if number != signal.SIGCHLD and not by_terminal:
            child.send_signal(number)
    ended()
    return exit_code_of(child.wait())


def has_ended(child: "subprocess.Popen[bytes]") -> bool:
    """Leaves it to be waited for, where the system can."""
    if sys.platform == "linux":
        return os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
    return child.poll() is not None


def next_signal(wanted: set[signal.Signals]) -> tuple[int, bool]:
    """Waits for the next of these (blocked) signals; and whether the terminal sent it."""
    if sys.platform == "linux":
        told = signal.sigwaitinfo(wanted)
        return told.si_signo, told.si_code == SENT_BY_KERNEL
    number = signal.sigwait(wanted)
    return number, number in (signal.SIGINT, signal.SIGQUIT) and os.isatty(0)


def exit_code_of(returncode: int) -> int:
    return SIGNALLED - returncode if returncode < 0 else returncode


def why_not_started(error: OSError) -> tuple[int, str]:
    """The exit code and the reason of a command that cannot be started."""
    if isinstance(error, FileNotFoundError):
        return NOT_FOUND, "there is no such command"
    return NOT_EXECUTABLE, error.strerror or "it cannot be executed"
