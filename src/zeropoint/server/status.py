"""/health, /livez, /readyz and /version."""

import json
import platform
from collections.abc import Callable
from http import HTTPStatus
from importlib import metadata
from importlib.resources import files
from typing import Annotated

from aiohttp import web
from msgspec import Meta, Struct

from zeropoint.feed.broadcaster import Statistics
from zeropoint.health import Verdict
from zeropoint.model import CONTRACT_VERSION, Health, Unavailable
from zeropoint.server.access import Gate
from zeropoint.server.errors import json_response


class HealthAnswer(Struct, frozen=True, kw_only=True):
    """State of the appliance."""

    status: Health
    reasons: Annotated[list[str], Meta(description="What is wrong, a line each")]
    mocks_disabled: Annotated[bool, Meta(description="Always true: there are none")]
    clients: Annotated[int, Meta(description="Subscribers of the stream")]
    queue_size: Annotated[int, Meta(description="Frames waiting over all subscribers")]
    uptime_seconds: float
    last_sample_age_seconds: float | None


class HealthWord(Struct, frozen=True):
    """What everybody may know of the state, also without a token."""

    status: Health


class VersionAnswer(Struct, frozen=True, kw_only=True):
    """What runs here."""

    version: str
    commit: Annotated[str | None, Meta(description="Revision of the source, where the installation recorded it")]
    python: str
    contract: Annotated[int, Meta(description="Version of the wire contract")]
    unavailable: list[Unavailable]


class ProbeAnswer(Struct, frozen=True):
    """Answer to a supervisor."""

    ok: bool


class Status:
    """Handlers; `statistics` are of the feed, `judge` gives the present verdict, `uptime` and `sample_age` are in
    seconds."""

    def __init__(
        self,
        gate: Gate,
        statistics: Callable[[], Statistics],
        judge: Callable[[], Verdict],
        uptime: Callable[[], float],
        sample_age: Callable[[], float | None],
    ) -> None:
        self._gate = gate
        self._statistics = statistics
        self._judge = judge
        self._uptime = uptime
        self._sample_age = sample_age

    async def health(self, request: web.Request) -> web.StreamResponse:
        verdict, statistics = self._judge(), self._statistics()
        code = HTTPStatus.SERVICE_UNAVAILABLE if verdict.status == "unhealthy" else HTTPStatus.OK
        if not self._gate.sees(request, "status"):
            return json_response(HealthWord(verdict.status), code)
        answer = HealthAnswer(
            status=verdict.status,
            reasons=verdict.reasons,
            mocks_disabled=True,
            clients=statistics.clients,
            queue_size=statistics.queue_size,
            uptime_seconds=round(self._uptime(), 3),
            last_sample_age_seconds=self._sample_age(),
        )
        return json_response(answer, code)

    async def live(self, request: web.Request) -> web.StreamResponse:
        """The process answers: that is all that /livez says.

        An element on a site that may read nothing asks it, to tell a missing permission from a missing appliance.
        """
        return json_response(ProbeAnswer(ok=True), headers={"Cross-Origin-Resource-Policy": "cross-origin"})

    async def ready(self, request: web.Request) -> web.StreamResponse:
        ready = self._judge().status != "unhealthy"
        return json_response(ProbeAnswer(ok=ready), HTTPStatus.OK if ready else HTTPStatus.SERVICE_UNAVAILABLE)

    async def version(self, request: web.Request) -> web.StreamResponse:
        return json_response(version_answer())


def version_answer() -> VersionAnswer:
    commit = recorded_commit()
    missing = [] if commit else [Unavailable(path="commit", reason="this installation records no revision")]
    return VersionAnswer(
        version=metadata.version("zeropoint"),
        commit=commit,
        python=platform.python_version(),
        contract=CONTRACT_VERSION,
        unavailable=missing,
    )


def recorded_commit() -> str | None:
    """The revision that the build wrote into the package, or that pip recorded when it installed from a repository."""
    written = files("zeropoint").joinpath("commit.txt")
    if written.is_file():
        return written.read_text().strip()
    recorded = metadata.distribution("zeropoint").read_text("direct_url.json")
    commit = json.loads(recorded or "{}").get("vcs_info", {}).get("commit_id")
    return str(commit) if commit else None
