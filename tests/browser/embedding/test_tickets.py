"""EventSource on another site, with a ticket for each connection: the example of docs/access.md."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.browser.embedding.site import Site
from tests.browser.embedding.visitor import Visitor
from tests.docs.pages import ROOT
from tests.support.process import running
from tests.support.tokens import made

pytestmark = pytest.mark.system


def example() -> str:
    found = re.search(r"```js\n(async function follow.*?)```", (ROOT / "docs/access.md").read_text(), re.DOTALL)
    assert found is not None
    return found[1]


def test_event_source_reads_every_sample_over_a_restart_with_tickets_alone(
    tmp_path: Path, site: Site, visiting: Callable[..., Visitor]
):
    text = made(tmp_path, "read")
    settings = ["--interval", "0.5", "--allowed-origins", site.origin]
    with running(tmp_path, *settings) as before:
        call = f'follow("{before.url}", "{text}", ({{ id }}) => seen.push(id));'
        site.put("/follow.js", f"window.seen = [];\n{example()}\n{call}", "text/javascript")
        site.put("/", '<!doctype html><script src="/follow.js"></script>')
        visitor = visiting().open()
        visitor.tab.wait_until("seen.length >= 3")
        before.stop()
    with running(tmp_path, *settings, "--port", str(before.port)):
        epochs = "new Set(seen.map((id) => id.split('-')[0])).size"
        visitor.tab.wait_until(f"{epochs} === 2 && seen.length >= 8")
        ids = [id.rpartition("-") for id in visitor.page.evaluate("seen")]
        for epoch in {epoch for epoch, _, _ in ids}:
            numbers = [int(number) for known, _, number in ids if known == epoch]
            assert numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        tickets = [url for url in visitor.tab.requested if "ticket=" in url]
        assert len(set(tickets)) == len(tickets) >= 2
        assert not any(text in url for url in visitor.tab.requested)
