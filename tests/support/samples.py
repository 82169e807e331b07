"""Samples for tests of what lies behind the sampling."""

from zeropoint.model import Ai, Sample, Server, System


def sample(sequence: int, epoch: str = "e1") -> Sample:
    return Sample(
        id=f"{epoch}-{sequence}",
        timestamp="2026-11-24T09:50:48.123Z",
        interval_seconds=1.0,
        system=System(),
        ai=Ai(),
        server=Server(clients=sequence),
        unavailable=[],
    )
