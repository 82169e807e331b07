"""/metrics of a hub: the newest sample of each machine with its name as a label, and the hub itself."""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from importlib import metadata

from aiohttp import web
from prometheus_client import Metric
from prometheus_client.exposition import choose_encoder

from zeropoint.catalogue import Spec, values
from zeropoint.feed.points import Series, family_name, numbers_of, series_of
from zeropoint.feed.view import View
from zeropoint.fleet.machines import Known, Machines
from zeropoint.flight import Lane
from zeropoint.history.decode import SampleDecoder
from zeropoint.hub.selecting import Selecting
from zeropoint.hub.state import Facts
from zeropoint.model import Sample
from zeropoint.server.access import Gate
from zeropoint.server.errors import ApiError
from zeropoint.server.exposition import Families
from zeropoint.server.once import Once
from zeropoint.server.sections import view_of

# Some 100 machines with all their series; who scrapes more asks machine by machine, or for sections.
MOST_POINTS = 200_000
# Different ones that are worked on at a time, and how long writing one may take.
MOST_OPEN = 2
WRITING_SECONDS = 15.0


class HubExposition:
    """Handler. Machines beyond MOST_POINTS are left out, and counted."""

    def __init__(
        self, gate: Gate, selecting: Selecting, machines: Machines, decoder: SampleDecoder, facts: Facts
    ) -> None:
        self._gate = gate
        self._selecting = selecting
        self._machines = machines
        self._decoder = decoder
        self._facts = facts
        self._once = Once[bytes]("expositions", MOST_OPEN)
        self._writing = Lane("exposition", WRITING_SECONDS)

    async def metrics(self, request: web.Request) -> web.StreamResponse:
        view, one = view_of(request, self._gate), self._selecting.machine(request)
        encode, content_type = choose_encoder(request.headers.get("Accept", ""))
        # Of a large fleet it takes seconds: who asks for the same one meanwhile gets the same.
        question = (view, one and one.machine.id, content_type)
        body = await self._once.answer(question, partial(self._body, view, one, encode))
        return web.Response(body=body, headers={"Content-Type": content_type, "Cache-Control": "no-store"})

    async def _body(self, view: View, one: Known | None, encode: Callable[[Families], bytes]) -> bytes:
        chosen = [one] if one else sorted(self._machines, key=lambda known: (known.machine.name, known.machine.id))
        collected = _Collected()
        for known in chosen:
            if collected.points < MOST_POINTS:
                self._add(collected, known, view)
            else:
                collected.left_out += 1
            await asyncio.sleep(0)  # others have their turn: a machine takes some milliseconds
        # What the hub tells of itself, and of who is there, is in no public section.
        own = [] if view.public else self._own(chosen, collected.left_out)
        families = Families([*collected.families.values(), *own])
        try:
            return await self._writing.call(lambda: encode(families))
        except TimeoutError:
            message = "the exposition could not be written in time; ask machine by machine, or for sections"
            raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "exposition-slow", message) from None

    def _add(self, collected: "_Collected", known: Known, view: View) -> None:
        labels = labels_of(known)
        try:
            points = list(_points(self._decoder.decode(known.payload), view))
        except (ValueError, TypeError, OverflowError, RecursionError):
            collected.left_out += 1  # of another version, or of whoever publishes something else
            return
        for spec, series, number in points:
            name = family_name(spec)
            family = collected.families.get(name)
            if family is None:
                kind = "stateset" if spec.kind == "state" else spec.kind
                family = collected.families[name] = Metric(name, spec.help, kind)
            family.add_sample(series.name, {**series.labels, **labels}, number)
        collected.points += len(points)

    def _own(self, chosen: list[Known], left_out: int) -> list[Metric]:
        """What the hub tells of the machines and of itself."""
        up = Metric("zeropoint_hub_machine_up", "1 while a machine is heard of", "gauge")
        seen = Metric("zeropoint_hub_machine_last_seen_seconds", "When the bus stored its newest sample", "gauge")
        for known in chosen:
            labels = labels_of(known)
            up.add_sample(up.name, labels, float(self._machines.state(known) == "live"))
            seen.add_sample(seen.name, labels, known.time_ms / 1000)
        facts = self._facts
        numbers = (
            ("machines", "Machines that are known", "gauge", len(self._machines)),
            ("machines_left_out", "Machines without room here, or whose sample is not understood", "gauge", left_out),
            ("listening", "1 while the bus is heard", "gauge", facts.is_listening()),
            ("messages", "Messages that came over the bus", "counter", facts.messages_total()),
            ("refused_messages", "Messages that were no samples of their machine", "counter", facts.refused_total()),
            ("clients", "Subscribers of the stream", "gauge", facts.clients()),
        )
        own = []
        for name, help, kind, number in numbers:
            family = Metric(f"zeropoint_hub_{name}", help, kind)
            family.add_sample(f"{family.name}_total" if kind == "counter" else family.name, {}, float(number))
            own.append(family)
        build = Metric("zeropoint_build", "The version that runs here", "info")
        build.add_sample("zeropoint_build_info", {"version": metadata.version("zeropoint")}, 1)
        return [up, seen, *own, build]


class _Collected:
    def __init__(self) -> None:
        self.families: dict[str, Metric] = {}
        self.points = 0
        self.left_out = 0


def _points(sample: Sample, view: View) -> Iterator[tuple[Spec, Series, float]]:
    for value in filter(lambda value: view.holds(value.name), values(sample)):
        for series, number in zip(series_of(value.spec, value.labels), numbers_of(value), strict=True):
            yield value.spec, series, float(number)  # a whole number of JSON may be larger than any of these


def labels_of(known: Known) -> dict[str, str]:
    return {"host": known.machine.name, "host_id": known.machine.id}
