"""What a test reads from elements that another site embeds."""

from typing import Any

from playwright.sync_api import expect

from tests.browser.embedding.site import Site
from tests.support.browser import Tab

# Each <zeropoint-value>: its metric, the sample that it is of, and what it shows.
VALUES = """() => [...document.querySelectorAll("zeropoint-value")].map(element => {
  const frame = element.shadowRoot.querySelector(".frame");
  const reading = frame.querySelector("[data-metric]");
  return {
    metric: element.metric,
    sample: frame.dataset.sample ?? null,
    value: reading?.dataset.value ?? null,
    missing: reading?.dataset.missing ?? null,
    text: (reading?.shadowRoot.querySelector(".sign") ?? reading?.shadowRoot)?.textContent.trim() ?? null,
  };
})"""
# A chart: what it shows and what is drawn, and its memory, as inside.rows() tells that of the page.
CHART = """(index) => {
  const chart = document.querySelectorAll("zeropoint-chart")[index].shadowRoot.querySelector("zp-chart");
  const { rows, newest } = chart.timeline;
  const all = Array.from({ length: rows.count }, (_, row) => row);
  const column = ({ path }) => all.map(row => rows.value(chart.timeline.column(path), row));
  const picture = inside.pictureOf(chart.shadowRoot.querySelector("canvas"));
  return {
    points: Number(chart.dataset.points ?? 0),
    drawn: picture.count,
    colours: [...new Set(picture.lines.map(line => line.colour))],
    texts: picture.texts.map(({ text }) => text),
    image: chart.shadowRoot.querySelector("canvas").toDataURL(),
    newest: newest?.id,
    times: all.map(row => rows.time(row)),
    broken: all.filter(row => rows.broken(row)),
    columns: chart.lines.map(line => [line.path, column(line).map(value => Number.isNaN(value) ? null : value)]),
  };
}"""


class Visitor:
    """One tab with a page of the site in it."""

    def __init__(self, tab: Tab, site: Site) -> None:
        self.tab = tab
        self.page = tab.page
        self._site = site

    def open(self, path: str = "/") -> "Visitor":
        self.page.goto(self._site.origin + path)
        return self

    def values(self) -> list[dict[str, Any]]:
        return self.page.evaluate(VALUES)

    def wait_for_values(self) -> list[dict[str, Any]]:
        """Waits until each of them has a sample."""
        self.tab.wait_until(
            "[...document.querySelectorAll('zeropoint-value')].every("
            "element => element.shadowRoot?.querySelector('.frame')?.dataset.sample)"
        )
        return self.values()

    def chart(self, index: int = 0) -> dict[str, Any]:
        return self.page.evaluate(CHART, index)

    def wait_for_points(self, count: int, index: int = 0) -> dict[str, Any]:
        """Waits until a chart shows that many samples, and has drawn them."""
        self.tab.wait_until(
            "(() => { const chart = document.querySelectorAll('zeropoint-chart')[argument[0]]?.shadowRoot"
            "?.querySelector('zp-chart'); return Number(chart?.dataset.points ?? 0) >= argument[1]; })()",
            [index, count],
        )
        return self.chart(index)

    def reach(self, health: str) -> None:
        expect(self.page.locator(f'zeropoint-status [data-health="{health}"]')).to_be_visible()

    def wait_for_time_after(self, milliseconds: float) -> None:
        """Waits until the first chart has a sample of a later time."""
        self.tab.wait_until(
            "inside.find('zp-chart').timeline.rows.time(inside.find('zp-chart').timeline.rows.count - 1) > argument",
            milliseconds,
        )

    def streams(self) -> list[str]:
        """The URLs of the streams that were asked for."""
        return [url for url in self.tab.requested if "/metrics/sse" in url]
