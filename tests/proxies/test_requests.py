"""Everything but the stream, through real proxies."""

import gzip
import json
import re
from urllib.parse import urljoin, urlsplit

from tests.proxies.configurations import SHARED_NAME, Certificate
from tests.proxies.door import Door
from tests.support.process import Appliance

LINKS = re.compile(r'(?:src|href)="([^":]+)"')
HEADERS_OF_FILES = ("content-type", "content-encoding", "etag", "cache-control", "content-security-policy")


def test_a_long_poll_lasts_until_the_next_sample(door: Door):
    newest = door.get("metrics/json").json["id"]
    answer = door.get(f"metrics/json?since={newest}&wait=30")
    epoch, sequence = newest.split("-")
    assert answer.json["samples"][0]["id"] == f"{epoch}-{int(sequence) + 1}"
    assert answer.headers["cache-control"] == "no-store"


def test_samples_that_are_polled_for_come_compressed(door: Door):
    newest = door.get("metrics/json").json["id"]
    compressed = door.get(f"metrics/json?since={newest}&wait=30", {"Accept-Encoding": "gzip"})
    assert compressed.headers["content-encoding"] == "gzip"
    assert json.loads(gzip.decompress(compressed.body))["samples"]


def test_the_root_leads_to_the_page_and_the_page_to_its_files(behind: Appliance, door: Door):
    root = door.get("")
    assert root.status == 302
    page = urljoin(door.mount, root.headers["location"])
    assert page == f"{door.mount}control/metrics"
    html = door.get(page.removeprefix(door.mount))
    assert html.body == behind.get("/control/metrics").body
    linked = {urljoin(page, link) for link in LINKS.findall(html.body.decode())}
    assert all(path.startswith(door.mount) for path in linked), "the page leads out of the appliance"
    files = {path.removeprefix(door.mount) for path in linked if "/static/" in path}
    assert len(files) >= 2
    for file in files:
        came = door.get(file, {"Accept-Encoding": "gzip"})
        direct = behind.get(f"/{file}", Accept_Encoding="gzip")
        assert (came.status, came.body) == (200, direct.body)
        for name in HEADERS_OF_FILES:
            assert came.headers.get(name) == direct.headers.get(name)
        again = door.get(file, {"If-None-Match": came.headers["etag"]})
        assert (again.status, again.body) == (304, b"")


def test_a_path_without_its_slash_leads_to_the_appliance(proxy_port: int, certificate: Certificate):
    answer = Door(proxy_port, SHARED_NAME, "/", certificate.chain).get("box")
    assert answer.status in (301, 302, 308)
    assert urlsplit(answer.headers["location"]).path == "/box/"


def test_errors_stay_the_appliances_own(door: Door):
    answer = door.get("metrics/json?wait=x")
    assert answer.status == 400
    assert answer.json["error"]["code"] == "bad-parameter"
    assert door.get("nothing/here").json["error"]["code"] == "not-found"
