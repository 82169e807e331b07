"""A real run of Hugging Face's Trainer with TensorBoard, watched by the real appliance."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.components.venvs import python_of
from tests.components.watching import component, sample_when
from tests.support.process import Appliance, clean_environment, running

RUN = Path(__file__).with_name("hugging_face_run.py")
READ_BY_TENSORBOARD = """
import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1])
events.Reload()
newest = {tag: events.Scalars(tag)[-1] for tag in ("train/loss", "train/epoch", "train/train_tokens_per_second")}
print(json.dumps({tag: [scalar.step, scalar.value] for tag, scalar in newest.items()}))
"""


@pytest.fixture
def artifacts(tmp_path: Path) -> Path:
    folder = tmp_path / "artifacts"
    folder.mkdir()
    return folder


@pytest.fixture
def appliance(tmp_path: Path, artifacts: Path) -> Iterator[Appliance]:
    with running(tmp_path / "data", "--artifacts", str(artifacts), "--interval", "0.5") as started:
        yield started


def read_by_tensorboard(folder: Path) -> dict[str, list[float]]:
    told = subprocess.run(
        [python_of("huggingface"), "-c", READ_BY_TENSORBOARD, folder], capture_output=True, text=True, check=True
    )
    answer: dict[str, list[float]] = json.loads(told.stdout)
    return answer


def test_a_real_trainer_is_running_with_its_figures_then_stopped(artifacts: Path, appliance: Appliance) -> None:
    environment = clean_environment(HF_HUB_OFFLINE="1", OMP_NUM_THREADS="1", TOKENIZERS_PARALLELISM="false")
    assert component(sample_when(appliance, lambda _: True), "training") == {"status": None}
    trainer = subprocess.Popen(
        [python_of("huggingface"), RUN, artifacts / "train/tiny", "40"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    try:
        assert trainer.stdin is not None and trainer.stdout is not None
        line = trainer.stdout.readline()
        while line and not line.startswith("step"):
            line = trainer.stdout.readline()
        assert line == "step 20\n"

        sample = sample_when(
            appliance,
            lambda seen: (
                component(seen, "training")["status"] == "running"
                and (component(seen, "training")["latest"] or {}).get("max_steps") == 40
            ),
        )
        told = component(sample, "training")
        assert told["pids"] == [trainer.pid]
        assert told["runs_count"] == 1
        assert told["latest"]["step"] == 20
        assert told["latest"]["progress_percent"] == 50.0
        assert told["latest"]["remaining_seconds"] > 0
        (folder,) = (artifacts / "train/tiny/runs").iterdir()
        assert told["latest"]["run"] == str(folder.relative_to(artifacts))
        scalars = read_by_tensorboard(folder)
        assert [20, told["latest"]["loss"]] == pytest.approx(scalars["train/loss"], abs=1e-5)
        assert told["latest"]["epoch"] == pytest.approx(scalars["train/epoch"][1])
        assert told["latest"]["tokens_per_second"] == pytest.approx(scalars["train/train_tokens_per_second"][1])

        sample = sample_when(appliance, lambda seen: trainer.pid in (component(seen, "programs").get("pids") or ()))
        rows = {row["kind"]: row for row in component(sample, "programs")["programs"]}
        assert trainer.pid in rows["pytorch"]["pids"]

        trainer.stdin.write("\n")
        trainer.stdin.flush()
        assert "done 40\n" in iter(trainer.stdout.readline, "")
        trainer.communicate("\n", timeout=60)
        told = component(
            sample_when(appliance, lambda seen: component(seen, "training")["status"] == "stopped"), "training"
        )
        assert (told["latest"]["step"], told["latest"]["progress_percent"], told["pids"]) == (40, 100.0, None)
    finally:
        trainer.kill()
        trainer.communicate()
