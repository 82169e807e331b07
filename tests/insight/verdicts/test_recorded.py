"""A recorded scene: eight trainings on two processors, all but one of them in trouble (tests/support/troubles.py)."""

from tests.insight.verdicts.windows import recorded
from tests.support.troubles import EXPECTED, WELL
from zeropoint.insight.verdicts.observer import Observer
from zeropoint.model import Verdict


def test_of_real_troubles_each_is_told_with_its_cause_and_of_the_healthy_one_nothing():
    observer = Observer()
    told: dict[str, dict[tuple[str, str], Verdict]] = {name: {} for name in (WELL, *EXPECTED)}
    for sample in recorded("troubles"):
        for verdict in observer.observe(sample):
            told[verdict.subject].setdefault((verdict.name, verdict.cause), verdict)
    assert told[WELL] == {}
    for name, expected in EXPECTED.items():
        assert expected in told[name], name
        assert {verdict for verdict in told[name] if verdict[0] == "stalled"} <= {expected}
    leak = told["leaking"]["memory-creep", "growth"]
    assert leak.workload.startswith("run:leaking/")
    assert any("R2 0.9" in text or "R2 1.0" in text for text in leak.evidence)
    assert any("network_count" in text for text in told["cut-off"]["stalled", "network"].evidence)
    assert not [one for one in observer.told() if not one.evidence or not one.refuted_by]
