"""The real appliance, asked until it tells what a test waits for."""

import json
import time
from collections.abc import Callable
from typing import Any

from tests.support.process import TIMEOUT_SECONDS, Appliance

Sample = dict[str, Any]


def sample_when(appliance: Appliance, wanted: Callable[[Sample], bool], seconds: float = TIMEOUT_SECONDS) -> Sample:
    """The first sample that is as wanted; each is waited for. Fails with the AI components of the last one."""
    ends_at = time.monotonic() + seconds
    sample: Sample = appliance.get("/metrics/json").json
    while not wanted(sample):
        assert time.monotonic() < ends_at, json.dumps(sample["ai"], indent=1)
        told = appliance.get(f"/metrics/json?since={sample['id']}&wait=5").json
        sample = told["samples"][-1] if told["samples"] else sample
    return sample


def component(sample: Sample, name: str) -> Sample:
    """What is told of a component; nothing as long as it is left out."""
    found: Sample = sample["ai"]["components"].get(name, {"status": None})
    return found


def reasons(sample: Sample, below: str) -> dict[str, str]:
    """Why values below a path are null."""
    return {row["path"]: row["reason"] for row in sample["unavailable"] if row["path"].startswith(below)}
