"""Administration of people and machines: accounts with their roles, and API keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from licet.gate.asking import Administrator, ServiceOf
from licet.gate.cookies import address_of_ours
from licet.gate.problems import Problem
from licet.language.errors import LicetError
from licet.service import accounts, invitations, keys
from licet.service.accounts import Account, AccountError
from licet.service.keys import ApiKeyError
from licet.service.people import PERMISSIONS, ROLES, permissions_of
from licet.service.service import Service
from licet.web.pages import moved, page
from licet.web.signing_in import beside, errors

router = APIRouter()
Text = Annotated[str, Form()]
Words = Annotated[list[str], Form()]
_NUMBER = re.compile("[0-9]{1,4}")
_LONGEST_DAYS = 3650
MAY = {
    "read": "read and decide",
    "books": "upload and decide order books",
    "review": "review hits and release holds",
    "admin": "administer",
}


@router.get("/admin/users")
def users(request: Request, service: ServiceOf, person: Administrator) -> HTMLResponse:
    """Every account, and a form for another one."""
    return _users_page(request, service)


@router.post("/admin/users")
def create_user(
    request: Request, service: ServiceOf, person: Administrator, name: Text = "", role: Text = "viewer"
) -> Response:
    """Make an account, and show the link with which its owner chooses a password, once."""
    try:
        made = accounts.create(service, by=person.name, name=name, role=role)
    except AccountError as error:
        return _users_page(request, service, name, role, errors("name", error))
    return _invited(request, service, made, person)


def _users_page(
    request: Request,
    service: Service,
    name: str = "",
    role: str = "viewer",
    wrong: Sequence[dict[str, str]] = (),
) -> HTMLResponse:
    return page(
        request, "admin-users.html", 422 if wrong else 200, heading="Users", users=accounts.listed(service),
        name=name, role=role, roles=_roles(), **beside(wrong),
    )  # fmt: skip


@router.get("/admin/users/{account}")
def user(request: Request, service: ServiceOf, person: Administrator, account: str) -> HTMLResponse:
    """One account: its role, its state, its keys."""
    return _user_page(request, service, account)


@router.post("/admin/users/{account}/role")
def change_role(
    request: Request, service: ServiceOf, person: Administrator, account: str, role: Text = ""
) -> Response:
    """Give it another role."""
    return _changed(
        request, service, account, "role",
        lambda: accounts.set_role(service, account, role, by=person.name), "is {role} now",
    )  # fmt: skip


@router.post("/admin/users/{account}/disable")
def disable(request: Request, service: ServiceOf, person: Administrator, account: str) -> Response:
    """Let nobody in by it."""
    return _changed(
        request, service, account, "",
        lambda: accounts.disable(service, account, by=person.name), "is disabled",
    )  # fmt: skip


@router.post("/admin/users/{account}/enable")
def enable(request: Request, service: ServiceOf, person: Administrator, account: str) -> Response:
    """Let its holder in again."""
    return _changed(
        request, service, account, "",
        lambda: accounts.enable(service, account, by=person.name), "is enabled",
    )  # fmt: skip


@router.post("/admin/users/{account}/invite")
def invite(request: Request, service: ServiceOf, person: Administrator, account: str) -> Response:
    """Take its password away, and show a link to choose another one, once."""
    try:
        return _invited(request, service, _account(service, account), person)
    except AccountError as error:
        return _user_page(request, service, account, errors("", error))


def _changed(
    request: Request, service: Service, account: str, field: str, change: Callable[[], Account], words: str
) -> Response:
    _account(service, account)
    try:
        done = change()
    except AccountError as error:
        return _user_page(request, service, account, errors(field, error))
    return moved(f"/admin/users/{account}", f"{done.name} {words.format(role=done.role)}.")


def _invited(request: Request, service: Service, account: Account, person: Administrator) -> HTMLResponse:
    token = invitations.invite(service, account.id, by=person.name)
    return page(
        request, "admin-once.html", heading=f"A link for {account.name}", kind="link", account=account,
        secret=f"{address_of_ours(request)}/choose-password?token={token}", days=invitations.VALID.days,
        to="/admin/users",
    )  # fmt: skip


def _user_page(
    request: Request, service: Service, account: str, wrong: Sequence[dict[str, str]] = ()
) -> HTMLResponse:
    known = _account(service, account)
    return page(
        request, "admin-user.html", 422 if wrong else 200, heading=known.name, user=known, roles=_roles(),
        keys=[key for key in keys.listed(service) if key.owner == account], now=service.now(),
        **beside(wrong),
    )  # fmt: skip


def _account(service: Service, account: str) -> Account:
    try:
        return accounts.of_id(service, account)
    except AccountError as error:
        raise Problem(404, "No such account", str(error)) from None


def _roles() -> list[tuple[str, str]]:
    """Each role with what it may do."""
    return [
        (role, f"{role}: may {', '.join(MAY[p] for p in PERMISSIONS if p in permissions_of(role))}")
        for role in ROLES
    ]


@router.get("/admin/keys")
def api_keys(request: Request, service: ServiceOf, person: Administrator) -> HTMLResponse:
    """Every key, and a form for another one."""
    return _keys_page(request, service, {"owner": person.id, "scopes": ["read"]})


@router.post("/admin/keys")
def create_key(
    request: Request,
    service: ServiceOf,
    person: Administrator,
    scopes: Words = [],  # noqa: B006 - FastAPI copies it
    owner: Text = "",
    name: Text = "",
    days: Text = "",
) -> Response:
    """Make a key and show it, once."""
    given: dict[str, Any] = {"owner": owner, "name": name, "scopes": scopes, "days": days}
    days = days.strip()
    if days and not (_NUMBER.fullmatch(days) and 0 < int(days) <= _LONGEST_DAYS):
        wrong = [{"field": "days", "text": f"Write a number of days from 1 to {_LONGEST_DAYS:,}, or nothing"}]
        return _keys_page(request, service, given, wrong)
    until = service.now() + timedelta(days=int(days)) if days else None
    try:
        made, secret = keys.create(
            service, by=person.name, owner=owner, name=name, scopes=scopes, until=until
        )
    except (ApiKeyError, AccountError) as error:
        return _keys_page(request, service, given, errors(_field_of(error), error))
    return page(
        request, "admin-once.html", heading="A new key", kind="key", key=made, secret=secret, to="/admin/keys"
    )


@router.post("/admin/keys/{key}/revoke")
def revoke(request: Request, service: ServiceOf, person: Administrator, key: str) -> Response:
    """End a key, at once and for good."""
    try:
        done = keys.revoke(service, key, by=person.name)
    except ApiKeyError as error:
        raise Problem(404, "No such key", str(error)) from None
    return moved("/admin/keys", f"The key {done.prefix} ({done.name}) opens nothing any more.")


def _field_of(error: LicetError) -> str:
    return "name" if "has a name" in str(error) else "scopes"


def _keys_page(
    request: Request, service: Service, given: dict[str, Any], wrong: Sequence[dict[str, str]] = ()
) -> HTMLResponse:
    now = service.now()
    known = keys.listed(service)
    return page(
        request, "admin-keys.html", 422 if wrong else 200, heading="Keys", given=given, may=MAY, now=now,
        open_keys=[key for key in known if key.counts(now)],
        ended=[key for key in known if not key.counts(now)],
        owners=[(a.id, f"{a.name} ({a.role})") for a in accounts.listed(service) if a.disabled is None],
        **beside(wrong),
    )  # fmt: skip
