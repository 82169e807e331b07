"""/api/v1/runs and /api/v1/runs/steps."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated, TypeVar

from aiohttp import web
from msgspec import Meta, Struct

from zeropoint.model import RunEntry, RunSteps, Unavailable
from zeropoint.server.errors import ApiError, bad_parameter, json_response

FEWEST_POINTS, MOST_POINTS, USUAL_POINTS = 2, 5000, 500
LONGEST_ID = 200

T = TypeVar("T")


class RunsAnswer(Struct, frozen=True):
    """Runs of all kinds."""

    runs: Annotated[list[RunEntry], Meta(description="The newest first, at most 500")]
    unavailable: Annotated[list[Unavailable], Meta(description="Why there may be more of them")]


class Runs:
    """Handlers. `listed` gives the runs, and why there may be more; `steps` at most so many rows of the run with an id,
    None where there is none. Both raise TimeoutError where the disk does not answer, OSError where it fails."""

    def __init__(
        self,
        listed: Callable[[], Awaitable[tuple[list[RunEntry], str | None]]],
        steps: Callable[[str, int], Awaitable[RunSteps | None]],
    ) -> None:
        self._listed = listed
        self._steps = steps

    async def runs(self, request: web.Request) -> web.StreamResponse:
        runs, shortfall = await from_disk(self._listed())
        missing = [Unavailable(path="runs", reason=shortfall)] if shortfall else []
        return json_response(RunsAnswer(runs, missing))

    async def steps(self, request: web.Request) -> web.StreamResponse:
        run = request.query.get("id", "")
        if not 0 < len(run) <= LONGEST_ID:
            raise bad_parameter("id", "it is the id of a run, as /api/v1/runs tells it")
        steps = await from_disk(self._steps(run, _points(request)))
        if steps is None:
            raise ApiError(HTTPStatus.NOT_FOUND, "unknown-run", "there is no run with this id", {"id": run})
        return json_response(steps)


def _points(request: web.Request) -> int:
    given = request.query.get("points", str(USUAL_POINTS))
    if not (given.isascii() and given.isdigit() and len(given) <= 4 and FEWEST_POINTS <= int(given) <= MOST_POINTS):
        raise bad_parameter("points", f"{given[:32]!r} is no whole number from {FEWEST_POINTS} to {MOST_POINTS}")
    return int(given)


async def from_disk(answer: Awaitable[T]) -> T:
    """What the disk answers; ApiError where it does not in time, or fails."""
    try:
        return await answer
    except TimeoutError:
        raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "disk-busy", "the artifacts could not be read in time") from None
    except OSError as error:
        message = f"the run cannot be read: {error.strerror}"
        raise ApiError(HTTPStatus.SERVICE_UNAVAILABLE, "disk-failed", message) from None
