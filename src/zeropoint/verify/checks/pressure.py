"""How pressure is checked, of each resource alike."""

from collections.abc import Mapping

from zeropoint.verify.compare import Check, Level
from zeropoint.verify.growth import Counter, Rate


def pressure_checks(section: str) -> Mapping[str, Check]:
    """The checks by metric. The kernel computes its averages every 2 s, in hundredths."""
    checks: dict[str, Check] = {}
    for kind in ("some", "full"):
        prefix = f"{section}.pressure.{kind}"
        checks |= {f"{prefix}.avg{span}_percent": Level(floor=0.01) for span in (10, 60, 300)}
        checks[f"{prefix}.stalled_seconds_total"] = Counter()
        checks[f"{prefix}.now_percent"] = Rate(of=("{row}.stalled_seconds_total",), scale=100.0, top=100.0)
    return checks
