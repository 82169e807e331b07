"""The newest sample as OpenMetrics or Prometheus text.

Names follow the OpenTelemetry semantic conventions where those define one, in their Prometheus form: dots become
underscores, the unit and `_total` are appended, percents become ratios. All others are zeropoint_ and the path.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import metadata

from aiohttp import web
from prometheus_client import Metric
from prometheus_client.exposition import choose_encoder

from zeropoint.catalogue import UNITS, Spec, Value, values
from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.model import Sample

SUFFIXES = {"percent": "ratio", "1": "", "1/s": "per_second"}


class Exposition:
    """Handler of /metrics."""

    def __init__(self, broadcaster: Broadcaster) -> None:
        self._broadcaster = broadcaster

    async def metrics(self, request: web.Request) -> web.StreamResponse:
        sample = self._broadcaster.newest_sample
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        body = encode(Families(() if sample is None else families(sample)))
        return web.Response(body=body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})


class Families:
    """What prometheus_client's encoders ask for: something that collects."""

    def __init__(self, collected: Iterable[Metric]) -> None:
        self._collected = collected

    def collect(self) -> Iterable[Metric]:
        return self._collected


def families(sample: Sample) -> list[Metric]:
    """The metric families of a sample, values in the base units of the exposition."""
    found: dict[str, Metric] = {}
    for value in values(sample):
        name = family_name(value.spec)
        family = found.get(name)
        if family is None:
            kind = "stateset" if value.spec.kind == "state" else value.spec.kind
            family = found[name] = Metric(name, value.spec.help, kind)
        for labels, number in _points(name, value):
            family.add_sample(f"{name}_total" if value.spec.kind == "counter" else name, labels, number)
    build = Metric("zeropoint_build", "The version that runs here", "info")
    build.add_sample("zeropoint_build_info", {"version": metadata.version("zeropoint")}, 1)
    return [*found.values(), build]


def _points(name: str, value: Value) -> Iterator[tuple[dict[str, str], float]]:
    labels = {attribute.replace(".", "_"): text for attribute, text in (*value.spec.attributes, *value.labels)}
    if isinstance(value.value, str):
        for state in value.spec.states:
            yield {**labels, name: state}, float(state == value.value)
    else:
        yield labels, value.value * value.spec.scale


@cache
def family_name(spec: Spec) -> str:
    """The family's name, without the `_total` that the encoders append to counters."""
    suffix = SUFFIXES.get(spec.unit, spec.unit.replace("/s", "_per_second"))
    if spec.otel is not None:
        return "_".join(filter(None, (spec.otel.replace(".", "_"), suffix)))
    *parents, last = spec.family.split(".")
    words = last.removesuffix("_total").removesuffix("_per_second").split("_")
    kept = [word for word in words if word not in UNITS]
    return "_".join(filter(None, ("zeropoint", *parents, *kept, suffix)))
