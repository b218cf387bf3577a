"""Who asks, and whether they may: settled once for each request, then asked for by routes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any, Final

from fastapi import Depends, Request
from fastapi.security import APIKeyHeader, HTTPBearer
from starlette.concurrency import run_in_threadpool
from starlette.types import ASGIApp, Receive, Scope, Send

from licet.gate import cookies, csrf
from licet.gate.problems import Problem
from licet.service import keys, sessions
from licet.service.people import ANONYMOUS, Person
from licet.service.service import Service
from licet.service.tokens import derived

_SCHEMES: Final = ("bearer", "apikey")
# Who asks for these makes no difference.
_NOBODY: Final = ("/static/", "/healthz", "/readyz")


async def service_of(request: Request) -> Service:
    """The service behind the application; asynchronous, since there is nothing to hand to a thread."""
    service: Service = request.app.state.service
    return service


ServiceOf = Annotated[Service, Depends(service_of)]


def person_of(request: Request) -> Person | None:
    """Who asks; None without credentials where not everybody may read."""
    person: Person | None = request.state.person
    return person


class Asking:
    """Tells who asks, and leaves it as ``request.state.person`` and ``request.state.csrf``.

    A key in a header comes before a session in a cookie. A key that opens nothing is told so by whatever
    route needs a person; it never counts as nobody in particular.
    """

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self.app = app
        self.service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Settle who asks, then go on."""
        if scope["type"] == "http":
            state = scope.setdefault("state", {})
            state |= {"person": None, "csrf": "", "wrong_key": False}
            if not scope["path"].startswith(_NOBODY):
                await self._settle(Request(scope), state)
        await self.app(scope, receive, send)

    async def _settle(self, request: Request, state: dict[str, Any]) -> None:
        key, session = key_in(request), cookies.session_in(request)
        if key:
            state["person"] = await run_in_threadpool(keys.person_of, self.service, key)
            state["wrong_key"] = state["person"] is None
            return
        if session:
            state["person"] = await run_in_threadpool(sessions.person_of, self.service, session)
        if state["person"] is not None:
            state["csrf"] = derived(session, csrf.PURPOSE)
            return
        visit = cookies.visit_in(request)
        state["csrf"] = derived(visit, csrf.PURPOSE) if visit else ""
        if self.service.settings.anonymous_reads:
            state["person"] = ANONYMOUS


def key_in(request: Request) -> str:
    """The key of a request, if it carries one of ours; anything else there is for somebody else."""
    scheme, _, text = request.headers.get("authorization", "").partition(" ")
    found = text.strip() if scheme.casefold() in _SCHEMES else ""
    found = found or request.headers.get("subscription-key", "").strip()
    return found if found.startswith(keys.BEGINNING) else ""


def _needs(permission: str) -> Callable[..., Awaitable[Person]]:
    async def dependency(
        request: Request,
        _bearer: Annotated[Any, Depends(_BEARER)],
        _header: Annotated[Any, Depends(_HEADER)],
    ) -> Person:
        person = person_of(request)
        if person is None:
            raise _unknown(request)
        if not person.may(permission):
            raise _too_little(person, permission)
        await csrf.check(request, person)
        return person

    return dependency


# These two only tell the description of the API how a key is sent.
_BEARER = HTTPBearer(auto_error=False, scheme_name="key", description="A key: licet_...")
_HEADER = APIKeyHeader(name="subscription-key", auto_error=False, scheme_name="subscription-key")


def allowed(permission: str) -> Any:
    """A dependency that gives the person, or refuses who may not."""
    return Depends(_needs(permission))


Reader = Annotated[Person, allowed("read")]
Analyst = Annotated[Person, allowed("books")]
Reviewer = Annotated[Person, allowed("review")]
Administrator = Annotated[Person, allowed("admin")]


def _unknown(request: Request) -> Problem:
    detail = (
        "This key opens nothing: it was revoked, has expired, or was not copied whole."
        if request.state.wrong_key
        else "Sign in, or send a key: Authorization: Bearer licet_..."
    )
    return Problem(401, "", detail, headers={"WWW-Authenticate": "Bearer"})


def _too_little(person: Person, permission: str) -> Problem:
    if person.via == "open":
        return Problem(
            401, "", f"This needs the permission {permission!r}: sign in, or send a key with that scope.",
            headers={"WWW-Authenticate": "Bearer"},
        )  # fmt: skip
    whose = f"The key of {person.name}" if person.via == "key" else f"The role {person.role}"
    return Problem(403, "", f"This needs the permission {permission!r}. {whose} does not give it.")
