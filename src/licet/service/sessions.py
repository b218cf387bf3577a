"""Sessions: who signed in with which token, until when, and how all of an account's end at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import ForeignKey, Text, delete, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.language.errors import LicetError
from licet.service import accounts, attempts, audit, passwords
from licet.service.accounts import Account, AccountRow
from licet.service.database import Base, Database, Instant
from licet.service.people import Person
from licet.service.tokens import digest_of, new_token

if TYPE_CHECKING:
    from licet.service.service import Service

TOUCHED: Final = timedelta(minutes=1)


class SignInError(LicetError):
    """The name and password do not go together; which of them is wrong is not said."""


class SessionRow(Base):
    """A session as it is kept: the digest of its token, never the token."""

    __tablename__ = "web_session"

    digest: Mapped[str] = mapped_column(Text, primary_key=True)
    account: Mapped[str] = mapped_column(ForeignKey(AccountRow.id), index=True)
    generation: Mapped[int]
    begun: Mapped[datetime] = mapped_column(Instant)
    used: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant, index=True)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Somebody who just signed in, and the token that says so from now on."""

    account: Account
    token: str


def sign_in(service: Service, name: str, password: str, *, address: str) -> SignedIn:
    """Begin a session with a name and a password.

    Raises:
        SignInError: if they do not go together, or the account is disabled.
        TooManyError: if it went wrong too often for this name or from this address.
    """
    at, database = service.now(), service.database
    attempt = attempts.begin(database, name, address, at=at)
    with database.reading() as session:
        found = accounts.row_named(session, name)
    kept = found.password if found is not None else None
    # The slow part happens outside any transaction, and for names that nobody has as well.
    if not passwords.agrees(kept, password) or kept is None or found is None:
        if found is not None:
            _refused(database, found, at, address)
        raise _wrong()
    better = passwords.hashed(password) if passwords.outdated(kept) else kept
    with database.writing() as session:
        row = session.get_one(AccountRow, found.id, with_for_update=True)
        if row.password != kept:
            raise _wrong()
        row.password = better
        attempts.succeeded(database, session, attempt)
        return begin(session, row, at=at, longest=_longest(service), how="password")


def begin_for(service: Service, account: str, *, how: str) -> SignedIn:
    """Begin a session for somebody who just showed otherwise who they are."""
    with service.database.writing() as session:
        row = session.get_one(AccountRow, account, with_for_update=True)
        return begin(session, row, at=service.now(), longest=_longest(service), how=how)


def begin(session: Session, row: AccountRow, *, at: datetime, longest: timedelta, how: str) -> SignedIn:
    """Begin a session of an account inside a transaction of the caller.

    Raises:
        SignInError: if the account is disabled.
    """
    if row.disabled is not None:
        raise _wrong()
    token = new_token()
    session.execute(delete(SessionRow).where(SessionRow.until < at))
    session.add(
        SessionRow(
            digest=digest_of(token), account=row.id, generation=row.generation, begun=at, used=at,
            until=at + longest,
        )
    )  # fmt: skip
    audit.record(session, at=at, who=row.name, what="session.begun", about=row.id, detail={"by": how})
    return SignedIn(Account.of(row), token)


def person_of(service: Service, token: str) -> Person | None:
    """Whose session a token is; None if it ended, for whichever reason."""
    at = service.now()
    with service.database.reading() as session:
        found = session.execute(
            select(SessionRow, AccountRow).join(AccountRow).where(SessionRow.digest == digest_of(token))
        ).first()
    if found is None:
        return None
    kept, account = found
    if kept.generation != account.generation or account.disabled is not None:
        return None
    if at > kept.until or at - kept.used > timedelta(minutes=service.settings.idle_minutes):
        return None
    if at - kept.used >= TOUCHED:
        _touch(service.database, kept.digest, at)
    return Person.signed_in(account.id, account.name, account.role, kept.digest)


def end(service: Service, token: str) -> None:
    """Sign out."""
    with service.database.writing() as session:
        row = session.get(SessionRow, digest_of(token))
        if row is not None:
            account = session.get_one(AccountRow, row.account)
            session.delete(row)
            audit.record(session, at=service.now(), who=account.name, what="session.ended", about=account.id)


def end_all(service: Service, account: str, *, by: str) -> None:
    """Sign an account out everywhere."""
    with service.database.writing() as session:
        row = session.get_one(AccountRow, account, with_for_update=True)
        row.generation += 1
        detail = {"name": row.name}
        audit.record(
            session, at=service.now(), who=by, what="account.signed_out", about=account, detail=detail
        )


def _longest(service: Service) -> timedelta:
    return timedelta(hours=service.settings.session_hours)


def _touch(database: Database, digest: str, at: datetime) -> None:
    try:
        with database.writing() as session:
            session.execute(update(SessionRow).where(SessionRow.digest == digest).values(used=at))
    except OperationalError:
        # Somebody writes for long. That a session looks older than it is harms nobody.
        return


def _refused(database: Database, found: AccountRow, at: datetime, address: str) -> None:
    detail = {"name": found.name, "from": attempts.network(address)}
    with database.writing() as session:
        audit.record(session, at=at, who="", what="session.refused", about=found.id, detail=detail)


def _wrong() -> SignInError:
    return SignInError("the name and the password do not go together, or the account may not sign in")
