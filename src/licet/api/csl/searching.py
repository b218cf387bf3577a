"""``GET /consolidated_screening_list/v1/search`` and ``/sources``: entries by name, list, country, place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query

from licet.api.candidates import candidates
from licet.api.csl.entries import codes, list_called, record_of, shown, source_of, types
from licet.api.csl.shapes import ErrorShape, SearchShape, SourceCount, SourceShape, SourcesShape
from licet.api.listed import directory, on_lists
from licet.api.shapes.about import about
from licet.api.times import AsOf, KnownAt, clock_of
from licet.gate.asking import Reader, ServiceOf
from licet.language.instrument import day
from licet.language.window import Clock
from licet.lists.record import Record
from licet.parties.listing import Listing
from licet.regime import Regime
from licet.reviews.directory import Brief, folded

_WORD: dict[str, Any] = {"max_length": 500}
_MOST = 100
_CODE = 2
_DEEPEST = 100_000
_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"model": ErrorShape, "description": words}
    for status, words in (
        (400, "A parameter cannot be meant so"),
        (401, "Without credentials"),
        (403, "Not allowed"),
        (422, "A parameter is not as expected"),
        (429, "Too many requests"),
    )
}

router = APIRouter(prefix="/consolidated_screening_list/v1", tags=["csl"], responses=_ERRORS)


class Order(StrEnum):
    """What results may be ordered by."""

    NAME = "name"
    NAME_DOWN = "name:desc"
    SOURCE = "source"
    START = "start_date"
    START_DOWN = "start_date:desc"
    SCORE = "score"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries are wanted, beside their name."""

    lists: Collection[str]
    kinds: Collection[str]
    countries: Collection[str]
    places: Sequence[str]


@dataclass(frozen=True, slots=True)
class Found:
    """An entry that is wanted, and how it met the name."""

    brief: Brief
    version: Listing
    met: Mapping[str, Any] = field(default_factory=dict)


class Search:
    """Looks through the entries on a day."""

    def __init__(self, regime: Regime, clock: Clock) -> None:
        self.regime, self.clock = regime, clock
        self.book, self.held = directory(regime), on_lists(regime, clock)
        self.known = day(clock.known_at)

    def found(self, name: str, q: str, fuzzy: bool, wanted: Wanted) -> Iterator[Found]:
        """Entries that have the name, the words, and all else that is wanted; the closest first."""
        met: Mapping[str, Mapping[str, Any]] = {}
        if name and fuzzy:
            met = self._near(name, wanted.lists)
        ids: Iterable[str] = met if name and fuzzy else self._written(name) if name else self.book.ids
        words = folded(" ".join((q, *wanted.places))).strip()
        within = frozenset(self.book.find(words, self.known)) if words else None
        for id_ in ids:
            if within is None or id_ in within:
                yield from self._entries(id_, wanted, met.get(id_, {}))

    def _entries(self, id_: str, wanted: Wanted, met: Mapping[str, Any]) -> Iterator[Found]:
        on = self.held.of(id_)
        lists = [code for code, truth in on.items() if code in wanted.lists and truth is not False]
        brief = self.book.brief(id_, self.known) if lists else None
        if brief is None or (wanted.kinds and brief.kind not in wanted.kinds):
            return
        for version in self.regime.listings.of_id(id_, self.clock):
            if version.list in lists and self._somewhere(version, brief, wanted):
                yield Found(brief, version, met)

    def _somewhere(self, version: Listing, brief: Brief, wanted: Wanted) -> bool:
        if not wanted.countries and not wanted.places:
            return True
        record = record_of(version, self.regime, self.clock)
        countries = {*brief.countries, *record.countries, *(a.country for a in record.addresses)}
        if wanted.countries and countries.isdisjoint(wanted.countries):
            return False
        return not wanted.places or any(_has(a.text, wanted.places) for a in record.addresses)

    def _written(self, name: str) -> list[str]:
        """Ids of listings with all the words in one of their names."""
        words = folded(name).split()
        return (
            [id_ for id_ in self.book.find(" ".join(words), self.known) if self._named(id_, words)]
            if words
            else []
        )

    def _named(self, id_: str, words: Sequence[str]) -> bool:
        versions = self.regime.listings.of_id(id_, self.clock)
        records = (record_of(version, self.regime, self.clock) for version in versions)
        return any(_holds(name, words) for record in records for name in _names(record))

    def _near(self, name: str, lists: Collection[str]) -> dict[str, Mapping[str, Any]]:
        """How listings meet a name by the screening."""
        found = candidates([[{"name": name}]], self.regime, self.clock, lists)[0]
        return {c.entity: {"score": round(100 * c.score, 1), "matched_name": c.name} for c in found}


def _names(record: Record) -> Iterator[str]:
    yield record.name
    yield record.published_name
    yield from (other.name for other in record.others)


def _holds(text: str, words: Iterable[str]) -> bool:
    there = folded(text)
    return all(f" {word} " in there for word in words)


def _has(text: str, places: Iterable[str]) -> bool:
    return all(_holds(text, folded(place).split()) for place in places)


Texts = Annotated[str, Query(max_length=2000)]


