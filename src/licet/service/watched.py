"""Watched: what a look sees on a day - who is listed, whom parties may be, what lines of books come to."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from itertools import islice
from typing import TYPE_CHECKING, Final, TypeVar

from sqlalchemy import select

from licet.act import Act
from licet.changes.compare import moved
from licet.intake.counterparties import Counterparty, table_of
from licet.language.window import Clock
from licet.regime import Regime
from licet.reviews.against import Against
from licet.service import books
from licet.service.books import Book
from licet.service.hits import ScreenedParty

if TYPE_CHECKING:
    from licet.service.service import Service

T = TypeVar("T")
Pair = tuple[str, str, str, str]
Line = tuple[str, str]
_AT_ONCE: Final = 500
_SAYS: Final = ("outcome", "could_be", "review", "requirements", "authorised_by", "obligations")


def listed_on(regime: Regime, clock: Clock) -> dict[str, bool | None]:
    """Every listing that had effect on a day, or of which nobody knows, as ``list listing``."""
    found: dict[str, bool | None] = {}
    for id_ in regime.listings.versions:
        for version in regime.listings.of_id(id_, clock):
            if (held := version.in_force(clock)) is not False:
                found[f"{version.list} {id_}"] = held
    return found


def pairs_of(
    who: Mapping[str, tuple[Counterparty, list[str]]], against: Against[Regime]
) -> Iterator[tuple[str, list[Pair]]]:
    """Whom each watched party may be by the lists alone: listing, list, how sure, whether it has effect."""
    for some in _some(who.items(), _AT_ONCE):
        table = table_of(party for _, (party, _) in some)
        pairs: dict[str, list[Pair]] = {id_: [] for id_, _ in some}
        found = against.screen(table).select(["id", "entity", "list", "level", "in_force"])
        best: dict[tuple[str, str, str], tuple[str, str]] = {}
        for row in found.to_pylist():
            key = (row["id"], row["entity"], row["list"])
            said = (row["level"], "unknown" if row["in_force"] is None else "yes")
            best[key] = min(best.get(key, said), said)
        for (id_, entity, code), said in sorted(best.items()):
            pairs[id_].append((entity, code, *said))
        yield from pairs.items()


def who(service: Service) -> dict[str, tuple[Counterparty, list[str]]]:
    """Every watched party once, by a digest of what it says, and where it is from."""
    found: dict[str, tuple[Counterparty, list[str]]] = {}
    for party, where in (*_screened(service), *_in_books(service)):
        said = (party.names, party.country, party.address, party.kind, party.identifiers)
        id_ = digest(json.dumps(said))
        places = found.setdefault(id_, (_named(party, id_), []))[1]
        if where not in places:
            places.append(where)
    return found


def _named(party: Counterparty, id_: str) -> Counterparty:
    return Counterparty(0, id_, party.names, party.country, party.address, (), party.kind, party.identifiers)


def _screened(service: Service) -> Iterator[tuple[Counterparty, str]]:
    with service.database.reading() as session:
        wanted = select(ScreenedParty.record, ScreenedParty.screening).where(ScreenedParty.current)
        rows = session.execute(wanted).all()
    for said, screening in rows:
        party = Counterparty(
            said["row"], said["id"], tuple(said["names"]), said["country"], said["address"], (), said["kind"],
            tuple(said["identifiers"]),
        )  # fmt: skip
        yield party, f"screening {screening}"


def _in_books(service: Service) -> Iterator[tuple[Counterparty, str]]:
    tables = service.regime.destinations
    for book in _kept_books(service):
        for act in books.acts_of(service, book):
            for party in act.parties:
                if party.name is not None and party.same_as is None:
                    code = tables.code(party.country)
                    country = code if isinstance(code, str) else ""
                    yield Counterparty(0, "", (party.name,), country, party.address or ""), f"book {book.id}"


def lines_of_books(
    service: Service, day: date, known: Mapping[str, tuple[int, Sequence[Line]]]
) -> Iterator[tuple[str, tuple[int, Sequence[Line]]]]:
    """What every line of every kept book comes to if it is done on the day; readings ``known`` stay so."""
    for book in _kept_books(service):
        if book.id in known and known[book.id][0] == book.reading:
            yield book.id, known[book.id]
        else:
            yield book.id, (book.reading, list(_lines(books.acts_of(service, book), service.regime, day)))


def _kept_books(service: Service) -> Sequence[Book]:
    with service.database.reading() as session:
        return session.scalars(select(Book).where(Book.state == "ready").order_by(Book.id)).all()


def _lines(acts: Iterable[Act], regime: Regime, day: date) -> Iterator[Line]:
    from licet.columns.alike import decide_alike

    for line in decide_alike((moved(act, day) for act in acts), regime):
        if line.decision is None:
            yield "undecided", digest(line.problem)
        else:
            told = line.decision.told
            yield told["outcome"], digest(json.dumps([told[name] for name in _SAYS]))


def _some(rows: Iterable[T], most: int) -> Iterator[list[T]]:
    them = iter(rows)
    while some := list(islice(them, most)):
        yield some


def digest(text: str) -> str:
    """A short name for a text."""
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
