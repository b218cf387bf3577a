"""Invitations: whoever has the token chooses a password once, be it as the first administrator."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from licet.language.errors import LicetError
from licet.service import accounts, audit, passwords
from licet.service.accounts import Account, AccountRow, InvitationRow
from licet.service.tokens import digest_of, new_token

if TYPE_CHECKING:
    from licet.service.service import Service

VALID: Final = timedelta(days=2)
# The invitation that makes the first administrator is for an account that is not there yet.
_FIRST: Final = ""


class InvitationError(LicetError):
    """The token was used, is too old, or never was one."""


def invite(service: Service, account: str, *, by: str) -> str:
    """A fresh token with which the holder of an account chooses a password; an older token ends.

    The password until then and every session end with it, so that this is also what helps when a
    password was lost or told.

    Raises:
        AccountError: if the account is disabled, or that of the last administrator.
    """
    at = service.now()
    with service.database.writing() as session:
        row = accounts.row_of(session, account)
        if row.disabled is not None:
            raise accounts.AccountError(f"{row.name!r} is disabled; enable it first")
        accounts.somebody_remains(service.database, session, row)
        row.password = None
        row.generation += 1
        detail = {"name": row.name}
        audit.record(session, at=at, who=by, what="account.invited", about=account, detail=detail)
        return _fresh(session, account, at)


def for_first_run(service: Service) -> str | None:
    """A fresh token that makes the first administrator; None when there is one."""
    with service.database.writing() as session:
        service.database.lock(session, "first run")
        return None if accounts.anybody_administers(session) else _fresh(session, _FIRST, service.now())


def invited(service: Service, token: str) -> Account:
    """The account that a token is for; the token stays good.

    Raises:
        InvitationError: if it is for none.
    """
    with service.database.reading() as session:
        return Account.of(_invited(session, token, service.now()))


def check_first_run(service: Service, token: str) -> None:
    """Refuse a token that does not make the first administrator.

    Raises:
        InvitationError: if it does not, or no longer.
    """
    with service.database.reading() as session:
        _check_first(session, token, service.now())


def accept(service: Service, token: str, password: str) -> Account:
    """Choose a password; the token is used up.

    Raises:
        InvitationError: if the token was used, is too old, or never was one.
        PasswordError: if the password is too easily guessed; the token stays good.
    """
    at = service.now()
    kept = passwords.chosen(password, invited(service, token).name)
    with service.database.writing() as session:
        account = _invited(session, token, at).id
        _use(session, token)
        row = accounts.row_of(session, account)
        return Account.of(accounts.replace_password(session, row, kept, at=at, by=row.name))


def first_run(service: Service, token: str, name: str, password: str) -> Account:
    """Make the first administrator; of several who try at the same time, one.

    Raises:
        InvitationError: if the token was used, is too old, or never was one, or there is one.
        AccountError, PasswordError: if the name or password will not do; the token stays good.
    """
    at = service.now()
    check_first_run(service, token)
    name = accounts.proper_name(name)
    kept = passwords.chosen(password, name)
    with service.database.writing() as session:
        service.database.lock(session, "first run")
        _check_first(session, token, at)
        _use(session, token)
        role = accounts.ADMINISTRATOR
        return Account.of(accounts.add(session, at=at, by=name, name=name, role=role, password=kept))


def _invited(session: Session, token: str, at: datetime) -> AccountRow:
    row = session.get(AccountRow, _account_of(session, token, at))
    if row is None or row.disabled is not None:
        raise _refused()
    return row


def _check_first(session: Session, token: str, at: datetime) -> None:
    if _account_of(session, token, at) != _FIRST or accounts.anybody_administers(session):
        raise _refused()


def _fresh(session: Session, account: str, at: datetime) -> str:
    token = new_token()
    session.merge(InvitationRow(account=account, digest=digest_of(token), until=at + VALID))
    session.flush()
    return token


def _account_of(session: Session, token: str, at: datetime) -> str:
    row = session.scalar(select(InvitationRow).where(InvitationRow.digest == digest_of(token)))
    if row is None or row.until < at:
        raise _refused()
    return row.account


def _use(session: Session, token: str) -> None:
    # Of two who come with one token at the same time only one takes the row away.
    used = session.execute(
        delete(InvitationRow).where(InvitationRow.digest == digest_of(token)).returning(InvitationRow.account)
    )
    if used.first() is None:
        raise _refused()


def _refused() -> InvitationError:
    return InvitationError(
        "this link was used already, is too old, or is not whole; ask an administrator for another, "
        "or on the server: licet account invite NAME"
    )
