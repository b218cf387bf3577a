"""Every face of a service in one application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute

from licet.gate import problems
from licet.service.service import Service
from licet.serving import document, parts
from licet.version import __version__

ABOUT = (
    "US trade restrictions as open, dated, explainable code. Every answer states which day's law it applies "
    "and what was known. Not legal advice."
)


def create_app(service: Service) -> FastAPI:
    """The application over an open service."""
    app = FastAPI(
        title="Licet",
        summary=ABOUT,
        version=__version__,
        openapi_url="/openapi.json",
        # The pages that come with FastAPI load programs from elsewhere.
        docs_url=None,
        redoc_url=None,
        generate_unique_id_function=_operation,
        lifespan=_running,
    )
    app.state.service = service
    parts.include(app)
    problems.install(app, parts.error_page())
    parts.guard(app, service)
    document.install(app)
    return app


def _operation(route: APIRoute) -> str:
    """A name that reads well in generated clients: the topic and what is done."""
    return f"{route.endpoint.__module__.rpartition('.')[2]}_{route.name}"


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for start in parts.running(app):
            await stack.enter_async_context(start)
        yield
