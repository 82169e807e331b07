"""A connection over HTTPS until its client has agreed on how to encrypt. That takes time and memory, so it has a place
in the crowd from the beginning on, or none."""

import asyncio
import socket
import ssl
from collections.abc import Callable

from zeropoint.server.clients import UNKNOWN
from zeropoint.server.crowd import Crowd

HANDSHAKE_SECONDS = 10.0


class Handshake(asyncio.Protocol):
    """The protocol of a connection as it is accepted, and then of the encrypted one, until that is what `make` makes,
    which asks for the place anew. `network`, `busy`, `asked`, `reserved` and `quiet_since` are as the crowd has them.
    """

    def __init__(self, make: Callable[[], asyncio.Protocol], crowd: Crowd, context: ssl.SSLContext) -> None:
        self._make = make
        self._crowd = crowd
        self._context = context
        self._agreeing: asyncio.Task[None] | None = None
        self.network, self.quiet_since = UNKNOWN, 0.0
        self.asked = self.busy = self.reserved = False

    # --- what the transports say

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if self._agreeing is None:
            self._accepted(transport)
        else:
            self._agreed(transport)

    def _accepted(self, transport: asyncio.BaseTransport) -> None:
        """Nobody reads from this transport. loop.start_tls() would take it as it is, but uvloop begins to read before
        that can be called, and the client's hello would be lost."""
        peer, loop = transport.get_extra_info("peername"), asyncio.get_running_loop()
        self.quiet_since = loop.time()
        try:
            if self._crowd.admit(self, peer[0] if isinstance(peer, tuple) else UNKNOWN):
                connection = transport.get_extra_info("socket").dup()
                self._agreeing = loop.create_task(self._agree(connection))
        except OSError:
            self._crowd.leave(self)  # no more files can be opened
        finally:
            transport.close()  # where it has no place, nothing could be said that its client would understand

    async def _agree(self, connection: socket.socket) -> None:
        try:
            await asyncio.get_running_loop().connect_accepted_socket(
                lambda: self, connection, ssl=self._context, ssl_handshake_timeout=HANDSHAKE_SECONDS
            )
        except OSError:
            pass  # its client has said something else, nothing in time, or is gone
        finally:
            self._crowd.leave(self)

    def _agreed(self, transport: asyncio.BaseTransport) -> None:
        self._crowd.leave(self)
        protocol = self._make()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)

    # --- what the crowd asks

    def is_overdue(self, now: float) -> bool:
        return False  # the handshake has a limit of its own

    def is_stuck(self, now: float) -> bool:
        return False

    def end_late(self) -> None:
        self.cut_off()

    def cut_off(self) -> None:
        if self._agreeing is not None:
            self._agreeing.cancel()