@router.get("/search", summary="Search the Consolidated Screening List")
def search(
    *,
    service: ServiceOf,
    person: Reader,
    name: Annotated[str, Query(**_WORD, description="Words of a name or alias.")] = "",
    fuzzy_name: Annotated[
        bool, Query(description="Whom the name may mean, by the screening; only with `name`.")
    ] = False,
    q: Annotated[str, Query(**_WORD, description="Words anywhere in an entry.")] = "",
    sources: Annotated[Texts, Query(description="Codes of lists, separated by commas: `EL,SDN`.")] = "",
    types_: Annotated[
        Texts, Query(alias="types", description="Individual, Entity, Vessel, Aircraft, separated by commas.")
    ] = "",
    countries: Annotated[Texts, Query(description="Two-letter codes, separated by commas.")] = "",
    address: Annotated[str, Query(**_WORD, description="Words of an address.")] = "",
    city: Annotated[str, Query(**_WORD, description="Words of the same address.")] = "",
    state: Annotated[str, Query(**_WORD, description="Words of the same address.")] = "",
    postal_code: Annotated[str, Query(**_WORD, description="Words of the same address.")] = "",
    full_address: Annotated[str, Query(**_WORD, description="Words of the same address.")] = "",
    offset: Annotated[int, Query(ge=0, le=_DEEPEST, description="Results to pass over.")] = 0,
    size: Annotated[int, Query(ge=1, le=_MOST, description="Results on a page.")] = 10,
    sort: Annotated[Order | None, Query(description="By default the closest first, else by name.")] = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
) -> SearchShape:
    """Entries of the consolidated lists that had effect on the day, or of which nobody knows.

    A result is what a list says, not an outcome: what follows from it is in `restrictions`, and
    `POST /api/v1/decisions` decides.
    """
    regime, clock = service.regime, clock_of(service, as_of, known_at)
    wanted = Wanted(
        lists=_lists(sources),
        kinds=_kinds(types_),
        countries=_countries(countries, regime),
        places=[
            place for place in (address, city, state, postal_code, full_address) if folded(place).strip()
        ],
    )
    found = list(Search(regime, clock).found(name.strip(), q, fuzzy_name, wanted))
    if sort or not name.strip():
        found = _ordered(found, sort or Order.NAME)
    counts = Counter(codes()[f.version.list] for f in found)
    return SearchShape(
        total=len(found),
        offset=offset,
        size=size,
        sources=[SourceCount(value=code, count=count) for code, count in counts.most_common()],
        results=[shown(f.version, regime, clock, f.met) for f in found[offset : offset + size]],
        about=about(regime, clock),
    )


@router.get("/sources", summary="Lists of the Consolidated Screening List")
def sources(service: ServiceOf, person: Reader, as_of: AsOf = None, known_at: KnownAt = None) -> SourcesShape:
    """Every list that can be searched, with the day of its newest file."""
    regime, clock = service.regime, clock_of(service, as_of, known_at)
    held = on_lists(regime, clock)
    counts = Counter(
        code for id_ in regime.listings.versions for code, on in held.of(id_).items() if on is not False
    )
    files = {code: s for s in regime.snapshots if clock.knew(s.known) for code in s.lists}
    told = [
        SourceShape(
            value=code,
            source=source_of(ours, regime),
            list=ours,
            count=counts[ours],
            source_last_updated=files[ours].day.isoformat() if ours in files else None,
            last_imported=files[ours].known.isoformat() if ours in files else None,
        )
        for ours, code in codes().items()
    ]
    return SourcesShape(total=len(told), results=told, about=about(regime, clock))


def _split(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _lists(text: str) -> Collection[str]:
    """Our codes of the lists asked for; 400 where there is no such list."""
    asked = {word: list_called(word) for word in _split(text)}
    if unknown := [word for word, code in asked.items() if code is None]:
        raise _no_such("sources", unknown, codes().values())
    return frozenset(code for code in asked.values() if code) or codes().keys()


def _kinds(text: str) -> Collection[str]:
    """Our kinds of the types asked for; 400 where there is no such type."""
    kinds = {word.casefold(): kind for kind, word in types().items()}
    if unknown := [word for word in _split(text) if word.casefold() not in kinds]:
        raise _no_such("types", unknown, types().values())
    return frozenset(kinds[word.casefold()] for word in _split(text))


def _countries(text: str, regime: Regime) -> Collection[str]:
    """Codes of the countries asked for, by code or name; 400 for what is neither."""
    words = _split(text)
    found = {word: regime.destinations.code(word) or word.upper() for word in words}
    # Entries may have a code that the law's own table of countries does not.
    if unknown := [word for word, code in found.items() if len(str(code)) != _CODE]:
        raise _no_such("countries", unknown, ["two-letter codes and names of countries"])
    return frozenset(str(code) for code in found.values())


def _no_such(parameter: str, unknown: Iterable[str], there: Iterable[str]) -> HTTPException:
    return HTTPException(400, f"{parameter}: there is no {', '.join(unknown)}; there are {', '.join(there)}")


def _ordered(found: list[Found], order: Order) -> list[Found]:
    match order:
        case Order.NAME | Order.NAME_DOWN:
            key: Callable[[Found], Any] = _by_name
        case Order.SOURCE:
            key = _by_source
        case Order.START | Order.START_DOWN:
            key = _by_start
        case Order.SCORE:
            key = _by_score
    return sorted(found, key=key, reverse=order in (Order.NAME_DOWN, Order.START_DOWN))


def _by_name(found: Found) -> Any:
    return found.brief.name.casefold(), found.brief.id


def _by_source(found: Found) -> Any:
    return codes()[found.version.list], *_by_name(found)


def _by_start(found: Found) -> Any:
    return day(found.version.first_start), found.brief.id


def _by_score(found: Found) -> Any:
    return -found.met.get("score", 0.0)
