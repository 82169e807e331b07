"""Records the scene that test_recorded.py reads: `python -m tests.insight.verdicts.record`, on a machine at rest.

Kept is what the rules read, of the trainings and of the five others that use most.
"""

import gzip
import json
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from tests.insight.verdicts.windows import RECORDED
from tests.support.troubles import EXPECTED, trouble

OTHERS = 5
CPU = ("usage_percent", "times_percent", "frequency_hz", "pressure")
MEMORY = ("total_bytes", "available_bytes", "usage_percent", "swap", "pressure")


def trimmed(sample: Mapping[str, Any]) -> dict[str, Any]:
    """A sample with what the rules read; what is null is left out."""
    system, rows = sample["system"], sample["ledger"]["workloads"]
    runs = [row for row in rows if row["kind"] == "run"]
    others = [row for row in rows if row["kind"] != "run"]
    kept = {
        "id": sample["id"],
        "timestamp": sample["timestamp"],
        "interval_seconds": sample["interval_seconds"],
        "system": {
            "cpu": chosen(system["cpu"], CPU),
            "memory": chosen(system["memory"], MEMORY),
            "disk": chosen(system["disk"], ("pressure",)),
        },
        "ai": {"components": {}, "runs": sample["ai"]["runs"]},
        "ledger": {"workloads": [*runs, *others[:OTHERS]]},
        "server": {},
        "unavailable": [],
    }
    told: dict[str, Any] = without_nulls(kept)
    return told


def chosen(section: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    return {name: section[name] for name in names}


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(one) for name, one in value.items() if one is not None}
    return [without_nulls(one) for one in value] if isinstance(value, list) else value


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, trouble(Path(folder)) as scene:
        complete = scene.follow(lambda: all(EXPECTED[name] in scene.told_of(name) for name in EXPECTED))
        epoch = scene.appliance.get("/metrics/json").json["id"].rpartition("-")[0]
        # All since the first one, as far as memory reaches: ten minutes.
        samples = scene.appliance.get(f"/metrics/json?since={epoch}-1").json["samples"]
    lines = (json.dumps(trimmed(sample), separators=(",", ":")) for sample in samples)
    (RECORDED / "troubles.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode(), 9, mtime=0))
    print(f"{len(samples)} samples, {'each trouble was told' if complete else 'NOT each trouble was told'}")


if __name__ == "__main__":
    main()
