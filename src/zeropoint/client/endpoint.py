"""Where the appliance is and how it is asked: URLs, credentials and what both transports share."""

import re
from collections.abc import Mapping, Sequence

import aiohttp
from msgspec import Struct
from yarl import URL

PAGE = "/control/metrics"
NO_TIMEOUT = aiohttp.ClientTimeout()
"""How long an answer may take is the watchdog's to say."""


class Endpoint(Struct, frozen=True):
    base: URL
    """It ends in a slash, so that a base path of a reverse proxy is kept."""
    sections: tuple[str, ...]
    token: str | None

    def url(self, path: str, query: Mapping[str, str]) -> URL:
        sections = {"sections": ",".join(self.sections)} if self.sections else {}
        return self.base.joinpath(path).with_query({**sections, **query})

    def headers(self, accept: str) -> dict[str, str]:
        # A cache on the way has nothing to add to a live feed.
        headers = {"Accept": accept, "Cache-Control": "no-store"}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        return headers


def make_endpoint(url: str, token: str | None, sections: Sequence[str]) -> Endpoint:
    """Raises ValueError for what no request could be made with, before the first request instead of with each."""
    base = URL(url)
    if base.scheme not in ("http", "https") or not base.host:
        raise ValueError(f"{url!r} is no http address")
    if base.user is not None or base.password is not None:
        raise ValueError("the address must not hold a user name or password; give a token")
    if isinstance(sections, str):
        raise ValueError(f"sections is a list of names, not the text {sections!r}")
    if token is not None and not re.fullmatch(r"[!-~]+", token):
        raise ValueError("the token holds characters that no header can carry")
    # The page's own address will do: it is what `zeropoint serve` prints.
    path = base.path.rstrip("/").removesuffix(PAGE)
    return Endpoint(base.with_path(path + "/"), tuple(sections), token)


def make_http() -> aiohttp.ClientSession:
    """A session for the requests of one client. To be made where the event loop runs."""
    return aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), middlewares=(_ask_once,))


async def _ask_once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """By itself, aiohttp asks a second time at once when a connection is cut: after a restart all would come twice."""
    try:
        return await handler(request)
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as error:
        raise aiohttp.ClientConnectionError(str(error)) from error


async def request(http: aiohttp.ClientSession, url: URL, headers: Mapping[str, str]) -> aiohttp.ClientResponse:
    """Asks; whatever the session that was given does by default, a status is for the caller to judge."""
    return await http.get(url, headers=headers, timeout=NO_TIMEOUT, raise_for_status=False)
