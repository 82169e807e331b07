"""Programs recognised from outside: by the libraries that a process has loaded, and by its arguments.

Linux: /proc/PID/maps, proc_pid_maps(5). Arguments may hold secrets: they are matched here and go no further.
"""

import os
import re
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping

from msgspec import Struct

from zeropoint.probe import Roots, read_file
from zeropoint.processes import Changes, Process, Processes, ProcessTable

# A library's path stands at the end of its line. Only what no other program has is taken: ggml is in several.
LIBRARIES = {
    "pytorch": rb"/libtorch(_cpu|_cuda|_python)?\.so",
    "jax": rb"/jaxlib/[^\n]+\.so",
    "tensorflow": rb"/libtensorflow(_framework|_cc)?\.so",
    "onnxruntime": rb"/(libonnxruntime\.so|onnxruntime_pybind11_state)",
    "llama_cpp": rb"/(libllama|x?llama_?cpp)[^/\n]*\.so",
}
LIBRARY = {kind: re.compile(pattern) for kind, pattern in LIBRARIES.items()}
# What is run, as program_of tells it.
PROGRAMS = {
    "jupyter_kernel": re.compile(r"ipykernel(_launcher(\.py)?)?"),
    "llama_cpp": re.compile(r"llama-server|llama_cpp\.server"),
    "ollama": re.compile(r"ollama"),
    "vllm": re.compile(r"vllm(\.entrypoints\..+)?|VLLM::.*"),
    "sglang": re.compile(r"sglang(\.launch_server|::.*)?"),
    "ray": re.compile(r"raylet|gcs_server|ray::.*|.*/ray/dashboard/agent\.py"),
    "triton": re.compile(r"tritonserver"),
    "tgi": re.compile(r"text-generation-(launcher|router|server)"),
    "mlflow": re.compile(r"mlflow(\.server.*)?"),
}
# Application servers that are given what they are to serve as an argument.
SERVES = {"mlflow": re.compile(r"mlflow\.server(\.\w+)?:\w+")}
INTERPRETER = re.compile(r"python[\d.]*t?")
MAPS_LIMIT_BYTES = 4 * 1024 * 1024
# A process that loads a library works for it: only who has worked is looked at again, and seldom once it is older.
WORKED_SECONDS, YOUNG_SECONDS = 0.1, 60.0
AGAIN_YOUNG_SECONDS, AGAIN_SECONDS = 2.0, 60.0
MOST_LOOKED_AT = 64
NOT_READ = "processes whose libraries only their user and root may read: {count:,}"


class Known(Struct, gc=False):
    """What has been found out about one process; `kinds` by its arguments, and by its libraries once they were looked
    at."""

    arguments: tuple[str, ...]
    first_seen: float
    looked_at: float = float("-inf")
    cpu_seconds: float = 0.0
    kinds: frozenset[str] = frozenset()

    def may_have_loaded(self, process: Process) -> bool:
        """Since it was looked at, for it has worked."""
        return self.looked_at < 0 or process.cpu_seconds_total - self.cpu_seconds >= WORKED_SECONDS

    def is_due(self, now: float) -> bool:
        return now - self.looked_at >= (AGAIN_YOUNG_SECONDS if now - self.first_seen < YOUNG_SECONDS else AGAIN_SECONDS)


class Recognised(Struct, frozen=True):
    """The processes of each kind, in the order of their numbers; `shortfall` says why some may be missing, `listed_at`
    when they were listed."""

    of_kind: Mapping[str, tuple[Process, ...]]
    shortfall: str | None
    listed_at: float


