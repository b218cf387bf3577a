"""Pages: a template with everything that stands around it - who asks, where one can go, what it rests on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from fastapi import Request
from markupsafe import Markup
from starlette.responses import HTMLResponse, RedirectResponse

from licet.web.templating import environment

if TYPE_CHECKING:
    from licet.gate.problems import Problem

_SAID = "licet_said"


@dataclass(frozen=True, slots=True)
class Place:
    """One entry of the navigation, and the permission without which it is not shown."""

    name: str
    path: str
    needs: str


PLACES = (
    Place("Decide", "/decide", "read"),
    Place("Party", "/party", "read"),
    Place("Orders", "/orders", "books"),
    Place("Impact", "/impact", "read"),
    Place("Scenarios", "/scenarios", "read"),
    Place("Law", "/law", "read"),
    Place("Review", "/review", "books"),
    Place("Admin", "/admin", "admin"),
)


def page(request: Request, template: str, status: int = 200, **context: Any) -> HTMLResponse:
    """A page, or a part of one, from a template.

    Adds ``person`` (who asks, or ``None``), ``navigation``, ``csrf_field()``, ``said`` (a message
    left by :func:`moved`) and ``regime``, on which the foot of the page rests.
    """
    person = getattr(request.state, "person", None)
    may = person.permissions if person is not None else frozenset({"read"})
    said = unquote(request.cookies.get(_SAID, ""))
    token = getattr(request.state, "csrf", "")
    surroundings: dict[str, Any] = {
        "request": request,
        "path": request.url.path,
        "person": person,
        "may": may,
        "signed_in": person is not None and person.via == "session",
        "navigation": [place for place in PLACES if place.needs in may],
        "csrf_field": lambda: Markup('<input type="hidden" name="csrf" value="{}">').format(token),
        "said": said,
        "regime": request.app.state.service.regime,
        "as_of": None,
        "known_at": None,
    }
    html = environment().get_template(template).render(surroundings | context)
    response = HTMLResponse(html, status)
    if said:
        response.delete_cookie(_SAID)
    return response


def moved(to: str, said: str = "") -> RedirectResponse:
    """On to another page after something was done (303), with a message that it shows once."""
    response = RedirectResponse(to, 303)
    if said:
        response.set_cookie(_SAID, quote(said[:500]), max_age=60, httponly=True, samesite="lax")
    return response


def error_page(request: Request, problem: Problem) -> HTMLResponse:
    """What went wrong, told to a person; for :func:`licet.gate.problems.install`."""
    response = page(request, "error.html", problem.status, problem=problem)
    response.headers.update(problem.headers)
    return response
