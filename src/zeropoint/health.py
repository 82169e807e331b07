"""Facts in, the appliance's state with its reasons out.

Degraded: a source that is wanted fails. Hardware that is absent is no failure. Unhealthy: no samples are taken.
"""

from collections.abc import Mapping, Sequence

from msgspec import Struct

from zeropoint.model import Collector, Health

SILENCE_SECONDS = 5.0
SILENCE_INTERVALS = 3


class Verdict(Struct, frozen=True):
    """The state, and a reason for each thing that is wrong."""

    status: Health
    reasons: list[str]


def judge(
    last_sample_age_seconds: float | None,
    interval_seconds: float,
    collectors: Mapping[str, Collector],
    failures: Sequence[str] = (),
) -> Verdict:
    """The state of the appliance.

    `last_sample_age_seconds` is None before the first sample; `failures` are of parts that are no collectors.
    """
    limit = max(SILENCE_SECONDS, SILENCE_INTERVALS * interval_seconds)
    if last_sample_age_seconds is None:
        return Verdict("unhealthy", ["no sample has been taken yet"])
    reasons = [
        f"{name}: {collector.status}: {collector.reason}"
        for name, collector in collectors.items()
        if collector.status in ("failed", "hanging")
    ]
    reasons.extend(failures)
    if last_sample_age_seconds > limit:
        return Verdict("unhealthy", [f"no sample for {last_sample_age_seconds:.0f} s", *reasons])
    return Verdict("degraded" if reasons else "healthy", reasons)
