"""One poll of /metrics/json."""

import aiohttp

from zeropoint.client.context import Context
from zeropoint.client.endpoint import request
from zeropoint.client.outcome import AttemptError, ProtocolError, broken, judge_content_type, judge_status
from zeropoint.client.watchdog import SilenceError, Watchdog
from zeropoint.client.wire import Batch, decode_batch, decode_sample

MEDIA_TYPE = "application/json"
ANSWER_GRACE_SECONDS = 10.0
"""What a poll may take over the time that it lets the server wait."""
LONGEST_ANSWER_BYTES = 64 * 1024 * 1024
"""Twice what the appliance keeps in memory."""


async def poll(context: Context, since: str | None) -> Batch:
    """Asks for what came after `since`, waiting for it (long poll), or, without `since`, for the newest sample.

    Raises AttemptError or FeedRefusedError.
    """
    limit_seconds = context.timing.poll_wait_seconds + ANSWER_GRACE_SECONDS
    try:
        async with Watchdog(context.clock, limit_seconds):
            text = await _ask(context, since)
        return decode_batch(text) if since is not None else Batch(None, [(decode_sample(text), len(text))])
    except SilenceError:
        raise AttemptError("silent", f"no answer within {limit_seconds:g} s") from None
    except ProtocolError as error:
        raise AttemptError("content", str(error)) from None
    except (aiohttp.ClientError, OSError) as error:
        raise broken("unreachable", error) from error


async def _ask(context: Context, since: str | None) -> str:
    endpoint = context.endpoint
    query = {} if since is None else {"since": since, "wait": f"{context.timing.poll_wait_seconds:g}"}
    response = await request(context.http, endpoint.url("metrics/json", query), endpoint.headers(MEDIA_TYPE))
    async with response:
        judge_status(response.status, response.headers, context.clock.epoch_seconds())
        judge_content_type(response.headers, MEDIA_TYPE)
        body = bytearray()
        while chunk := await response.content.readany():
            body += chunk
            if len(body) > LONGEST_ANSWER_BYTES:
                raise ProtocolError(f"an answer is longer than {LONGEST_ANSWER_BYTES} bytes")
        return body.decode("utf-8-sig", "replace")
