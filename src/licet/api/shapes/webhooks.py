"""Webhooks and their deliveries as the API tells them; a secret is told once."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from licet.service.events import Delivery, Event
from licet.service.webhooks import Webhook

Type = Literal["restriction.added", "party.status_changed", "decision.changed", "list.stale"]


class WebhookGiven(BaseModel):
    """A webhook to be registered."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field(min_length=1, max_length=2000, description="Where events are posted; https only.")
    types: list[Type] = Field(min_length=1, max_length=10, description="What it is told of.")


class WebhookChange(BaseModel):
    """What is to be otherwise."""

    model_config = ConfigDict(extra="forbid")

    types: list[Type] | None = Field(None, min_length=1, max_length=10)
    enabled: bool | None = Field(None, description="True: tell it again; false: tell it nothing more.")


class WebhookShape(BaseModel):
    """A webhook without its secret."""

    id: str
    url: str
    types: list[str]
    made_by: str
    made_at: datetime
    failures: int = Field(description="Tries without a good answer since the last one.")
    failing_since: datetime | None
    disabled: datetime | None
    why: str = Field(description="Why it was disabled.")

    @classmethod
    def of(cls, webhook: Webhook) -> WebhookShape:
        """A webhook as anybody who administers may see it."""
        return cls.model_validate(webhook, from_attributes=True)


class NewWebhookShape(WebhookShape):
    """A new webhook with its secret, which is never told again."""

    secret: str = Field(description="whsec_...: what signatures are made with. Keep it where it is checked.")

    @classmethod
    def of(cls, webhook: Webhook) -> NewWebhookShape:
        """The webhook that was just made."""
        return cls.model_validate(webhook, from_attributes=True)


class WebhooksShape(BaseModel):
    """All webhooks."""

    webhooks: list[WebhookShape]


class EventShape(BaseModel):
    """What is posted to webhooks, signed after Standard Webhooks."""

    id: str = Field(description="The `webhook-id`, the same however often it is sent.")
    type: str
    timestamp: datetime
    data: dict[str, Any]

    @classmethod
    def of(cls, event: Event) -> EventShape:
        """An event."""
        return cls(id=event.id, type=event.type, timestamp=event.at, data=event.data)


class DeliveryShape(BaseModel):
    """One event on its way to one webhook."""

    id: str
    event: EventShape
    state: str = Field(description="waiting, delivered or failed")
    attempts: int
    due: datetime
    tried: datetime | None
    status: int | None = Field(description="What it answered last.")
    problem: str

    @classmethod
    def of(cls, delivery: Delivery, event: Event) -> DeliveryShape:
        """A delivery with its event."""
        return cls(
            id=delivery.id, event=EventShape.of(event), state=delivery.state, attempts=delivery.attempts,
            due=delivery.due, tried=delivery.tried, status=delivery.status, problem=delivery.problem,
        )  # fmt: skip


class DeliveriesShape(BaseModel):
    """The newest deliveries first."""

    deliveries: list[DeliveryShape]
