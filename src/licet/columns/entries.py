"""Entries of lists: what they ask about an act, and when something about them turns."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from licet.language import expression as e
from licet.language.instrument import Moment
from licet.parties.listing import Listing, Listings


def scope_facts_of(listings: Listings) -> tuple[str, ...]:
    """The facts of an act that the entries of lists ask about."""
    found: dict[str, None] = {}
    seen: set[int] = set()
    for versions in listings.versions.values():
        for listing in versions:
            for condition in _conditions(listing):
                if id(condition) not in seen:
                    seen.add(id(condition))
                    found.update(dict.fromkeys(e.facts(condition)))
    return tuple(sorted(found))


def _conditions(listing: Listing) -> Iterable[e.Condition]:
    if listing.scope.covers is not None:
        yield listing.scope.covers
    yield from (term.applies for term in listing.terms)


def turns_of(version: Listing) -> Iterable[Moment | None]:
    """Moments from which on something about a version of a listing may be different."""
    yield version.start
    yield version.first_start
    if version.through is not None:
        yield version.through + timedelta(days=1)
    yield from (note.since for note in version.footnotes)
    for doubt in version.unsure:
        yield doubt.first
        yield doubt.last + timedelta(days=1)
