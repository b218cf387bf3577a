"""The queue of reviews: pairs of party and listing that wait for somebody, and deciding about one.

Pairs that were decided and came back are first, since whoever cleared them relies on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal
from weakref import WeakKeyDictionary

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from licet.language.errors import LicetError
from licet.reviews.against import Against
from licet.reviews.changes import names_of
from licet.reviews.dispositions import Book, Disposition, Dispositions, Pair, Standing, State
from licet.reviews.said import Said, of_listings
from licet.service import audit
from licet.service.accounts import AccountRow
from licet.service.books import plain
from licet.service.hits import Hit, Screening
from licet.service.people import Person
from licet.service.reviewing import book, dispositions

if TYPE_CHECKING:
    import pyarrow as pa

    from licet.regime import Regime
    from licet.service.service import Service

Verdict = Literal["match", "clear", "sign", "withdraw"]
ORDER: Final = (State.REOPENED, State.EXPIRED, State.AWAITING, State.OPEN, State.MATCH, State.CLEARED)
TO_DO: Final = ORDER[:4]
_FIELDS: Final = {
    "names": "name", "kind": "kind", "countries": "countries", "addresses": "addresses",
    "identifiers": "identifiers",
}  # fmt: skip
_WHAT: Final[Mapping[Verdict, str]] = {
    "match": "disposition.matched",
    "clear": "disposition.cleared",
    "sign": "disposition.signed",
    "withdraw": "disposition.withdrawn",
}


class NoHitError(LicetError):
    """There is no such hit."""


class MeanwhileError(LicetError):
    """Somebody else decided about the pair in the meantime."""


class MachineError(LicetError):
    """A key cannot be the second person."""


@dataclass(frozen=True, slots=True)
class Item:
    """A pair in the queue: the hit it comes from, and how it stands.

    ``seen`` is the hash of the last disposition about it; whoever decides says which one that was.
    """

    hit: str
    screening: str
    party: str
    name: str
    listing: str
    listed_name: str
    lists: tuple[str, ...]
    level: str
    score: float
    one_in: float
    pair: Pair
    standing: Standing
    seen: str

    @property
    def to_do(self) -> bool:
        """Whether it waits for somebody."""
        return self.standing.state in TO_DO


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pairs somebody wants to see; nothing said: those that wait."""

    states: tuple[State, ...] = TO_DO
    list: str = ""
    level: str = ""
    screening: str = ""
    text: str = ""

    def takes(self, item: Item) -> bool:
        """Whether a pair is one of them, whatever its state."""
        said = f"{item.party} {item.name} {item.listed_name} {item.listing}".casefold()
        return (
            (not self.list or self.list in item.lists)
            and (not self.level or self.level == item.level)
            and (not self.screening or self.screening == item.screening)
            and self.text.casefold() in said
        )


@dataclass(frozen=True)
class Queue:
    """Every current pair, in the order in which people look at them."""

    items: tuple[Item, ...]

    def of(self, wanted: Wanted) -> tuple[Item, ...]:
        """The pairs somebody wants to see."""
        return tuple(i for i in self.items if i.standing.state in wanted.states and wanted.takes(i))

    def counts(self, wanted: Wanted) -> Mapping[State, int]:
        """How many pairs there are in each state, the other filters applied."""
        found = Counter(item.standing.state for item in self.items if wanted.takes(item))
        return {state: found[state] for state in ORDER}

    def beside(self, hit: str, wanted: Wanted) -> tuple[Item | None, Item | None]:
        """The pairs before and after one, among those somebody wants to see and itself."""
        shown = [
            i for i in self.items if i.hit == hit or (i.standing.state in wanted.states and wanted.takes(i))
        ]
        at = next((place for place, item in enumerate(shown) if item.hit == hit), None)
        if at is None:
            return None, shown[0] if shown else None
        before = shown[at - 1] if at else None
        return before, shown[at + 1] if at + 1 < len(shown) else None


_QUEUES: WeakKeyDictionary[Service, tuple[object, Queue]] = WeakKeyDictionary()
_NAMES: WeakKeyDictionary[Service, tuple[Regime, pa.Table]] = WeakKeyDictionary()


def queue(service: Service, session: Session, on: date) -> Queue:
    """The queue as it stands on a day; worked out again when anything it is made of has changed."""
    kept = book(service.database, session)
    wrote = session.execute(select(func.count(), func.sum(Screening.version)).select_from(Screening)).one()
    last = kept.rows[-1].hash if kept.rows else ""
    mark = (tuple(wrote), last, service.regime.lists_digest, on)
    known = _QUEUES.get(service)
    if known is None or known[0] != mark:
        known = mark, Queue(tuple(sorted(_items(service, session, kept, on), key=_place)))
        _QUEUES[service] = known
    return known[1]


def standing_of(service: Service, kept: Book, hit: Hit, on: date) -> tuple[Pair, Standing]:
    """How the pair of a hit stands on a day, by what the listing says now."""
    return _standing(kept, hit, listings_said(service, [hit.listing]), on)


def listings_said(service: Service, listings: Iterable[str]) -> dict[str, Said]:
    """What listings say in the lists in use."""
    return of_listings(_names_in_use(service), listings)


def listed_record(service: Service, listing: str) -> dict[str, tuple[str, ...]]:
    """The names, countries, addresses and identifiers of a listing, as the lists in use write them."""
    found: dict[str, dict[str, None]] = {}
    for row in names_of(_names_in_use(service), [listing]).to_pylist():
        for field, column in _FIELDS.items():
            said = row[column]
            values = said if isinstance(said, list) else [said]
            found.setdefault(field, {}).update(dict.fromkeys(filter(None, values)))
    return {field: tuple(values) for field, values in found.items()}


