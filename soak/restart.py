"""A restart under 2,000 subscribers, in real time."""

import statistics
import tempfile
from pathlib import Path

from bench.report import Goal, Report
from tests.chaos.restart import busiest, restart

SUBSCRIBERS = 2000
MOST_SECONDS = 30.0
WINDOW_SECONDS = 1.0


def measure() -> Report:
    with tempfile.TemporaryDirectory() as name:
        restarted = restart(Path(name), SUBSCRIBERS, speed=1.0)
    with tempfile.TemporaryDirectory() as name:
        killed = restart(Path(name), SUBSCRIBERS, speed=1.0, is_killed=True).seconds_away
    most_of_killed = busiest(killed, WINDOW_SECONDS)
    away, records = restarted.seconds_away, restarted.records
    most = busiest(away, WINDOW_SECONDS)
    whole = sum(
        one["greeting"][:2] == ["retry", "hello"]
        and {"message"} <= set(one["greeting"][2:]) <= {"message", "heartbeat", "retry"}
        and not one["gap"]
        and not one["doubled"]
        for one in records
    )
    waits = [one["left_retry_ms"] / 1000 for one in records]
    rows = [
        ("Subscribers", f"{SUBSCRIBERS:,}"),
        ("Waits that the goodbyes asked for", f"{min(waits):.1f} to {max(waits):.1f} s"),
        ("Back after the first goodbye: the first, half of them, the last", _times(away)),
        ("Most that came back within one second", f"{most} ({100 * most / SUBSCRIBERS:.1f} %)"),
        ("Back after it was killed: the first, half of them, the last", _times(killed)),
        (
            "Most that came back within one second then",
            f"{most_of_killed} ({100 * most_of_killed / SUBSCRIBERS:.1f} %)",
        ),
        ("Needed more than one attempt", f"{sum(one['failures'] > 1 for one in records)}"),
        ("Went on where they were, out of the journal", f"{whole:,}"),
    ]
    goals = [
        Goal("All hear the goodbye", all(one["bye"] for one in records)),
        Goal(f"All are back within {MOST_SECONDS:.0f} s", len(away) == SUBSCRIBERS and away[-1] <= MOST_SECONDS),
        Goal(
            "No window of one second holds more than a fifth of them, after either",
            max(most, most_of_killed) <= SUBSCRIBERS / 5,
        ),
        Goal("Each misses nothing, and gets nothing twice", whole == SUBSCRIBERS),
    ]
    return Report("restart", ("", "figure"), rows, goals)


def _times(away: list[float]) -> str:
    return f"{away[0]:.1f}, {statistics.median(away):.1f}, {away[-1]:.1f} s"
