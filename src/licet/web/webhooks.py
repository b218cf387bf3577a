"""Webhooks for administrators: register, choose events, try, disable, and look at what was delivered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

from fastapi import APIRouter, Form, Request
from starlette.responses import HTMLResponse, Response

from licet.gate.asking import Administrator, ServiceOf
from licet.gate.problems import Problem
from licet.language.errors import LicetError
from licet.service import events, webhooks
from licet.service.service import Service
from licet.service.webhooks import TYPES, Webhook
from licet.web.pages import moved, page

router = APIRouter()
Text = Annotated[str, Form()]
Texts = Annotated[list[str], Form()]
_ON_A_PAGE: Final = 50
_AT: Final = "/admin/webhooks"


@router.get("/admin/webhooks")
def every(request: Request, service: ServiceOf, person: Administrator) -> HTMLResponse:
    """All webhooks, and the form to register one."""
    return _every(request, service)


@router.post("/admin/webhooks")
def register(
    request: Request,
    service: ServiceOf,
    person: Administrator,
    url: Text = "",
    types: Texts = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Register one; its secret stands on this page and nowhere else."""
    try:
        made = webhooks.register(service, url, types, person)
    except LicetError as error:
        field = "types" if isinstance(error, webhooks.WebhookError) else "url"
        return _every(request, service, [_wrong(field, error)], {"url": url, "types": types}, 422)
    return _one(request, service, made, made.secret, 201)


@router.get("/admin/webhooks/{id}")
def one(id: str, request: Request, service: ServiceOf, person: Administrator) -> HTMLResponse:  # noqa: A002
    """One webhook and what was delivered to it."""
    with service.database.reading() as session:
        found = webhooks.of_id(session, id)
    return _one(request, service, found)


@router.post("/admin/webhooks/{id}/{what}")
def change(
    id: str,  # noqa: A002
    what: str,
    request: Request,
    service: ServiceOf,
    person: Administrator,
    types: Texts = [],  # noqa: B006 - FastAPI copies it
    delivery: Text = "",
) -> Response:
    """Change one: its events, whether it is told anything; try it, send something again, or remove it."""
    to = f"{_AT}/{id}"
    try:
        match what:
            case "types":
                webhooks.change(service, id, person, types=types)
                return moved(to, "It is told of the events chosen.")
            case "enable":
                webhooks.change(service, id, person, enable=True)
                return moved(to, "It is told of events again.")
            case "disable":
                webhooks.disable(service, id, person)
                return moved(to, "It is told nothing more.")
            case "test":
                events.test(service, id, person)
                return moved(to, "A test event is on its way.")
            case "again":
                events.again(service, delivery, person)
                return moved(to, "It is sent again.")
            case "remove":
                webhooks.remove(service, id, person)
                return moved(_AT, "The webhook was removed.")
            case _:
                raise Problem(404, "", f"a webhook cannot be {what!r}")
    except webhooks.WebhookError as error:
        with service.database.reading() as session:
            found = webhooks.of_id(session, id)
        return _one(request, service, found, status=422, errors=[_wrong("types", error)])


def _every(
    request: Request,
    service: Service,
    errors: Sequence[dict[str, str]] = (),
    typed: Mapping[str, Any] | None = None,
    status: int = 200,
) -> HTMLResponse:
    with service.database.reading() as session:
        found = webhooks.every(session)
    return page(
        request, "webhooks.html", status, heading="Webhooks", webhooks=found, types=TYPES, errors=errors,
        typed=typed or {},
    )  # fmt: skip


def _one(
    request: Request,
    service: Service,
    webhook: Webhook,
    secret: str = "",
    status: int = 200,
    errors: Sequence[dict[str, str]] = (),
) -> HTMLResponse:
    number = request.query_params.get("page", "1")
    place = int(number) if number.isascii() and number.isdigit() and 0 < len(number) < 7 else 1
    with service.database.reading() as session:
        found = events.deliveries(session, webhook.id, _ON_A_PAGE + 1, _ON_A_PAGE * (max(place, 1) - 1))
    return page(
        request, "webhook.html", status, heading="Webhook", webhook=webhook, types=TYPES, secret=secret,
        deliveries=found[:_ON_A_PAGE], number=max(place, 1), more=len(found) > _ON_A_PAGE, errors=errors,
    )  # fmt: skip


def _wrong(field: str, error: Exception) -> dict[str, str]:
    said = str(error)
    return {"field": field, "text": said[:1].upper() + said[1:]}