class Recogniser:
    """Recognises the processes of a table, whoever asks; what is known of a process is kept for as long as it lives."""

    def __init__(self, processes: ProcessTable, clock: Callable[[], float] = time.monotonic) -> None:
        self._processes = processes
        self._clock = clock
        self._lock = threading.Lock()
        self._changes = Changes()
        self._known: dict[tuple[int, float], Known] = {}
        # Whose libraries are to be looked at when they are due: they have run since the last look.
        self._waiting: dict[tuple[int, float], Process] = {}
        # Those of some kind.
        self._found: dict[tuple[int, float], Process] = {}
        # Whose libraries may not be looked at.
        self._denied: set[tuple[int, float]] = set()
        self._last: tuple[Processes, Recognised] | None = None

    def look(self, roots: Roots) -> Recognised:
        with self._lock:
            processes = self._processes.look(roots)
            if self._last is None or self._last[0] is not processes:
                self._last = (processes, self._recognise(roots, processes, self._clock()))
            return self._last[1]

    def _recognise(self, roots: Roots, processes: Processes, now: float) -> Recognised:
        turnover = self._changes.of(processes)
        for process in (*turnover.ended, *turnover.gone):
            self._denied.discard(process.identity)
            for of in (self._known, self._waiting, self._found):
                of.pop(process.identity, None)
        for process in turnover.changed:
            if not process.arguments:  # the kernel's own
                continue
            known = self._known.get(process.identity)
            if known is None or known.arguments != process.arguments:
                first_seen = known.first_seen if known else now
                known = Known(process.arguments, first_seen, kinds=frozenset(kinds_of(process.arguments)))
                self._known[process.identity] = known
                self._denied.discard(process.identity)
            self._waiting[process.identity] = process
            self._note(process, known)
        if sys.platform == "linux":
            self._look_at_libraries(roots, now)
        of_kind: dict[str, list[Process]] = {}
        for process in sorted(self._found.values(), key=lambda process: process.pid):
            for kind in self._known[process.identity].kinds:
                of_kind.setdefault(kind, []).append(process)
        shortfall = NOT_READ.format(count=len(self._denied)) if self._denied else processes.shortfall
        return Recognised({kind: tuple(of_kind[kind]) for kind in sorted(of_kind)}, shortfall, processes.listed_at)

    def _look_at_libraries(self, roots: Roots, now: float) -> None:
        """Of those that have worked since they were looked at."""
        due: list[tuple[Process, Known]] = []
        for identity, process in [*self._waiting.items()]:
            known = self._known[identity]
            if not known.may_have_loaded(process):  # it comes again when it runs on
                del self._waiting[identity]
            elif known.is_due(now):
                due.append((process, known))
        # Who has waited longest, and of those that were never looked at who has just begun.
        due.sort(key=lambda one: (one[1].looked_at, -one[0].started))
        for process, known in due[:MOST_LOOKED_AT]:
            del self._waiting[process.identity]
            known.looked_at, known.cpu_seconds = now, process.cpu_seconds_total
            self._denied.discard(process.identity)
            try:
                known.kinds |= kinds_in(read_file(f"{roots.proc}/{process.pid}/maps", MAPS_LIMIT_BYTES))
            except PermissionError:
                self._denied.add(process.identity)
            except OSError:  # it has ended, or has too many
                continue
            self._note(process, known)

    def _note(self, process: Process, known: Known) -> None:
        if known.kinds:
            self._found[process.identity] = process
        else:
            self._found.pop(process.identity, None)


def kinds_in(maps: bytes) -> frozenset[str]:
    """The kinds whose libraries stand in the content of a maps file."""
    return frozenset(kind for kind, library in LIBRARY.items() if library.search(maps))


def kinds_of(arguments: tuple[str, ...]) -> Iterator[str]:
    """The kinds that a command line tells."""
    program = program_of(arguments)
    for kind, pattern in PROGRAMS.items():
        if pattern.fullmatch(program):
            yield kind
    for kind, pattern in SERVES.items():
        if any(pattern.fullmatch(argument) for argument in arguments[1:]):
            yield kind


def program_of(arguments: tuple[str, ...]) -> str:
    """What a command line runs: a program's name, of Python's the module or the script's path."""
    # A process that gives itself a title has it here, whole and with a path at most in its arguments.
    program = arguments[0] if "::" in arguments[0] else os.path.basename(arguments[0])  # noqa: PTH119 - text
    if not INTERPRETER.fullmatch(program):
        return program
    rest = iter(arguments[1:])
    for argument in rest:
        if argument == "-m":
            return next(rest, "")
        if argument in ("-X", "-W"):
            next(rest, "")
            continue
        if not argument.startswith("-"):
            name = os.path.basename(argument)  # noqa: PTH119 - as above
            # Entry points that pip has made are scripts without a suffix, named as the program.
            return argument if name.endswith(".py") else name
        if argument == "-c":
            return ""
    return program
