"""Every face of a service in one application, in the order in which a request passes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.staticfiles import StaticFiles

from licet.api import OF_OTHERS, OWN, mcp
from licet.gate import csrf, headers, limits, problems
from licet.service import beside
from licet.service.courier import Courier
from licet.service.service import Service
from licet.service.worker import Worker
from licet.serving import document, logs, metrics, telemetry, warming
from licet.version import __version__
from licet.web import PAGES
from licet.web.pages import error_page
from licet.web.templating import STATIC

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
    for router in OWN:
        app.include_router(router, prefix="/api/v1")
    for router in OF_OTHERS:
        app.include_router(router)
    for router in PAGES:
        app.include_router(router, include_in_schema=False)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    mcp.mount(app)
    problems.install(app, error_page)
    # What is put on last sees a request first.
    for guard in (csrf, limits, headers, metrics):
        guard.install(app, service)
    app.add_middleware(logs.Logging)
    telemetry.install(app, service.settings)
    document.install(app)
    return app


def _operation(route: APIRoute) -> str:
    """A name that reads well in generated clients: the topic and what is done."""
    topic = route.endpoint.__module__.removeprefix("licet.api.").replace(".", "_")
    return f"{topic}_{route.name}"


@asynccontextmanager
async def _running(app: FastAPI) -> AsyncIterator[None]:
    """What runs beside the answers for as long as there are any."""
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(warming.running(app))
        for thread in (Worker(app.state.service), Courier(app.state.service)):
            await stack.enter_async_context(beside.running(thread))
        await stack.enter_async_context(mcp.running(app))
        yield
