"""Coming in and going out over HTTP: the visit before, the session after, and where one wanted to go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from licet.gate import cookies, csrf
from licet.gate.limits import address_of
from licet.gate.problems import Problem
from licet.service import oidc, sessions
from licet.service.attempts import TooManyError
from licet.service.service import Service
from licet.service.sessions import SignedIn
from licet.service.tokens import derived, new_token

FROM_OWN_FORM: Final = Depends(csrf.check_form)
"""For routes that somebody uses who has not signed in yet."""


def with_form(request: Request, page: Callable[[], Response]) -> Response:
    """A page with a form for somebody who has not signed in: they are known again when they send it."""
    if request.state.person is not None and request.state.person.via == "session":
        return page()
    token = cookies.visit_in(request) or new_token()
    request.state.csrf = derived(token, csrf.PURPOSE)
    response = page()
    cookies.keep_visit(request, response, token)
    return response


def sign_in(request: Request, service: Service, name: str, password: str) -> SignedIn:
    """Whoever signs in with a password.

    Raises:
        SignInError: if name and password do not go together.
        Problem: 429, if it went wrong too often.
    """
    try:
        return sessions.sign_in(service, name, password, address=address_of(request.scope))
    except TooManyError as error:
        raise too_many(error) from None


def too_many(error: TooManyError) -> Problem:
    """Too many attempts, as it is told."""
    after = {"Retry-After": str(error.seconds)}
    return Problem(429, "Too many attempts", f"{error}.".capitalize(), headers=after)


def elsewhere(request: Request, service: Service, to: str) -> Response:
    """On to the organisation's own provider.

    Raises:
        ProviderError: if it cannot be asked.
    """
    visit = cookies.visit_in(request) or new_token()
    address = oidc.start(service, visit=visit, back=_back(request), to=to)
    response = RedirectResponse(address, 303)
    cookies.keep_visit(request, response, visit)
    return response


def back(request: Request, service: Service) -> Response:
    """Back from there, and signed in.

    Raises:
        ProviderError: if the provider or the browser is not believed.
        SignInError: if the account is disabled.
    """
    signed, to = oidc.finish(
        service, request.query_params, visit=cookies.visit_in(request), back=_back(request)
    )
    return welcome(request, service, signed, to)


def _back(request: Request) -> str:
    return f"{cookies.address_of_ours(request)}/sign-in/back"


def welcome(request: Request, service: Service, signed: SignedIn, to: str = "/") -> Response:
    """On to where one wanted to go, with a session of one's own; one that was there before ends."""
    before = cookies.session_in(request)
    if before:
        sessions.end(service, before)
    response = RedirectResponse(local(to), 303)
    cookies.begin_session(request, response, signed.token)
    return response


def farewell(request: Request, service: Service, to: str = "/sign-in") -> Response:
    """Signed out."""
    sessions.end(service, cookies.session_in(request))
    response = RedirectResponse(to, 303)
    cookies.end_session(request, response)
    return response


def local(to: str) -> str:
    """An address on this server: anything that might lead to another one is the first page."""
    # Browsers read a backslash as a slash, and two of them begin the name of a host.
    plain = to.startswith("/") and not to.startswith(("//", "/\\")) and to.isprintable()
    return to if plain else "/"
