"""What a session works on and with; nothing of it is global."""

import aiohttp
from msgspec import Struct

from zeropoint.client.backoff import Random
from zeropoint.client.endpoint import Endpoint
from zeropoint.client.timing import Clock, Timing


class Context(Struct, frozen=True):
    endpoint: Endpoint
    http: aiohttp.ClientSession
    timing: Timing
    clock: Clock
    random: Random
