"""The application under textual's pilot: real samples of this machine and of recorded ones, and real sockets."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.typedefs import Handler
from textual.pilot import Pilot
from textual.widgets import Input, Static

from tests.host.gpu_trees import unpack
from zeropoint.client import MetricsClient, Timing
from zeropoint.commands.watch_local import LocalFeed
from zeropoint.probe import Roots
from zeropoint.settings import Settings
from zeropoint.terminal.app import WatchApp
from zeropoint.terminal.figures import of
from zeropoint.terminal.pages import Page
from zeropoint.terminal.panel import Panel
from zeropoint.terminal.workloads import COLUMNS

FIXTURES = Path(__file__).parent.parent / "fixtures"
PATIENCE_SECONDS = 60


def this_machine(folder: Path) -> WatchApp:
    return WatchApp(LocalFeed(Settings(interval=0.2, artifacts=str(folder))), "this machine")


def recorded(roots: Roots, folder: Path) -> WatchApp:
    settings = Settings(interval=0.2, artifacts=str(folder), procfs=roots.proc, sysfs=roots.sys, rootfs=roots.root)
    return WatchApp(LocalFeed(settings), "a recorded machine")


async def until(pilot: Pilot, condition) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not condition():
            await pilot.pause()


async def with_table(pilot: Pilot) -> None:
    """Waits until the table has figures of an interval."""
    await until(
        pilot, lambda: pilot.app.table.shown and any(row.values["cpu_percent"] for row in pilot.app.table.shown)
    )


def shown(app: WatchApp, panel: str) -> str:
    return str(app.query_one(f"#{panel}", Panel).visual)


def listed(app: WatchApp) -> list[str]:
    return [row.name for row in app.table.shown if row.path.startswith("ledger.workloads")]


async def test_keys_sort_and_the_same_key_turns_the_order(tmp_path: Path):
    app = this_machine(tmp_path)
    async with app.run_test(size=(160, 50)) as pilot:
        await with_table(pilot)
        for column in COLUMNS:
            await pilot.press(column.key)
            first = app.table.order
            assert first.key == column.key
            await pilot.press(column.key)
            assert (app.table.order.key, app.table.order.reversed) == (column.key, not first.reversed)
            assert [row.name for row in app.table.shown if not row.kind][:2] == ["other", "unattributed"]
            assert not app.table.shown[-1].kind
        await pilot.press("n")
        assert listed(app) == sorted(listed(app), key=str.casefold)


async def test_the_filter_follows_what_is_typed_and_escape_ends_it(tmp_path: Path):
    app = this_machine(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await with_table(pilot)
        await pilot.press("slash", *"kernel", "enter")
        assert "kernel" in listed(app)
        assert all("kernel" in f"{row.name} {row.kind}" for row in app.table.shown if row.kind)
        # Keys are keys again.
        await pilot.press("m")
        assert app.table.order.key == "m"
        await pilot.press("escape")
        assert app.query_one(Input).value == ""
        assert len(listed(app)) > 1


async def test_the_cursor_stays_on_its_workload_when_the_order_changes(tmp_path: Path):
    app = this_machine(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await with_table(pilot)
        await pilot.press("n", "down", "down")
        chosen = app.table.selected()
        assert chosen is not None
        await pilot.press("n")
        assert app.table.selected().id == chosen.id
        newest = app.sample
        await until(pilot, lambda: app.sample is not newest)
        assert app.table.selected().id == chosen.id


async def test_help_and_reasons_open_and_close(tmp_path: Path):
    app = this_machine(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await with_table(pilot)
        for key in ("question_mark", "e"):
            await pilot.press(key)
            assert isinstance(app.screen, Page)
            await pilot.press("escape")
            assert not isinstance(app.screen, Page)


async def test_q_ends_it_without_a_fault(tmp_path: Path):
    app = this_machine(tmp_path)
    async with app.run_test() as pilot:
        await pilot.press("q")
    assert app.return_value is None
    assert app.return_code == 0


@pytest.mark.parametrize("size", [(80, 24), (60, 20), (150, 40), (240, 70), (24, 8)])
async def test_it_draws_at_any_size_and_follows_a_change(size: tuple[int, int], tmp_path: Path):
    app = this_machine(tmp_path)
    async with app.run_test(size=size) as pilot:
        await with_table(pilot)
        await pilot.resize_terminal(100, 30)
        await pilot.resize_terminal(*size)
        newest = app.sample
        await until(pilot, lambda: app.sample is not newest)
    assert app.return_code in (0, None)


async def test_the_parts_tell_what_the_sample_tells(tmp_path: Path):
    app = this_machine(tmp_path)
    async with app.run_test(size=(120, 40)) as pilot:
        await with_table(pilot)
        assert len(shown(app, "host").splitlines()) >= 7
        assert "absent: tinygrad" in shown(app, "components")


async def test_gpus_are_told_with_what_their_driver_tells(tmp_path: Path):
    app = recorded(unpack(tmp_path / "machine", "gpu_amd/radeon_rx_6800_xt.tree"), tmp_path)
    async with app.run_test(size=(120, 50)) as pilot:
        await until(pilot, lambda: app.sample is not None and app.sample.system.gpus)
        told, lines = app.sample.system.gpus[0], shown(app, "gpus")
        # That machine's /proc was not recorded with it: all else is a dash, and a line says which sources fail.
        assert "–" in shown(app, "host")
        assert "cpu failed" in str(app.query_one("#notice", Static).visual)
    assert "GPU 0" in lines
    assert f"{told.temperature_celsius:.0f} °C" in lines
    assert " W of " in lines


async def test_a_recorded_machine_is_told_as_it_was(tmp_path: Path):
    trees = FIXTURES / "golden"
    app = recorded(Roots(proc=str(trees / "proc"), sys=str(trees / "sys"), root=str(trees)), tmp_path)
    async with app.run_test(size=(120, 50)) as pilot:
        await until(pilot, lambda: app.sample is not None)
        told, lines = app.sample.system, shown(app, "host")
    assert f"load {told.cpu.load_1m:.2f}" in lines
    assert of(told.memory.used_bytes, told.memory.total_bytes) in lines
    assert f"{of(told.disk.used_bytes, told.disk.total_bytes)} on /" in lines


HOSTILE = "\x1b]0;own\x07[red]@click=app.quit[/]\u202e"
NONSENSE = {
    "timestamp": HOSTILE,
    "interval_seconds": "soon",
    "system": {
        "cpu": {"usage_percent": "much", "per_core_percent": [None, "x", 1e300, *range(5000)], "load_1m": {}},
        "memory": [],
        "disk": {"pressure": 3},
        "network": None,
        "host": {"name": HOSTILE},
        "gpus": [
            {"name": HOSTILE, "processes": [{"pid": "x", "name": HOSTILE}, 7], "throttle_reasons": [1, HOSTILE]},
            5,
        ],
    },
    "ai": {"components": {HOSTILE: {"status": HOSTILE, "reason": HOSTILE, "since": 5, "latest": []}, "x": 3}},
    "ledger": {
        "workloads": [{"id": HOSTILE, "name": HOSTILE, "kind": HOSTILE, "cpu_percent": 3}, {"id": HOSTILE}, 4],
        "over_attributed": {"cpu_percent": 1},
    },
    "server": {"health": HOSTILE, "collectors": {HOSTILE: {"status": "failed", "reason": HOSTILE}}},
    "unavailable": [{"path": HOSTILE, "reason": HOSTILE}, {"path": "ledger.workloads[*]", "reason": HOSTILE}, 9],
}


@asynccontextmanager
async def serving(*samples: object) -> AsyncIterator[str]:
    """A real server whose stream holds these samples and stays open."""

    async def stream(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        for number, sample in enumerate(samples):
            text = json.dumps({"id": f"e1-{number + 1}", **sample})
            await response.write(f"id: e1-{number + 1}\ndata: {text}\n\n".encode())
        await asyncio.Event().wait()
        return response

    async with listening({"/metrics/sse": stream}) as url:
        yield url


@asynccontextmanager
async def listening(handlers: Mapping[str, Handler]) -> AsyncIterator[str]:
    app = web.Application()
    app.add_routes([web.get(path, handler) for path, handler in handlers.items()])
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


async def test_after_a_refusal_the_picture_stays_and_a_key_asks_again():
    answers = [200, 401, 200]

    async def stream(request: web.Request) -> web.StreamResponse:
        if answers.pop(0) == 401:
            return web.Response(status=401)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        sample = {"id": f"e1-{3 - len(answers)}", "system": {"host": {"name": f"host-{len(answers)}"}}}
        await response.write(f"retry: 1\nid: {sample['id']}\ndata: {json.dumps(sample)}\n\n".encode())
        if not answers:
            await asyncio.Event().wait()
        return response

    async with listening({"/metrics/sse": stream}) as url:
        app = WatchApp(MetricsClient(url), url)
        async with app.run_test(size=(120, 50)) as pilot:
            await until(pilot, lambda: app.state.name == "signed-out")
            assert "host-2" in str(app.query_one("#status", Static).visual)
            assert "R asks again" in str(app.query_one("#notice", Static).visual)
            await pilot.press("R")
            await until(pilot, lambda: "host-0" in str(app.query_one("#status", Static).visual))
            assert app.state.name == "live"


async def test_where_no_stream_gets_through_it_polls_and_says_so():
    async def page(request: web.Request) -> web.Response:
        return web.Response(text="a proxy's page", content_type="text/html")

    async def newest(request: web.Request) -> web.Response:
        sample = {"id": "e1-1", "system": {"host": {"name": "far"}}}
        return web.json_response({"samples": [], "gap": None} if "since" in request.query else sample)

    async with listening({"/metrics/sse": page, "/metrics/json": newest}) as url:
        client = MetricsClient(url, timing=Timing(failures_before_polling=1, backoff_base_seconds=0.01))
        app = WatchApp(client, url)
        async with app.run_test(size=(120, 50)) as pilot:
            await until(pilot, lambda: app.state.name == "polling" and app.sample is not None)
            assert "polling" in str(app.query_one("#status", Static).visual)
            assert "text/html" in str(app.query_one("#notice", Static).visual)


@pytest.mark.parametrize(
    "sample", [NONSENSE, {}, {"system": 3, "ai": [], "ledger": [], "server": "", "unavailable": {}}]
)
async def test_a_server_that_sends_nonsense_breaks_nothing(sample: dict):
    async with serving(sample) as url:
        app = WatchApp(MetricsClient(url), url)
        async with app.run_test(size=(120, 50)) as pilot:
            await until(pilot, lambda: app.sample is not None)
            await pilot.press("n", "c", "e")
            assert isinstance(app.screen, Page)
            picture = app.export_screenshot()
            await pilot.press("escape", "question_mark", "escape", "slash", "x", "escape", "q")
    assert app.return_value is None
    assert app.return_code in (0, None)
    for forbidden in ("\x1b", "\x07", "\u202e"):
        assert forbidden not in picture
