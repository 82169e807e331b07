"""/metrics/json of the real process."""

import pytest

from tests.support.process import Appliance
from tests.support.stream import Stream


def test_the_newest_sample_has_an_etag(appliance: Appliance):
    answer = appliance.get("/metrics/json")
    assert answer.headers["etag"] == f'"{answer.json["id"]}"'
    again = appliance.get("/metrics/json", If_None_Match=answer.headers["etag"])
    assert again.status in (200, 304)
    if again.status == 304:
        assert again.body == b""
    else:
        assert again.json["id"] != answer.json["id"]


def test_all_samples_after_an_id_come_in_order(appliance: Appliance):
    with Stream(appliance) as stream:
        seen = stream.samples(5)
    answer = appliance.get(f"/metrics/json?since={seen[0].id}").json
    assert answer["gap"] is None
    assert answer["samples"][:4] == [one.json for one in seen[1:5]]


def test_a_wait_lasts_until_the_next_sample(appliance: Appliance):
    newest = appliance.get("/metrics/json").json["id"]
    answer = appliance.get(f"/metrics/json?since={newest}&wait=30").json
    epoch, sequence = newest.split("-")
    assert answer["samples"][0]["id"] == f"{epoch}-{int(sequence) + 1}"


def test_an_unknown_id_gets_the_newest_and_a_gap(appliance: Appliance):
    answer = appliance.get("/metrics/json?since=nonsense").json
    assert answer["gap"]["reason"] == "unknown-id"
    assert len(answer["samples"]) == 1
    assert answer["gap"]["to"] == answer["samples"][0]["id"]


def test_sections_narrow_polled_samples_too(appliance: Appliance):
    newest = appliance.get("/metrics/json?sections=server").json
    assert "system" not in newest and "clients" in newest["server"]
    answer = appliance.get(f"/metrics/json?sections=server&since={newest['id']}&wait=10").json
    assert "system" not in answer["samples"][0]


@pytest.mark.parametrize(
    "query", ["since=x&wait=31", "since=x&wait=-1", "since=x&wait=nan", "since=x&wait=soon", "wait=5"]
)
def test_a_wrong_wait_is_refused(appliance: Appliance, query: str):
    answer = appliance.get(f"/metrics/json?{query}")
    assert answer.status == 400
    assert answer.json["error"]["code"] == "bad-parameter"
    assert answer.json["error"]["detail"] == {"parameter": "wait"}
