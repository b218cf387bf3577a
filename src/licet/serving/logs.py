"""Log lines, one an event, as text for a person or JSON for a machine, without any secret."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, MutableMapping
from time import perf_counter
from typing import Any, Literal
from uuid import uuid4

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licet.gate.secrets import without_secrets
from licet.serving.routes import route_of

Event = MutableMapping[str, Any]
_log = logging.getLogger("licet")


def configure(form: Literal["text", "json"]) -> None:
    """Write every line of this process, those of libraries included, to standard error."""
    shared: list[Callable[[Any, str, Event], Any]] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.ExtraAdder(),
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    last = (
        structlog.processors.JSONRenderer() if form == "json" else structlog.dev.ConsoleRenderer(colors=False)
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=last, foreign_pre_chain=shared))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # Each request is told once, below, and never with its query: names of parties stand there.
    logging.getLogger("uvicorn.access").disabled = True
    logging.getLogger("httpx2").setLevel(logging.WARNING)


class Logging:
    """ASGI middleware that gives each request a name and tells how it ended."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        name, began, status = uuid4().hex[:16], perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message.setdefault("headers", []).append((b"x-request-id", name.encode()))
            await send(message)

        with structlog.contextvars.bound_contextvars(request=name):
            try:
                await self.app(scope, receive, noting)
            finally:
                took = round((perf_counter() - began) * 1000, 1)
                said = {"method": scope["method"], "route": route_of(scope), "status": status, "ms": took}
                _log.info("request", extra=said)
