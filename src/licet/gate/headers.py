"""What an answer tells browsers to refuse, and which addresses a request may be for."""

from __future__ import annotations

import re
from typing import Final

from starlette.applications import Starlette
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from licet.gate import cookies
from licet.gate.asking import key_in
from licet.gate.problems import Problem
from licet.gate.telling import refuse
from licet.service.service import Service

_ITS_OWN: Final = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        # Pictures made on the server carry their style in attributes.
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
    )
)
POLICY: Final = f"{_ITS_OWN}; frame-ancestors 'none'"
ALWAYS: Final = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Other sites learn nothing; our own see where a form came from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
# OpenRefine shows these boxes inside its own page; nothing can be pressed in them.
_FRAMED: Final = re.compile(r"/reconcile/[^/]+/preview/")
IN_FRAMES: Final = {
    **{name: value for name, value in ALWAYS.items() if name != "X-Frame-Options"},
    "Content-Security-Policy": _ITS_OWN,
}
_YEAR: Final = "max-age=31536000"
_STATIC: Final = "/static/"
# Asked by whoever watches over the server, under whatever name.
_ANY_HOST: Final = ("/healthz", "/readyz")


def install(app: Starlette, service: Service) -> None:
    """Put the guards before everything else."""
    app.add_middleware(KnownAddress, hosts=service.settings.hosts)
    app.add_middleware(SafeHeaders)


class SafeHeaders:
    """Adds to every answer what keeps a browser from being used against its owner."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on, adding to the answer."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request = Request(scope)
        personal = bool(cookies.session_in(request) or key_in(request))
        safe = IN_FRAMES if _FRAMED.match(scope["path"]) else ALWAYS
        begun = False

        async def adding(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                headers = MutableHeaders(scope=message)
                for name, value in safe.items():
                    headers.setdefault(name, value)
                if cookies.is_https(request):
                    headers.setdefault("Strict-Transport-Security", _YEAR)
                _keep(headers, scope["path"], personal)
            await send(message)

        try:
            await self.app(scope, receive, adding)
        except Exception as fault:
            # The framework would answer a fault further out, where nothing is added any more.
            if begun:
                raise
            await refuse(fault, scope, receive, adding)


def _keep(headers: MutableHeaders, path: str, personal: bool) -> None:
    """What is for one person stays nowhere in between; anything else is asked for again."""
    if path.startswith(_STATIC):
        return
    if personal or "set-cookie" in headers:
        headers["Cache-Control"] = "no-store"
    else:
        headers.setdefault("Cache-Control", "no-cache")
    headers.add_vary_header("Cookie")


class KnownAddress:
    """Refuses a name that the server does not go by: a page elsewhere may have it point at this machine."""

    def __init__(self, app: ASGIApp, hosts: tuple[str, ...]) -> None:
        self.app = app
        self.hosts = frozenset(host.casefold() for host in hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on, or refuse."""
        problem = None if scope["type"] != "http" else self._wrong_with(scope)
        if problem is None:
            await self.app(scope, receive, send)
            return
        # Nobody was asked who they are yet, and the answer does not depend on it.
        scope.setdefault("state", {}).update(person=None, csrf="")
        await refuse(problem, scope, receive, send)

    def _wrong_with(self, scope: Scope) -> Problem | None:
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            return Problem(400, "No such address", "An address holds no NUL; no database takes one.")
        name = host_name(Headers(scope=scope).get("host", ""))
        if scope["path"].startswith(_ANY_HOST) or name in self.hosts or "*" in self.hosts:
            return None
        return Problem(
            421, "Not a name of this server", "Add the name that people use to LICET_TRUSTED_HOSTS."
        )


def host_name(host: str) -> str:
    """A host without its port, in small letters."""
    name = host.casefold()
    if name.startswith("["):
        return name.partition("]")[0] + "]"
    return name.partition(":")[0]
