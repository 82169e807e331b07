"""GPUs on the page: who holds them, what their partitions do, and why they are slow."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.shown import sample_of, tells
from tests.host.nvml.machine import build, gpu
from tests.support.browser import Tab
from tests.support.process import running

pytestmark = pytest.mark.system

PARTS = """\
gpus 1
0/0.uuid MIG-aaaa
0/0.name NVIDIA H100 MIG 3g.40gb
0/0.memory 42949672960 10737418240
0/0.gpu_instance 1
0/0.compute_instance 0
"""


def test_a_gpu_shows_its_processes_partitions_and_why_it_is_held_down(tmp_path: Path, visit: Callable[..., Tab]):
    library, script = tmp_path / "driver", tmp_path / "machine"
    library.mkdir()
    build(library)
    script.write_text(PARTS + gpu(mig="1", compute="1:4096:1:0", gpm="1", gpm__1="37.5") + "\n")
    driver = {"LD_LIBRARY_PATH": str(library), "NVML_SCRIPT": str(script)}
    with running(tmp_path / "data", "--interval", "0.2", "--artifacts", str(tmp_path), **driver) as started:
        tab = visit(started.url, viewport={"width": 1280, "height": 2400}).live()
        panel = tab.page.locator('zp-chart-panel[data-part^="gpu "]')
        expect(panel).to_contain_text("throttled: software power cap")
        tab.next_sample(3)
        tab.freeze()
        (told,) = sample_of(started, tab.sample)["system"]["gpus"]
        processes = panel.locator('zp-rows[data-list="processes"] tbody tr')
        expect(processes).to_have_count(1)
        (holder,) = told["processes"]
        expect(processes.get_by_role("cell").first).to_have_text("1")
        memory = processes.locator('[data-metric$=".memory_bytes"]')
        assert tells(memory.evaluate("value => value.shadowRoot.textContent.trim()"), holder["memory_bytes"])
        expect(processes).to_contain_text("MIG-aaaa")
        parts = panel.locator('zp-rows[data-list="mig"] tbody tr')
        expect(parts).to_have_count(len(told["mig"]))
        expect(parts).to_contain_text(told["mig"][0]["name"])
        # A share that the driver does not tell is a dash with the reason.
        busy = processes.locator('[data-metric$=".utilization_percent"]')
        expect(busy).to_have_attribute("title", "not available: with MIG on, the driver tells the use of no process")
