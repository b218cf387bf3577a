"""The courier: one thread of a server that sends what is due, and asks for a look when something has changed.

It is beside the worker, since a webhook that answers slowly is not to keep long work waiting.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Event, Thread
from typing import Any, Final

from anyio import to_thread

from licet.service import events, watching
from licet.service.service import Service

_LOOK_AGAIN: Final = 1.0
_AFTER_TROUBLE: Final = 10.0
_ASK_AGAIN: Final = 60.0
_log = logging.getLogger("licet.courier")


class Courier:
    """Sends and asks until it is stopped."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._stopping = Event()
        self._thread = Thread(target=self._run, name="licet-courier", daemon=True)
        self._ask_at = 0.0

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Stop after what is on its way."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        pause = 0.0
        while not self._stopping.wait(pause):
            try:
                pause = 0.0 if self._once() else _LOOK_AGAIN
            except Exception as error:  # a database that went away comes back; the courier must be there then
                _log.error("the courier had to pause", exc_info=error)
                pause = _AFTER_TROUBLE

    def _once(self) -> int:
        if time.monotonic() >= self._ask_at:
            watching.ask(self._service, self._service.now())
            self._ask_at = time.monotonic() + _ASK_AGAIN
        return events.deliver(self._service)


@asynccontextmanager
async def running(app: Any) -> AsyncIterator[None]:
    """A courier for as long as the application runs."""
    courier = Courier(app.state.service)
    courier.start()
    try:
        yield
    finally:
        await to_thread.run_sync(courier.stop)
