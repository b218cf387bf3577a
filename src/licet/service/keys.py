"""API keys: how machines come in, with no more than their owner may do, shown once and kept as a digest."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hmac import compare_digest
from typing import TYPE_CHECKING, Final

from sqlalchemy import JSON, ForeignKey, Text, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.language.errors import LicetError
from licet.service import accounts, audit
from licet.service.accounts import AccountRow
from licet.service.database import Base, Database, Instant, new_id
from licet.service.people import PERMISSIONS, Person, permissions_of
from licet.service.tokens import digest_of, new_token

if TYPE_CHECKING:
    from licet.service.service import Service

TOUCHED: Final = timedelta(minutes=1)
_PREFIX = 8
_LONGEST_NAME = 80
BEGINNING: Final = "licet_"
_WRITTEN: Final = re.compile(r"licet_([a-z0-9]{8})_([A-Za-z0-9]{43})")


class ApiKeyError(LicetError):
    """A key cannot be made or ended so."""


class KeyRow(Base):
    """A key as it is kept: the prefix it is found by, and the digest of the whole."""

    __tablename__ = "api_key"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    prefix: Mapped[str] = mapped_column(Text, unique=True)
    digest: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    owner: Mapped[str] = mapped_column(ForeignKey(AccountRow.id), index=True)
    scopes: Mapped[list[str]] = mapped_column(JSON)
    created: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime | None] = mapped_column(Instant)
    revoked: Mapped[datetime | None] = mapped_column(Instant)
    used: Mapped[datetime | None] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class Key:
    """A key as it is told: nothing in it is secret."""

    id: str
    prefix: str
    name: str
    owner: str
    owner_name: str
    scopes: tuple[str, ...]
    created: datetime
    until: datetime | None
    revoked: datetime | None
    used: datetime | None

    @classmethod
    def of(cls, row: KeyRow, owner: AccountRow) -> Key:
        """What may be told of a row."""
        return cls(
            row.id, row.prefix, row.name, row.owner, owner.name, tuple(row.scopes), row.created, row.until,
            row.revoked, row.used,
        )  # fmt: skip

    def counts(self, at: datetime) -> bool:
        """Whether it opens anything: neither revoked nor expired."""
        return self.revoked is None and (self.until is None or at < self.until)


def create(
    service: Service,
    *,
    by: str,
    owner: str,
    name: str,
    scopes: Iterable[str],
    until: datetime | None = None,
) -> tuple[Key, str]:
    """A new key of an account, and what to write into a machine's settings: it is never told again.

    Raises:
        ApiKeyError: if it would do more than its owner may, nothing at all, or has ended already.
    """
    at, name = service.now(), name.strip()
    wanted = frozenset(scopes)
    if not name.isprintable() or not 0 < len(name) <= _LONGEST_NAME:
        raise ApiKeyError(f"a key has a name of 1 to {_LONGEST_NAME} letters or signs that says what uses it")
    if not wanted or not wanted <= set(PERMISSIONS):
        raise ApiKeyError(f"a key needs one or more of the scopes {', '.join(PERMISSIONS)}")
    if until is not None and until <= at:
        raise ApiKeyError("a key ends in the future, or never")
    with service.database.writing() as session:
        account = accounts.row_of(session, owner)
        if beyond := wanted - permissions_of(account.role):
            raise ApiKeyError(
                f"{account.name!r} is {account.role}, which does not allow {', '.join(sorted(beyond))}"
            )
        if account.disabled is not None:
            raise ApiKeyError(f"{account.name!r} is disabled")
        prefix = _free_prefix(session)
        text = f"licet_{prefix}_{new_token()}"
        row = KeyRow(
            id=new_id(), prefix=prefix, digest=digest_of(text), name=name, owner=owner,
            scopes=[p for p in PERMISSIONS if p in wanted], created=at, until=until,
        )  # fmt: skip
        session.add(row)
        session.flush()
        detail = {"prefix": prefix, "name": name, "owner": account.name, "scopes": row.scopes, "until": until}
        audit.record(session, at=at, who=by, what="key.created", about=row.id, detail=detail)
        return Key.of(row, account), text


def revoke(service: Service, key: str, *, by: str) -> Key:
    """End a key, at once and for good. ``key`` is its id or its prefix.

    Raises:
        ApiKeyError: if there is no such key.
    """
    at = service.now()
    with service.database.writing() as session:
        found = select(KeyRow).where((KeyRow.id == key) | (KeyRow.prefix == key)).with_for_update()
        row = session.scalar(found) if key.isalnum() else None
        if row is None:
            raise ApiKeyError(f"there is no key {key!r}; name it by its prefix")
        owner = session.get_one(AccountRow, row.owner)
        if row.revoked is None:
            row.revoked = at
            detail = {"prefix": row.prefix, "name": row.name, "owner": owner.name}
            audit.record(session, at=at, who=by, what="key.revoked", about=row.id, detail=detail)
        return Key.of(row, owner)


def listed(service: Service) -> Sequence[Key]:
    """Every key, the newest first."""
    newest = select(KeyRow, AccountRow).join(AccountRow).order_by(KeyRow.created.desc(), KeyRow.id)
    with service.database.reading() as session:
        return [Key.of(row, owner) for row, owner in session.execute(newest)]


def person_of(service: Service, text: str) -> Person | None:
    """What a key may do today; None if it opens nothing, for whichever reason."""
    written = _WRITTEN.fullmatch(text)
    if written is None:
        return None
    at = service.now()
    with service.database.reading() as session:
        found = session.execute(
            select(KeyRow, AccountRow).join(AccountRow).where(KeyRow.prefix == written[1])
        ).first()
    if found is None:
        return None
    row, owner = found
    if not compare_digest(row.digest, digest_of(text)):
        return None
    if not Key.of(row, owner).counts(at) or owner.disabled is not None:
        return None
    if row.used is None or at - row.used >= TOUCHED:
        _touch(service.database, row.id, at)
    return Person.machine(owner.id, f"{owner.name}, key {row.prefix}", owner.role, row.scopes, row.id)


def _touch(database: Database, key: str, at: datetime) -> None:
    try:
        with database.writing() as session:
            session.execute(update(KeyRow).where(KeyRow.id == key).values(used=at))
    except OperationalError:
        # Somebody writes for long. When a key was last used may lag behind.
        return


def _free_prefix(session: Session) -> str:
    while True:
        prefix = new_id()[:_PREFIX]
        if session.scalar(select(KeyRow.id).where(KeyRow.prefix == prefix)) is None:
            return prefix
