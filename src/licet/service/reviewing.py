"""Dispositions in the database of the service: rows that are added and never changed, in one order for all.

What they mean is decided in :mod:`licet.reviews.dispositions`, here as in the file of a history.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final
from weakref import WeakKeyDictionary

from sqlalchemy import Text, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.reviews.dispositions import Book, Dispositions
from licet.service.database import Base, Database

_LOCK: Final = "dispositions"
_READ: WeakKeyDictionary[Database, tuple[object, Book]] = WeakKeyDictionary()


class DispositionRow(Base):
    """A disposition as it is kept, with the columns of :mod:`licet.reviews.dispositions`.

    Triggers of the database refuse to change or remove one.
    """

    __tablename__ = "disposition"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    hash: Mapped[str] = mapped_column(Text, unique=True)
    verdict: Mapped[str] = mapped_column(Text)
    at: Mapped[str] = mapped_column(Text)
    person: Mapped[str] = mapped_column(Text)
    reason: Mapped[str] = mapped_column(Text)
    until: Mapped[str] = mapped_column(Text)
    about: Mapped[str] = mapped_column(Text)
    party: Mapped[str] = mapped_column(Text)
    party_digest: Mapped[str] = mapped_column(Text)
    party_said: Mapped[str] = mapped_column(Text)
    listing: Mapped[str] = mapped_column(Text)
    listing_digest: Mapped[str] = mapped_column(Text)
    listing_said: Mapped[str] = mapped_column(Text)


class SessionLedger:
    """The ledger of dispositions inside a session of the database, which ends the transaction.

    What is added is kept or lost together with whatever else the session writes.
    """

    name = "the database"

    def __init__(self, database: Database, session: Session) -> None:
        self._database, self._session = database, session

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Nobody else adds a row from here until the session's transaction ends."""
        self._database.lock(self._session, _LOCK)
        yield

    def rows(self, columns: Sequence[str]) -> Iterable[Sequence[str]]:
        """All rows, in order."""
        wanted = select(*(getattr(DispositionRow, name) for name in columns))
        return [tuple(row) for row in self._session.execute(wanted.order_by(DispositionRow.number))]

    def add(self, row: Mapping[str, str]) -> None:
        """Add a row behind the last one."""
        last = self._session.scalar(select(func.max(DispositionRow.number))) or 0
        self._session.add(DispositionRow(number=last + 1, **row))
        self._session.flush()

    def changes(self) -> object:
        """The last row's number and hash."""
        wanted = select(DispositionRow.number, DispositionRow.hash)
        last = self._session.execute(wanted.order_by(DispositionRow.number.desc()).limit(1)).first()
        return None if last is None else tuple(last)


def dispositions(database: Database, session: Session) -> Dispositions:
    """The dispositions as a session sees them, to read or, in a writing session, to add to."""
    return Dispositions(SessionLedger(database, session))


def book(database: Database, session: Session) -> Book:
    """Every disposition that a session sees; read and checked again only when one was added.

    Raises:
        DamagedError: if a row is not what was written.
    """
    now = SessionLedger(database, session).changes()
    kept = _READ.get(database)
    if kept is None or kept[0] != now:
        kept = now, dispositions(database, session).book()
        _READ[database] = kept
    return kept[1]
