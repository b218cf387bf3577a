"""Watching: what differs between the last look and now - lists, parties, decisions - told as events.

A look works everything out, then writes the events and itself in one transaction. If the server stops before
that, the next look finds the same; after it, there is nothing left to find. A look asks no clock: it is told
the day.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Date, LargeBinary, Text, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from licet.intake.counterparties import Counterparty
from licet.language.window import Clock
from licet.regime import Regime
from licet.reviews.against import Against
from licet.service import jobs
from licet.service.books import Book
from licet.service.database import Base, Instant
from licet.service.events import emit
from licet.service.hits import Screening
from licet.service.watched import Line, Pair, digest, lines_of_books, listed_on, pairs_of, who

if TYPE_CHECKING:
    from licet.service.service import Service

Writing = Callable[[], AbstractContextManager[Session]]
KIND: Final = "watch"
IN_ONE_EVENT: Final = 100


class Look(Base):
    """The last look: when, at what, and what it saw of the lists."""

    __tablename__ = "look"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column()
    at: Mapped[datetime] = mapped_column(Instant)
    day: Mapped[date] = mapped_column(Date)
    mark: Mapped[str] = mapped_column(Text)
    listed: Mapped[bytes] = mapped_column(LargeBinary)
    stale: Mapped[bytes] = mapped_column(LargeBinary)


class WatchedParty(Base):
    """A party that is watched, under a digest of what it says, and who it may be as of the last look."""

    __tablename__ = "watched_party"

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    pairs: Mapped[bytes] = mapped_column(LargeBinary)


class WatchedBook(Base):
    """A reading of a book that is watched, and what each of its lines came to as of the last look."""

    __tablename__ = "watched_book"

    book: Mapped[str] = mapped_column(Text, primary_key=True)
    reading: Mapped[int] = mapped_column()
    lines: Mapped[bytes] = mapped_column(LargeBinary)


@dataclass(frozen=True, slots=True)
class Told:
    """An event that is to be kept."""

    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a look saw: to be kept as the last look, with the events that follow from it."""

    mark: str
    day: date
    listed: Mapping[str, bool | None]
    stale: Sequence[str]
    parties: Mapping[str, Sequence[Pair]]
    books: Mapping[str, tuple[int, Sequence[Line]]]
    events: list[Told] = field(default_factory=list)


def ask(service: Service, at: datetime) -> bool:
    """Write a look down as a job if anything that it would look at has changed; gives whether it was."""
    day = _day(service, at)
    with service.database.reading() as session:
        mark, last = _mark(service, session, day), session.get(Look, 1)
    if last is not None and last.mark == mark:
        return False
    number = 0 if last is None else last.number
    key = f"{KIND}:{number}:{digest(mark)}"
    with service.database.writing() as session:
        # Every server asks.
        service.database.lock(session, KIND)
        # One that failed is not tried again by itself: the look of the next day finds the same and more.
        jobs.enqueue(session, KIND, {"at": at.isoformat()}, about="", who="the server", at=at, key=key)
    return True


@jobs.handles(KIND)
def look(work: jobs.Work) -> str:
    """Look once; the job knows the time at which it was asked for."""
    count = watch(work.service, datetime.fromisoformat(work.job.arguments["at"]), work.writing)
    return "Another look was quicker." if count is None else f"{count:,} events."


def watch(service: Service, at: datetime, writing: Writing | None = None) -> int | None:
    """Look as of a moment and keep what differs from the last look as events; gives their number.

    The first look, and the first at a party or book, only remembers. None if another look was quicker.
    """
    database = service.database
    with database.reading() as session:
        last = session.get(Look, 1)
        number = 0 if last is None else last.number
        mark = _mark(service, session, _day(service, at))
    seen = _looked(service, _day(service, at), mark, last)
    with (writing or database.writing)() as session:
        database.lock(session, KIND)
        found = session.get(Look, 1, with_for_update=True, populate_existing=True)
        if (0 if found is None else found.number) != number:
            return None
        _keep(session, seen, number + 1, at)
        for one in seen.events:
            emit(session, one.type, one.data, at=at)
    return len(seen.events)


def _looked(service: Service, day: date, mark: str, last: Look | None) -> Seen:
    regime = service.regime
    against = Against.of(regime, service.history, day)
    clock = regime.clock(day)
    listed = listed_on(regime, clock)
    known = who(service)
    stale = sorted(f"{s.list}@{s.last.day}" for s in against.statuses if s.stale)
    with service.database.reading() as session:
        before = {one.id: one.pairs for one in session.scalars(select(WatchedParty))}
        then = {one.book: (one.reading, _unpacked(one.lines)) for one in session.scalars(select(WatchedBook))}
        names = {row.id: row.name for row in session.execute(select(Book.id, Book.name))}
    # On the same day, under the same law and lists, a line comes to what it came to.
    as_before = then if last is not None and _decides(last.mark) == _decides(mark) else {}
    lines = dict(lines_of_books(service, day, as_before))
    seen = Seen(mark, day, listed, stale, dict(pairs_of(known, against)), lines)
    if last is None:
        return seen
    base = {
        "as_of": day.isoformat(), "before": last.day.isoformat(), "known_at": str(against.known_at),
        "law": regime.digest, "lists": regime.lists_digest, "notice": regime.notice,
    }  # fmt: skip
    seen.events.extend(_added(regime, clock, listed, _unpacked(last.listed), base))
    seen.events.extend(_grown_stale(regime, against, _unpacked(last.stale), base))
    seen.events.extend(_turned_parties(seen.parties, before, known, base))
    for book, (reading, now) in seen.books.items():
        if book in then and then[book][0] == reading:
            seen.events.extend(_turned_lines(book, names.get(book, ""), then[book][1], now, base))
    return seen


