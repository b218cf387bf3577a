"""A server for tests: a service with a clock that stands still, clients of it, and the server itself."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from starlette.testclient import TestClient

from licet.regime import Regime
from licet.service.service import Service
from licet.service.settings import Settings
from licet.serving.app import create_app

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PASSWORD = "correct horse battery staple"


def open_service(folder: Path, regime: Regime, url: str = "", **settings: Any) -> Service:
    """A service of its own in a folder, with nobody's own history of lists."""
    settings.setdefault("lists", folder / "lists.sqlite")
    given = Settings(database=url or f"sqlite:///{folder / 'service.sqlite'}", rate=0, **settings)
    return Service.open(given, now=lambda: NOW, regime=regime)


def client_of(service: Service, **kwargs: Any) -> TestClient:
    """A client that asks the application directly."""
    return TestClient(create_app(service), base_url="http://localhost", **kwargs)


def sign_in(client: TestClient, service: Service, role: str, name: str = "") -> TestClient:
    """The client, signed in as somebody of that role (the account is made when it is not there)."""
    from licet.service import accounts

    name = name or f"the-{role}"
    if accounts.named(service, name) is None:
        accounts.create(service, name=name, password=PASSWORD, role=role, by="the tests")
    page = client.get("/sign-in")
    done = client.post(
        "/sign-in",
        data={"name": name, "password": PASSWORD, "csrf": token_of(page.text)},
        follow_redirects=False,
    )
    assert done.status_code == 303, done.text
    return client


def token_of(html: str) -> str:
    """The CSRF token of the first form of a page."""
    found = re.search(r'name="csrf"[^>]*value="([^"]+)"', html)
    assert found, "the page has no form with a token"
    return found[1]


def post_form(client: TestClient, path: str, data: dict[str, Any], page: str = "", **kwargs: Any) -> Any:
    """Post a form as a person would: with the token of the page that the form stands on."""
    token = token_of(client.get(page or path).text)
    kwargs.setdefault("follow_redirects", False)
    return client.post(path, data={**data, "csrf": token}, **kwargs)


@contextmanager
def live_server(service: Service) -> Iterator[str]:
    """The real server in a thread, at a free port of this machine; gives its address."""
    config = uvicorn.Config(create_app(service), host="127.0.0.1", port=0, log_config=None, access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 60
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        assert time.monotonic() < deadline, "the server did not start in a minute"
        time.sleep(0.02)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(30)
