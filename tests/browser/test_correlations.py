"""The view of correlations over a history whose truth is known."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, quote, urlsplit

import numpy as np
import pytest
from playwright.sync_api import Locator, expect

from bench import truths
from tests.browser.older import now_ms, whole_minute, write_past
from tests.browser.test_layout import assert_contrast
from tests.support.browser import Tab
from tests.support.process import Appliance, running

pytestmark = pytest.mark.system

HOUR = 3_600_000
STEP, TRAIN = "ai.runs.digits/1.step_seconds", "ledger.workloads.program:<b>train~1:root.cpu_percent"
CPU, DISK, SWAP = (
    "system.cpu.usage_percent",
    "system.disk.busy_percent",
    "system.memory.swap.in_bytes_per_second",
)


class Recorded(NamedTuple):
    appliance: Appliance
    data: Path


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorded]:
    """Nearly an hour up to now: the training's CPU follows the machine's by 7 s, its step time against the disk's."""
    data = tmp_path_factory.mktemp("data")
    end = whole_minute(now_ms())
    count = 3300
    random = np.random.default_rng(41)
    cpu, train = truths.planted(random, samples=count)
    disk, step = truths.planted(random, samples=count)
    series = {
        CPU: 50 + 5 * cpu,
        TRAIN: 100 + 10 * train,
        DISK: 30 + 3 * disk,
        STEP: 0.5 - 0.01 * step,
        SWAP: np.zeros(count),
    }
    write_past(data, end - count * 1000, end, series)
    with running(data, "--artifacts", str(data / "artifacts")) as appliance:
        yield Recorded(appliance, data)


def opened(recorded: Recorded, visit: Callable[..., Tab], own: str = "", **options: Any) -> Tab:
    tab = visit(recorded.appliance.url, **options)
    view = "correlations" + (f"/{own}" if own else "")
    tab.open(f"/control/metrics#view/{quote(view, safe='')}")
    return tab


def cell(tab: Tab, a: str, b: str) -> Locator:
    return tab.page.locator(f'td[data-a="{a}"][data-b="{b}"]').first


def asked(tab: Tab, path: str) -> str:
    """The newest question of the page to this path, with its query."""
    [*_, url] = [url for url in tab.requested if urlsplit(url).path.endswith(path)]
    return url.removeprefix(tab.root)


def test_the_planted_pairs_are_found_and_all_others_are_quiet(recorded: Recorded, visit: Callable[..., Tab]):
    tab = opened(recorded, visit)
    expect(cell(tab, TRAIN, CPU)).to_contain_text("▲+0.7")
    expect(cell(tab, STEP, DISK)).to_contain_text("▼−0.7")
    expect(cell(tab, TRAIN, DISK)).to_have_text("·")
    told = recorded.appliance.get(asked(tab, "/correlations")).json
    assert {(one["a"], one["b"]) for one in told["pairs"] if one["verdict"] == "correlated"} == {
        (TRAIN, CPU),
        (STEP, DISK),
    }
    # Series that do not vary have no column, and are named.
    expect(tab.page.locator("zp-correlations details")).to_contain_text(SWAP)
    expect(tab.page.locator("ol li")).to_have_count(2)
    sentence = next(one["sentence"] for one in told["pairs"] if (one["a"], one["b"]) == (TRAIN, CPU))
    expect(tab.page.locator("ol")).to_contain_text(sentence)
    expect(tab.page.locator("zp-correlations")).to_contain_text("does not tell whether one of them causes the other")
    assert tab.page.locator("zp-correlations b").count() == 0, "what looks like HTML is text"


def test_a_pair_is_opened_with_its_numbers_and_lines_and_the_address_leads_to_it(
    recorded: Recorded, visit: Callable[..., Tab]
):
    tab = opened(recorded, visit)
    cell(tab, TRAIN, CPU).click()
    curve = tab.page.locator('zp-curve[data-curve="lags"]')
    expect(curve).to_have_attribute("data-points", "121")
    matrix = recorded.appliance.get(asked(tab, "/correlations")).json
    told = next(one for one in matrix["pairs"] if (one["a"], one["b"]) == (TRAIN, CPU))
    shown = {
        one.get_attribute("data-key"): one.get_attribute("data-value") for one in tab.page.locator("dd[data-key]").all()
    }
    assert shown.keys() == {
        *("verdict", "lag_seconds", "coefficient", "low", "n", "n_effective", "p_value", "q_value", "compared")
    }
    for key, text in shown.items():
        assert text == told[key] if isinstance(told[key], str) else float(text or "nan") == told[key], key
    expect(tab.page.locator(".sentence")).to_have_text(told["sentence"])
    question = asked(tab, "/correlations/pair")
    assert parse_qs(urlsplit(question).query) == {
        "a": [TRAIN],
        "b": [CPU],
        "from": [matrix["from"]],
        "to": [matrix["to"]],
    }
    drawn = recorded.appliance.get(question).json
    for name, side in (("a", drawn["a"]), ("b", drawn["b"])):
        points = sum(value is not None for value in side["values"])
        expect(tab.page.locator(f'zp-curve[data-curve="{name}"]')).to_have_attribute("data-points", str(points))
    expect(tab.page.locator("zp-scatter .plot")).to_have_attribute("data-dots", str(len(drawn["a"]["compared"])))
    expect(curve).to_contain_text("Coefficient by lag")
    # The address leads to the same, and back.
    tab.page.reload()
    expect(tab.page.locator(".sentence")).to_contain_text("program:<b>train~1:root CPU 7 s after the machine's CPU")
    tab.page.get_by_role("link", name="all pairs").click()
    expect(cell(tab, TRAIN, CPU)).to_be_visible()
    assert tab.page.locator("zp-correlation").count() == 0
    tab.page.go_back()
    expect(tab.page.locator(".sentence")).to_be_visible()


