"""Getting ready beside the first answers: pages come at once, matches as soon as the matcher is there."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    """Warm the service in a thread; a fault there is told by the first request that needs it."""
    warming = asyncio.create_task(asyncio.to_thread(app.state.service.warm))
    yield
    await asyncio.gather(warming, return_exceptions=True)
