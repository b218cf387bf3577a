"""The parts of the application in their order: routers, guards, and what runs beside them."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from importlib.util import find_spec
from typing import Any

from fastapi import FastAPI

from licet.service.service import Service
from licet.serving import logs, metrics, telemetry

_API = "decisions comparing parties law lists scenarios books jobs runs holds reviews webhooks keys".split()
_FOREIGN = "yente reconcile csl".split()
_WEB = "home decide party orders impact scenarios law review admin signing_in webhooks".split()


def _module(name: str) -> Any:
    try:
        if find_spec(name) is None:
            return None
    except ModuleNotFoundError:
        return None
    return importlib.import_module(name)


def include(app: FastAPI) -> None:
    for names, package, prefix in ((_API, "api", "/api/v1"), (_FOREIGN, "api", ""), (_WEB, "web", "")):
        for name in names:
            module = _module(f"licet.{package}.{name}")
            if module is not None and hasattr(module, "router"):
                shown = package == "api"
                app.include_router(module.router, prefix=prefix, include_in_schema=shown)
    static = _module("licet.web.templating")
    if static is not None and hasattr(static, "STATIC"):
        from starlette.staticfiles import StaticFiles

        app.mount("/static", StaticFiles(directory=static.STATIC), name="static")
    mcp = _module("licet.api.mcp")
    if mcp is not None and hasattr(mcp, "mount"):
        mcp.mount(app)


def error_page() -> Any:
    pages = _module("licet.web.pages")
    return getattr(pages, "error_page", None)


def guard(app: FastAPI, service: Service) -> None:
    for name in ("csrf", "limits", "headers"):
        module = _module(f"licet.gate.{name}")
        if module is not None and hasattr(module, "install"):
            module.install(app, service)

    metrics.install(app, service)
    app.add_middleware(logs.Logging)
    telemetry.install(app, service.settings)


def running(app: FastAPI) -> Iterator[AbstractAsyncContextManager[Any]]:
    for name in ("licet.serving.warming", "licet.service.worker", "licet.api.mcp"):
        module = _module(name)
        if module is not None and hasattr(module, "running"):
            yield module.running(app)
