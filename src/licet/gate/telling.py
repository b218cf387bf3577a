"""Guards that stand outside the routes refuse in the same words as the routes do."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from licet.gate.problems import Problem


async def refuse(problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer a request with a problem, as the application tells it to whoever asks there."""
    handlers: dict[Any, Any] = scope["app"].exception_handlers
    response = await handlers[Problem](Request(scope, receive), problem)
    await response(scope, receive, send)
