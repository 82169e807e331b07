"""The history of a machine out of a store with the API of Prometheus, for one that does not answer itself.

A store has the series by the names of the exposition, with the machine's id as the label `host_id`, as remote write
sends them and a hub exposes them. It is asked for the mean, the least and the most of each pixel; what it answers is
bounded, and so is the time for all of it.
"""

import asyncio
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
import structlog
from aiohttp import web
from msgspec import Struct

from zeropoint.catalogue import Spec
from zeropoint.feed.points import series_of
from zeropoint.fleet.asking import NoAnswerError
from zeropoint.fleet.machines import Known
from zeropoint.fleet.store_credentials import authorization_in
from zeropoint.history.moments import rfc3339
from zeropoint.history.query import Window
from zeropoint.model import Unavailable
from zeropoint.server.history import patterns_of, window_of
from zeropoint.server.history_answers import HistoryAnswer, Numbers, SeriesValues
from zeropoint.settings import SettingsError

log = structlog.get_logger()
ANSWER_SECONDS = 20.0
LARGEST_ANSWER_BYTES = 4 * 1024 * 1024
MOST_AT_A_TIME = 8
# Prometheus refuses more than 11,000 for a series.
MOST_STEPS = 10_990
FUNCTIONS = ("avg_over_time", "min_over_time", "max_over_time")
KEY = re.compile(r"\{([^}]*)\}")


class Found(Struct):
    """One series of an answer: pairs of a time in seconds and a number as text."""

    values: list[tuple[float, str]]


class Data(Struct):
    result: list[Found]


class StoreAnswer(Struct):
    data: Data


_answer = msgspec.json.Decoder(StoreAnswer)


class Selector(Struct, frozen=True):
    """Which series of the store a metric is, and what its numbers are divided by."""

    text: str
    scale: float


