"""Runs a hub: starting and stopping read top to bottom."""

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web

from zeropoint.fleet.nats_server import NatsServer, NatsServerError
from zeropoint.flight import Lane
from zeropoint.hub.bus import agents_line, joined_bus, limits_of, own_bus, own_server
from zeropoint.hub.service import Hub
from zeropoint.hub.store import refuse_wrong_store
from zeropoint.server.app import application
from zeropoint.server.token_watch import HANG_SECONDS, follow_tokens
from zeropoint.server.tokens import TokenStore
from zeropoint.settings import Settings, SettingsError
from zeropoint.startup import (
    certificate_of,
    listen,
    locked,
    refuse_open_bind,
    refuse_public_without_names,
    refuse_wrong_names,
)

log = structlog.get_logger()
SHUTDOWN_SECONDS = 2.0
# How long the first line waits for the bus: without it the hub serves what it has, which is that the bus is away.
BEGIN_SECONDS = 5.0


async def serve(settings: Settings, announce: Callable[[str], None], tell: Callable[[str], None]) -> None:
    """Runs until SIGTERM or SIGINT. `announce` gets the page's address once it is served, `tell` the command by which
    machines join, where the bus is the hub's own.

    Raises SettingsError for a setting that cannot work here, InUseError when a port or the data directory is taken.
    """
    certificate = certificate_of(settings.tls_cert, settings.tls_key)
    refuse_wrong_names(settings)
    refuse_public_without_names(settings.public_sections)
    if settings.store:
        refuse_wrong_store(settings.store, settings.store_credentials)
    elif settings.store_credentials:
        raise SettingsError("--store-credentials: it needs --store, which names the store")
    refuse_open_bind(settings.host, TokenStore(Path(settings.data)))
    with locked(Path(settings.data)) as lock:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            with contextlib.suppress(NotImplementedError):  # Windows: ^C raises KeyboardInterrupt there
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
        if settings.nats:
            await _run(
                Hub(settings, joined_bus(settings), claim=lock.take, certificate=certificate),
                settings,
                None,
                announce,
                stop,
            )
            return
        server, listening = own_server(settings, lock.take)
        hub = Hub(
            settings,
            own_bus(server, listening),
            claim=lock.take,
            certificate=certificate,
            limits=limits_of(settings),
            server=server,
        )
        try:
            server.start()
            if await unless_stopped(server.ready(), stop):
                tell(agents_line(server, listening))
                await _run(hub, settings, server, announce, stop)
        except NatsServerError as error:
            raise SettingsError(f"--nats-listen: {error}") from None
        finally:
            server.end()


async def unless_stopped(waiting: Coroutine[Any, Any, object], stop: asyncio.Event) -> bool:
    """Whether `waiting` came to its end before the hub was told to stop. Raises what it raises."""
    task, stopped = asyncio.ensure_future(waiting), asyncio.ensure_future(stop.wait())
    await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if not task.done():
        task.cancel()
        return False
    await task
    return not stop.is_set()


async def _run(
    hub: Hub, settings: Settings, server: NatsServer | None, announce: Callable[[str], None], stop: asyncio.Event
) -> None:
    app = application(
        hub.routes,
        hub.gate,
        settings.allowed_hosts,
        settings.allowed_origins,
        front=hub.front,
        embed_origins=settings.embed_origins,
    )
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    assert runner.server is not None  # noqa: S101 - setup() makes it
    try:
        listener, address = await listen(runner.server, hub.front, settings.host, settings.port)
        parts: list[Coroutine[Any, Any, None]] = [
            hub.receiver.run(),
            hub.look_after(),
            follow_tokens(hub.gate, hub.feeds.end_unentitled, Lane("tokens", HANG_SECONDS).call),
            hub.front.run(),
        ]
        if server is not None:
            parts.append(server.run())
        async with asyncio.TaskGroup() as tasks:
            running = [tasks.create_task(part) for part in parts]
            if await unless_stopped(hub.receiver.begun(BEGIN_SECONDS), stop):
                if not hub.receiver.is_listening:
                    log.warning("the bus does not answer; it is served without it", reasons=hub.receiver.failures())
                announce(address)
            await stop.wait()
            listener.close()
            for task in running:
                task.cancel()
    finally:
        hub.feeds.close("shutdown")
        await runner.cleanup()
        if hub.store is not None:
            await hub.store.close()
        await hub.front.close()
