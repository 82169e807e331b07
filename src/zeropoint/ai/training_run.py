"""The figures of one training run: out of its event file, and its Trainer's state where it has one."""

import os
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from statistics import median

from msgspec import Struct

from zeropoint.ai.artifacts import Folder, Seen
from zeropoint.ai.event_tail import EventTail
from zeropoint.ai.event_writers import HeldFile
from zeropoint.ai.trainer_state import TrainerState, output_of, parse_trainer_state
from zeropoint.ai.training_report import TrainingLatest
from zeropoint.ai.tree import Tree
from zeropoint.probe import Absent, Missing
from zeropoint.texts import clean

LARGEST_STATE_BYTES = 4 * 1024 * 1024
WRITES_REMEMBERED = 16


class Source(Struct, frozen=True):
    """An event file: one in the artifacts (`folder`, `seen`), one that a process holds, or one that is both."""

    label: str
    folder: Folder | None
    mtime_ns: int
    seen: Seen | None
    held: HeldFile | None

    @property
    def inode(self) -> int:
        """What a file in the artifacts and the same one in a process have in common."""
        return self.held.file[1] if self.held else self.seen.signature[0] if self.seen else 0

    @contextmanager
    def opened(self, tree: Tree) -> Iterator[int]:
        """A descriptor of it. Raises OSError."""
        if self.held is None:
            assert self.seen is not None  # noqa: S101 - it is one of the two
            with tree.opened(self.seen) as descriptor:
                yield descriptor
            return
        descriptor = self.held.open()
        try:
            yield descriptor
        finally:
            os.close(descriptor)


class TrainingRun:
    """Reads the run that it is given; as long as that is the same one, only what is new."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._state: tuple[object, TrainerState | Absent] | None = None
        self._follow(None)

    def _follow(self, inode: int | None) -> None:
        self.inode = inode
        self._tail = EventTail()
        self._written_ns: deque[int] = deque(maxlen=WRITES_REMEMBERED)

    @property
    def usual_seconds(self) -> float | None:
        """How long it usually takes from one row to the next. A writer that collects rows shows by its writes."""
        writes = [(later - earlier) / 1e9 for earlier, later in pairwise(self._written_ns)]
        usual = [self._tail.scalars.seconds_a_row or 0.0, median(writes) if writes else 0.0]
        return max(usual) or None

    def latest(self, source: Source | None, state: Seen | None, missing: Missing) -> TrainingLatest | Absent:
        told = self._read_state(state) if state else Absent("its trainer writes no trainer_state.json")
        if source is None:
            self._follow(None)
            run = clean("/".join(output_of(state.folder))) or "." if state else ""
            return told if isinstance(told, Absent) else of_state(told, run, missing)
        try:
            self._read_events(source)
        except OSError as error:
            return Absent(f"the event file of {source.label} cannot be read: {error.strerror}")
        return self._of_events(source, told, missing)

    def _read_events(self, source: Source) -> None:
        if source.inode != self.inode:
            self._follow(source.inode)
        if self._written_ns and self._written_ns[-1] == source.mtime_ns:
            return
        with source.opened(self._tree) as descriptor:
            self._tail.read(descriptor)
        self._written_ns.append(source.mtime_ns)

    def _of_events(self, source: Source, state: TrainerState | Absent, missing: Missing) -> TrainingLatest:
        scalars = self._tail.scalars
        step, epoch = scalars.step, scalars.number("epoch")
        if isinstance(epoch, Absent) and not isinstance(state, Absent):
            epoch = state.epoch
        max_steps = state if isinstance(state, Absent) else state.max_steps
        left = remaining_seconds(step, max_steps, scalars.seconds_a_step)
        return TrainingLatest(
            run=source.label,
            step=missing.take("latest.step", step),
            max_steps=missing.take("latest.max_steps", max_steps),
            epoch=missing.take("latest.epoch", epoch),
            progress_percent=missing.take("latest.progress_percent", progress_percent(step, max_steps)),
            remaining_seconds=missing.take("latest.remaining_seconds", left),
            loss=missing.take("latest.loss", scalars.number("loss")),
            tokens_per_second=missing.take("latest.tokens_per_second", scalars.number("tokens_per_second")),
            learning_rate=missing.take("latest.learning_rate", scalars.number("learning_rate")),
        )

    def _read_state(self, state: Seen) -> TrainerState | Absent:
        of = (state.folder, state.signature)
        if self._state is None or self._state[0] != of:
            try:
                with self._tree.opened(state) as descriptor:
                    content = os.pread(descriptor, LARGEST_STATE_BYTES + 1, 0)
            except OSError as error:
                return Absent(f"{state.path} cannot be read: {error.strerror}")
            parsed = parse_trainer_state(content) if len(content) <= LARGEST_STATE_BYTES else None
            self._state = (of, parsed or Absent(f"{state.path} is too large, or no state of a Trainer"))
        return self._state[1]


def progress_percent(step: int | Absent, max_steps: int | Absent) -> float | Absent:
    if isinstance(step, Absent):
        return step
    return max_steps if isinstance(max_steps, Absent) else min(100.0, 100.0 * step / max_steps)


def remaining_seconds(step: int | Absent, max_steps: int | Absent, seconds_a_step: float | None) -> float | Absent:
    if isinstance(step, Absent):
        return step
    if isinstance(max_steps, Absent):
        return max_steps
    if seconds_a_step is None:
        return Absent("the run's pace is not known yet")
    return max(0, max_steps - step) * seconds_a_step


def of_state(state: TrainerState, run: str, missing: Missing) -> TrainingLatest:
    return TrainingLatest(
        run=run,
        step=missing.take("latest.step", state.step),
        max_steps=missing.take("latest.max_steps", state.max_steps),
        epoch=missing.take("latest.epoch", state.epoch),
        progress_percent=missing.take("latest.progress_percent", progress_percent(state.step, state.max_steps)),
        remaining_seconds=missing.take("latest.remaining_seconds", Absent("it is not known when its steps were made")),
        loss=missing.take("latest.loss", state.loss),
        tokens_per_second=missing.take("latest.tokens_per_second", state.tokens_per_second),
        learning_rate=missing.take("latest.learning_rate", state.learning_rate),
    )
