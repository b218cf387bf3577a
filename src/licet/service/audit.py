"""The audit trail: what was decided and changed, by whom and when, in a chain of hashes that only grows."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import JSON, Text, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.service.database import Base, Instant

_READ_AT_ONCE = 1000


class Entry(Base):
    """One entry as it is kept.

    ``what`` is a noun and a verb (``hold.released``), ``about`` the id or digest of what it happened to,
    ``hash`` covers the entry and the hash ``before`` it.
    """

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Instant, index=True)
    who: Mapped[str] = mapped_column(Text)
    what: Mapped[str] = mapped_column(Text, index=True)
    about: Mapped[str] = mapped_column(Text, index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    before: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)

    def hashed(self) -> str:
        """The hash that this entry has behind the one before it."""
        said = {
            "number": self.number,
            "at": self.at.astimezone(UTC).isoformat(timespec="microseconds"),
            "who": self.who,
            "what": self.what,
            "about": self.about,
            "detail": self.detail,
            "before": self.before,
        }
        return sha256(json.dumps(said, ensure_ascii=True, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Verified:
    """Whether a trail is whole, how many entries were read, the last hash, and what is broken in words."""

    entries: int
    head: str
    broken: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing was changed, taken out or put in between."""
        return not self.broken


def record(
    session: Session,
    *,
    at: datetime,
    who: str,
    what: str,
    about: str = "",
    detail: Mapping[str, Any] | None = None,
) -> str:
    """Add an entry inside the writing transaction of the caller; gives its hash.

    What is recorded and what it records are kept together or not at all.
    """
    if session.get_bind().dialect.name == "postgresql":
        # Entries stand in one row behind each other, so those who write wait for each other.
        session.execute(text("LOCK TABLE audit IN EXCLUSIVE MODE"))
    last = session.execute(select(Entry.number, Entry.hash).order_by(Entry.number.desc()).limit(1)).first()
    number, before = (last.number + 1, last.hash) if last else (1, "")
    plain = json.loads(json.dumps(dict(detail or {}), default=str))
    entry = Entry(number=number, at=at, who=who, what=what, about=about, detail=plain, before=before, hash="")
    entry.hash = entry.hashed()
    session.add(entry)
    session.flush()
    return entry.hash


def verify(session: Session) -> Verified:
    """Read the whole trail and tell the first entry that is not what was written."""
    before, number = "", 0
    entries = select(Entry).order_by(Entry.number).execution_options(yield_per=_READ_AT_ONCE)
    with closing(session.scalars(entries)) as found:
        for entry in found:
            number += 1
            if entry.number != number:
                return Verified(number - 1, before, f"entry {number} is missing")
            if entry.before != before or entry.hash != entry.hashed():
                return Verified(number - 1, before, f"entry {number} is not what was written")
            before = entry.hash
            session.expunge(entry)
    return Verified(number, before)
