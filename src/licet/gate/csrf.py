"""No other site acts in somebody's name: what changes something comes from our own pages, with their token.

A token is derived from the cookie that it stands beside, so nothing is kept, and a page of another site,
which cannot read the cookie, cannot make one. Keys need none: no browser sends them by itself.
"""

from __future__ import annotations

from hmac import compare_digest
from typing import Final
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from licet.gate import cookies, texts
from licet.gate.problems import Problem
from licet.gate.telling import refuse
from licet.service.people import Person
from licet.service.service import Service

PURPOSE: Final = "csrf"
FIELD: Final = "csrf"
HEADER: Final = "x-csrf-token"
_SAFE: Final = ("GET", "HEAD", "OPTIONS", "TRACE")


def install(app: Starlette, service: Service) -> None:
    """Put the guard before the routes."""
    app.add_middleware(OwnPagesOnly)


class OwnPagesOnly:
    """Refuses what a browser says comes from a page of another site and carries a cookie of ours."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Go on, or refuse."""
        if scope["type"] == "http" and scope["method"] not in _SAFE:
            request = Request(scope)
            if (cookies.session_in(request) or cookies.visit_in(request)) and from_elsewhere(request):
                problem = Problem(403, "From another site", "This can only be done from Licet's own pages.")
                await refuse(problem, scope, receive, send)
                return
        await self.app(scope, receive, send)


def from_elsewhere(request: Request) -> bool:
    """Whether the browser says that a page of another site asks; old browsers say nothing."""
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in ("same-origin", "none")
    origin = request.headers.get("origin")
    if origin is None:
        return False
    public: str = request.app.state.service.settings.public_url
    own = {request.headers.get("host", ""), urlsplit(public).netloc}
    return urlsplit(origin).netloc not in own - {""}


async def check(request: Request, person: Person) -> None:
    """Refuse a change in somebody's name without the token of their session, and a form that is not legible.

    Raises:
        Problem: 403, if it is missing or another; 400 for the form.
    """
    if person.via == "session":
        await check_form(request)
    else:
        await texts.check_form(request)


async def check_form(request: Request) -> None:
    """The same for whoever has not signed in yet, with the token of their visit.

    Raises:
        Problem: as above.
    """
    if request.method in _SAFE:
        return
    await texts.check_form(request)
    given = request.headers.get(HEADER, "")
    if not given and texts.from_a_page(request):
        field = (await request.form()).get(FIELD)
        given = field if isinstance(field, str) else ""
    expected: str = request.state.csrf
    if not expected or not compare_digest(given.encode(), expected.encode()):
        # No route comes to close the files of the form.
        await request.close()
        raise Problem(
            403,
            "This page is too old",
            "Somebody signed in or out since it was opened, or it was open for long. Go back, load it again, "
            f"and send it once more. (Programs send {HEADER}, or better a key.)",
        )
