"""The newest sample as OpenMetrics or Prometheus text."""

from collections.abc import Iterable
from importlib import metadata

from aiohttp import web
from prometheus_client import Metric
from prometheus_client.exposition import choose_encoder

from zeropoint.catalogue import values
from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.feed.points import family_name, numbers_of, series_of
from zeropoint.feed.view import WHOLE, View
from zeropoint.model import Sample
from zeropoint.server.access import Gate
from zeropoint.server.limits import CHARGE
from zeropoint.server.sections import view_of

# Texts that are kept of a sample: one of each format and view.
MOST_KEPT = 8
# So many requests more is one that has a text written, 5 to 10 ms of the event loop. Who names other sections each time
# has none of those that are kept.
WRITING_COSTS = 10


class Exposition:
    """Handler of /metrics. To write a text takes some 10 ms, so whoever asks for the same one gets the same."""

    def __init__(self, gate: Gate, broadcaster: Broadcaster) -> None:
        self._gate = gate
        self._broadcaster = broadcaster
        self._sample: Sample | None = None
        self._kept: dict[tuple[View, str], bytes] = {}

    async def metrics(self, request: web.Request) -> web.StreamResponse:
        view, sample = view_of(request, self._gate), self._broadcaster.newest_sample
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        if sample is not self._sample:
            self._sample, self._kept = sample, {}
        body = self._kept.get((view, content_type))
        if body is None:
            request[CHARGE](WRITING_COSTS)
            body = encode(Families(() if sample is None else families(sample, view)))
            if len(self._kept) < MOST_KEPT:
                self._kept[view, content_type] = body
        return web.Response(body=body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})


class Families:
    """What prometheus_client's encoders ask for: something that collects."""

    def __init__(self, collected: Iterable[Metric]) -> None:
        self._collected = collected

    def collect(self) -> Iterable[Metric]:
        return self._collected


def families(sample: Sample, view: View = WHOLE) -> list[Metric]:
    """The metric families of a sample, as far as the view has them; values in the base units of the exposition."""
    found: dict[str, Metric] = {}
    for value in filter(lambda value: view.holds(value.name), values(sample)):
        name = family_name(value.spec)
        family = found.get(name)
        if family is None:
            kind = "stateset" if value.spec.kind == "state" else value.spec.kind
            family = found[name] = Metric(name, value.spec.help, kind)
        for series, number in zip(series_of(value.spec, value.labels), numbers_of(value), strict=True):
            family.add_sample(series.name, series.labels, number)
    if view.sections:
        return [*found.values()]  # what runs here is in none of them
    build = Metric("zeropoint_build", "The version that runs here", "info")
    build.add_sample("zeropoint_build_info", {"version": metadata.version("zeropoint")}, 1)
    return [*found.values(), build]
