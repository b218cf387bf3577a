"""Webhooks over HTTP: register, change, try and remove them, and see what was delivered."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from licet.api.shapes.webhooks import (
    DeliveriesShape,
    DeliveryShape,
    EventShape,
    NewWebhookShape,
    WebhookChange,
    WebhookGiven,
    WebhookShape,
    WebhooksShape,
)
from licet.gate.asking import Administrator, ServiceOf
from licet.gate.problems import problems
from licet.service import events, webhooks

router = APIRouter(
    prefix="/webhooks", tags=["webhooks"], responses=problems(400, 401, 403, 404, 413, 422, 429)
)


@router.get("")
def every(service: ServiceOf, person: Administrator) -> WebhooksShape:
    """All webhooks."""
    with service.database.reading() as session:
        return WebhooksShape(webhooks=[WebhookShape.of(one) for one in webhooks.every(session)])


@router.post("", status_code=201)
def register(given: WebhookGiven, service: ServiceOf, person: Administrator) -> NewWebhookShape:
    """Register an address; the answer has the secret, which is never told again."""
    return NewWebhookShape.of(webhooks.register(service, given.url, given.types, person))


@router.get("/{id}")
def one(id: str, service: ServiceOf, person: Administrator) -> WebhookShape:  # noqa: A002
    """One webhook."""
    with service.database.reading() as session:
        return WebhookShape.of(webhooks.of_id(session, id))


@router.patch("/{id}")
def change(
    id: str,  # noqa: A002
    given: WebhookChange,
    service: ServiceOf,
    person: Administrator,
) -> WebhookShape:
    """Choose other events; disable it, or enable it again."""
    found = webhooks.change(service, id, person, types=given.types, enable=given.enabled is True)
    return WebhookShape.of(webhooks.disable(service, id, person) if given.enabled is False else found)


@router.delete("/{id}", status_code=204)
def remove(id: str, service: ServiceOf, person: Administrator) -> None:  # noqa: A002
    """Forget a webhook with its secret and whatever waits for it."""
    webhooks.remove(service, id, person)


@router.post("/{id}/test", status_code=202)
def test(id: str, service: ServiceOf, person: Administrator) -> EventShape:  # noqa: A002
    """Send it an event `webhook.test`; whether it was taken is in the deliveries."""
    return EventShape.of(events.test(service, id, person))


@router.get("/{id}/deliveries")
def deliveries(
    id: str,  # noqa: A002
    service: ServiceOf,
    person: Administrator,
    limit: Annotated[int, Query(ge=1, le=500)] = 50,
    offset: Annotated[int, Query(ge=0, le=2**31)] = 0,
) -> DeliveriesShape:
    """What was or is to be told to it, the newest first."""
    with service.database.reading() as session:
        webhooks.of_id(session, id)
        found = events.deliveries(session, id, limit, offset)
        return DeliveriesShape(deliveries=[DeliveryShape.of(*pair) for pair in found])
