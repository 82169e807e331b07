"""The HTTP application: its table of routes and its middleware, nothing else."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import web

from zeropoint.insight.run_comparison import RunsCompared
from zeropoint.model import Gap, Hello, RunSteps, Sample
from zeropoint.server.access import Gate, Need, access_guard
from zeropoint.server.alerts import Alerts, AlertsAnswer
from zeropoint.server.clients import client_teller
from zeropoint.server.correlations import ANY, TWO, Correlations
from zeropoint.server.correlations_answers import CorrelationsAnswer, PairAnswer
from zeropoint.server.errors import errors_as_json
from zeropoint.server.exposition import Exposition
from zeropoint.server.front import Front
from zeropoint.server.headers import security_headers
from zeropoint.server.history import AT, WINDOW, Past
from zeropoint.server.history_answers import HistoryAnswer, MetricsAnswer, MomentAnswer
from zeropoint.server.hosts import host_guard
from zeropoint.server.limits import limits_guard
from zeropoint.server.live import MAX_WAIT_SECONDS, Live
from zeropoint.server.openapi import OpenApi
from zeropoint.server.origins import origin_guard, origin_headers
from zeropoint.server.pages import Pages
from zeropoint.server.polled import SamplesAnswer
from zeropoint.server.routes import Answer, Parameter, Route
from zeropoint.server.runs import FEWEST_POINTS, LONGEST_ID, MOST_POINTS, USUAL_POINTS, Runs, RunsAnswer
from zeropoint.server.runs_compared import SIDES, Comparison
from zeropoint.server.sections import SECTIONS
from zeropoint.server.signin import Credentials, SignedIn, SignIn, TicketAnswer
from zeropoint.server.status import HealthAnswer, HealthWord, ProbeAnswer, Status, VersionAnswer
from zeropoint.server.verdicts import Verdicts, VerdictsAnswer

TEXT: Mapping[str, Any] = {"type": "string"}
LAST_EVENT_ID = "Id of the last sample that was seen: what came after it is sent first"
UNHEALTHY = HTTPStatus.SERVICE_UNAVAILABLE


def routes(
    *,
    live: Live,
    status: Status,
    exposition: Exposition,
    runs: Runs,
    comparison: Comparison,
    verdicts: Verdicts,
    alerts: Alerts,
    past: Past,
    correlations: Correlations,
    pages: Pages,
    sign_in: SignIn,
    openapi: OpenApi,
) -> tuple[Route, ...]:
    """The table of routes, which /openapi.json describes."""
    facts = (HealthAnswer, HealthWord)
    health = (Answer(200, "It works", struct=facts), Answer(UNHEALTHY, "It does not", struct=facts))
    probe = (Answer(200, "Yes", struct=ProbeAnswer), Answer(UNHEALTHY, "No", struct=ProbeAnswer))
    page = (Answer(200, "The page", "text/html"),)
    openapi.routes = table = (
        Route(
            "/metrics/sse",
            "stream",
            "Each sample as a server-sent event; hello, gap, heartbeat and bye beside them",
            live.stream,
            "sections",
            (Answer(200, "The stream", "text/event-stream"),),
            (
                SECTIONS,
                Parameter("Last-Event-ID", "header", LAST_EVENT_ID, TEXT),
                Parameter("last_event_id", "query", LAST_EVENT_ID, TEXT),
            ),
            (Hello, Gap, Sample),
        ),
        Route(
            "/metrics/json",
            "samples",
            "The newest sample, or all samples after an id",
            live.newest,
            "sections",
            (Answer(200, "A sample, or with `since` several", struct=(Sample, SamplesAnswer)),),
            (
                SECTIONS,
                Parameter("since", "query", "All samples after this id, at most 600", {**TEXT, "examples": ["mdz-1"]}),
                Parameter(
                    "wait",
                    "query",
                    "Seconds to wait for the next sample where there is none after `since`",
                    {"type": "number", "minimum": 0, "maximum": MAX_WAIT_SECONDS},
                ),
            ),
        ),
        Route("/", "root", "Leads to the page", pages.root, "open", (Answer(302, "Where the page is", None),)),
        Route("/health", "health", "State of the appliance with reasons", status.health, "open", health),
        Route("/healthz", "healthz", "The same as /health", status.health, "open", health),
        Route("/livez", "livez", "Whether the process answers", status.live, "open", probe),
        Route("/readyz", "readyz", "Whether it takes samples", status.ready, "open", probe),
        Route(
            "/version",
            "version",
            "What runs here",
            status.version,
            "status",
            (Answer(200, "It", struct=VersionAnswer),),
        ),
        Route(
            "/metrics",
            "exposition",
            "The newest sample as OpenMetrics or Prometheus text, by Accept",
            exposition.metrics,
            "sections",
            (Answer(200, "The exposition", "text/plain"),),
            (SECTIONS,),
        ),
        Route(
            "/api/v1/runs",
            "runs",
            "The runs of all kinds, newest first",
            runs.runs,
            "read",
            (Answer(200, "The runs", struct=RunsAnswer),),
        ),
        Route(
            "/api/v1/runs/steps",
            "run_steps",
            "Rows that a run has written, as columns",
            runs.steps,
            "read",
            (Answer(200, "The rows", struct=RunSteps),),
            (
                Parameter("id", "query", "Id of the run", {**TEXT, "minLength": 1, "maxLength": LONGEST_ID}),
                Parameter(
                    "points",
                    "query",
                    "At most so many rows, evenly spread over all",
                    {"type": "integer", "minimum": FEWEST_POINTS, "maximum": MOST_POINTS, "default": USUAL_POINTS},
                ),
            ),
        ),
        Route(
            "/api/v1/runs/compare",
            "runs_compared",
            "Two runs held against one another: by how much they differ, and how sure that is",
            comparison.compare,
            "read",
            (Answer(200, "The comparison", struct=RunsCompared),),
            SIDES,
        ),
        Route(
            "/api/v1/verdicts",
            "verdicts",
            "What is wrong with work and machine by the evidence, now and lately",
            verdicts.verdicts,
            "read",
            (Answer(200, "The verdicts", struct=VerdictsAnswer),),
        ),
        Route(
            "/api/v1/alerts",
            "alerts",
            "The rules of alerts and how they stand, what fired lately, and what became of its notices",
            alerts.alerts,
            "read",
            (Answer(200, "All of it; empty lists where no rules are set", struct=AlertsAnswer),),
        ),
        Route(
            "/api/v1/history",
            "history",
            "Stored series as columns: mean, least and most of each pixel, or each sample",
            past.history,
            "sections",
            (Answer(200, "The columns", struct=HistoryAnswer),),
            WINDOW,
        ),
        Route(
            "/api/v1/correlations",
            "correlations",
            "Which stored series go together, at which lag, and how sure that is",
            correlations.correlations,
            "read",
            (Answer(200, "The pairs", struct=CorrelationsAnswer),),
            ANY,
        ),
        Route(
            "/api/v1/correlations/pair",
            "correlation",
            "Two stored series as they were compared, and their coefficient at each lag",
            correlations.pair,
            "read",
            (Answer(200, "The pair", struct=PairAnswer),),
            TWO,
        ),
        Route(
            "/api/v1/metrics",
            "metrics",
            "Every series that is stored or in the newest sample, with what is known of it",
            past.metrics,
            "sections",
            (Answer(200, "The series", struct=MetricsAnswer),),
            (SECTIONS,),
        ),
        Route(
            "/api/v1/sample",
            "sample",
            "The whole sample of a past moment",
            past.sample,
            "sections",
            (Answer(200, "The newest at or before the moment", struct=MomentAnswer),),
            (AT, SECTIONS),
        ),
        *access_routes(sign_in),
        Route("/control/metrics", "page", "The dashboard", pages.page, "open", page),
        Route(
            "/static/{name}",
            "static",
            "Files of the page, and metrics_client.js for any website",
            pages.static,
            "open",
            (Answer(200, "The file", "text/javascript"),),
            (Parameter("name", "path", "Name of the file", TEXT),),
        ),
        Route("/favicon.ico", "icon", "The icon", pages.icon, "open", (Answer(200, "The icon", "image/svg+xml"),)),
        Route("/openapi.json", "openapi", "This description", openapi.answer, "read", (Answer(200, "OpenAPI 3.1"),)),
    )
    return table


def access_routes(sign_in: SignIn) -> tuple[Route, ...]:
    """What a token is exchanged for."""
    return (
        Route(
            "/sign-in",
            "sign_in",
            "Exchanges a token for the session of a browser, whose cookie authorises GET from the same origin",
            sign_in.sign_in,
            "open",
            (Answer(200, "The session, and its cookie", struct=SignedIn),),
            methods=("POST",),
            body=Credentials,
        ),
        Route(
            "/sign-out",
            "sign_out",
            "Ends the session of the cookie",
            sign_in.sign_out,
            "open",
            (Answer(204, "The cookie is taken back", None),),
            methods=("POST",),
        ),
        Route(
            "/api/v1/tickets",
            "ticket",
            "A ticket that stands for the token in one URL, as ?ticket=, once and for 30 s",
            sign_in.ticket,
            "status",
            (Answer(200, "The ticket", struct=TicketAnswer),),
            methods=("POST",),
        ),
    )


def application(
    table: Iterable[Route],
    gate: Gate,
    allowed_hosts: Iterable[str],
    allowed_origins: Iterable[str],
    *,
    front: Front,
    embed_origins: Iterable[str] = (),
) -> web.Application:
    """The application that serves `table` under our own host names, behind `front`, to whom `gate` lets in. Pages
    of `embed_origins` show the page in a frame."""
    needs: dict[str | None, Need] = {route.name: route.need for route in table}
    app = web.Application(
        middlewares=[
            client_teller(front.crowd.bounds.trusted),
            limits_guard(front.limits),
            errors_as_json,
            host_guard(allowed_hosts),
            origin_guard(allowed_origins),
            # What no route matches is answered with 404 or 405, to everybody.
            access_guard(gate, lambda request: needs.get(request.match_info.route.name, "open")),
        ],
        client_max_size=front.limits.body_bytes,
    )
    for route in table:
        resource = app.router.add_resource(route.path, name=route.name)
        for method in route.methods:
            resource.add_route(method, route.handler)
    app.on_response_prepare.append(security_headers(embed_origins))
    app.on_response_prepare.append(origin_headers(allowed_origins))
    if front.audit is not None:
        app.on_response_prepare.append(front.audit.answered)
    return app
