"""Which scalars of an event file are a training run's loss, rate and so on, and what the newest of them are."""

import itertools
import re
from collections import deque
from collections.abc import Iterator
from math import isfinite
from statistics import median

from zeropoint.ai.rows import LARGEST_COUNT
from zeropoint.ai.tfevents import Event
from zeropoint.probe import Absent

# Names as people and frameworks write them, less case and punctuation; of several that a file has, the first counts.
NAMES = {
    "loss": ("train_loss", "loss_train", "training_loss", "train_loss_step", "loss", "lm_loss", "train_batch_loss"),
    "tokens_per_second": (
        "train_tokens_per_second",
        "train_train_tokens_per_second",
        "tokens_per_second",
        "train_tokens_per_sec",
        "tokens_per_sec",
        "train_tokens_s",
        "tokens_s",
        "throughput_tokens_per_second",
    ),
    "epoch": ("train_epoch", "epoch"),
    "learning_rate": ("train_learning_rate", "learning_rate", "train_lr", "lr"),
}
RANKED = {name: (field, rank) for field, names in NAMES.items() for rank, name in enumerate(names)}
PUNCTUATION = re.compile(r"[^a-z0-9]+")
STEPS_REMEMBERED = 32


class Scalars:
    """The newest scalars of one run."""

    def __init__(self) -> None:
        self._values: dict[str, tuple[int, float]] = {}
        self._steps: deque[tuple[float, int]] = deque(maxlen=STEPS_REMEMBERED)

    def add(self, event: Event) -> None:
        for tag, value in event.scalars:
            field, rank = RANKED.get(PUNCTUATION.sub("_", tag.lower()).strip("_"), ("", 0))
            known = self._values.get(field)
            if field and (known is None or rank <= known[0]):
                self._values[field] = (rank, value)
                self._count(event)

    def _count(self, event: Event) -> None:
        """A step that goes back is of a run that was resumed from an earlier checkpoint."""
        if self._steps and event.step < self._steps[-1][1]:
            self._steps.clear()
        if not self._steps or event.step > self._steps[-1][1]:
            self._steps.append((event.wall_time, event.step))

    @property
    def empty(self) -> bool:
        return not self._steps

    def number(self, field: str) -> float | Absent:
        known = self._values.get(field)
        if known is None:
            return Absent(f"the run writes no {field.replace('_', ' ')}")
        return known[1] if isfinite(known[1]) else Absent(f"the run has written {known[1]}")

    @property
    def step(self) -> int | Absent:
        if not self._steps:
            return Absent("the run has written no scalar that is known")
        step = self._steps[-1][1]
        return step if 0 <= step <= LARGEST_COUNT else Absent("the step that the run has written is no count")

    @property
    def seconds_a_step(self) -> float | None:
        """The usual time from one step to the next, by the times that the run has written."""
        spans = [seconds / steps for seconds, steps in self._spans()]
        return median(spans) if spans else None

    @property
    def seconds_a_row(self) -> float | None:
        """The usual time from one step that was written to the next one."""
        spans = [seconds for seconds, _ in self._spans()]
        return median(spans) if spans else None

    def _spans(self) -> Iterator[tuple[float, int]]:
        for (earlier, since), (later, to) in itertools.pairwise(self._steps):
            if isfinite(later - earlier) and later > earlier:
                yield later - earlier, to - since
