"""Listings: one party's presence on one list over an interval, with its terms.

A row of ``listings.csv`` is one version of a listing. Dates are those of effect; what was
public when comes from the instrument that made the version.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from licet.language.errors import LawError
from licet.language.instrument import Instrument, Moment, day, moment_from
from licet.language.values import Truth
from licet.language.window import Clock
from licet.parties.terms import Scope, Term, review_terms, scope_of
from licet.tables.dated import read_csv

if TYPE_CHECKING:
    from licet.parties.finding import Candidate, Finder


@dataclass(frozen=True, slots=True)
class Footnote:
    """A footnote of an entry and the day from which it applies to it."""

    number: str
    since: date


@dataclass(frozen=True, slots=True)
class Doubt:
    """Days, both included, on which it is open whether a party was listed; and since when that is known."""

    first: date
    last: date
    public: Moment | None = None

    def here(self, clock: Clock) -> bool:
        """Whether the day of the clock is one of them, as far as was known."""
        return self.first <= clock.today <= self.last and clock.knew(self.public)


@dataclass(frozen=True, slots=True)
class Listing:
    """One version of a listing; ``scope`` and ``terms`` are its texts, typed.

    ``evidence`` says what membership rests on: nothing more than the instrument it cites, or
    a snapshot of a published list. ``unsure`` are the days that snapshots leave open.
    """

    id: str
    list: str
    name: str
    also: tuple[str, ...]
    country: str
    address: str
    family: str
    start: Moment
    through: date | None
    by: str
    amended_by: tuple[str, ...]
    scope: Scope
    terms: tuple[Term, ...]
    footnotes: tuple[Footnote, ...]
    note: str = ""
    public: Moment | None = None
    first: Moment | None = None
    programmes: tuple[str, ...] = ()
    evidence: str = ""
    unsure: tuple[Doubt, ...] = ()
    end_public: Moment | None = None
    policy: str = ""

    @property
    def first_start(self) -> Moment:
        """The day since which the party has been listed without a break, earlier versions included."""
        return self.first or self.start

    def in_force(self, clock: Clock) -> Truth:
        """Whether this version has effect on that day, as far as was known."""
        ended = self.through is not None and clock.today > self.through and clock.knew(self.end_public)
        if ended or not clock.reached(self.start):
            return False
        return None if any(doubt.here(clock) for doubt in self.unsure) else True

    def known(self, clock: Clock) -> bool:
        """Whether it could be known: the rule that made it was public by then."""
        return clock.knew(self.public)

    def footnotes_on(self, clock: Clock) -> frozenset[str]:
        """Numbers of the footnotes that apply on that day."""
        return frozenset(f.number for f in self.footnotes if clock.reached(f.since))

    @property
    def cited(self) -> str:
        """The citations of the rule that made it and of those that amended it."""
        return "; ".join([self.by, *(a.split("@")[0] for a in self.amended_by)])

    @property
    def days(self) -> str:
        """Its interval in words."""
        return f"from {self.start.isoformat()}" + (f" through {self.through}" if self.through else "")


@dataclass(frozen=True)
class Listings:
    """All listings, found by name; ``looked_up_in`` is an index of their names made before."""

    versions: Mapping[str, tuple[Listing, ...]]
    looked_up_in: Finder | None = None

    @classmethod
    def load(cls, path: Path, instruments: Mapping[str, Instrument]) -> Listings:
        """From a table like ``listings.csv``; faults name the file and line."""
        return cls.of(_listing(row, f"{path.name}, line {line}", instruments) for line, row in read_csv(path))

    @classmethod
    def of(cls, listings: Iterable[Listing]) -> Listings:
        """From listings in any order; versions of one listing may not overlap."""
        found: dict[str, list[Listing]] = defaultdict(list)
        for listing in listings:
            found[listing.id].append(listing)
        for versions in found.values():
            versions.sort(key=lambda v: (v.list, day(v.start)))
            for place, (before, after) in enumerate(pairwise(versions)):
                if before.list != after.list:
                    continue
                if before.through is None or before.through >= day(after.start):
                    raise LawError(
                        f"listing {before.id}: the version from {after.start} overlaps the one before"
                    )
                if before.end_public is None and before.through == day(after.start) - timedelta(days=1):
                    # Nobody knew that this version would end before the next one was public.
                    versions[place] = replace(before, end_public=after.public)
        return cls({key: unbroken(v) for key, v in found.items()})

    @cached_property
    def finder(self) -> Finder:
        """What finds a listing by the name of a party."""
        from licet.parties.finding import Finder

        return self.looked_up_in or Finder.of(v for versions in self.versions.values() for v in versions)

    def find(
        self, name: str, country: str | None = None, address: str | None = None
    ) -> tuple[Candidate, ...]:
        """Listings that a party of that name may be, the sure ones first."""
        return self.finder.find(name, country, address)

    def of_id(self, listing_id: str, clock: Clock) -> list[Listing]:
        """For each list the version in force, else the next one to come, else the last one past."""
        chosen: dict[str, Listing] = {}
        for version in self.versions.get(listing_id, ()):
            if not version.known(clock):
                continue
            present = chosen.get(version.list)
            if present is None or (present.in_force(clock) is False and day(present.start) <= clock.today):
                chosen[version.list] = version
        return list(chosen.values())


def unbroken(versions: Iterable[Listing]) -> tuple[Listing, ...]:
    """The versions of a listing, in order, each knowing since when it has lasted without a break."""
    return tuple(_since_first(versions))


def _since_first(versions: Iterable[Listing]) -> Iterator[Listing]:
    first, before = None, None
    for version in versions:
        follows = before is not None and before.list == version.list and before.through is not None
        unbroken = follows and before is not None and before.through == day(version.start) - timedelta(days=1)
        first = first if unbroken else version.start
        before = version
        yield replace(version, first=first)


def identity(sure: bool, listing: Listing, clock: Clock) -> Truth:
    """Whether the listing reaches the party: unknown while it is not sure whom the name means."""
    in_force = listing.in_force(clock)
    return in_force if sure or in_force is False else None


def _listing(row: Mapping[str, str], where: str, instruments: Mapping[str, Instrument]) -> Listing:
    start, through = moment_from(row["from"], where), moment_from(row["through"], where)
    if start is None or not row["id"] or not row["list"] or not row["by"]:
        raise LawError(f"{where}: a listing needs an id, a list, a first day and the rule that made it")
    by = instruments.get(row["by"])
    amended_by = tuple(x for x in row["amended_by"].split(";") if x)
    public = (by.public if by else None) or moment_from(row["published"], where)
    return Listing(
        id=row["id"],
        list=row["list"],
        name=row["name"],
        also=tuple(x for x in row["also"].split(";") if x),
        country=row["country"],
        address=row["address"],
        family=row["family"],
        start=start,
        through=None if through is None else day(through),
        by=row["by"],
        amended_by=amended_by,
        scope=scope_of(row["items"]),
        terms=review_terms(row["review"]),
        footnotes=tuple(footnote(x, where) for x in row["footnotes"].split(";") if x),
        note=row["note"],
        public=public,
        end_public=_end_public(amended_by, through, instruments),
        programmes=tuple(x for x in row.get("programmes", "").split(";") if x),
    )


def _end_public(
    amended_by: Iterable[str], through: Moment | None, instruments: Mapping[str, Instrument]
) -> Moment | None:
    """When the rule that ended a listing was public: the one that has effect on the day after."""
    for text in amended_by if through is not None else ():
        citation, _, since = text.partition("@")
        ends = through is not None and since == (day(through) + timedelta(days=1)).isoformat()
        if ends and (instrument := instruments.get(citation.strip())) is not None:
            return instrument.public
    return None


def footnote(text: str, where: str) -> Footnote:
    """A footnote written ``1@2020-05-15``."""
    number, _, since = text.partition("@")
    moment = moment_from(since, where)
    if moment is None:
        raise LawError(f"{where}: footnote {text!r} needs its first day, as in 1@2020-05-15")
    return Footnote(number.strip(), day(moment))
