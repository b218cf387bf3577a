"""Attempts to sign in are counted before they are judged, and waiting grows with every one that fails.

Counting comes first, so that many attempts at the same time are many attempts. It is kept in the
database, so that neither a restart nor another process forgets it. Names and addresses are kept as
digests: people do type a password where the name belongs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from ipaddress import IPv6Address, ip_address
from math import ceil
from typing import Final

from sqlalchemy import Text, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.language.errors import LicetError
from licet.service.database import Base, Database, Instant

_FREE: Final = {"name": 5, "address": 30}
_LONGEST: Final = timedelta(minutes=15)
_FORGOTTEN: Final = timedelta(hours=1)


class TooManyError(LicetError):
    """Too many attempts; says how many seconds to wait."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"too many attempts that failed; try again in {_spoken(seconds)}")
        self.seconds = seconds


class AttemptRow(Base):
    """How often in a row it failed for one name or one address, and until when nobody may try."""

    __tablename__ = "sign_in_attempt"

    subject: Mapped[str] = mapped_column(Text, primary_key=True)
    failures: Mapped[int]
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    until: Mapped[datetime] = mapped_column(Instant)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt that was counted."""

    subjects: tuple[str, ...]


def begin(database: Database, name: str, address: str, *, at: datetime) -> Attempt:
    """Count an attempt as one that failed; :func:`succeeded` takes it back.

    Raises:
        TooManyError: if this name or address has to wait.
    """
    kinds = [(k, _digest(k, v)) for k, v in (("name", name), ("address", network(address))) if v]
    with database.writing() as session:
        database.lock(session, "attempts")
        session.execute(delete(AttemptRow).where(AttemptRow.at < at - _FORGOTTEN))
        rows = {kind: _row(session, subject, at) for kind, subject in kinds}
        waiting = max((row.until - at for row in rows.values()), default=timedelta())
        if waiting > timedelta():
            raise TooManyError(ceil(waiting.total_seconds()))
        for kind, row in rows.items():
            row.failures += 1
            row.at = at
            row.until = at + _wait(row.failures - _FREE[kind])
    return Attempt(tuple(subject for _, subject in kinds))


def succeeded(database: Database, session: Session, attempt: Attempt) -> None:
    """It was the right password: the name starts anew, the address has one failure less."""
    database.lock(session, "attempts")
    for subject in attempt.subjects:
        row = session.get(AttemptRow, subject)
        if row is None:
            continue
        if subject.startswith("name:") or row.failures <= 1:
            session.delete(row)
        else:
            row.failures -= 1
            row.until = row.at


def network(address: str) -> str:
    """What counts as one place: an address, of IPv6 the network that one household has."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if isinstance(known, IPv6Address):
        return str(known.ipv4_mapped or IPv6Address(int(known) >> 64 << 64))
    return address


def _row(session: Session, subject: str, at: datetime) -> AttemptRow:
    row = session.get(AttemptRow, subject)
    if row is None:
        row = AttemptRow(subject=subject, failures=0, at=at, until=at)
        session.add(row)
    return row


def _digest(kind: str, value: str) -> str:
    return f"{kind}:{sha256(value.strip().casefold().encode()).hexdigest()}"


def _wait(beyond: int) -> timedelta:
    """Nothing for the first failures, then 2, 4, 8, ... seconds up to the longest."""
    return timedelta() if beyond < 0 else min(timedelta(seconds=2 ** min(beyond + 1, 20)), _LONGEST)


def _spoken(seconds: int) -> str:
    return f"{seconds} seconds" if seconds < 120 else f"{ceil(seconds / 60)} minutes"
