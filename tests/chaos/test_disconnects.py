"""Both clients on a way that is cut again and again: nothing is lost silently, and nothing comes twice."""

from pathlib import Path

from tests.chaos.faults import ENDS, MANNERS, PLACES
from tests.chaos.serving import serving
from tests.chaos.trial import Scale, furnish, run

SCALE = Scale(forced=300, python_clients=40, node_clients=24, seed=4)


def test_hundreds_of_forced_disconnects_lose_and_double_nothing(tmp_path: Path):
    furnish(tmp_path / "artifacts")
    with serving(tmp_path, "--interval", "0.1", "--artifacts", str(tmp_path / "artifacts")) as started:
        outcome = run(started, tmp_path, SCALE)
    assert outcome.complaints == []
    assert outcome.forced.total() >= SCALE.forced
    assert {fault.end for fault in outcome.forced} == set(ENDS)
    assert {fault.place for fault in outcome.forced} == set(PLACES)
    assert {fault.manner for fault in outcome.forced} == set(MANNERS)
    # For clients that were away for moments all is still in memory.
    assert "beyond-replay" not in outcome.gaps
    assert outcome.clients_after == 1
    assert not outcome.descriptors_left
