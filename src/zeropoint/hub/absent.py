"""Answers of the usual form that hold nothing but the reason why they do."""

import time

import msgspec
from multidict import MultiMapping

from zeropoint.history.moments import parse_moment, rfc3339
from zeropoint.model import Unavailable
from zeropoint.server.history import USUAL_WINDOW_MS
from zeropoint.server.history_answers import HistoryAnswer, MetricsAnswer, encode_moment
from zeropoint.server.runs import RunsAnswer

MOST_NAMES = 64


def absent_answer(path: str, query: MultiMapping[str], reason: str) -> bytes | None:
    """The JSON of an answer without anything in it; None where an answer to `path` has no place for a reason."""
    if path == "/api/v1/history":
        return msgspec.json.encode(absent_history(query, reason))
    if path == "/api/v1/metrics":
        return msgspec.json.encode(MetricsAnswer([], [Unavailable(path="metrics", reason=reason)]))
    if path == "/api/v1/sample":
        return encode_moment(None, reason)
    if path == "/api/v1/runs":
        return msgspec.json.encode(RunsAnswer([], [Unavailable(path="runs", reason=reason)]))
    return None


def absent_history(query: MultiMapping[str], reason: str) -> HistoryAnswer:
    until_ms = parse_moment(query.get("to", "")) or int(time.time() * 1000)
    since_ms = parse_moment(query.get("from", "")) or max(0, until_ms - USUAL_WINDOW_MS)
    return HistoryAnswer(
        timestamps=[],
        series={},
        tier="samples",
        interval_seconds=1.0,
        since=rfc3339(since_ms),
        until=rfc3339(until_ms),
        gaps=[],
        unavailable=[Unavailable(path=name, reason=reason) for name in query.getall("metric", [])[:MOST_NAMES]],
    )
