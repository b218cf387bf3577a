"""Webhooks: addresses that administrators register to be told of events, each with a secret to sign with.

The form is that of Standard Webhooks, so that any of its libraries can check what comes.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import JSON, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.language.errors import LicetError
from licet.service import audit
from licet.service.database import Base, Instant, new_id
from licet.service.people import Person
from licet.service.posting import Answer, proper_url

if TYPE_CHECKING:
    from licet.service.service import Service

TYPES: Final = {
    "restriction.added": "A party was put on a list that is in use here.",
    "party.status_changed": "A party that was screened, or takes part in a book, is on or off a list now.",
    "decision.changed": "A line of a book, were it done today, is decided otherwise than at the last look.",
    "list.stale": "A list is older than it may be.",
}
"""What can be told of, and what each means."""
TEST: Final = "webhook.test"
_REST: Final = (5, 60, 300, 1800, 7200, 18000, 36000, 50400, 72000, 86400)
_GIVEN_UP_AFTER: Final = timedelta(days=5)
_GONE: Final = 410


class WebhookError(LicetError):
    """A webhook cannot be registered or changed so."""


class NoWebhookError(LicetError):
    """There is no such webhook."""


class Webhook(Base):
    """An address, the events that it is told of, and how it has answered.

    ``failures`` counts since its last good answer, the first of them at ``failing_since``; it is left alone
    until ``resting_until``. ``disabled`` with ``why`` when it is told nothing more.
    """

    __tablename__ = "webhook"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    types: Mapped[list[str]] = mapped_column(JSON)
    secret: Mapped[str] = mapped_column(Text)
    made_by: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None] = mapped_column(Instant)
    resting_until: Mapped[datetime | None] = mapped_column(Instant)
    disabled: Mapped[datetime | None] = mapped_column(Instant)
    why: Mapped[str] = mapped_column(Text, default="")

    def answered(self, session: Session, answer: Answer, at: datetime) -> None:
        """Draw the consequences of an answer: rest for longer and longer, and give up after days."""
        if answer.taken:
            self.failures, self.failing_since, self.resting_until = 0, None, None
            return
        self.failing_since = self.failing_since or at
        self.resting_until = at + rest(self.failures)
        self.failures += 1
        if answer.status == _GONE:
            self._disable(session, at, "it answers that it is gone (410)")
        elif at - self.failing_since >= _GIVEN_UP_AFTER:
            self._disable(session, at, f"no good answer for {_GIVEN_UP_AFTER.days} days")

    def _disable(self, session: Session, at: datetime, why: str) -> None:
        self.disabled, self.why = at, why
        detail = {"url": self.url, "why": why}
        audit.record(session, at=at, who="the server", what="webhook.disabled", about=self.id, detail=detail)


def rest(failures: int) -> timedelta:
    """How long to wait after so many failures before this one."""
    return timedelta(seconds=_REST[min(failures, len(_REST) - 1)])


ATTEMPTS: Final = len(_REST)
"""How often one event is tried before it counts as failed."""


def register(service: Service, url: str, types: Iterable[str], person: Person) -> Webhook:
    """A new webhook; its ``secret`` is told once, here.

    Raises:
        WebhookError: if nothing is to be told.
        AddressError: if nothing may be posted there.
    """
    proper, chosen, at = proper_url(url, service.settings.webhooks_private), _types(types), service.now()
    secret = f"whsec_{base64.b64encode(secrets.token_bytes(32)).decode()}"
    made = Webhook(
        id=new_id(), url=proper, types=chosen, secret=secret, made_by=person.name, made_at=at, failures=0
    )
    with service.database.writing() as session:
        session.add(made)
        _record(session, service, person, "webhook.created", made)
    return made


def change(
    service: Service,
    webhook: str,
    person: Person,
    *,
    types: Iterable[str] | None = None,
    enable: bool = False,
) -> Webhook:
    """Choose other events, or have it told again after it was disabled.

    Raises:
        NoWebhookError: if there is none.
        WebhookError: if nothing is to be told.
    """
    with service.database.writing() as session:
        found = of_id(session, webhook)
        if types is not None:
            found.types = _types(types)
            _record(session, service, person, "webhook.changed", found)
        if enable and found.disabled is not None:
            found.disabled, found.why, found.failures = None, "", 0
            found.failing_since, found.resting_until = None, None
            _record(session, service, person, "webhook.enabled", found)
    return found


def disable(service: Service, webhook: str, person: Person) -> Webhook:
    """Tell it nothing more until somebody enables it; what waits for it stays.

    Raises:
        NoWebhookError: if there is none.
    """
    with service.database.writing() as session:
        found = of_id(session, webhook)
        if found.disabled is None:
            found.disabled, found.why = service.now(), f"{person.name} disabled it"
            _record(session, service, person, "webhook.disabled", found)
    return found


def remove(service: Service, webhook: str, person: Person) -> None:
    """Forget a webhook with its secret and whatever still waits for it.

    Raises:
        NoWebhookError: if there is none.
    """
    from licet.service.events import forget

    with service.database.writing() as session:
        found = of_id(session, webhook)
        forget(session, webhook)
        session.delete(found)
        _record(session, service, person, "webhook.removed", found)


def of_id(session: Session, webhook: str) -> Webhook:
    """The webhook with this id.

    Raises:
        NoWebhookError: if there is none.
    """
    found = session.get(Webhook, webhook)
    if found is None:
        raise NoWebhookError(f"there is no webhook {webhook!r}")
    return found


def every(session: Session) -> Sequence[Webhook]:
    """All of them, in the order in which they were made."""
    return session.scalars(select(Webhook).order_by(Webhook.made_at, Webhook.id)).all()


def _types(types: Iterable[str]) -> list[str]:
    given = list(dict.fromkeys(types))
    if not given or (unknown := [one for one in given if one not in TYPES]):
        said = f"there are no events {', '.join(unknown)}" if given else "choose what it is told of"
        raise WebhookError(f"{said}; events are {', '.join(TYPES)}")
    return given


def _record(session: Session, service: Service, person: Person, what: str, webhook: Webhook) -> None:
    detail: dict[str, Any] = {"url": webhook.url, "types": webhook.types}
    audit.record(session, at=service.now(), who=person.name, what=what, about=webhook.id, detail=detail)
