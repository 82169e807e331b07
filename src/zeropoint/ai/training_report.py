"""What is told of training runs that leave TensorBoard event files or Hugging Face's trainer_state.json."""

from typing import Annotated

from zeropoint.model import Component, Count, Real, Section, Text, metric, text


class TrainingLatest(Section, frozen=True, kw_only=True):
    """The newest figures of the run that has written last."""

    run: Annotated[Text, text("Run: the folder that it writes to")] = None
    step: Annotated[Count, metric("Training step")] = None
    max_steps: Annotated[Count, metric("Steps that the run is to take")] = None
    epoch: Annotated[Real, metric("Passes over the training data")] = None
    progress_percent: Annotated[Real, metric("Share of the steps that are done")] = None
    remaining_seconds: Annotated[Real, metric("Time that the steps left will take at the pace of the last ones")] = None
    loss: Annotated[Real, metric("Training loss")] = None
    tokens_per_second: Annotated[Real, metric("Tokens trained on, as the run reports them")] = None
    learning_rate: Annotated[Real, metric("Learning rate")] = None


class TrainingReport(Component, frozen=True, kw_only=True):
    runs_count: Annotated[Count, metric("Runs: folders that hold event files or a trainer_state.json")] = None
    latest: Annotated[TrainingLatest | None, text("The newest figures of the run that has written last")] = None