def _keep(session: Session, seen: Seen, number: int, at: datetime) -> None:
    session.merge(
        Look(
            id=1, number=number, at=at, day=seen.day, mark=seen.mark,
            listed=_packed(seen.listed), stale=_packed(seen.stale),
        )
    )  # fmt: skip
    session.execute(delete(WatchedParty))
    session.execute(delete(WatchedBook))
    session.add_all(WatchedParty(id=id_, pairs=_packed(pairs)) for id_, pairs in seen.parties.items())
    session.add_all(
        WatchedBook(book=book, reading=reading, lines=_packed(lines))
        for book, (reading, lines) in seen.books.items()
    )
    session.flush()


# Lists -------------------------------------------------------------------------------------


def _added(
    regime: Regime,
    clock: Clock,
    now: Mapping[str, bool | None],
    before: Mapping[str, Any],
    base: dict[str, Any],
) -> Iterator[Told]:
    new: dict[str, list[dict[str, Any]]] = {}
    for key in sorted(now.keys() - before.keys()):
        code, _, id_ = key.partition(" ")
        version = next(v for v in regime.listings.of_id(id_, clock) if v.list == code)
        said = {
            "listing": id_, "name": version.name, "since": version.first_start.isoformat(),
            "in_force": now[key], "cited": version.cited,
        }  # fmt: skip
        new.setdefault(code, []).append(said)
    for code, listings in new.items():
        on = regime.restricted_list(code)
        about = {"list": code, "list_name": on.name, "means": on.means, "count": len(listings)}
        yield from _in_parts("restriction.added", base | about, "listings", listings)


def _grown_stale(
    regime: Regime, against: Against[Regime], before: Sequence[str], base: dict[str, Any]
) -> Iterator[Told]:
    for one in against.statuses:
        if one.stale and f"{one.list}@{one.last.day}" not in before:
            about = {
                "list": one.list, "list_name": regime.restricted_list(one.list).name, "file": one.last.file,
                "day": one.last.day.isoformat(), "age_days": one.age,
            }  # fmt: skip
            yield Told("list.stale", {**base, **about})


# Parties -----------------------------------------------------------------------------------


def _turned_parties(
    now: Mapping[str, Sequence[Pair]],
    before: Mapping[str, bytes],
    who: Mapping[str, tuple[Counterparty, list[str]]],
    base: dict[str, Any],
) -> Iterator[Told]:
    for id_, pairs in sorted(now.items()):
        if id_ not in before or id_ not in who:
            continue
        then: set[Pair] = {tuple(pair) for pair in _unpacked(before[id_])}
        here = {*pairs}
        if then == here:
            continue
        party, places = who[id_]
        about = {
            "party": party.names[0], "country": party.country, "from": places[:IN_ONE_EVENT],
            "status_before": _status(then), "status": _status(here),
            "begun_count": len(here - then), "begun": _told(here - then),
            "ended_count": len(then - here), "ended": _told(then - here),
        }  # fmt: skip
        yield Told("party.status_changed", {**base, **about})


def _status(pairs: Iterable[Pair]) -> dict[str, str]:
    """For each list how sure it is that the party is on it: a hit where any pair is one."""
    found: dict[str, str] = {}
    for _, code, level, in_force in sorted(pairs):
        said = level if in_force == "yes" else "review"
        found[code] = min(found.get(code, said), said)
    return found


def _told(pairs: Iterable[Pair]) -> list[dict[str, str]]:
    """The first of them."""
    names = ("listing", "list", "level", "in_force")
    return [dict(zip(names, pair, strict=True)) for pair in sorted(pairs)[:IN_ONE_EVENT]]


def _turned_lines(
    book: str,
    name: str,
    before: Sequence[Sequence[str]],
    now: Sequence[Sequence[str]],
    base: dict[str, Any],
) -> Iterator[Told]:
    turned = [
        {"line": number, "before": then[0], "after": here[0]}
        for number, (then, here) in enumerate(zip(before, now, strict=True), 1)
        if then[1] != here[1]
    ]
    about = {"book": book, "name": name, "count": len(turned)}
    yield from _in_parts("decision.changed", {**base, **about}, "lines", turned)


# What a look rests on ----------------------------------------------------------------------


def _mark(service: Service, session: Session, day: date) -> str:
    """Everything that a look depends on: the day, law and lists, and what is watched."""
    ready = select(func.count(), func.sum(Book.reading)).where(Book.state == "ready")
    counted = session.execute(ready.select_from(Book)).one()
    wrote = session.execute(select(func.count(), func.sum(Screening.version)).select_from(Screening)).one()
    regime = service.regime
    return json.dumps([day.isoformat(), regime.digest, regime.lists_digest, *counted, *wrote], default=str)


def _decides(mark: str) -> list[str]:
    """Of a mark, the part that decides: the day, law and lists."""
    said: list[str] = json.loads(mark)
    return said[:3]


def _day(service: Service, at: datetime) -> date:
    return at.astimezone(service.regime.zone).date()


def _in_parts(
    type_: str, about: Mapping[str, Any], name: str, rows: Sequence[Mapping[str, Any]]
) -> Iterator[Told]:
    """One event for so many rows; none where there is no row."""
    parts = -(-len(rows) // IN_ONE_EVENT)
    for part in range(parts):
        some = rows[part * IN_ONE_EVENT : (part + 1) * IN_ONE_EVENT]
        yield Told(type_, {**about, "part": part + 1, "parts": parts, name: list(some)})


def _packed(value: object) -> bytes:
    return zlib.compress(json.dumps(value).encode())


def _unpacked(data: bytes) -> Any:
    return json.loads(zlib.decompress(data))
