"""Runtimes that serve models and answer OpenMetrics: those that the setting names, and those found on loopback."""

import time
from abc import abstractmethod
from collections.abc import Callable
from typing import ClassVar
from urllib.parse import SplitResult

from msgspec import Struct

from zeropoint.ai.bounded_http import FetchError
from zeropoint.ai.openmetrics_targets import Target, shown
from zeropoint.ai.rows import LARGEST_COUNT
from zeropoint.ai.runtime_finder import Finder
from zeropoint.ai.runtime_report import RuntimeReport
from zeropoint.ai.scrape import Figure, Figures, Reader, Scraped, scrape
from zeropoint.ai.status import Since
from zeropoint.model import FRESH_SECONDS, Section, Status
from zeropoint.probe import Absent, Missing, Probe, Reading, Roots
from zeropoint.texts import rfc3339


class Found(Struct, frozen=True):
    """Where a runtime is asked; `problem` is why nowhere. `pids` are None where processes are not looked for."""

    pids: list[int] | None
    url: SplitResult | None
    problem: str = ""


class Runtime(Probe):
    """One endpoint. `runtime` is what is expected there, None: any that is known."""

    report: ClassVar[type[Section]] = RuntimeReport
    blocking: ClassVar[bool] = True
    period_seconds: ClassVar[float] = 2.0
    absent_seconds: ClassVar[float] = 2.0
    limit_seconds: ClassVar[float] = 8.0
    runtime: str | None = None

    def __init__(self, name: str, clock: Callable[[], float] = time.time) -> None:
        # Of the instance, as there is one for each endpoint.
        self.name = name  # type: ignore[misc]
        self.section = f"ai.components.{name}"  # type: ignore[misc]
        self._clock = clock
        self._reader = Reader()
        self._since = Since()
        self._worked: float | None = None
        self._seen = False

    @abstractmethod
    def _find(self, roots: Roots, now: float) -> Found:
        """Where to ask."""

    def _gone(self) -> None:
        """It did not answer where it was asked."""

    def read(self, roots: Roots, now: float) -> Reading | Absent:
        found = self._find(roots, now)
        if found.pids == [] and not self._seen:
            return Absent(f"no process of {self.name} runs here")
        answer: Scraped | str = found.problem
        if found.url is not None:
            try:
                answer = scrape(found.url, self.runtime)
                self._seen = True
            except FetchError as error:
                answer = str(error)
                self._gone()
        self._seen = self._seen or bool(found.pids)
        missing = Missing()
        return Reading(self._report(found, answer, now, missing), missing)

    def _report(self, found: Found, answer: Scraped | str, now: float, missing: Missing) -> RuntimeReport:
        wall = self._clock()
        figures = self._reader.figures(answer, now) if isinstance(answer, Scraped) else None
        if figures is not None and figures.worked:
            self._worked = wall
        status, reason = self._status(found, answer, wall)
        runtime = answer.runtime if isinstance(answer, Scraped) else self.runtime
        why = reason or ("it does not run" if status in ("stopped", "absent") else "its endpoint does not answer")
        if figures is None:
            self._reader = Reader()

        def take(field: str) -> float | None:
            return missing.take(field, measure(figures, field, why))

        def take_count(field: str) -> int | None:
            return missing.take(field, count(measure(figures, field, why)))

        return RuntimeReport(
            status=status,
            since=self._since.observe(status, wall),
            last_updated=missing.take(
                "last_updated",
                Absent("it has not been seen at work") if self._worked is None else rfc3339(self._worked),
            ),
            reason=reason,
            pids=missing.take("pids", found.pids or Absent(NOT_LOOKED_FOR if found.pids is None else "none runs")),
            runtime=missing.take("runtime", runtime or Absent(why)),
            endpoint=missing.take("endpoint", Absent(why) if found.url is None else shown(found.url)),
            tokens_per_second=take("tokens_per_second"),
            prompt_tokens_per_second=take("prompt_tokens_per_second"),
            requests_per_second=take("requests_per_second"),
            requests_running=take_count("requests_running"),
            requests_waiting=take_count("requests_waiting"),
            kv_cache_usage_percent=take("kv_cache_usage_percent"),
            time_to_first_token_seconds=take("time_to_first_token_seconds"),
        )

    def _status(self, found: Found, answer: Scraped | str, wall: float) -> tuple[Status, str | None]:
        if isinstance(answer, Scraped):
            fresh = self._worked is not None and wall - self._worked <= FRESH_SECONDS
            return ("running" if fresh else "idle"), answer.note
        if found.pids == [] or (found.pids is None and answer == NOTHING_LISTENS):
            return ("stopped" if self._seen else "absent"), answer or None
        return "unknown", answer


NOT_LOOKED_FOR = "the processes of an endpoint that a setting names are not looked for"
NOTHING_LISTENS = "nothing listens there"


def measure(figures: Figures | None, field: str, why: str) -> Figure:
    if figures is None:
        return Absent(why)
    figure: Figure = getattr(figures, field)
    return figure


def count(figure: Figure) -> int | Absent:
    if isinstance(figure, Absent):
        return figure
    return int(figure) if 0 <= figure <= LARGEST_COUNT else Absent("its number is no count")


class NamedRuntime(Runtime):
    """One that the setting openmetrics_targets names."""

    def __init__(self, target: Target, clock: Callable[[], float] = time.time) -> None:
        super().__init__(target.name, clock)
        self._url = target.url

    def _find(self, roots: Roots, now: float) -> Found:
        return Found(None, self._url)


class FoundRuntime(Runtime):
    """One that is recognised by its processes, and asked where they listen on loopback."""

    optional: ClassVar[bool] = True

    def __init__(self, runtime: str, finder: Finder, clock: Callable[[], float] = time.time) -> None:
        super().__init__(runtime, clock)
        self.runtime = runtime
        self._finder = finder

    def _find(self, roots: Roots, now: float) -> Found:
        pids = self._finder.look(roots, now)
        return Found(pids, self._finder.url, self._finder.problem)

    def _gone(self) -> None:
        self._finder.forget()
