"""Reading the audit trail: some entries of it, the newest first or the oldest, and each as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from licet.service.audit import Entry

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries; what is empty leaves out none.

    Args:
        who: the name in an entry, or its beginning.
        what: the noun and verb, or the noun alone (``hold``).
        about: the id or digest of what it happened to, or its beginning.
        since, until: instants, the second one not included.
        before: only entries with a smaller number.
    """

    who: str = ""
    what: str = ""
    about: str = ""
    since: datetime | None = None
    until: datetime | None = None
    before: int | None = None

    def chosen(self) -> Select[Entry]:
        """The query, without an order."""
        query = select(Entry)
        if self.who:
            query = query.where(Entry.who.startswith(self.who, autoescape=True))
        if self.what:
            noun = Entry.what.startswith(f"{self.what}.", autoescape=True)
            query = query.where((Entry.what == self.what) | noun)
        if self.about:
            query = query.where(Entry.about.startswith(self.about, autoescape=True))
        if self.since is not None:
            query = query.where(Entry.at >= self.since)
        if self.until is not None:
            query = query.where(Entry.at < self.until)
        return query if self.before is None else query.where(Entry.number < self.before)


def newest(session: Session, wanted: Wanted, most: int) -> list[Entry]:
    """The newest of those wanted, at the most so many."""
    return list(session.scalars(wanted.chosen().order_by(Entry.number.desc()).limit(most)))


def oldest_first(session: Session, wanted: Wanted) -> Iterator[Entry]:
    """All of those wanted, read as they are asked for."""
    query = wanted.chosen().order_by(Entry.number).execution_options(yield_per=_AT_ONCE)
    for entry in session.scalars(query):
        yield entry
        session.expunge(entry)


def plain(entry: Entry) -> dict[str, Any]:
    """An entry with its hashes, as it can be checked again elsewhere."""
    return {
        "number": entry.number,
        "at": entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "who": entry.who,
        "what": entry.what,
        "about": entry.about,
        "detail": entry.detail,
        "before": entry.before,
        "hash": entry.hash,
    }


def holds(session: Session, head: str) -> bool:
    """Whether an entry has this hash."""
    return session.scalar(select(Entry.number).where(Entry.hash == head)) is not None


def spanned(
    first: date | datetime | None, last: date | datetime | None
) -> tuple[datetime | None, datetime | None]:
    """The instants from the beginning of one day (or an instant) to the end of another, both in UTC."""
    return _instant(first, 0), _instant(last, 1)


def _instant(moment: date | datetime | None, days: int) -> datetime | None:
    if moment is None or isinstance(moment, datetime):
        return moment
    return datetime.combine(moment + timedelta(days=days), time(), UTC)
