"""Getting ready beside the first answers: pages come at once, matches as soon as the matcher is there."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI

from licet.api.listed import directory
from licet.reviews.screening import screen
from licet.service.service import Service

_log = logging.getLogger("licet.warming")


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    """Warm the service in a thread; a fault there is met again by the first request that needs a match."""
    warming = asyncio.create_task(asyncio.to_thread(_warm, app.state.service))
    yield
    await asyncio.gather(warming, return_exceptions=True)


def _warm(service: Service) -> None:
    """Do once what the first request would wait for: the index and the directory of names, the matcher."""
    try:
        regime = service.regime
        screen(["nobody"], regime)
        directory(regime)
    except Exception as error:  # pages are there all the same; it is never told to be ready
        _log.error("the server cannot match names", exc_info=error)
        return
    # What is there now stays; to look through it again and again would hold up answers.
    gc.freeze()
    service.ready.set()
