"""Events: what happened, kept in the transaction that found it out, and its deliveries, tried until taken.

A delivery is written down with its event, so nothing is lost when a server stops. Whoever sends one holds it
for a while; if the server stops in between it is sent again under the same ``webhook-id``.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from sqlalchemy import JSON, ForeignKey, Index, Text, delete, or_, select
from sqlalchemy.orm import Mapped, Session, mapped_column
from standardwebhooks.webhooks import Webhook as Signer

from licet.service import audit
from licet.service.database import Base, Instant, new_id
from licet.service.people import Person
from licet.service.posting import Answer, post
from licet.service.webhooks import ATTEMPTS, TEST, Webhook, WebhookError, of_id, rest
from licet.version import __version__

if TYPE_CHECKING:
    from licet.service.service import Service

State = Literal["waiting", "delivered", "failed"]
_HELD: Final = timedelta(seconds=60)
_IN_A_ROW: Final = 20


class Event(Base):
    """Something that happened; its id is the ``webhook-id`` of every delivery."""

    __tablename__ = "event"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    type: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)

    @property
    def body(self) -> bytes:
        """What is posted, the same every time."""
        said = {"type": self.type, "timestamp": self.at.isoformat(), "data": self.data}
        return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()


class Delivery(Base):
    """One event on its way to one webhook: how often it was tried, when next, and what was answered last."""

    __tablename__ = "delivery"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    event: Mapped[str] = mapped_column(ForeignKey("event.id"), index=True)
    webhook: Mapped[str] = mapped_column(ForeignKey("webhook.id"))
    state: Mapped[State] = mapped_column(Text, default="waiting")
    made: Mapped[datetime] = mapped_column(Instant)
    due: Mapped[datetime] = mapped_column(Instant)
    held: Mapped[datetime | None] = mapped_column(Instant)
    attempts: Mapped[int] = mapped_column(default=0)
    tried: Mapped[datetime | None] = mapped_column(Instant)
    status: Mapped[int | None] = mapped_column()
    problem: Mapped[str] = mapped_column(Text, default="")

    __table_args__ = (Index(None, "state", "due"), Index(None, "webhook", "made"))


def emit(session: Session, type_: str, data: Mapping[str, Any], *, at: datetime) -> Event:
    """Something happened: keep it and what is to be told of it, in the caller's transaction."""
    # No webhook is removed between being read here and the delivery that names it.
    there = select(Webhook).where(Webhook.disabled.is_(None)).order_by(Webhook.id)
    wanted = there.with_for_update(read=True, key_share=True)
    return _emit(session, type_, data, at, [one for one in session.scalars(wanted) if type_ in one.types])


def test(service: Service, webhook: str, person: Person) -> Event:
    """Send an event that says nothing but that it can be sent.

    Raises:
        NoWebhookError: if there is none.
        WebhookError: if it is disabled.
    """
    at = service.now()
    with service.database.writing() as session:
        found = of_id(session, webhook)
        if found.disabled is not None:
            raise WebhookError("it is disabled; enable it first")
        found.resting_until = None
        audit.record(session, at=at, who=person.name, what="webhook.tested", about=webhook)
        return _emit(session, TEST, {"webhook": webhook, "asked_by": person.name}, at, [found])


def again(service: Service, delivery: str, person: Person) -> Delivery:
    """Send once more what was delivered or failed.

    Raises:
        WebhookError: if there is no such delivery.
    """
    at = service.now()
    with service.database.writing() as session:
        found = session.get(Delivery, delivery)
        if found is None:
            raise WebhookError(f"there is no delivery {delivery!r}")
        found.state, found.attempts, found.due, found.held = "waiting", 0, at, None
        audit.record(session, at=at, who=person.name, what="webhook.sent_again", about=found.webhook,
                     detail={"delivery": delivery, "event": found.event})  # fmt: skip
    return found


def deliveries(
    session: Session, webhook: str, limit: int = 50, offset: int = 0
) -> Sequence[tuple[Delivery, Event]]:
    """What was or is to be told to a webhook, the newest first."""
    wanted = (
        select(Delivery, Event).join(Event, Event.id == Delivery.event).where(Delivery.webhook == webhook)
    )
    rows = session.execute(wanted.order_by(Delivery.made.desc(), Delivery.id).limit(limit).offset(offset))
    return [(row[0], row[1]) for row in rows]


