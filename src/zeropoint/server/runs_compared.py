"""/api/v1/runs/compare."""

from collections.abc import Awaitable, Callable
from functools import partial
from http import HTTPStatus
from typing import Protocol, TypeVar

from aiohttp import web

from zeropoint.history.fault import Fault
from zeropoint.history.queries import TooSlowError
from zeropoint.insight.run_comparison import RunsCompared
from zeropoint.insight.run_series import RunSeries, read_series
from zeropoint.insight.runs_compared import ToCompare, compare_runs, life_of
from zeropoint.model import RunRecord
from zeropoint.server.errors import ApiError, bad_parameter, json_response
from zeropoint.server.history import OFF, OnHistory
from zeropoint.server.routes import Parameter
from zeropoint.server.runs import LONGEST_ID, from_disk

SIDE = {"type": "string", "minLength": 1, "maxLength": LONGEST_ID}
SIDES = (
    Parameter("a", "query", "Id of the run that the other is held against", SIDE),
    Parameter("b", "query", "Id of the other run", SIDE),
)

T = TypeVar("T")


class OnThread(Protocol):
    """Calls what computes on a thread of its own. It may raise TimeoutError."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]: ...


class Comparison:
    """Handler. `record` gives what is recorded of the run with an id, None where there is none, and raises as
    `server.runs.Runs` has it; `on_history` is None where no history is kept; `now` is in milliseconds since 1970."""

    def __init__(
        self,
        record: Callable[[str], Awaitable[RunRecord | None]],
        on_history: OnHistory | None,
        on_thread: OnThread,
        now: Callable[[], int],
    ) -> None:
        self._record = record
        self._on_history = on_history
        self._on_thread = on_thread
        self._now = now

    async def compare(self, request: web.Request) -> web.StreamResponse:
        ids = [_id(request, name) for name in ("a", "b")]
        if ids[0] == ids[1]:
            raise bad_parameter("b", "it is the same run as a; two are compared")
        now_ms = self._now()
        records = [await self._recorded(id) for id in ids]
        a, b = [ToCompare(record, await self._series(record, now_ms)) for record in records]
        try:
            answer: RunsCompared = await self._on_thread(partial(compare_runs, a, b, now_ms / 1000))
        except TimeoutError:
            message = "the runs could not be compared in time"
            raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "compare-busy", message) from None
        return json_response(answer)

    async def _recorded(self, id: str) -> RunRecord:
        record = await from_disk(self._record(id))
        if record is None:
            raise ApiError(HTTPStatus.NOT_FOUND, "unknown-run", "there is no run with this id", {"id": id})
        return record

    async def _series(self, record: RunRecord, now_ms: int) -> RunSeries:
        """Rows are compared without the history too."""
        life = life_of(record.entry, now_ms)
        if self._on_history is None:
            return RunSeries({}, OFF)
        if isinstance(life, str):
            return RunSeries({}, life)
        from_ms, to_ms = life
        try:
            return await self._on_history(lambda readers: read_series(record.workload, from_ms, to_ms, readers.queries))
        except Fault as fault:
            return RunSeries({}, f"the history: {fault}")
        except (TooSlowError, TimeoutError):
            return RunSeries({}, "the history could not be read in time")


def _id(request: web.Request, name: str) -> str:
    given = request.query.getall(name, [])
    if len(given) != 1 or not 0 < len(given[0]) <= LONGEST_ID:
        raise bad_parameter(name, "it is the id of a run, as /api/v1/runs tells it")
    return given[0]
