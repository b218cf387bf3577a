"""A read-only MCP endpoint at ``/mcp``: decide, explain, timeline, search and compare, as tools.

It is there where the package ``mcp`` is (``pip install 'licet[mcp]'``).
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING

from fastapi import FastAPI
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from licet.service.people import Person
from licet.service.service import Service

if TYPE_CHECKING:
    from mcp.server import MCPServer

PATH = "/mcp"


class _ReadersOnly:
    """Lets in who may read: by a key, or as nobody in particular where everybody may.

    A session does not count: its cookie goes with requests that a page elsewhere makes.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer 401 or 403, or go on."""
        person: Person | None = scope.get("state", {}).get("person")
        if person is not None and person.via != "session" and person.may("read"):
            await self.app(scope, receive, send)
            return
        known = person is not None and person.via == "key"
        words = "This key may not read." if known else "Send a key: Authorization: Bearer licet_..."
        headers = {} if known else {"WWW-Authenticate": "Bearer"}
        await JSONResponse({"detail": words}, 403 if known else 401, headers)(scope, receive, send)


def mount(app: FastAPI) -> None:
    """Put the endpoint into the application, where the package is installed."""
    if find_spec("mcp") is None:
        return
    from mcp.server.transport_security import TransportSecuritySettings

    from licet.api.mcp_tools import server_of

    service: Service = app.state.service
    hosts = service.settings.hosts
    server = app.state.mcp = server_of(service)
    made = server.streamable_http_app(
        streamable_http_path=PATH,
        # Each request stands for itself: any process may answer it, and nothing is lost in a restart.
        stateless_http=True,
        json_response=True,
        max_request_body_size=service.settings.max_body,
        transport_security=TransportSecuritySettings(
            allowed_hosts=[form for host in hosts for form in (host, f"{host}:*")],
            allowed_origins=[
                f"{scheme}://{form}" for scheme in ("http", "https") for h in hosts for form in (h, f"{h}:*")
            ],
        ),
    )
    # Its own application would hide ours from what stands around both.
    (route,) = made.routes
    assert isinstance(route, Route)
    app.router.routes.append(Route(PATH, _ReadersOnly(route.endpoint)))


@asynccontextmanager
async def running(app: FastAPI) -> AsyncIterator[None]:
    """What must run beside the endpoint."""
    server: MCPServer | None = getattr(app.state, "mcp", None)
    if server is None:
        yield
        return
    async with server.session_manager.run():
        yield
