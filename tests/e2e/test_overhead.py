"""What the real process tells of its own cost. That a dear source is slowed and recovers is told in
tests/browser/test_overhead.py: it takes a minute, once for the process and its page."""

from pathlib import Path

from tests.browser.machines import copy_of, watching
from tests.support.stream import Stream


def test_what_all_probes_and_the_tick_cost_is_what_collecting_costs(tmp_path: Path):
    with watching(copy_of("golden", tmp_path), tmp_path / "data") as started, Stream(started) as stream:
        first, *_, last = [message.json["server"] for message in stream.samples(4)]
    assert first["overhead_budget_percent"] == 0
    parts = [one["cpu_percent"] for one in last["collectors"].values()]
    assert all(part is not None and part >= 0 for part in parts)
    # Probes of what few machines have cost a little as well, and are left out of the sample.
    assert last["overhead_percent"] >= sum(parts) + last["tick_cpu_percent"] - 0.0001
    assert last["tick_cpu_percent"] > 0
    assert {one["slowdown"] for one in last["collectors"].values()} == {1}
