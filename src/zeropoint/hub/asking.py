"""What only a machine itself knows: its history, its runs. A hub asks it over the bus, without any credentials.

A machine that does not answer has its history asked of the store, where there is one. Where neither answers, it is null
with the reason.
"""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from urllib.parse import urlencode

from aiohttp import web
from aiohttp.typedefs import Handler

from zeropoint.fleet.asking import Answered, NoAnswerError
from zeropoint.fleet.identity import Machine
from zeropoint.fleet.machines import Known
from zeropoint.hub.absent import absent_answer
from zeropoint.hub.selecting import Selecting
from zeropoint.server.errors import ApiError, json_response

# Of the query: whose it is and what let it in are the hub's alone.
OWN_PARAMETERS = frozenset({"host", "ticket"})
HISTORY = "/api/v1/history"

# Asks a machine for a path and a query; raises NoAnswerError.
Ask = Callable[[Machine, str, str], Awaitable[Answered]]
# Asks the store for a machine's history; raises NoAnswerError, or ApiError for a request that is wrong.
AskStore = Callable[[Known, web.Request], Awaitable[bytes]]


class Asking:
    """Makes handlers."""

    def __init__(self, selecting: Selecting, ask: Ask, ask_store: AskStore | None) -> None:
        self._selecting = selecting
        self._ask = ask
        self._ask_store = ask_store

    def handler(self, path: str) -> Handler:
        """Answers `path` as the machine does that the request names."""

        async def handle(request: web.Request) -> web.StreamResponse:
            known = self._selecting.needed(request)
            machine = known.machine
            query = urlencode([(name, text) for name, text in request.query.items() if name not in OWN_PARAMETERS])
            try:
                answered = await self._ask(machine, path, query)
                if answered.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                    return json_response(answered.body, answered.status)
                reason = f"{machine.name} could not answer it"
            except NoAnswerError as error:
                reason = f"{machine.name} {error}"
            return json_response(await self._otherwise(request, known, path, reason))

        return handle

    async def _otherwise(self, request: web.Request, known: Known, path: str, reason: str) -> bytes:
        """What is answered in a machine's place. Raises ApiError where there is no such answer."""
        if path == HISTORY and self._ask_store is not None:
            try:
                return await self._ask_store(known, request)
            except NoAnswerError as error:
                reason = f"{reason}, and the store {error}"
        elif path == HISTORY:
            reason = f"{reason}, and no store is set (setting store)"
        answer = absent_answer(path, request.query, reason)
        if answer is None:
            raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "no-answer", reason)
        return answer
