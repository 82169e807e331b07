"""The hook around a step: deltas of tinygrad's counters. The real tinygrad is tried in tests/components."""

from pathlib import Path

import pytest

from tests.sdk.jobs import finish, rows_of
from zeropoint_sdk.tinygrad import work

BEFORE = {"global_ops": 1e9, "kernel_count": 10, "mem_used": 100}


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ({"global_ops": 3e9, "kernel_count": 30, "mem_used": 200}, {"gflops": 4.0, "kernels": 20, "mem_used": 200}),
        ({"global_ops": 5e8, "kernel_count": 2, "mem_used": 200}, {"gflops": None, "kernels": None, "mem_used": 200}),
        ({"global_ops": 1e9, "kernel_count": 12, "mem_used": 0}, {"gflops": None, "kernels": 2, "mem_used": 0}),
        ({}, {"gflops": None, "kernels": None, "mem_used": None}),
    ],
    ids=["grown", "reset", "not counted", "not there"],
)
def test_what_was_done_in_half_a_second(after: dict[str, float], told: dict[str, float | None]) -> None:
    assert work(BEFORE, after, 0.5) == told


def test_without_tinygrad_its_figures_are_null(tmp_path: Path) -> None:
    code = (
        "with zp.run('x') as run:\n"
        "    for _ in range(2):\n"
        "        with zp.tinygrad.step(run, tokens=64) as s:\n"
        "            time.sleep(0.01)\n"
        "            s.loss = 0.5\n"
        "            s.accuracy = 0.75\n"
        "assert 'tinygrad.helpers' not in sys.modules\n"
    )
    done = finish(code, tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    for number, row in enumerate(rows_of(tmp_path)):
        assert row["step"] == number
        assert (row["loss"], row["accuracy"], row["tokens"]) == (0.5, 0.75, 64)
        assert (row["gflops"], row["kernels"], row["mem_used"]) == (None, None, None)
        assert row["step_ms"] >= 10
        assert row["tokens_s"] == pytest.approx(64 / (row["step_ms"] / 1000))


def test_a_step_that_fails_has_no_row_and_its_error_goes_on(tmp_path: Path) -> None:
    code = (
        "with zp.run('x') as run:\n"
        "    with zp.tinygrad.step(run, 4) as s: s.seconds = 3; s.step = 9; s.self = 2; s.tokens = 10**400\n"
        "    with zp.tinygrad.step(run, 5) as s: s.loss = 1\n"
        "    with zp.tinygrad.step(run) as s: raise ValueError('mine')\n"
    )
    done = finish(code, tmp_path)
    assert "ValueError: mine" in done.stderr
    assert [row["step"] for row in rows_of(tmp_path)] == [5]
