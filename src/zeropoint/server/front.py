"""What stands between the clients and the application: connections, limits, certificate, audit."""

import asyncio
import ssl
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

from zeropoint.server.audit import Audit
from zeropoint.server.certificate import Certificate
from zeropoint.server.crowd import Bounds, Crowd
from zeropoint.server.limits import RequestLimits

CERTIFICATE_SECONDS = 1.0


class Front:
    """Built before anything listens. `certificate` is None for plain HTTP, `audit` where none is kept."""

    def __init__(
        self, bounds: Bounds, limits: RequestLimits, certificate: Certificate | None = None, audit: Audit | None = None
    ) -> None:
        self.limits = limits
        self.audit = audit
        self._certificate = certificate
        self.crowd = Crowd(bounds) if audit is None else Crowd(bounds, audit.refused)

    @property
    def tls(self) -> ssl.SSLContext | None:
        return None if self._certificate is None else self._certificate.context

    def failures(self) -> list[str]:
        """What is wrong, for /health."""
        found = (self._certificate and self._certificate.failure, self.audit and self.audit.failure)
        return [failure for failure in found if failure]

    async def run(self) -> None:
        """Ends what dawdles, follows the certificate and writes the audit log, until it is cancelled."""
        parts: list[Coroutine[Any, Any, None]] = [self.crowd.run()]
        if self._certificate is not None:
            parts.append(_follow(self._certificate))
        if self.audit is not None:
            parts.append(self.audit.run())
        async with asyncio.TaskGroup() as tasks:
            for part in parts:
                tasks.create_task(part)

    async def close(self) -> None:
        """Writes what the audit log has not written yet."""
        if self.audit is not None:
            with suppress(TimeoutError):
                async with asyncio.timeout(1.0):
                    await self.audit.write(all_of_them=True)


async def _follow(certificate: Certificate) -> None:
    while True:
        await asyncio.sleep(CERTIFICATE_SECONDS)
        certificate.refresh()
