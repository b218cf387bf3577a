"""Coming in: sign in, the first run, choosing a password by invitation, and one's own account."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from licet.gate import signing_in
from licet.gate.asking import Reader, ServiceOf
from licet.gate.problems import Problem
from licet.gate.signing_in import FROM_OWN_FORM, local, welcome, with_form
from licet.language.errors import LicetError
from licet.service import accounts, invitations, sessions
from licet.service.accounts import AccountError
from licet.service.attempts import TooManyError
from licet.service.invitations import InvitationError
from licet.service.oidc import ProviderError
from licet.service.passwords import PasswordError
from licet.service.sessions import SignInError
from licet.web.pages import moved, page

router = APIRouter()
Text = Annotated[str, Form()]
_DIFFERENT = "the two passwords are not the same"


@router.get("/sign-in")
def sign_in(request: Request, service: ServiceOf) -> Response:
    """The form to sign in with."""
    to = local(request.query_params.get("next", "/"))
    if request.state.person is not None and request.state.person.via == "session":
        return RedirectResponse(to, 303)
    return _sign_in_page(request, to)


@router.post("/sign-in", dependencies=[FROM_OWN_FORM])
def signed_in(
    request: Request, service: ServiceOf, name: Text = "", password: Text = "", to: Text = "/"
) -> Response:
    """Sign in with a name and a password."""
    try:
        found = signing_in.sign_in(request, service, name, password)
    except SignInError as error:
        return _sign_in_page(request, local(to), 401, name, errors("name", error))
    except Problem as problem:
        response = _sign_in_page(
            request, local(to), problem.status, name, [{"field": "name", "text": problem.detail}]
        )
        response.headers.update(problem.headers)
        return response
    return welcome(request, service, found, to)


def _sign_in_page(
    request: Request, to: str, status: int = 200, name: str = "", wrong: Sequence[dict[str, str]] = ()
) -> Response:
    settings = request.app.state.service.settings
    return with_form(
        request,
        lambda: page(
            request, "sign-in.html", status, heading="Sign in", to=to, name=name, **beside(wrong),
            issuer=bool(settings.oidc_issuer),
        ),
    )  # fmt: skip


@router.get("/sign-in/elsewhere")
def elsewhere(request: Request, service: ServiceOf) -> Response:
    """On to the organisation's own provider."""
    to = local(request.query_params.get("next", "/"))
    if not service.settings.oidc_issuer:
        raise Problem(404, "", "No provider of identities is set up here (LICET_OIDC_ISSUER).")
    try:
        return signing_in.elsewhere(request, service, to)
    except ProviderError as error:
        return _sign_in_page(request, to, 502, "", errors("", error))


@router.get("/sign-in/back")
def back(request: Request, service: ServiceOf) -> Response:
    """Back from there."""
    try:
        return signing_in.back(request, service)
    except (ProviderError, SignInError, AccountError) as error:
        return _sign_in_page(request, "/", 401, "", errors("", error))


@router.post("/sign-out", dependencies=[FROM_OWN_FORM])
def sign_out(request: Request, service: ServiceOf) -> Response:
    """Sign out of this browser."""
    return signing_in.farewell(request, service)


@router.get("/first-run")
def first_run(request: Request, service: ServiceOf, token: str = "") -> Response:
    """The form that makes the first administrator."""
    try:
        invitations.check_first_run(service, token)
    except InvitationError as error:
        raise _no_token(error) from None
    return _first_run_page(request, token)


@router.post("/first-run", dependencies=[FROM_OWN_FORM])
def first_administrator(
    request: Request,
    service: ServiceOf,
    token: Text = "",
    name: Text = "",
    password: Text = "",
    again: Text = "",
) -> Response:
    """Make the first administrator, and sign them in."""
    if password != again:
        return _first_run_page(request, token, name, [{"field": "again", "text": _DIFFERENT}])
    try:
        made = invitations.first_run(service, token, name, password)
    except InvitationError as error:
        raise _no_token(error) from None
    except (AccountError, PasswordError) as error:
        field = "name" if isinstance(error, AccountError) else "password"
        return _first_run_page(request, token, name, errors(field, error))
    signed = sessions.begin_for(service, made.id, how="first run")
    return welcome(request, service, signed, "/admin")


