import pytest

from tests.support.receiver import Reply, receiving
from zeropoint.fleet.remote_write_post import Outcome, Post, outcome_of
from zeropoint.fleet.remote_write_target import Target

NOW = 1_796_000_000.0


@pytest.mark.parametrize(
    ("kind", "statuses"),
    [("accepted", (200, 204)), ("later", (301, 429, 500, 503)), ("refused", (400, 401, 404, 413, 422))],
)
def test_an_answer_means_what_the_standard_says(kind: str, statuses: tuple[int, ...]):
    for status in statuses:
        outcome = outcome_of(status, b"", None, NOW)
        assert (outcome.kind, outcome.status) == (kind, status)
        assert kind == "accepted" or f"HTTP {status}" in outcome.reason


def test_of_what_a_store_says_only_known_words_are_shown():
    said = b"out of order sample for {secret='\x1b[31m'}"
    assert outcome_of(400, said, None, NOW) == Outcome("refused", "HTTP 400: out of order", 400, is_late=True)
    assert outcome_of(400, b"<script>", None, NOW).reason == "HTTP 400"


async def test_a_request_is_as_the_standard_asks():
    with receiving() as receiver:
        receiver.reply = lambda request: Reply(429, b"slow down", {"Retry-After": "7"})
        post = Post(Target(f"http://me:pass@127.0.0.1:{receiver.port}/push"))
        assert await post.send(b"body") == Outcome("later", "HTTP 429", 429, 7.0)
        await post.close()
        ((request, _),) = receiver.requests
    assert (request.path, request.body) == ("/push", b"body")
    headers = {name.lower(): text for name, text in request.headers.items()}
    assert headers["content-encoding"] == "snappy"
    assert headers["content-type"] == "application/x-protobuf"
    assert headers["x-prometheus-remote-write-version"] == "0.1.0"
    assert headers["user-agent"].startswith("zeropoint/")
    assert headers["authorization"] == "Basic bWU6cGFzcw=="


async def test_a_redirect_is_not_followed_and_takes_no_credentials_along():
    with receiving() as elsewhere, receiving() as receiver:
        location = f"http://127.0.0.1:{elsewhere.port}/"
        receiver.reply = lambda request: Reply(307, b"", {"Location": location})
        post = Post(Target(f"http://me:pass@127.0.0.1:{receiver.port}"))
        assert (await post.send(b"body")).kind == "later"
        await post.close()
        assert not elsewhere.requests


async def test_a_store_that_is_not_there_or_talks_nonsense_is_tried_later():
    post = Post(Target("http://127.0.0.1:9"))
    assert await post.send(b"body") == Outcome("later", "it cannot be reached: Connection refused")
    await post.close()
