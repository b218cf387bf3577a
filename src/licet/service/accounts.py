"""Accounts: who may sign in and as what, and the rule that somebody must remain who can let others in."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Final

from sqlalchemy import Text, func, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.language.errors import LicetError
from licet.service import attempts, audit, passwords
from licet.service.database import Base, Database, Instant, new_id
from licet.service.people import ROLES

if TYPE_CHECKING:
    from licet.service.service import Service

ADMINISTRATOR: Final = ROLES[-1]
_NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")


class AccountError(LicetError):
    """An account cannot be made or changed so."""


class AccountRow(Base):
    """An account as it is kept.

    Args:
        name: what one signs in with, in small letters.
        password: its Argon2 hash; None while nobody has chosen one.
        subject: who it is at the issuer of identities, as ``ISSUER SUBJECT``.
        generation: counts up when every session that was begun is to end.
    """

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text, unique=True)
    role: Mapped[str] = mapped_column(Text)
    password: Mapped[str | None] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text, unique=True)
    generation: Mapped[int] = mapped_column(default=0)
    created: Mapped[datetime] = mapped_column(Instant)
    disabled: Mapped[datetime | None] = mapped_column(Instant)


class InvitationRow(Base):
    """A token with which a password is chosen once; the first account has no id yet."""

    __tablename__ = "invitation"

    account: Mapped[str] = mapped_column(Text, primary_key=True)
    digest: Mapped[str] = mapped_column(Text, unique=True)
    until: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class Account:
    """An account as it is told: nothing in it is secret."""

    id: str
    name: str
    role: str
    created: datetime
    disabled: datetime | None
    has_password: bool
    external: bool

    @classmethod
    def of(cls, row: AccountRow) -> Account:
        """What may be told of a row."""
        known = row.password is not None, row.subject is not None
        return cls(row.id, row.name, row.role, row.created, row.disabled, *known)

    @property
    def pending(self) -> bool:
        """Whether nobody can sign in with it yet."""
        return not (self.has_password or self.external)


def proper_name(name: str) -> str:
    """A name as it is kept.

    Raises:
        AccountError: if it is none that can be typed, shown and compared without doubt.
    """
    small = name.strip().casefold()
    if not _NAME.fullmatch(small):
        raise AccountError(
            "a name to sign in with has 1 to 64 of the letters a to z, digits and . _ @ + - and begins "
            "with a letter or digit"
        )
    return small


def proper_role(role: str) -> str:
    """A role that there is.

    Raises:
        AccountError: if there is none of that name.
    """
    if role not in ROLES:
        raise AccountError(f"there is no role {role!r}; roles are {', '.join(ROLES)}")
    return role


def create(service: Service, *, by: str, name: str, role: str, password: str | None = None) -> Account:
    """A new account; without a password its owner chooses one by an invitation.

    Raises:
        AccountError: if the name is taken or no name, or the role is none.
        PasswordError: if the password is too easily guessed.
    """
    kept = None if password is None else passwords.chosen(password, name)
    with service.database.writing() as session:
        return Account.of(add(session, at=service.now(), by=by, name=name, role=role, password=kept))


def add(
    session: Session,
    *,
    at: datetime,
    by: str,
    name: str,
    role: str,
    password: str | None = None,
    subject: str | None = None,
) -> AccountRow:
    """The same inside a transaction of the caller, with the hash of a password."""
    name, role = proper_name(name), proper_role(role)
    row = AccountRow(
        id=new_id(), name=name, role=role, password=password, subject=subject, generation=0, created=at
    )
    session.add(row)
    try:
        session.flush()
    except IntegrityError:
        raise AccountError(f"there is an account {name!r} already") from None
    audit.record(
        session, at=at, who=by, what="account.created", about=row.id, detail={"name": name, "role": role}
    )
    return row


def listed(service: Service) -> Sequence[Account]:
    """Every account by name."""
    with service.database.reading() as session:
        return [Account.of(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.name))]


def named(service: Service, name: str) -> Account | None:
    """The account of a name, if there is one."""
    with service.database.reading() as session:
        row = row_named(session, name)
    return None if row is None else Account.of(row)


def row_named(session: Session, name: str) -> AccountRow | None:
    """The row of a name, which may be anything that somebody typed."""
    small = name.strip().casefold()
    if not _NAME.fullmatch(small):
        return None
    return session.scalar(select(AccountRow).where(AccountRow.name == small))


def of_id(service: Service, account: str) -> Account:
    """The account of an id.

    Raises:
        AccountError: if there is none.
    """
    return Account.of(_read(service, account))


def anybody_administers(session: Session) -> bool:
    """Whether there is an administrator."""
    return session.scalar(select(AccountRow.id).where(AccountRow.role == ADMINISTRATOR).limit(1)) is not None


def row_of(session: Session, account: str) -> AccountRow:
    """The row of an account, which nobody else changes until the transaction ends.

    Raises:
        AccountError: if there is none.
    """
    row = session.get(AccountRow, account, with_for_update=True) if account.isalnum() else None
    if row is None:
        raise AccountError("there is no such account")
    return row


def set_role(service: Service, account: str, role: str, *, by: str) -> Account:
    """Give an account another role.

    Raises:
        AccountError: if it is the last administrator, or there is no such role.
    """
    with service.database.writing() as session:
        row = row_of(session, account)
        give_role(service.database, session, row, role, at=service.now(), by=by)
        return Account.of(row)


def give_role(
    database: Database, session: Session, row: AccountRow, role: str, *, at: datetime, by: str
) -> None:
    """The same inside a transaction of the caller."""
    if row.role == proper_role(role):
        return
    if role != ADMINISTRATOR:
        somebody_remains(database, session, row)
    detail = {"name": row.name, "before": row.role, "after": role}
    row.role = role
    audit.record(session, at=at, who=by, what="account.role_changed", about=row.id, detail=detail)


def disable(service: Service, account: str, *, by: str) -> Account:
    """Let nobody in by an account: neither by sessions that were begun nor by its keys.

    Raises:
        AccountError: if it is the last administrator.
    """
    at = service.now()
    with service.database.writing() as session:
        row = row_of(session, account)
        if row.disabled is None:
            somebody_remains(service.database, session, row)
            row.disabled = at
            row.generation += 1
            audit.record(session, at=at, who=by, what="account.disabled", about=account, detail=_name(row))
        return Account.of(row)


def enable(service: Service, account: str, *, by: str) -> Account:
    """Let an account in again; whoever holds it signs in anew."""
    at = service.now()
    with service.database.writing() as session:
        row = row_of(session, account)
        if row.disabled is not None:
            row.disabled = None
            audit.record(session, at=at, who=by, what="account.enabled", about=account, detail=_name(row))
        return Account.of(row)


def set_password(service: Service, account: str, password: str, *, by: str) -> Account:
    """Another password; every session of the account ends.

    Raises:
        PasswordError: if it is too easily guessed.
    """
    kept = passwords.chosen(password, _read(service, account).name)
    with service.database.writing() as session:
        row = row_of(session, account)
        return Account.of(replace_password(session, row, kept, at=service.now(), by=by))


def change_password(service: Service, account: str, before: str, password: str, *, by: str) -> Account:
    """The same by its holder, who knows the one before.

    Raises:
        AccountError: if they do not.
        TooManyError: if they were wrong too often.
        PasswordError: if the new one is too easily guessed.
    """
    found = _read(service, account)
    kept = passwords.chosen(password, found.name)
    attempt = attempts.begin(service.database, found.name, "", at=service.now())
    if not passwords.agrees(found.password, before):
        raise AccountError("the password you have now is another")
    with service.database.writing() as session:
        row = row_of(session, account)
        if row.password != found.password:
            raise AccountError("the password was changed meanwhile; sign in again")
        attempts.succeeded(service.database, session, attempt)
        return Account.of(replace_password(session, row, kept, at=service.now(), by=by))


def replace_password(session: Session, row: AccountRow, kept: str, *, at: datetime, by: str) -> AccountRow:
    """Keep the hash of another password; every session of the account ends."""
    row.password = kept
    row.generation += 1
    audit.record(session, at=at, who=by, what="account.password_changed", about=row.id, detail=_name(row))
    return row


def _name(row: AccountRow) -> dict[str, str]:
    return {"name": row.name}


def _read(service: Service, account: str) -> AccountRow:
    with service.database.reading() as session:
        row = session.get(AccountRow, account) if account.isalnum() else None
    if row is None:
        raise AccountError("there is no such account")
    return row


def is_last_administrator(database: Database, session: Session, row: AccountRow) -> bool:
    """Whether nobody else could let people in; the answer holds until the transaction ends."""
    if row.role != ADMINISTRATOR or row.disabled is not None or Account.of(row).pending:
        return False
    # Two administrators who demote each other at the same time must not both succeed.
    database.lock(session, "administrators")
    others = select(func.count()).where(
        AccountRow.id != row.id,
        AccountRow.role == ADMINISTRATOR,
        AccountRow.disabled.is_(None),
        or_(AccountRow.password.is_not(None), AccountRow.subject.is_not(None)),
    )
    return session.scalar(others) == 0


def somebody_remains(database: Database, session: Session, row: AccountRow) -> None:
    """Refuse to take away the last who can let people in.

    Raises:
        AccountError: if this is the one.
    """
    if is_last_administrator(database, session, row):
        raise AccountError(
            f"{row.name!r} is the only administrator who can sign in; make another one first, so that "
            "somebody remains who can let people in"
        )


def first_run_token(service: Service) -> str | None:
    """A fresh token that makes the first administrator, once; None when there is one."""
    from licet.service import invitations

    return invitations.for_first_run(service)
