"""A client of a test's own in a tab, which keeps all that it is told."""

from typing import Any

from playwright.sync_api import Page

from tests.support.browser import Tab
from tests.support.process import Appliance

# Any page of the appliance's origin will do; this one has no script of its own, and may be kept by the browser.
PLACE = "/static/licenses.txt"
READER = """async ([root, options]) => {
  const { MetricsClient } = await import(`${root}/static/metrics_client.js`);
  const client = new MetricsClient({ url: root, ...options });
  globalThis.client = client;
  globalThis.seen = { ids: [], gaps: [], states: [], reasons: [] };
  client.addEventListener("sample", ({ detail }) => seen.ids.push(detail.id));
  client.addEventListener("gap", ({ detail }) => seen.gaps.push(detail));
  client.addEventListener("state", ({ detail }) => {
    seen.states.push(detail.name);
    seen.reasons.push(detail.reason);
  });
  client.start();
}"""


class Reader(Tab):
    """A tab with a started client in it."""

    def __init__(self, page: Page, root: str, **options: Any) -> None:
        super().__init__(page, root)
        self.open(PLACE)
        self.page.evaluate(READER, [root, options])

    @property
    def ids(self) -> list[str]:
        return self.page.evaluate("seen.ids")

    @property
    def state(self) -> str:
        return self.page.evaluate("client.state.name")

    @property
    def reason(self) -> str | None:
        return self.page.evaluate("client.state.reason")

    def samples(self, count: int = 1) -> list[str]:
        """Waits for so many further samples; all ids so far."""
        before = len(self.ids)
        self.wait_until("seen.ids.length >= argument", before + count)
        return self.ids

    def until(self, state: str) -> "Reader":
        """Waits for the state and samples in it."""
        self.wait_until("client.state.name === argument", state)
        self.samples()
        return self


def assert_lost_nothing(*readers: Reader) -> None:
    """Each has had every sample since its first one, once and in order."""
    for reader in readers:
        ids, gaps = reader.page.evaluate("[seen.ids, seen.gaps]")
        epoch, first = ids[0].split("-")
        assert ids == [f"{epoch}-{int(first) + index}" for index in range(len(ids))]
        # On a machine that is busy the sampler itself may miss a tick, which takes no number.
        assert [gap for gap in gaps if gap["reason"] != "missed-ticks"] == []


def wait_for_clients(appliance: Appliance, count: int) -> None:
    """Waits until a sample tells of so many subscribers."""
    taken = appliance.get("/metrics/json").json
    while taken["server"]["clients"] != count:
        taken = appliance.get(f"/metrics/json?since={taken['id']}&wait=30").json["samples"][-1]


def clients_over(appliance: Appliance, samples: int) -> set[int]:
    """The counts of subscribers that the next samples tell."""
    since = appliance.get("/metrics/json").json["id"]
    counts: list[int] = []
    while len(counts) < samples:
        answer = appliance.get(f"/metrics/json?since={since}&wait=30").json["samples"]
        counts += [one["server"]["clients"] for one in answer]
        since = answer[-1]["id"]
    return set(counts)