class Store:
    """Asks the store at a URL, which the operator has set; `credentials` is a file of its owner's alone, or nothing."""

    def __init__(
        self, url: str, specs: Iterable[Spec], credentials: str = "", answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self._url = f"{url.rstrip('/')}/api/v1/query_range"
        self._credentials = Path(credentials) if credentials else None
        self._answer_seconds = answer_seconds
        self._specs = [(_pattern(spec), spec) for spec in specs if spec.kind != "state"]
        self._session: aiohttp.ClientSession | None = None

    async def history(self, known: Known, request: web.Request, now_ms: int) -> bytes:
        """The JSON of a HistoryAnswer. Raises NoAnswerError, ApiError for a request that is wrong."""
        names, asked = patterns_of(request), window_of(request, now_ms)
        step_ms = step_of(asked, known.interval_seconds)
        window = asked.aligned(step_ms)
        selectors = {name: self.selector(name, known.machine.id) for name in dict.fromkeys(names)}
        series: dict[str, SeriesValues] = {}
        missing = []
        for name, found in (await self._rows(selectors, window, step_ms)).items():
            if isinstance(found, SeriesValues):
                series[name] = found
                if all(number is None for number in found.mean):
                    missing.append(Unavailable(path=name, reason="the store has nothing of it in this time"))
            else:
                missing.append(Unavailable(path=name, reason=found))
        answer = HistoryAnswer(
            timestamps=[rfc3339(at) for at in range(window.from_ms, window.to_ms, step_ms)],
            series=series,
            tier="samples",
            interval_seconds=step_ms / 1000,
            since=rfc3339(asked.from_ms),
            until=rfc3339(asked.to_ms),
            gaps=[],
            unavailable=missing,
        )
        return msgspec.json.encode(answer)

    def selector(self, name: str, host_id: str) -> Selector | None:
        """The series of a metric on a machine; None for a state, and for a name that no metric has."""
        for pattern, spec in self._specs:
            if (matched := pattern.fullmatch(name)) is None or "*" in name:
                continue
            keys = tuple(zip(KEY.findall(spec.name), matched.groups(), strict=True))
            (found,) = series_of(spec, keys)
            labels: Mapping[str, str] = {**found.labels, "host_id": host_id}
            text = ",".join(f"{label}={_quoted(value)}" for label, value in labels.items())
            return Selector(f"{found.name}{{{text}}}", spec.scale)
        return None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _rows(
        self, selectors: Mapping[str, Selector | None], window: Window, step_ms: int
    ) -> dict[str, SeriesValues | str]:
        """What the store has of each name, or why it is not told. Raises NoAnswerError."""
        rows = [asyncio.create_task(self._row(selector, window, step_ms)) for selector in selectors.values()]
        try:
            async with asyncio.timeout(self._answer_seconds):
                return dict(zip(selectors, await asyncio.gather(*rows), strict=True))
        except TimeoutError as error:
            raise NoAnswerError("does not answer in time") from error
        finally:
            for row in rows:
                row.cancel()

    async def _row(self, selector: Selector | None, window: Window, step_ms: int) -> SeriesValues | str:
        if selector is None:
            return "the store is asked for numbers by their whole names"
        columns: list[Numbers] = []
        for function in FUNCTIONS:
            found = await self._ask(_query(function, selector, window, step_ms))
            if len(found) > 1:
                return "several series in the store have this name: labels of theirs differ that are not asked for"
            columns.append(_column(found, selector, window, step_ms))
        mean, least, most = columns
        return SeriesValues(mean, least, most, None)

    async def _ask(self, query: Mapping[str, str]) -> list[Found]:
        if self._session is None:
            connections = aiohttp.TCPConnector(limit=MOST_AT_A_TIME)
            self._session = aiohttp.ClientSession(connector=connections, timeout=aiohttp.ClientTimeout())
        headers = await self._headers()
        try:
            async with self._session.get(self._url, params=query, headers=headers, allow_redirects=False) as response:
                content = await _bounded(response)
                if response.status != 200:
                    raise NoAnswerError(f"answers with {response.status}")
            return _answer.decode(content).data.result
        except (aiohttp.ClientError, OSError) as error:
            raise NoAnswerError("does not answer") from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise NoAnswerError("answers what is not understood") from None

    async def _headers(self) -> dict[str, str]:
        """They are read each time, so that they can be replaced while it runs."""
        if self._credentials is None:
            return {}
        try:
            return {"Authorization": await asyncio.to_thread(authorization_in, self._credentials)}
        except ValueError as error:
            raise NoAnswerError("cannot be asked: its credentials cannot be read") from error


def refuse_wrong_store(url: str, credentials: str = "") -> None:
    """Raises SettingsError for what is no address of a store, and for a file that holds no credentials; no secret is
    shown."""
    try:
        parts = urlsplit(url)
        wrong = parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0
    except ValueError:
        wrong = True
    if wrong:
        raise SettingsError("--store: the address of a store is needed, as in http://store.example:9090")
    if not credentials:
        return
    if parts.username is not None or parts.password is not None:
        raise SettingsError("--store-credentials: the address has credentials already; it is one of the two")
    try:
        authorization_in(Path(credentials))
    except ValueError as error:
        raise SettingsError(f"--store-credentials: {error}") from None
    if parts.scheme == "http":
        log.warning("credentials go to the store without encryption", store=parts.hostname)


def step_of(window: Window, interval_seconds: float) -> int:
    """Milliseconds, whole seconds of them, from one point to the next: a pixel, but no less than a sample takes and no
    more points than stores answer with."""
    span_seconds = (window.to_ms - window.from_ms) / 1000
    return 1000 * math.ceil(max(1, window.pixel_ms / 1000, interval_seconds, span_seconds / MOST_STEPS))


def _query(function: str, selector: Selector, window: Window, step_ms: int) -> dict[str, str]:
    """A number a pixel: PromQL's windows end at the time that they are told for, pixels begin there."""
    step = step_ms // 1000
    return {
        "query": f"{function}({selector.text}[{step}s])",
        "start": str(window.from_ms // 1000 + step),
        "end": str(window.to_ms // 1000),
        "step": str(step),
    }


def _column(series: Iterable[Found], selector: Selector, window: Window, step_ms: int) -> Numbers:
    column: Numbers = [None] * ((window.to_ms - window.from_ms) // step_ms)
    for found in series:
        for at, number in found.values:
            place = round(at - window.from_ms / 1000) // (step_ms // 1000) - 1
            value = _number(number)
            if 0 <= place < len(column) and value is not None:
                column[place] = value / selector.scale
    return column


async def _bounded(response: aiohttp.ClientResponse) -> bytes:
    parts, size = [], 0
    async for part in response.content.iter_any():
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER_BYTES:
            raise NoAnswerError("answers more than it was asked for")
    return b"".join(parts)


def _pattern(spec: Spec) -> re.Pattern[str]:
    """What matches the names of a metric, a group for each key."""
    parts = KEY.split(spec.name)
    return re.compile("".join(re.escape(part) if place % 2 == 0 else "(.+?)" for place, part in enumerate(parts)))


def _quoted(text: str) -> str:
    """A string of PromQL; its escapes are those of JSON here."""
    return msgspec.json.encode(text).decode()


def _number(text: str) -> float | None:
    try:
        number: Any = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
