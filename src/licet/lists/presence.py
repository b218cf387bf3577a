"""Presence: in which intervals the snapshots of a list show an entity, and which days they leave open.

A snapshot says who was on the list on its day. From the last snapshot with an entity to the first
one without it, and before the first one with it unless the file gives a day, membership is
*unknown*: neither on nor off. The newest snapshot stands until a newer one is known.

Formats write one entry differently: the place run into the name, an affiliate as an alias. Only a
format that has shown an entity can therefore show that it is gone; another that lacks it leaves the
question open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from itertools import chain, count
from typing import Literal

from licet.language.values import Truth
from licet.lists.identity import countries_of, match, names_of, stable_id
from licet.lists.record import Record
from licet.lists.snapshot import Snapshot
from licet.parties.names import even

StartKind = Literal["effective", "published", "snapshot"]
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Interval:
    """An unbroken stretch in which snapshots show an entity.

    Args:
        said: each thing the entry said, with the first snapshot that has it, in order.
        first: the first snapshot that shows it.
        last: the last one; it was seen through that day.
        without: the last whole snapshot before ``first``, of the same format, that does not show it.
        gone: the first whole snapshot after ``last``, of a format that did, that does not show it.
        starts: the day the file says, else the day of ``first``.
        start_kind: which kind of day ``starts`` is.
        contradicted: the day of effect or publication in the file, where ``without`` shows that
            the entity was not yet on the list then (entries added later inherit their parent's day).
        ends: the day after which the last record says it has no effect.
        missing: the first whole snapshot after ``last``, of another format, that does not show it.
    """

    said: tuple[tuple[Snapshot, Record], ...]
    first: Snapshot
    last: Snapshot
    without: Snapshot | None
    gone: Snapshot | None
    starts: date
    start_kind: StartKind
    contradicted: date | None = None
    ends: date | None = None
    missing: Snapshot | None = None

    @property
    def record(self) -> Record:
        """What the entry said last."""
        return self.said[-1][1]

    def record_on(self, day: date) -> Record:
        """What the entry said in the last snapshot of that day or before, else in the first."""
        return next((r for s, r in reversed(self.said) if s.day <= day), self.said[0][1])

    def on(self, day: date) -> Truth:
        """Whether the entity was on the list that day, by this evidence; None where it is silent."""
        if self.ends is not None and day > self.ends:
            return False
        if self.start_kind == "effective" and day < self.starts:
            return False
        if day < self.first.day:
            if self.start_kind != "snapshot" and day >= self.starts:
                return True
            return False if self.without is not None and day <= self.without.day else None
        if day <= self.last.day or (self.gone is None and self.missing is None):
            return True
        return False if self.gone is not None and day >= self.gone.day else None


@dataclass(frozen=True, slots=True)
class Presence:
    """One entity on one list, through all snapshots known.

    Args:
        id: made of what the first record says; the same for the same snapshots, whatever the order of import.
        doubts: where it could not be told from another entry, each a sentence.
    """

    id: str
    list: str
    intervals: tuple[Interval, ...]
    doubts: tuple[str, ...] = ()

    @property
    def record(self) -> Record:
        """What was said of it last."""
        return self.intervals[-1].record

    @property
    def present(self) -> bool:
        """Whether no whole snapshot lacks it since it was last seen."""
        return self.intervals[-1].gone is None and self.intervals[-1].missing is None

    def on(self, day: date) -> Truth:
        """Whether it was on the list that day: yes if any interval says so, unknown if any leaves it open."""
        answers = {interval.on(day) for interval in self.intervals}
        return True if True in answers else None if None in answers else False


@dataclass(slots=True)
class _Stretch:
    first: Snapshot
    last: Snapshot
    said: list[tuple[Snapshot, Record]]
    gone: Snapshot | None = None
    missing: Snapshot | None = None
    formats: set[str] = field(default_factory=set)

    def see(self, snapshot: Snapshot, record: Record | None) -> None:
        """A snapshot shows it; without a record, inside another entry."""
        self.last, self.missing = snapshot, None
        if record is not None:
            self.formats.add(snapshot.format)
            if not self.said or record.digest != self.said[-1][1].digest:
                self.said.append((snapshot, record))

    def lack(self, snapshot: Snapshot) -> None:
        """A whole snapshot does not show it."""
        if snapshot.format in self.formats:
            self.gone = snapshot
        else:
            self.missing = self.missing or snapshot


@dataclass(slots=True)
class _Entity:
    stretches: list[_Stretch]
    doubts: list[str] = field(default_factory=list)

    @property
    def record(self) -> Record:
        return self.stretches[-1].said[-1][1]

    def see(self, snapshot: Snapshot, record: Record) -> None:
        """A snapshot shows it: still, again, or for the first time."""
        if not self.stretches or self.stretches[-1].gone is not None:
            self.stretches.append(_Stretch(snapshot, snapshot, []))
        self.stretches[-1].see(snapshot, record)


class _Names:
    """All names in one snapshot of a list, main or other, with who bears them."""

    def __init__(self, records: Iterable[Record]) -> None:
        self.bearers: dict[Words, list[Record]] = defaultdict(list)
        for record in records:
            for name in names_of(record):
                self.bearers[name].append(record)

    def has(self, record: Record) -> bool:
        """Whether some entry bears the record's name, and nothing says that it is another entity."""
        mine, own = countries_of(record), stable_id(record)
        return any(
            not (mine and (theirs := countries_of(r)) and not mine & theirs)
            and not (own and (other := stable_id(r)) and own != other)
            for r in self.bearers.get(even(record.name), ())
        )


def fold(list_: str, snapshots: Sequence[tuple[Snapshot, Sequence[Record]]]) -> tuple[Presence, ...]:
    """The presence of every entity in snapshots of one list, which come in the order of their data."""
    entities: list[_Entity] = []
    names = [_Names(records) for _, records in snapshots]
    for (snapshot, records), shown in zip(snapshots, names, strict=True):
        left = list(records)
        for gone in (False, True):
            group = [e for e in entities if (e.stretches[-1].gone is not None) is gone]
            left = _follow(group, snapshot, left)
        for entity in entities:
            stretch = entity.stretches[-1]
            if stretch.gone is None and stretch.last is not snapshot:
                if shown.has(entity.record):
                    stretch.see(snapshot, None)
                elif snapshot.whole(list_):
                    stretch.lack(snapshot)
        for record in left:
            entities.append(_Entity([]))
            entities[-1].see(snapshot, record)
    lacking = _Lacking(list_, [s for s, _ in snapshots], names)
    return tuple(
        Presence(id_, list_, tuple(_intervals(entity, lacking)), tuple(entity.doubts))
        for id_, entity in zip(_ids(list_, entities), entities, strict=True)
    )


def _follow(entities: list[_Entity], snapshot: Snapshot, records: list[Record]) -> list[Record]:
    """Let entities see their records in a snapshot; gives back the records of nobody."""
    matching = match([e.record for e in entities], records)
    for pair in matching.pairs:
        entities[pair.before].see(snapshot, records[pair.after])
    for doubt in matching.doubts:
        for place in doubt.before:
            entities[place].doubts.append(f"{snapshot.day}: {doubt.why}")
    return [records[place] for place in matching.only_after]


class _Lacking:
    """Which snapshot before a stretch shows that it had not begun."""

    def __init__(self, list_: str, snapshots: Sequence[Snapshot], names: Sequence[_Names]) -> None:
        self.whole = [(s, shown) for s, shown in zip(snapshots, names, strict=True) if s.whole(list_)]

    def before(self, stretch: _Stretch, gone: Snapshot | None) -> Snapshot | None:
        """The last one of its format without its name, or the one by which it was ``gone`` before."""
        record, first = stretch.said[0][1], stretch.first
        earlier = (
            s
            for s, shown in reversed(self.whole)
            if s.format == first.format and s.order < first.order and not shown.has(record)
        )
        found = [s for s in (next(earlier, None), gone) if s is not None]
        return max(found, key=lambda s: s.order, default=None)


def _intervals(entity: _Entity, lacking: _Lacking) -> Iterator[Interval]:
    gone = None
    for stretch in entity.stretches:
        without = lacking.before(stretch, gone)
        starts, kind, contradicted = _start(stretch, without)
        yield Interval(
            said=tuple(stretch.said),
            first=stretch.first,
            last=stretch.last,
            without=without,
            gone=stretch.gone,
            starts=starts,
            start_kind=kind,
            contradicted=contradicted,
            ends=stretch.said[-1][1].ends,
            missing=stretch.missing,
        )
        gone = stretch.gone


def _start(stretch: _Stretch, without: Snapshot | None) -> tuple[date, StartKind, date | None]:
    """The day the files say, unless a snapshot shows otherwise."""
    contradicted = None
    for claimed, kind in _claims(stretch):
        if without is None or claimed > without.day:
            return claimed, kind, None
        contradicted = contradicted or claimed
    return stretch.first.day, "snapshot", contradicted


def _claims(stretch: _Stretch) -> Iterator[tuple[date, StartKind]]:
    """Days of effect first, then of publication; a later file may not move the day behind the first sight."""
    for place, (_, record) in enumerate(stretch.said):
        if record.effective is not None and (place == 0 or record.effective <= stretch.first.day):
            yield record.effective, "effective"
    for _, record in stretch.said:
        if record.published is not None and record.published <= stretch.first.day:
            yield record.published, "published"


def _ids(list_: str, entities: Sequence[_Entity]) -> Iterator[str]:
    seen: set[str] = set()
    for entity in entities:
        record = entity.stretches[0].said[0][1]
        signs = (even(record.name), even(record.parent), tuple(sorted(countries_of(record))))
        # Only entries that nothing else tells apart are told apart by their order.
        further = chain(("", stable_id(record) or record.digest, record.published_id), map(str, count(2)))
        ids = (f"{list_}-{sha256(repr((*signs, more)).encode()).hexdigest()[:16]}" for more in further)
        id_ = next(id_ for id_ in ids if id_ not in seen)
        seen.add(id_)
        yield id_


def laid_over(shown: Sequence[Record], entries: Sequence[Record]) -> tuple[Record, ...]:
    """Records with newer ones laid over: what the newer say replaces and adds, and takes nothing away."""
    matching = match(shown, entries)
    newer = {pair.before: entries[pair.after] for pair in matching.pairs}
    kept = [newer.get(place, record) for place, record in enumerate(shown)]
    return (*kept, *(entries[place] for place in matching.only_after))
