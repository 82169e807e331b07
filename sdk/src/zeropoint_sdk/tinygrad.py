"""tinygrad's own counters, around one step of the training.

Its JIT replays captured kernels without running Python again, so that a hook on the optimizer sees two calls: the step
itself is what has to be hooked. tinygrad is not imported from here; where the training has not done so either, what it
would tell is null.
"""

import sys
import time
from types import TracebackType
from typing import Any, Optional

from zeropoint_sdk.runs import Run


def step(run: Run, step: Optional[float] = None, *, tokens: Optional[float] = None) -> "Step":
    """One step: `with step(run, tokens=128) as s: ...; s.loss = loss.item()`. Without a number it is the next one.

    `tokens` is how many tokens, or samples, the step trains on. Whatever number is set on `s` goes into the row.
    Read the loss inside: item() waits for the device, without which only the launch would be measured.
    """
    return Step(run, step, tokens)


class Step:
    """Writes its row when the block ends; a block that raises has no row."""

    loss: Any
    tokens: Any

    def __init__(self, run: Run, step: Optional[float], tokens: Optional[float]) -> None:
        self._run = run
        self._step = step
        if tokens is not None:
            self.tokens = tokens

    def __enter__(self) -> "Step":
        self._before = counters()
        self._begun = time.perf_counter()
        return self

    def __exit__(
        self, kind: Optional[type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if error is not None:
            return
        try:
            seconds = time.perf_counter() - self._begun
            given = {name: value for name, value in vars(self).items() if not name.startswith("_")}
            step, last = given.pop("step", self._step), self._run.last_step
            if step is None:
                step = 0 if last is None else last + 1
            self._run.log(step, **{"seconds": seconds, **work(self._before, counters(), seconds), **given})
        except Exception as lost:  # noqa: BLE001 - whatever was set on it, the training goes on
            self._run.lose(lost)


def counters() -> dict[str, float]:
    """tinygrad.helpers.GlobalCounters as it stands; empty where tinygrad has not been imported, or has none that can
    be read."""
    try:
        found = getattr(sys.modules.get("tinygrad.helpers"), "GlobalCounters", None)
        values = [(name, getattr(found, name, None)) for name in ("global_ops", "kernel_count", "mem_used")]
    except Exception:  # noqa: BLE001 - it is another's code
        return {}
    return {name: value for name, value in values if isinstance(value, (int, float))}


def work(before: dict[str, float], after: dict[str, float], seconds: float) -> dict[str, Optional[float]]:
    """What was done between two readings of the counters; None for what they do not tell."""
    operations, kernels = _growth(before, after, "global_ops"), _growth(before, after, "kernel_count")
    return {
        # Some devices do not count operations at all: 0 is unknown then, not 0 a second.
        "gflops": operations / seconds / 1e9 if operations and seconds > 0 else None,
        "kernels": kernels,
        "mem_used": after.get("mem_used"),
    }


def _growth(before: dict[str, float], after: dict[str, float], name: str) -> Optional[float]:
    if name not in before or name not in after:
        return None
    # The counters can be reset at any time; how far they came before that is not known.
    return after[name] - before[name] if after[name] >= before[name] else None