def _first_run_page(
    request: Request, token: str, name: str = "", wrong: Sequence[dict[str, str]] = ()
) -> Response:
    return with_form(
        request,
        lambda: page(
            request, "first-run.html", 422 if wrong else 200, heading="Welcome to Licet", token=token,
            name=name, **beside(wrong),
        ),
    )  # fmt: skip


@router.get("/choose-password")
def choose_password(request: Request, service: ServiceOf, token: str = "") -> Response:
    """The form of an invitation."""
    return _choose_page(request, service, token)


@router.post("/choose-password", dependencies=[FROM_OWN_FORM])
def chosen_password(
    request: Request, service: ServiceOf, token: Text = "", password: Text = "", again: Text = ""
) -> Response:
    """Keep the password, and sign its owner in."""
    if password != again:
        return _choose_page(request, service, token, [{"field": "again", "text": _DIFFERENT}])
    try:
        account = invitations.accept(service, token, password)
    except InvitationError as error:
        raise _no_token(error) from None
    except PasswordError as error:
        return _choose_page(request, service, token, errors("password", error))
    return welcome(request, service, sessions.begin_for(service, account.id, how="invitation"))


def _choose_page(
    request: Request, service: ServiceOf, token: str, wrong: Sequence[dict[str, str]] = ()
) -> Response:
    try:
        name = invitations.invited(service, token).name
    except InvitationError as error:
        raise _no_token(error) from None
    return with_form(
        request,
        lambda: page(
            request, "choose-password.html", 422 if wrong else 200, heading="Choose a password", token=token,
            name=name, **beside(wrong),
        ),
    )  # fmt: skip


@router.get("/account")
def account(request: Request, service: ServiceOf, person: Reader) -> Response:
    """One's own account."""
    return _account_page(request, service, person)


@router.post("/account/password")
def change_password(
    request: Request,
    service: ServiceOf,
    person: Reader,
    before: Text = "",
    password: Text = "",
    again: Text = "",
) -> Response:
    """Change one's own password; every other session ends."""
    _signed_in(person)
    if password != again:
        return _account_page(request, service, person, [{"field": "again", "text": _DIFFERENT}])
    try:
        accounts.change_password(service, person.id, before, password, by=person.name)
    except PasswordError as error:
        return _account_page(request, service, person, errors("password", error))
    except AccountError as error:
        return _account_page(request, service, person, errors("before", error))
    except TooManyError as error:
        raise signing_in.too_many(error) from None
    return welcome(request, service, sessions.begin_for(service, person.id, how="password"), "/account")


@router.post("/account/sign-out-everywhere")
def sign_out_everywhere(request: Request, service: ServiceOf, person: Reader) -> Response:
    """End every session of one's account, this one too."""
    _signed_in(person)
    sessions.end_all(service, person.id, by=person.name)
    return moved("/sign-in", "You are signed out everywhere.")


def _account_page(
    request: Request, service: ServiceOf, person: Reader, wrong: Sequence[dict[str, str]] = ()
) -> Response:
    _signed_in(person)
    known: dict[str, Any] = {"account": accounts.of_id(service, person.id)}
    return page(
        request, "account.html", 422 if wrong else 200, heading="Your account", **beside(wrong), **known
    )


def _signed_in(person: Reader) -> None:
    if person.via != "session":
        raise Problem(401, "", "Only somebody who has signed in has an account of their own.")


def _no_token(error: InvitationError) -> Problem:
    return Problem(410, "This link does not work", f"{sentence(error)}.")


def errors(field: str, error: LicetError) -> list[dict[str, str]]:
    """What was wrong with a field, as the summary above a form tells it."""
    return [{"field": field, "text": sentence(error)}]


def beside(wrong: Sequence[dict[str, str]]) -> dict[str, Any]:
    """The same for the summary and, by field, beside each field."""
    return {"errors": wrong, "wrong": {error["field"]: error["text"] for error in wrong}}


def sentence(error: LicetError) -> str:
    """A message that begins with a capital letter."""
    text = str(error)
    return text[:1].upper() + text[1:]
