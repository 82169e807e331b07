"""How an attempt to read samples ends. Messages are sentences for people."""

from collections.abc import Mapping
from typing import Literal

from zeropoint.client.backoff import retry_after_seconds
from zeropoint.client.events import StateName


class ProtocolError(Exception):
    """The server, or something that answers in its place, does not keep to the contract."""


Cause = Literal["unreachable", "status", "content", "silent", "buffered", "ended"]
"""No answer; an answer that is not 200; not what was asked for; nothing came (any more); it came late, in bunches; it
broke off."""


class AttemptError(Exception):
    """It did not work, and another attempt may. `retry_after_seconds` is what the server asked to wait, if it did."""

    def __init__(self, cause: Cause, reason: str, retry_after_seconds: float | None = None) -> None:
        super().__init__(reason)
        self.cause = cause
        self.reason = reason
        self.retry_after_seconds = retry_after_seconds

    @property
    def is_of_the_stream_alone(self) -> bool:
        """The server answered, and what came was useless: a poll may do better."""
        return self.cause in ("silent", "content", "buffered")


class ServerLeftError(Exception):
    """The server said goodbye."""

    reason = "the server is shutting down"


class FeedRefusedError(Exception):
    """The server said no, and another attempt would get the same answer. `state` is `signed-out` or `stopped`."""

    def __init__(self, state: StateName, reason: str) -> None:
        super().__init__(reason)
        self.state = state
        self.reason = reason


PASSING = {408, 425, 429}
"""Client errors that pass by themselves: request timeout, too early, too many requests."""


def judge_status(status: int, headers: Mapping[str, str], now_epoch_seconds: float) -> None:
    """Raises what an answer's status means, if that is not 200."""
    match status:
        case 200:
            return
        case 204:
            raise FeedRefusedError("stopped", "the server says that there is nothing to read here (204)")
        case 401:
            raise FeedRefusedError("signed-out", "the server asks for a token (401)")
        case 403:
            raise FeedRefusedError("signed-out", "the token does not allow this (403)")
        case 404:
            raise FeedRefusedError("stopped", "there is no appliance at this address (404)")
        case _ if 400 <= status < 500 and status not in PASSING:
            raise FeedRefusedError("stopped", f"the server refuses the request ({status})")
    wait = retry_after_seconds(headers.get("Retry-After"), now_epoch_seconds)
    raise AttemptError("status", f"the server answered {status}", wait)


def judge_content_type(headers: Mapping[str, str], wanted: str) -> None:
    """Holds an answer to its media type; parameters like charset are let through."""
    got = headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if got != wanted:
        raise AttemptError("content", f"expected {wanted}, got {got or 'no content type'}")


def broken(cause: Literal["unreachable", "ended"], error: Exception) -> AttemptError:
    """What an exception of the network means."""
    what = "the server cannot be reached" if cause == "unreachable" else "the connection broke"
    return AttemptError(cause, f"{what} ({str(error) or type(error).__name__})")
