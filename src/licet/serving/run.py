"""Running the server until it is stopped."""

from __future__ import annotations

from typing import Any

import uvicorn

from licet.service.service import Service
from licet.service.settings import read_settings
from licet.serving import logs
from licet.serving.app import create_app


def application() -> object:
    """The application from the environment alone, for servers that start it by name.

    ``uvicorn --factory licet.serving.run:application``
    """
    settings = read_settings()
    logs.configure(settings.log)
    return create_app(Service.open(settings))


def run(service: Service) -> None:
    """Serve until a signal says stop; requests under way are answered first.

    Several workers are processes of their own, which open the service anew from the environment.
    """
    settings = service.settings
    logs.configure(settings.log)
    common: dict[str, Any] = {
        "host": settings.host,
        "port": settings.port,
        "log_config": None,
        "access_log": False,
        "server_header": False,
        "timeout_graceful_shutdown": 20,
        "proxy_headers": bool(settings.trusted_proxies),
        "forwarded_allow_ips": settings.trusted_proxies or None,
    }
    if settings.workers > 1:
        service.close()
        uvicorn.run("licet.serving.run:application", factory=True, workers=settings.workers, **common)
    else:
        uvicorn.run(create_app(service), **common)
