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

UNKNOWN: "dict[str, Any]" = {"gflops": None, "kernels": None, "mem_used": None}


def step(run: Run, step: Optional[float] = None, *, tokens: Optional[float] = None) -> "Step":
    """One step: `with step(run, tokens=128) as s: ...; s.loss = loss.item()`. Without a number it is the next one.

    `tokens` is how many tokens, or samples, the step trains on. Whatever number is set on `s` goes into the row.
    Read the loss inside: item() waits for the device, without which only the launch would be measured.
    """
    return Step(run, step, tokens)


class Step:
    """Writes its row when the block ends; a block that raises has no row."""

    # All else that is set on it goes into the row.
    __slots__ = ("__dict__", "_before", "_begun", "_run", "_step")
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
            numbers = {**work(self._before, counters(), seconds), **vars(self)}
            step, last = numbers.pop("step", self._step), self._run.last_step
            if step is None:
                step = 0 if last is None else last + 1
            self._run.add(step, numbers.pop("tokens", None), numbers.pop("seconds", seconds), numbers)
        except Exception as lost:  # noqa: BLE001 - whatever was set on it, the training goes on
            self._run.lose(lost)


def counters() -> dict[str, float]:
    """tinygrad.helpers.GlobalCounters as it stands; empty where tinygrad has not been imported, or has none that can
    be read."""
    helpers = sys.modules.get("tinygrad.helpers")
    if helpers is None:
        return {}
    try:
        found = getattr(helpers, "GlobalCounters", None)
        values = [(name, getattr(found, name, None)) for name in ("global_ops", "kernel_count", "mem_used")]
    except Exception:  # noqa: BLE001 - it is another's code
        return {}
    return {name: value for name, value in values if isinstance(value, (int, float))}


def work(before: dict[str, float], after: dict[str, float], seconds: float) -> dict[str, Any]:
    """What was done between two readings of the counters; None for what they do not tell."""
    if not after:
        return UNKNOWN
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
