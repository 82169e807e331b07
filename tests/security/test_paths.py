"""Case 10: access sees the same path that the router sees, however it is written. Case 12: no way out of the page's
files."""

import pytest

from tests.security.asking import head_of
from tests.security.conftest import Guarded
from tests.security.table import target
from tests.support.tokens import bearer
from zeropoint.server.routes import Route

# Each writes a path in another way; some mean the same to a router, which access then must see too.
SPELLINGS = {
    "doubled": lambda path: "/" + path,
    "doubled inside": lambda path: path.replace("/", "//"),
    "trailing slash": lambda path: path + "/",
    "trailing dot": lambda path: path + "/.",
    "dots in front": lambda path: "/." + path,
    "up and down": lambda path: "/static/.." + path,
    "encoded dots": lambda path: "/static/%2e%2e" + path,
    "encoded letter": lambda path: f"/%{ord(path[1:2] or '/'):02x}{path[2:]}",
    "encoded twice": lambda path: f"/%25{ord(path[1:2] or '/'):02x}{path[2:]}",
    "encoded slash": lambda path: path[:1] + path[1:].replace("/", "%2f") + "%2f",
    "encoded slash in front": lambda path: "/%2f" + path[1:],
    "upper case": lambda path: path.upper(),
    "parameter": lambda path: path + ";a=b",
    "parameter inside": lambda path: path[:1] + ";x/" + path[1:],
    "zero byte": lambda path: path + "%00",
    "line end": lambda path: path + "%0d%0a",
    "space": lambda path: path + "%20",
    "backslash": lambda path: path.replace("/", "\\"),
    "fragment": lambda path: path + "#/livez",
    "query that looks like a path": lambda path: path + "?/livez",
    "absolute": lambda path: "http://localhost" + path,
    "absolute with a user": lambda path: "http://livez@localhost" + path,
    "absolute without a host": lambda path: "http://" + path,
    "scheme of another kind": lambda path: "file://localhost" + path,
    "overlong": lambda path: path + "/%c0%ae%c0%ae/livez",
    "full width": lambda path: path.replace("/", "%ef%bc%8f"),
    "no slash": lambda path: path[1:] or "*",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_no_spelling_of_a_path_is_let_in_that_the_path_is_not(
    guarded: Guarded, routes: tuple[Route, ...], spelling: str
):
    for route in routes:
        if route.need == "open" or "GET" not in route.methods:
            continue
        written = SPELLINGS[spelling](target(route))
        statuses = {
            state: head_of(guarded.appliance, written, "GET", bearer(guarded.tokens[state])).status
            for state in ("none", "revoked", "status", "admin")
        }
        assert all(status < 500 for status in statuses.values()), (written, statuses)
        for state in ("none", "revoked"):
            # 302: a redirect tells nothing. 200: a page that everybody gets, as the path of /livez in front is.
            assert statuses[state] in {302, 400, 401, 403, 404, 421}, (written, statuses)
        if statuses["admin"] == 200:  # the router took it for the route, so the guard did too
            assert (statuses["none"], statuses["revoked"]) == (401, 401), (written, statuses)


@pytest.mark.parametrize(
    "name",
    [
        "../model.py",
        "..%2fmodel.py",
        "%2e%2e/%2e%2e/model.py",
        "%2e%2e%2fmodel.py",
        "..%5cmodel.py",
        "....//model.py",
        "%252e%252e%252fmodel.py",
        "/etc/passwd",
        "%2fetc%2fpasswd",
        "file:%2f%2f%2fetc%2fpasswd",
        "metrics_client.js%00.html",
        "metrics_client.js/../../model.py",
        "METRICS_CLIENT.JS",
        ".",
        "..",
        "%c0%ae%c0%ae/model.py",
        "__init__.py",
        "CON",
        "~root",
        "x" * 4000,
    ],
)
def test_only_files_of_the_page_are_served(guarded: Guarded, name: str):
    answer = head_of(guarded.appliance, f"/static/{name}", "GET", bearer(guarded.tokens["admin"]))
    assert answer.status in {400, 404}, name
    assert b"root:" not in answer.body and b"import" not in answer.body
