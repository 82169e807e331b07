"""The history of a machine out of a store with the API of Prometheus, for one that does not answer itself.

A store has the series by the names of the exposition, with the host's name as the label `host`, as remote write sends
them. It is asked for the mean, the least and the most of each pixel; what it answers is bounded.
"""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec
from aiohttp import web
from msgspec import Struct

from zeropoint.catalogue import Spec
from zeropoint.feed.points import series_of
from zeropoint.fleet.asking import NoAnswerError
from zeropoint.history.moments import rfc3339
from zeropoint.history.query import Window
from zeropoint.model import Unavailable
from zeropoint.server.history import patterns_of, window_of
from zeropoint.server.history_answers import HistoryAnswer, Numbers, SeriesValues
from zeropoint.settings import SettingsError

ANSWER_SECONDS = 10.0
LARGEST_ANSWER_BYTES = 16 * 1024 * 1024
SHORTEST_STEP_MS = 1000
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
    """Asks the store at a URL, which the operator has set."""

    def __init__(self, url: str, specs: Iterable[Spec]) -> None:
        self._url = f"{url.rstrip('/')}/api/v1/query_range"
        self._specs = [(_pattern(spec), spec) for spec in specs if spec.kind != "state"]
        self._session: aiohttp.ClientSession | None = None

    async def history(self, host: str, request: web.Request, now_ms: int) -> bytes:
        """The JSON of a HistoryAnswer. Raises NoAnswerError, ApiError for a request that is wrong."""
        names, asked = patterns_of(request), window_of(request, now_ms)
        step_ms = max(SHORTEST_STEP_MS, math.ceil(asked.pixel_ms / 1000) * 1000)
        window = asked.aligned(step_ms)
        series: dict[str, SeriesValues] = {}
        missing = []
        for name in dict.fromkeys(names):
            selector = self.selector(name, host)
            if selector is None:
                missing.append(Unavailable(path=name, reason="the store is asked for numbers by their whole names"))
                continue
            mean, least, most = [await self._column(function, selector, window, step_ms) for function in FUNCTIONS]
            series[name] = SeriesValues(mean, least, most, None)
            if all(number is None for number in mean):
                missing.append(Unavailable(path=name, reason="the store has nothing of it in this time"))
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

    def selector(self, name: str, host: str) -> Selector | None:
        """The series of a metric on a host; None for a state, and for a name that no metric has."""
        for pattern, spec in self._specs:
            if (matched := pattern.fullmatch(name)) is None or "*" in name:
                continue
            keys = tuple(zip(KEY.findall(spec.name), matched.groups(), strict=True))
            (found,) = series_of(spec, keys)
            labels: Mapping[str, str] = {**found.labels, "host": host}
            text = ",".join(f"{label}={_quoted(value)}" for label, value in labels.items())
            return Selector(f"{found.name}{{{text}}}", spec.scale)
        return None

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _column(self, function: str, selector: Selector, window: Window, step_ms: int) -> Numbers:
        """A number a pixel: PromQL's windows end at the time that they are told for, pixels begin there."""
        step = step_ms // 1000
        query = {
            "query": f"{function}({selector.text}[{step}s])",
            "start": str(window.from_ms // 1000 + step),
            "end": str(window.to_ms // 1000),
            "step": str(step),
        }
        column: Numbers = [None] * ((window.to_ms - window.from_ms) // step_ms)
        for found in await self._ask(query):
            for at, number in found.values:
                place = round(at - window.from_ms / 1000) // step - 1
                value = _number(number)
                if 0 <= place < len(column) and value is not None:
                    column[place] = value / selector.scale
        return column

    async def _ask(self, query: Mapping[str, str]) -> list[Found]:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS))
        try:
            async with self._session.get(self._url, params=query, allow_redirects=False) as response:
                content = await _bounded(response)
                if response.status != 200:
                    raise NoAnswerError(f"answers with {response.status}")
            return _answer.decode(content).data.result
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise NoAnswerError("does not answer") from error
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            raise NoAnswerError("answers what is not understood") from None


def refuse_wrong_store(url: str) -> None:
    """Raises SettingsError for what is no address of a store; a password in it is not shown."""
    try:
        parts = urlsplit(url)
        wrong = parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0
    except ValueError:
        wrong = True
    if wrong:
        raise SettingsError("--store: the address of a store is needed, as in http://store.example:9090")


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
