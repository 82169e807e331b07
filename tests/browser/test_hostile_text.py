"""Names that others choose (of hosts, mounts, runs, scenes) are shown as text, whatever is in them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.machines import FIXTURES, watching
from tests.support.browser import Tab

pytestmark = pytest.mark.system

RUN = """"><img src=x onerror="alert('run')">"""
SCENE = "<svg onload=alert('scene')></svg>${alert('scene')}"


def write_artifacts(artifacts: Path) -> None:
    run = artifacts / "runs/hostile/1"
    run.mkdir(parents=True)
    about = {"id": RUN, "name": RUN, "kind": "tinygrad", "started": "2026-11-24T09:00:00Z", "hyperparameters": {}}
    (run / "run.json").write_text(json.dumps(about))
    step = {"timestamp": "2026-11-24T09:00:01Z", "step": 1, "step_ms": 10.0, "tokens_s": 5.0, "loss": 0.5}
    (run / "steps.jsonl").write_text(json.dumps(step) + "\n")
    scenes = artifacts / "wondercraft/scenes"
    scenes.mkdir(parents=True)
    (scenes / "final_metrics.json").write_text(json.dumps({"scene": SCENE, "fps": 60.0}))


def test_hostile_names_are_shown_as_text_and_run_nothing(tmp_path: Path, visit: Callable[..., Tab]):
    write_artifacts(tmp_path / "artifacts")
    with watching(FIXTURES / "hostile", tmp_path) as started:
        taken = started.get("/metrics/json").json
        tab = visit(started.url).live()
        tab.next_sample()
        host = taken["system"]["host"]["name"]
        assert host == "<script>alert(1)</script>"
        expect(tab.page.locator('zp-header [data-metric="system.host.name"]')).to_have_text(host)
        assert tab.page.title().startswith(host)
        more = tab.page.locator("zp-filesystems button")
        if more.count():
            more.click()
        mounts = [row["mountpoint"] for row in taken["system"]["disk"]["filesystems"]]
        assert any("<img" in mount for mount in mounts)
        shown = tab.page.locator("zp-filesystems").get_by_role("rowheader").all_text_contents()
        assert len(shown) == len(mounts)
        assert all(any(mount in row for row in shown) for mount in mounts)
        run = tab.page.locator('[data-metric="ai.components.tinygrad.latest.run"]')
        expect(run).to_have_text(RUN)
        scene = tab.page.locator('[data-metric="ai.components.wondercraft.latest.scene"]')
        expect(scene).to_have_text(SCENE)
        # The page has one script, and no picture or frame; nothing has a handler in its markup.
        names = tab.page.evaluate("[...inside.elements()].map(element => element.localName)")
        assert names.count("script") == 1
        assert not {"img", "i", "iframe", "object", "embed"} & set(names)
        handlers = tab.page.evaluate(
            """[...inside.elements()].flatMap(element => element.getAttributeNames())
                .filter(name => name.startsWith("on"))"""
        )
        assert handlers == []
        assert (tab.complaints, tab.violations()) == ([], [])
