"""Listings with some of them changed: the rest, and the index of names, are those they were taken from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from licet.language.instrument import Moment, day
from licet.parties.finding import Candidate, Finder
from licet.parties.listing import Listing, Listings, unbroken


def edited(listings: Listings, changed: Mapping[str, tuple[Listing, ...]]) -> Listings:
    """The listings with other versions of some, and with some that are new.

    Names are looked up in the index there was, so that nobody is found otherwise than before;
    new listings have an index of their own beside it.
    """
    if not changed:
        return listings
    new = [v for key, versions in changed.items() if key not in listings.versions for v in versions]
    return _Edited(_Changed(listings.versions, dict(changed)), None, listings, tuple(new))


def ended(version: Listing, last: date, by: str, public: Moment | None) -> Listing:
    """The version without effect after a day.

    One that would begin later never has any. It is kept, with no day between its first and its last,
    so that whoever has its name is taken for that party and not for one with a similar name.
    """
    if version.through is not None and version.through <= last:
        return version
    last = max(last, day(version.start) - timedelta(days=1))
    amended = (*version.amended_by, f"{by}@{last + timedelta(days=1)}")
    return replace(version, through=last, end_public=public, amended_by=amended)


@dataclass(frozen=True)
class _Edited(Listings):
    """Listings found by name as before, and by the names of those that are new."""

    before: Listings | None = None
    new: tuple[Listing, ...] = ()

    @cached_property
    def finder(self) -> Finder:
        """The finder of the listings there were; with new ones, that and theirs."""
        assert self.before is not None, "made by edited()"
        return _Both(self.before.finder, Finder.of(self.new)) if self.new else self.before.finder


class _Both(Finder):
    """Two finders asked one after the other."""

    def __init__(self, first: Finder, second: Finder) -> None:
        super().__init__(first.index)
        self.parts = (first, second)

    def find(
        self, name: str, country: str | None = None, address: str | None = None
    ) -> tuple[Candidate, ...]:
        """Listings of either that the party may be, the best first."""
        found = [c for part in self.parts for c in part.find(name, country, address)]
        return tuple(sorted(found, key=lambda c: (-c.sure, -c.score, c.listing)))

    def prepare(self, parties: Iterable[tuple[str, str | None, str | None]]) -> None:
        """Look many parties up at once in both."""
        keys = list(parties)
        for part in self.parts:
            part.prepare(keys)


class _Changed(Mapping[str, tuple[Listing, ...]]):
    """Versions by listing, some of them others than before."""

    def __init__(
        self, before: Mapping[str, tuple[Listing, ...]], changed: Mapping[str, tuple[Listing, ...]]
    ) -> None:
        self.before = before
        self.changed = {key: unbroken(versions) for key, versions in changed.items()}

    def __getitem__(self, key: str) -> tuple[Listing, ...]:
        return self.changed[key] if key in self.changed else self.before[key]

    def __contains__(self, key: object) -> bool:
        return key in self.changed or key in self.before

    def __iter__(self) -> Iterator[str]:
        yield from self.before
        yield from (key for key in self.changed if key not in self.before)

    def __len__(self) -> int:
        return sum(1 for _ in self)