def test_the_matrix_is_gone_through_by_keyboard(recorded: Recorded, visit: Callable[..., Tab]):
    tab = opened(recorded, visit)
    cell(tab, TRAIN, CPU).wait_for()
    first = tab.page.locator('td[tabindex="0"]')
    expect(first).to_have_count(1)
    first.focus()
    tab.page.keyboard.press("ArrowRight")
    tab.page.keyboard.press("ArrowDown")
    focused = tab.page.locator("td:focus")
    expect(focused).to_have_attribute("tabindex", "0")
    expect(focused).to_have_attribute("aria-label", tab.page.locator("td:focus").get_attribute("title") or "none")
    names = (focused.get_attribute("data-a"), focused.get_attribute("data-b"))
    tab.page.keyboard.press("Enter")
    expect(tab.page.locator("section[data-pair]")).to_have_attribute("data-pair", " ~ ".join(map(str, names)))
    tab.page.get_by_role("link", name="all pairs").press("Enter")
    expect(tab.page.locator("td:focus")).to_have_attribute("data-a", str(names[0]))


def test_the_matrix_is_ordered_and_narrowed(recorded: Recorded, visit: Callable[..., Tab]):
    tab = opened(recorded, visit)
    cell(tab, TRAIN, CPU).wait_for()
    rows = tab.page.locator("zp-correlation-table tbody th")
    strongest = rows.all_text_contents()
    tab.page.get_by_label("Order").select_option("name")
    expect(rows).to_have_text(sorted(strongest, key=str.lower))
    tab.page.get_by_label("Only series with these words").fill("step disk")
    expect(rows).to_have_text(["step time · digits/1"])
    tab.page.get_by_label("Only series with these words").fill("nobody")
    expect(tab.page.locator("zp-correlation-table")).to_contain_text("No pair is so strong, or has these words")


def test_another_window_is_asked_for_and_in_the_address(recorded: Recorded, visit: Callable[..., Tab]):
    tab = opened(recorded, visit)
    cell(tab, TRAIN, CPU).wait_for()
    tab.page.get_by_role("button", name="6 h").click()
    expect(tab.page.get_by_role("button", name="6 h")).to_have_attribute("aria-pressed", "true")
    cell(tab, TRAIN, CPU).wait_for()
    query = parse_qs(urlsplit(asked(tab, "/correlations")).query)
    assert int(query["to"][0]) - int(query["from"][0]) == 6 * 3600
    assert "6h" in tab.page.url


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_it_can_be_read_on_a_phone_and_in_the_dark(
    recorded: Recorded, visit: Callable[..., Tab], scheme: str, width: int
):
    tab = opened(recorded, visit, color_scheme=scheme, viewport={"width": width, "height": 844})
    cell(tab, TRAIN, CPU).wait_for()
    assert_contrast(tab, texts=30)
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    cell(tab, TRAIN, CPU).click()
    tab.page.locator('zp-curve[data-curve="lags"]').wait_for()
    assert_contrast(tab, texts=30)
    assert tab.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert tab.violations() == []


def test_where_there_is_too_little_it_says_what_to_do(tmp_path: Path, visit: Callable[..., Tab]):
    with running(tmp_path, "--artifacts", str(tmp_path / "artifacts")) as appliance:
        tab = opened(Recorded(appliance, tmp_path), visit)
        expect(tab.page.locator("zp-correlations")).to_contain_text("or choose a longer window")
    with running(tmp_path / "off", "--history", "false", "--artifacts", str(tmp_path / "artifacts")) as appliance:
        tab = opened(Recorded(appliance, tmp_path), visit)
        expect(tab.page.get_by_role("alert")).to_have_text("the history is switched off (setting history)")
