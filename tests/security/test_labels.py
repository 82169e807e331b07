"""Case 15: what a request is like makes no series: whoever asks must not fill the memory of who stores them."""

import secrets

from tests.security.asking import head_of
from tests.security.conftest import Guarded
from tests.support.tokens import bearer


def series(guarded: Guarded) -> set[str]:
    text = guarded.appliance.request("/metrics", headers=bearer(guarded.tokens["read"])).body.decode()
    return {line.rpartition(" ")[0] for line in text.splitlines() if not line.startswith("#")}


def test_no_request_makes_a_series_or_a_label(guarded: Guarded):
    canary = f"canary{secrets.token_hex(4)}"
    for number in range(300):
        name = f"{canary}{number}"
        head_of(guarded.appliance, f"/{name}", name.upper())
        head_of(guarded.appliance, f"/static/{name}", "GET", {"User-Agent": name, "Origin": f"https://{name}.example"})
        head_of(guarded.appliance, f"/metrics/json?{name}={name}", "GET", bearer(name))
    told = series(guarded)
    assert not [one for one in told if canary in one.lower()]
    assert not [one for one in told if "http_request" in one or "http_route" in one]
    names = guarded.appliance.request("/api/v1/metrics", headers=bearer(guarded.tokens["read"])).body
    assert canary.encode() not in names.lower()