def hit_of(session: Session, hit: str) -> Hit:
    """A hit by its id.

    Raises:
        NoHitError: if there is none.
    """
    found = session.get(Hit, hit)
    if found is None:
        raise NoHitError(f"there is no hit {hit!r}")
    return found


def decide(
    service: Service,
    hit: str,
    verdict: Verdict,
    person: Person,
    *,
    reason: str,
    until: date | None = None,
    seen: str | None = None,
) -> Disposition:
    """What somebody decides about the pair of a hit, with its entry in the audit trail.

    Args:
        reason: why; a signature may do without.
        until: the last day of a clear.
        seen: the hash of the last disposition about the pair that they saw, "" for none; None does not ask.

    Raises:
        MeanwhileError: if another one was added since.
        MachineError: if a key would sign.
        DispositionError: if it cannot be decided so.
    """
    return decide_all(service, [(hit, seen)], verdict, person, reason=reason, until=until)[0]


def decide_all(
    service: Service,
    chosen: Iterable[tuple[str, str | None]],
    verdict: Verdict,
    person: Person,
    *,
    reason: str,
    until: date | None = None,
) -> list[Disposition]:
    """The same for several pairs, each a hit with what was seen of it: all of them, or none."""
    if verdict == "sign" and person.via != "session":
        raise MachineError("the second signature is a person's: sign in and sign it there")
    database, reason = service.database, plain(reason)
    taken = []
    # Worked out now, if it was not yet: nobody is to wait for that in the transaction.
    _names_in_use(service)
    with database.writing() as session:
        database.lock(session, "dispositions")
        # Only now is it our turn: a moment from before could lie before the last disposition.
        at = service.now()
        kept = dispositions(database, session)
        who = account_of(session, person)
        for hit, seen in chosen:
            found = hit_of(session, hit)
            pair, standing = standing_of(service, kept.book(), found, at.date())
            about = kept.book().about(pair)
            last = about[-1].hash if about else ""
            if seen is not None and seen != last:
                raise MeanwhileError(
                    f"somebody decided about {pair.party} and {found.listed_name} in the meantime; look again"
                )
            one = _take(kept, verdict, pair, standing.waiting, last, who, reason, at, until)
            detail = {
                "hit": hit, "party": pair.party, "listing": pair.listing, "reason": one.reason,
                "until": one.until, "about": one.about, "by": person.name, "via": person.via,
            }  # fmt: skip
            audit.record(session, at=at, who=who, what=_WHAT[verdict], about=one.hash, detail=detail)
            taken.append(one)
    return taken


def _take(
    kept: Dispositions,
    verdict: Verdict,
    pair: Pair,
    waiting: Disposition | None,
    last: str,
    who: str,
    reason: str,
    at: datetime,
    until: date | None,
) -> Disposition:
    match verdict:
        case "match":
            return kept.match(pair, person=who, reason=reason, at=at)
        case "clear":
            return kept.clear(pair, person=who, reason=reason, at=at, until=until)
        case "sign":
            if waiting is None:
                raise MeanwhileError("no clear of this pair waits for a signature")
            return kept.sign(waiting.hash, person=who, reason=reason, at=at)
        case "withdraw":
            if not last:
                raise MeanwhileError("nobody has decided about this pair: nothing to withdraw")
            return kept.withdraw(last, person=who, reason=reason, at=at)


def account_of(session: Session, person: Person) -> str:
    """The one name under which somebody decides, however they came in: by it the second person is told."""
    account = session.get(AccountRow, person.id)
    return person.name if account is None else account.name


def _items(service: Service, session: Session, kept: Book, on: date) -> Sequence[Item]:
    columns = (
        Hit.id, Hit.screening, Hit.party, Hit.name, Hit.listing, Hit.listed_name, Hit.lists, Hit.level,
        Hit.score, Hit.one_in, Hit.party_said,
    )  # fmt: skip
    rows = session.execute(select(*columns).where(Hit.current)).all()
    said = listings_said(service, {row.listing for row in rows})
    found = []
    for row in rows:
        pair, standing = _standing(kept, row, said, on)
        about = kept.about(pair)
        item = Item(
            hit=row.id, screening=row.screening, party=row.party, name=row.name, listing=row.listing,
            listed_name=row.listed_name, lists=tuple(one["list"] for one in row.lists), level=row.level,
            score=row.score, one_in=row.one_in, pair=pair, standing=standing,
            seen=about[-1].hash if about else "",
        )  # fmt: skip
        found.append(item)
    return found


def _standing(kept: Book, hit: object, said: Mapping[str, Said], on: date) -> tuple[Pair, Standing]:
    party, listing, party_said = (getattr(hit, name) for name in ("party", "listing", "party_said"))
    pair = Pair(party, listing, _said(party_said), said.get(listing, Said({})))
    return pair, kept.standing(pair, on)


@lru_cache(maxsize=1 << 15)
def _said(text: str) -> Said:
    return Said.from_json(text)


def _place(item: Item) -> tuple[int, bool, float, str, str]:
    return ORDER.index(item.standing.state), item.level != "hit", -item.score, item.party, item.listing


def _names_in_use(service: Service) -> pa.Table:
    regime = service.regime
    known = _NAMES.get(service)
    if known is None or known[0] is not regime:
        known = regime, Against.of(regime, service.history, service.now().date()).names
        _NAMES[service] = known
    return known[1]
