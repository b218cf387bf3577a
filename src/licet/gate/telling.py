"""Guards that stand outside the routes refuse in the same words as the routes do."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from licet.gate.problems import Problem


async def refuse(problem: Exception, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request with a problem or a fault, as the application tells it to whoever asks there."""
    handlers: dict[Any, Any] = scope["app"].exception_handlers
    handler = handlers[Problem if isinstance(problem, Problem) else Exception]
    response = await handler(Request(scope, receive), problem)
    await response(scope, receive, send)
