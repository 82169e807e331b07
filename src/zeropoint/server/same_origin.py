"""Whether a request comes from the appliance's own page: the defence of what a cookie alone may do (CSRF)."""

from aiohttp import web
from yarl import URL

# `none`: a person has typed the address, or followed a bookmark.
OWN_SITES = frozenset({"same-origin", "none"})


def is_same_origin(request: web.Request) -> bool:
    """Whether no other origin has a part in a request.

    The browser says so in Sec-Fetch-Site, which no page can set; over plain HTTP to a name it does not, and tells the
    Origin of all but plain GETs alone. SameSite=Strict keeps other sites' requests without the cookie, but another port
    of the same host is no other site.
    """
    sites = request.headers.getall("Sec-Fetch-Site", [])
    if sites:
        return len(sites) == 1 and sites[0] in OWN_SITES
    origins = request.headers.getall("Origin", [])
    return not origins or (len(origins) == 1 and _authority(origins[0]) == request.headers.get("Host", "").lower())


def _authority(origin: str) -> str | None:
    """Host and port of an origin, without a port that is its scheme's own; None for what is none."""
    try:
        url = URL(origin)
        return url.authority.lower() if url.scheme in ("http", "https") and url.host else None
    except ValueError:
        return None
