"""/api/v1/correlations and /api/v1/correlations/pair."""

from collections.abc import Awaitable, Callable, Hashable, Sequence
from functools import partial
from http import HTTPStatus
from typing import Protocol, TypeVar

from aiohttp import web

from zeropoint.history.export import names_of
from zeropoint.history.readers import Readers
from zeropoint.insight.align import AlignError
from zeropoint.insight.candidates import candidates
from zeropoint.insight.correlate import LONGEST_LAG
from zeropoint.insight.default_set import MOST, default_set
from zeropoint.insight.stored_series import stored_series
from zeropoint.model import Unavailable
from zeropoint.server.correlations_answers import Method, Question, Read, encode_correlations, encode_pair
from zeropoint.server.errors import ApiError, bad_parameter, json_response
from zeropoint.server.history import LONGEST_NAME, NAMES, SPAN, OnHistory, read_history, span_of
from zeropoint.server.once import Once
from zeropoint.server.routes import Parameter
from zeropoint.server.specs import Specs

MOST_SERIES = sum(MOST.values())
MOST_LAG = 300
# Of a second each this is seven hours; of minutes two and a half weeks.
MOST_SAMPLES = 25_000
MOST_OPEN = 8
METHODS: tuple[Method, ...] = ("rank", "pearson")
NAME = {"type": "string", "minLength": 1, "maxLength": LONGEST_NAME}
HOW = (
    *SPAN,
    Parameter(
        "max_lag",
        "query",
        "How many intervals one series may be behind the other",
        {"type": "integer", "minimum": 0, "maximum": MOST_LAG, "default": LONGEST_LAG},
    ),
    Parameter(
        "method",
        "query",
        "Spearman's coefficient, or Pearson's",
        {"type": "string", "enum": list(METHODS), "default": METHODS[0]},
    ),
)
ANY = (
    Parameter(
        "metric",
        "query",
        f"Name of a series, repeatable, `*` stands for any characters; every pair of at most {MOST_SERIES} series is "
        "told. Without: what tells how work goes, with the machine and with other work",
        {**NAMES, "maxItems": MOST_SERIES},
    ),
    *HOW,
)
TWO = (Parameter("a", "query", "Name of a series", NAME), Parameter("b", "query", "Name of another", NAME), *HOW)

T = TypeVar("T")


class Computes(Protocol):
    """Calls what takes long on a thread of its own. It may raise TimeoutError, and whatever the call raises."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]: ...


class Correlations:
    """Handlers. `on_history` is None where no history is kept; `now` is in milliseconds since 1970."""

    def __init__(self, specs: Specs, on_history: OnHistory | None, computes: Computes, now: Callable[[], int]) -> None:
        self._specs = specs
        self._on_history = on_history
        self._computes = computes
        self._now = now
        self._once = Once[bytes]("comparisons", MOST_OPEN)

    async def correlations(self, request: web.Request) -> web.StreamResponse:
        question, patterns = self._question(request), request.query.getall("metric", [])
        if len(patterns) > MOST_SERIES or any(not 0 < len(name) <= LONGEST_NAME for name in patterns):
            raise bad_parameter("metric", f"at most {MOST_SERIES} names are taken, of 1 to {LONGEST_NAME} characters")
        read = partial(self._read_named, question, patterns) if patterns else partial(self._read_usual, question)
        return await self._answer(request, read, partial(encode_correlations, question))

    async def pair(self, request: web.Request) -> web.StreamResponse:
        question, names = self._question(request), [request.query.get(side, "") for side in "ab"]
        for side, name in zip("ab", names, strict=True):
            if not 0 < len(name) <= LONGEST_NAME:
                raise bad_parameter(side, f"the name of a series is needed, of 1 to {LONGEST_NAME} characters")
        if names[0] == names[1]:
            raise bad_parameter("b", "it must be another series than `a`")
        read = partial(self._read, question, names, None, ())
        return await self._answer(request, read, partial(encode_pair, question))

    async def _answer(
        self, request: web.Request, read: Callable[[Readers], Read], encode: Callable[[Read], bytes]
    ) -> web.StreamResponse:
        async def work() -> bytes:
            found = await read_history(self._on_history, read)
            try:
                return await self._computes(partial(encode, found))
            except AlignError as error:
                raise ApiError(HTTPStatus.BAD_REQUEST, "not-comparable", f"the series: {error}") from None
            except TimeoutError:
                message = "the series could not be compared in time; name fewer of them, or a shorter time"
                raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "correlations-slow", message) from None

        response = json_response(await self._once.answer(_asked(request), work))
        # Names and sentences repeat: it becomes a tenth.
        response.enable_compression()
        return response

    def _question(self, request: web.Request) -> Question:
        return Question(*span_of(request, self._now()), _max_lag(request), _method(request))

    def _read_usual(self, question: Question, readers: Readers) -> Read:
        chosen = default_set(readers.queries.reader, self._metric_of, question.from_ms, question.to_ms)
        left_out = [Unavailable(path="series", reason=words) for words in chosen.left_out]
        groups = [one.group for one in chosen.taken]
        return self._read(question, [one.name for one in chosen.taken], groups, left_out, readers)

    def _read_named(self, question: Question, patterns: Sequence[str], readers: Readers) -> Read:
        """Raises ApiError where more are meant than are compared."""
        names, unknown = names_of(readers.queries.reader, patterns, question.from_ms, question.to_ms)
        if len(names) > MOST_SERIES:
            raise bad_parameter("metric", f"{len(names)} series are meant; at most {MOST_SERIES} are compared")
        missing = [Unavailable(path=text, reason="no series has such a name in this time") for text in unknown]
        return self._read(question, names, None, missing, readers)

    def _read(
        self,
        question: Question,
        names: Sequence[str],
        groups: Sequence[str] | None,
        missing: Sequence[Unavailable],
        readers: Readers,
    ) -> Read:
        stored = stored_series(readers.queries.reader, names, question.from_ms, question.to_ms, MOST_SAMPLES)
        losses, shortfall = readers.missing(stored.holes, question.from_ms, question.to_ms)
        told = [*missing, *([Unavailable(path="gaps", reason=shortfall)] if shortfall else [])]
        known = {one.name: one for one in candidates(names, self._metric_of)}
        units = [self._specs.of(name).unit for name in names]
        return Read(stored, [known.get(name) for name in names], groups, units, losses, told)

    def _metric_of(self, name: str) -> str:
        return self._specs.of(name).name


def _asked(request: web.Request) -> Hashable:
    """What tells questions apart: two that name no end and come together get the same."""
    return (request.path, *sorted(request.query.items()))


def _max_lag(request: web.Request) -> int:
    given = request.query.get("max_lag", str(LONGEST_LAG))
    if not (given.isascii() and given.isdigit() and len(given) <= 4 and int(given) <= MOST_LAG):
        raise bad_parameter("max_lag", f"{given[:32]!r} is no whole number from 0 to {MOST_LAG}")
    return int(given)


def _method(request: web.Request) -> Method:
    given = request.query.get("method", METHODS[0])
    for method in METHODS:
        if given == method:
            return method
    raise bad_parameter("method", f"{given[:32]!r} is not allowed; it is {' or '.join(METHODS)}")
