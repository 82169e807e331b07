"""/api/v1/history, /api/v1/metrics and /api/v1/sample."""

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Protocol, TypeVar

from aiohttp import web

from zeropoint.feed.broadcaster import Broadcaster
from zeropoint.feed.public import NOT_TOLD
from zeropoint.history.fault import Fault
from zeropoint.history.moments import ALLOWED, parse_moment
from zeropoint.history.queries import TooSlowError
from zeropoint.history.query import Window
from zeropoint.history.readers import Readers
from zeropoint.server.access import GRANT, Gate
from zeropoint.server.errors import ApiError, bad_parameter, json_response
from zeropoint.server.history_answers import encode_history, encode_metrics, encode_moment
from zeropoint.server.moment_sample import from_memory, from_readers
from zeropoint.server.routes import Parameter
from zeropoint.server.sections import view_of
from zeropoint.server.specs import Specs

FEWEST_POINTS, MOST_POINTS, USUAL_POINTS = 2, 20_000, 500
MOST_METRICS, LONGEST_NAME = 64, 300
USUAL_WINDOW_MS = 3_600_000
MOMENT = {"type": ["string", "number"], "examples": ["2026-11-28T14:03:00Z", 1795874580]}
AT = Parameter("at", "query", "The moment: RFC 3339, or seconds since 1970", MOMENT)
NAMES = {
    "type": "array",
    "items": {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME},
    "minItems": 1,
    "maxItems": MOST_METRICS,
    "examples": [["system.cpu.usage_percent", "system.cpu.per_core_percent.*"]],
}
SPAN = (
    Parameter("from", "query", "Beginning: RFC 3339, or seconds since 1970; an hour before the end", MOMENT),
    Parameter("to", "query", "End, which is not in it; now", MOMENT),
)
WINDOW = (
    Parameter("metric", "query", "Name of a series, repeatable; `*` stands for any characters", NAMES),
    *SPAN,
    Parameter(
        "points",
        "query",
        "At most so many points, each the mean, least and most of a pixel of equal width",
        {"type": "integer", "minimum": FEWEST_POINTS, "maximum": MOST_POINTS, "default": USUAL_POINTS},
    ),
    Parameter(
        "counts",
        "query",
        "Whether to tell how many samples of a point had a value: of what comes and goes, its share of the time",
        {"type": "boolean", "default": False},
    ),
)
OFF = "the history is switched off (setting history)"

T = TypeVar("T")


class OnHistory(Protocol):
    """Calls what reads on the thread that may. It may raise TimeoutError, and whatever the call raises."""

    def __call__(self, call: Callable[[Readers], T], /) -> Awaitable[T]: ...


class Past:
    """Handlers. `on_history` is None where no history is kept; `now` is in milliseconds since 1970."""

    def __init__(
        self, gate: Gate, broadcaster: Broadcaster, specs: Specs, on_history: OnHistory | None, now: Callable[[], int]
    ) -> None:
        self._gate = gate
        self._broadcaster = broadcaster
        self._specs = specs
        self._on_history = on_history
        self._now = now

    async def history(self, request: web.Request) -> web.StreamResponse:
        self._gate.require_series(request[GRANT], request.query.getall("metric", []))
        patterns, window, counted = patterns_of(request), window_of(request, self._now()), _counted(request)
        tells = self._gate.sees(request, "read")
        read = partial(encode_history, patterns, window, counted=counted, tells_faults=tells)
        return json_response(await self._read(request, read))

    async def metrics(self, request: web.Request) -> web.StreamResponse:
        view, newest = view_of(request, self._gate), self._broadcaster.newest_sample
        try:
            answer = await self._read(
                request, lambda readers: encode_metrics(readers.names(), newest, self._specs, view=view)
            )
        except ApiError as error:
            # What is there now is known without the history.
            answer = encode_metrics(set(), newest, self._specs, error.body.message, view)
        return json_response(answer)

    async def sample(self, request: web.Request) -> web.StreamResponse:
        view, given = view_of(request, self._gate), request.query.get("at")
        if given is None:
            raise bad_parameter("at", "a moment is needed, as in 2026-11-28T14:03:00Z")
        at_ms, now_ms = _moment("at", given), self._now()
        payload, reason = from_memory(self._broadcaster.ring, at_ms, now_ms)
        if payload is None and reason is None:
            try:
                payload, reason = await self._read(request, partial(from_readers, at_ms))
            except ApiError as error:
                reason = error.body.message
        return json_response(encode_moment(payload and view.narrow(payload), reason))

    async def _read(self, request: web.Request, call: Callable[[Readers], T]) -> T:
        """As read_history; what is wrong with which file is told to those alone who may read all."""
        try:
            return await read_history(self._on_history, call)
        except ApiError as error:
            if error.body.code != "history-failed" or self._gate.sees(request, "read"):
                raise
            raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "history-failed", f"the history: {NOT_TOLD}") from None


async def read_history(on_history: OnHistory | None, call: Callable[[Readers], T]) -> T:
    """Raises ApiError where the history does not answer."""
    if on_history is None:
        raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "history-off", OFF)
    try:
        return await on_history(call)
    except Fault as fault:
        raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "history-failed", f"the history: {fault}") from None
    except (TooSlowError, TimeoutError):
        message = "the history could not be read in time; ask for fewer points or a shorter time"
        raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "history-slow", message) from None


def patterns_of(request: web.Request) -> list[str]:
    """The names that a request asks for."""
    given = request.query.getall("metric", [])
    if not 0 < len(given) <= MOST_METRICS:
        raise bad_parameter("metric", f"the name of a series is needed, at most {MOST_METRICS} of them")
    if any(not 0 < len(name) <= LONGEST_NAME for name in given):
        raise bad_parameter("metric", f"a name has 1 to {LONGEST_NAME} characters")
    return list(given)


def window_of(request: web.Request, now_ms: int) -> Window:
    """The time that a request asks for, and in how many points."""
    return Window(*span_of(request, now_ms), _points(request))


def span_of(request: web.Request, now_ms: int) -> tuple[int, int]:
    """The beginning and the end that a request names, in milliseconds since 1970; the last hour unless it does."""
    to_ms = _moment("to", request.query["to"]) if "to" in request.query else now_ms
    from_ms = _moment("from", request.query["from"]) if "from" in request.query else max(0, to_ms - USUAL_WINDOW_MS)
    if from_ms >= to_ms:
        raise bad_parameter("from", "it must lie before `to`, which is now unless it is given")
    return from_ms, to_ms


def _counted(request: web.Request) -> bool:
    given = request.query.get("counts", "false")
    if given not in ("true", "false"):
        raise bad_parameter("counts", f"{given[:32]!r} is neither true nor false")
    return given == "true"


def _points(request: web.Request) -> int:
    given = request.query.get("points", str(USUAL_POINTS))
    if not (given.isascii() and given.isdigit() and len(given) <= 5 and FEWEST_POINTS <= int(given) <= MOST_POINTS):
        raise bad_parameter("points", f"{given[:32]!r} is no whole number from {FEWEST_POINTS} to {MOST_POINTS}")
    return int(given)


def _moment(name: str, given: str) -> int:
    moment_ms = parse_moment(given)
    if moment_ms is None:
        raise bad_parameter(name, f"{given[:64]!r} is no moment; it is given as {ALLOWED}")
    return moment_ms
