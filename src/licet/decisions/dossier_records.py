"""What snapshots say of a party: its names, addresses and countries over time, and who stands beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from licet.language.window import Clock
from licet.lists.history import History
from licet.lists.identity import countries_of, names_of, written
from licet.lists.record import Record
from licet.lists.snapshot import Snapshot
from licet.parties.names import even
from licet.regime import Regime

if TYPE_CHECKING:
    from licet.decisions.dossier import Entry

Spans = dict[tuple[str, str], tuple[Snapshot, Snapshot]]

# A street and a place at least: fewer words are only a town.
_ADDRESS_WORDS = 4


@dataclass(frozen=True, slots=True)
class Sighting:
    """What an entry said, and the first and last snapshot in a row in which it said so."""

    first: Snapshot
    last: Snapshot
    record: Record


@dataclass(frozen=True, slots=True)
class Related:
    """An entry beside this one: ``how`` is parent, affiliate, mentioned or same address."""

    how: str
    name: str
    list: str
    seen: str


def with_records(entries: Sequence[Entry], regime: Regime, clock: Clock, store: Path) -> list[Entry]:
    """The entries with what each snapshot known then says of them, and of those beside them."""
    rivals = _Rivals(regime.listings.finder.index.shown) if regime.roll_digest else None
    with History.open(store) as history:
        known = [s for s in history.snapshots() if clock.knew(s.known)]
        done = []
        for entry in entries:
            seen = () if rivals is None else tuple(_sightings(entry, rivals, known, history))
            related = tuple(_related(entry, seen, known, history)) if entry.sure else ()
            done.append(replace(entry, sightings=seen, related=related))
    return done


class _Rivals:
    """Which listings bear a published name, so that one entry is not taken for another of that name."""

    def __init__(self, shown: Any) -> None:
        import pyarrow.compute as pc

        self.shown, self.pc = shown, pc

    def names(self, id_: str) -> frozenset[str]:
        """Every name and address by which the index knows a listing."""
        column = self.shown.filter(self.pc.equal(self.shown.column("entity"), id_)).column("name")
        return frozenset(column.to_pylist())

    def owns(self, entry: Entry, record: Record) -> bool:
        """Whether a record of one of its names is this listing and not another that bears the name too."""
        table = self.shown
        same = self.pc.and_(
            self.pc.equal(table.column("name"), _main(record)),
            self.pc.equal(table.column("list"), entry.list.code),
        )
        others = set(table.filter(same).column("entity").to_pylist()) - {entry.id}
        mine = entry.versions[-1].country
        countries = countries_of(record)
        if not others:
            return True
        return not mine or not countries or mine in countries


def _main(record: Record) -> str:
    return record.addresses[0].text if record.kind == "address" and record.addresses else record.name


def _sightings(
    entry: Entry, rivals: _Rivals, known: Iterable[Snapshot], history: History
) -> Iterator[Sighting]:
    names, code = rivals.names(entry.id), entry.list.code
    before: dict[str, Sighting] = {}
    for snapshot in (s for s in known if code in s.lists):
        now: dict[str, Sighting] = {}
        for record in history.entries(snapshot, code):
            if _main(record) in names and rivals.owns(entry, record):
                first = before[record.digest].first if record.digest in before else snapshot
                now[record.digest] = Sighting(first, snapshot, record)
        yield from (s for digest, s in before.items() if digest not in now)
        before = now
    yield from before.values()


def _related(
    entry: Entry, seen: Sequence[Sighting], known: Sequence[Snapshot], history: History
) -> Iterator[Related]:
    """Parents, affiliates, those mentioned, and those at the same address, each once."""
    own = {even(n) for v in entry.versions for n in (v.name, *v.also)}
    own |= {n for s in seen for n in names_of(s.record)}
    told: set[tuple[str, str, tuple[str, ...]]] = {("", entry.list.code, n) for n in own}

    def new(how: str, name: str, code: str) -> bool:
        key = (how, code, even(name))
        if ("", code, even(name)) in told or key in told or not name:
            return False
        told.add(key)
        return True

    for sighting in seen:
        day_ = str(sighting.last.day)
        if new("parent", sighting.record.parent, entry.list.code):
            yield Related("parent", sighting.record.parent, entry.list.code, day_)
        for name in sighting.record.related:
            if new("mentioned", name, entry.list.code):
                yield Related("mentioned", name, entry.list.code, day_)
    places = {w for s in seen for w in _places(s.record)}
    for snapshot in reversed(known):
        for code in snapshot.lists if places else (entry.list.code,):
            for record in history.entries(snapshot, code) if code in snapshot.lists else ():
                if code == entry.list.code and record.parent and even(record.parent) in own:
                    if new("affiliate", record.name, code):
                        yield Related("affiliate", record.name, code, str(snapshot.day))
                elif (
                    places
                    and not places.isdisjoint(_places(record))
                    and new("same address", record.name, code)
                ):
                    yield Related("same address", record.name, code, str(snapshot.day))


def _places(record: Record) -> list[tuple[str, ...]]:
    return [words for a in record.addresses if len(words := written(a.text)) >= _ADDRESS_WORDS]


def addresses_of(sightings: Iterable[Sighting]) -> Spans:
    """Each address and its country, with the first and last snapshot that has it."""
    return _spans((s, (a.text, a.country)) for s in sightings for a in s.record.addresses)


def names_over_time(sightings: Iterable[Sighting]) -> Spans:
    """Each name and what kind of name it is, with the first and last snapshot that has it."""
    return _spans(
        (s, pair)
        for s in sightings
        for pair in ((s.record.name, "name"), *((o.name, o.kind) for o in s.record.others))
    )


def countries_over_time(sightings: Iterable[Sighting]) -> Spans:
    """Each country of the entry, with the first and last snapshot that has it."""
    return _spans((s, (c, "")) for s in sightings for c in sorted(countries_of(s.record)))


def _spans(said: Iterable[tuple[Sighting, tuple[str, str]]]) -> Spans:
    found: Spans = {}
    for sighting, what in said:
        first, last = found.get(what, (sighting.first, sighting.last))
        found[what] = (
            min(first, sighting.first, key=lambda s: s.order),
            max(last, sighting.last, key=lambda s: s.order),
        )
    return found
