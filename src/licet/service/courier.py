"""The courier: one thread of a server that sends what is due, and asks for a look when something has changed.

It is beside the worker, since a webhook that answers slowly is not to keep long work waiting.
"""

from __future__ import annotations

import time
from typing import Final

from licet.service import events, watching
from licet.service.beside import Beside
from licet.service.service import Service

_ASK_AGAIN: Final = 60.0


class Courier(Beside):
    """Sends and asks until it is stopped."""

    name, idle, after_trouble = "courier", 1.0, 10.0

    def __init__(self, service: Service) -> None:
        super().__init__()
        self._service = service
        self._ask_at = 0.0

    def step(self) -> bool:
        """Send what is due, and once a minute ask for a look."""
        if time.monotonic() >= self._ask_at:
            watching.ask(self._service, self._service.now())
            self._ask_at = time.monotonic() + _ASK_AGAIN
        return events.deliver(self._service) > 0