def forget(session: Session, webhook: str) -> None:
    """Drop every delivery to a webhook that is to be removed."""
    session.execute(delete(Delivery).where(Delivery.webhook == webhook))


def deliver(service: Service) -> int:
    """Send what is due, to all webhooks at the same time; gives how many deliveries were tried."""
    with service.database.reading() as session:
        due = select(Delivery.webhook).where(*_due(service.now())).join(Webhook).distinct()
        webhooks = session.scalars(due).all()
    return asyncio.run(_deliver(service, webhooks)) if webhooks else 0


@dataclass(frozen=True, slots=True)
class Parcel:
    """A delivery taken up: everything that is needed to send it once."""

    delivery: str
    attempt: int
    webhook: str
    url: str
    secret: str
    event: Event

    def headers(self, at: datetime) -> dict[str, str]:
        """What Standard Webhooks puts beside the body."""
        body = self.event.body.decode()
        return {
            "content-type": "application/json",
            "user-agent": f"Licet/{__version__}",
            "webhook-id": self.event.id,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Signer(self.secret).sign(self.event.id, at, body),
        }


async def _deliver(service: Service, webhooks: Sequence[str]) -> int:
    return sum(await asyncio.gather(*(_deliver_to(service, webhook) for webhook in webhooks)))


async def _deliver_to(service: Service, webhook: str) -> int:
    """Some deliveries to one webhook, one after the other, until one fails."""
    for tried in range(_IN_A_ROW):
        parcel = _take(service, webhook)
        if parcel is None:
            return tried
        at = service.now()
        private = service.settings.webhooks_private
        answer = await post(parcel.url, parcel.event.body, parcel.headers(at), private=private)
        _settle(service, parcel, answer)
        if not answer.taken:
            return tried + 1
    return _IN_A_ROW


def _take(service: Service, webhook: str) -> Parcel | None:
    """Take up the oldest delivery that is due; of any number of servers exactly one gets it."""
    now = service.now()
    wanted = select(Delivery).join(Webhook).where(Delivery.webhook == webhook, *_due(now))
    oldest = wanted.order_by(Delivery.due, Delivery.made, Delivery.id).limit(1)
    with service.database.writing() as session:
        found = session.scalar(oldest.with_for_update(skip_locked=True, of=Delivery))
        if found is None:
            return None
        found.held, found.attempts, found.tried = now + _HELD, found.attempts + 1, now
        to, event = session.get_one(Webhook, webhook), session.get_one(Event, found.event)
        return Parcel(found.id, found.attempts, webhook, to.url, to.secret, event)


def _settle(service: Service, parcel: Parcel, answer: Answer) -> None:
    at = service.now()
    with service.database.writing() as session:
        found = session.get(Delivery, parcel.delivery, with_for_update=True)
        # It may have been taken up by another, sent again by hand, or forgotten in between.
        if found is None or found.attempts != parcel.attempt or found.state != "waiting":
            return
        found.held, found.status, found.problem = None, answer.status, answer.problem
        if answer.taken:
            found.state = "delivered"
        elif found.attempts >= ATTEMPTS:
            found.state = "failed"
        else:
            found.due = at + rest(found.attempts - 1)
        session.get_one(Webhook, parcel.webhook, with_for_update=True).answered(session, answer, at)


def _due(now: datetime) -> tuple[Any, ...]:
    return (
        Delivery.state == "waiting",
        Delivery.due <= now,
        or_(Delivery.held.is_(None), Delivery.held < now),
        Webhook.disabled.is_(None),
        or_(Webhook.resting_until.is_(None), Webhook.resting_until <= now),
    )


def _emit(
    session: Session, type_: str, data: Mapping[str, Any], at: datetime, to: Sequence[Webhook]
) -> Event:
    event = Event(id=f"evt_{new_id()}", type=type_, at=at, data=dict(data))
    session.add(event)
    session.flush()
    for webhook in to:
        session.add(
            Delivery(
                id=new_id(),
                event=event.id,
                webhook=webhook.id,
                made=at,
                due=at,
                attempts=0,
                state="waiting",
                problem="",
            )
        )
    session.flush()
    return event
