"""Tells Zeropoint of a training run, by files below its artifacts directory.

    with zp.run("digits", kind="tinygrad", lr=0.001) as run:
        for step in range(1000):
            run.log(step=step, loss=train(), tokens=128)

Nothing in here raises into the training: what goes wrong is told to the logger `zeropoint_sdk`, once each.
"""

from zeropoint_sdk import tinygrad
from zeropoint_sdk.runs import Run, run

__all__ = ["Run", "run", "tinygrad"]
