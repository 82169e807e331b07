"""Hugging Face's trainer_state.json, which a Trainer writes at each checkpoint. Of transformers/trainer_callback.py."""

import json
import re

from msgspec import Struct

from zeropoint.ai.artifacts import Folder
from zeropoint.ai.rows import Row, count, number
from zeropoint.probe import Absent

NAME = "trainer_state.json"
CHECKPOINT = re.compile(r"checkpoint-\d+")


class TrainerState(Struct, frozen=True):
    """The run as of a checkpoint; each value or why there is none."""

    step: int | Absent
    max_steps: int | Absent
    epoch: float | Absent
    loss: float | Absent
    tokens_per_second: float | Absent
    learning_rate: float | Absent


def parse_trainer_state(content: bytes) -> TrainerState | None:
    """None for what is no such file."""
    try:
        state = json.loads(content)
    except (ValueError, RecursionError):
        return None
    if not isinstance(state, dict) or "global_step" not in state:
        return None
    history = state.get("log_history")
    rows = [row for row in history if isinstance(row, dict)] if isinstance(history, list) else []
    # Rows of evaluation, and the one at the end, have no loss.
    row: Row = next((row for row in reversed(rows) if row.get("loss") is not None), {})
    max_steps = count(state, "max_steps")
    return TrainerState(
        step=count(state, "global_step"),
        max_steps=max_steps if max_steps else Absent("the run has not been told how many steps to take"),
        epoch=number(state, "epoch"),
        loss=number(row, "loss"),
        tokens_per_second=number(row, "train_tokens_per_second"),
        learning_rate=number(row, "learning_rate"),
    )


def output_of(folder: Folder) -> Folder:
    """The output folder of the Trainer that wrote a state there."""
    return folder[:-1] if folder and CHECKPOINT.fullmatch(folder[-1]) else folder
