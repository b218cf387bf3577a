"""Circumstances: an act with everything that tables and lists add to it, as of one moment.

The result is what the rules read: the facts of the act, and one row of facts for each
party and each listing it has or may have. Membership comes from who the party is: a party
nobody has named has unknown listings, a named one that no list holds is known not to be
listed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from functools import lru_cache

from licet.act import Act, Party
from licet.language.evaluating import truth
from licet.language.expression import TRUE
from licet.language.values import ABSENT, Known, Truth, members
from licet.language.window import Clock
from licet.parties.finding import Candidate, readable
from licet.parties.listing import Listing, identity
from licet.parties.names import even
from licet.parties.terms import BY_REFERENCE, UNREAD, Term
from licet.regime import Regime

_LISTING_FACTS = (
    "listing.list", "listing.in_force", "listing.since", "listing.by", "listing.family", "listing.is_address",
    "listing.covers_item", "listing.review", "listing.refers_to", "listing.footnotes",
    "listing.allows_exception", "listing.consequence", "listing.programmes",
)  # fmt: skip
_UNLISTED: dict[str, Known] = {
    **dict.fromkeys(_LISTING_FACTS, ABSENT),
    **dict.fromkeys(("listing.in_force", "listing.is_address", "listing.covers_item"), False),
    **dict.fromkeys(("listing.footnotes", "listing.refers_to", "listing.programmes"), members(())),
}
_UNKNOWN: dict[str, Known] = dict.fromkeys(_LISTING_FACTS, None)


@dataclass(frozen=True, slots=True)
class Row:
    """Who a row of party facts is about: the party, and the listing it has or may have.

    Where a name may be that of many listed parties, one row stands for all whose listings
    read alike; ``alike`` says for how many.
    """

    party: Party
    listing: Listing | None = None
    sure: bool = True
    shared: tuple[str, ...] = ()
    alike: int = 1
    score: float = 0.0
    same: bool = False


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What the rules read of one act; ``who[i]`` tells whom ``rows[i]`` is about."""

    act: Act
    clock: Clock
    facts: dict[str, Known]
    rows: list[dict[str, Known]]
    who: list[Row]


def circumstances(act: Act, regime: Regime, clock: Clock) -> Circumstances:
    """Look everything up that tables and lists know of the act."""
    facts: dict[str, Known] = {"act.date": clock.as_of}
    stated = evened(act.facts, regime)
    facts.update(stated)
    facts.update(regime.destinations.facts(facts.get("destination.country"), clock))
    facts.update(regime.control_list.facts(facts.get("item.eccn"), clock, stated.get("item.controls")))
    # What the caller states of this very item outweighs what the table says of its entry.
    facts.update(stated)
    rows: list[dict[str, Known]] = []
    who: list[Row] = []
    for party in act.parties:
        own = party_facts(party, regime, clock)
        for row in rows_of(party, regime, clock):
            who.append(row)
            rows.append({**own, **listing_facts(row, facts, clock, regime)})
    return Circumstances(act, clock, facts, rows, who)


def party_facts(party: Party, regime: Regime, clock: Clock) -> dict[str, Known]:
    """What is said of a party itself, its listings aside."""
    own: dict[str, Known] = {
        "party.name": party.name,
        # Nobody takes part as nothing: no role stated is a role unknown.
        "party.roles": party.roles or None,
        **evened({"party.country": party.country, **party.facts}, regime),
    }
    headquarters = regime.destinations.facts(own.get("party.headquarters"), clock)
    own.setdefault("party.headquarters_groups", headquarters["destination.groups"])
    return own


def look_up(acts: Iterable[Act], regime: Regime) -> None:
    """Look all parties of many acts up at once; each is found the same without it, only more slowly."""
    regime.listings.finder.prepare(
        (party.name, _code(party, regime), party.address)
        for act in acts
        for party in act.parties
        if party.name is not None and party.same_as is None
    )


def _code(party: Party, regime: Regime) -> str | None:
    code = regime.destinations.code(party.country)
    return code if isinstance(code, str) else None


def evened(facts: Mapping[str, Known], regime: Regime) -> dict[str, Known]:
    """The facts with countries as codes; an act that goes nowhere, or a place no table knows, is unknown."""
    evened = dict(facts)
    for name in regime.vocabulary.countries:
        if name in evened:
            code = regime.destinations.code(evened[name])
            evened[name] = None if code is ABSENT and not name.startswith("party.") else code
    return evened


def rows_of(party: Party, regime: Regime, clock: Clock) -> list[Row]:
    """One row for each listing that the party has or may have; one alone where it has none."""
    if party.same_as == "none":
        return [Row(party)]
    if party.same_as in regime.listings.versions:
        listings = regime.listings.of_id(party.same_as or "", clock)
        return [Row(party, listing) for listing in listings] or [Row(party)]
    if party.name is None:
        return [Row(party, None, sure=False)]
    country = _code(party, regime)
    candidates = regime.listings.find(party.name, country, party.address)
    if not candidates and not readable(party.name):
        # A name in a script that cannot be read here is nobody's until somebody says whose.
        return [Row(party, None, sure=False)]
    # A country that differs makes the same name a question, never a clearance.
    rows = [
        _doubted(
            Row(
                party,
                listing,
                candidate.sure,
                candidate.shared,
                1,
                candidate.score,
                _same(candidate, listing, party),
            ),
            country,
        )
        for candidate in candidates
        for listing in regime.listings.of_id(candidate.listing, clock)
    ]
    by_list: dict[str, list[Row]] = {}
    for row in rows:
        by_list.setdefault(row.listing.list if row.listing else "", []).append(row)
    # A party may be on several lists; who it is on one settles nothing about another.
    return [row for here in by_list.values() for row in _meant(here, party, clock)] or [Row(party)]


def _same(candidate: Candidate, listing: Listing, party: Party) -> bool:
    """Whether the name is the listing's own; which of its names met best does not matter."""
    named = even(party.name or "")
    own = (even(name) for name in (listing.name, *listing.also))
    return candidate.same or (candidate.sure and named in own)


def _meant(rows: list[Row], party: Party, clock: Clock) -> list[Row]:
    """Whom of one list the party is, or may be."""
    best = max((row.score for row in rows if row.sure), default=None)
    if best is None:
        return _gathered(rows, party, clock)
    meant = [row for row in rows if row.sure and row.score == best]
    if any(row.same or _in_force(row, clock) for row in meant):
        return meant
    # Who is best met is not listed that day; anybody else who may be meant stays a question.
    others = [replace(row, sure=False) for row in rows if row not in meant and _in_force(row, clock)]
    return meant + _gathered(others, party, clock)


def _in_force(row: Row, clock: Clock) -> bool:
    return row.listing is not None and row.listing.in_force(clock) is not False


def _gathered(rows: list[Row], party: Party, clock: Clock) -> list[Row]:
    """One row for all candidates whose listings read alike, about the one whose name is nearest."""
    groups: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        if (listing := row.listing) is not None:
            terms = (listing.scope.text, *(t.text for t in listing.terms), *listing.footnotes_on(clock))
            key = (
                listing.list,
                listing.by,
                listing.family,
                listing.in_force(clock),
                terms,
                bool(listing.address),
            )
            groups.setdefault(key, []).append(row)
    found = []
    for alike in groups.values():
        nearest = max(alike, key=lambda row: _nearness(row, party))
        found.append(replace(nearest, alike=len(alike)))
    return sorted(found, key=lambda row: -_nearness(row, party))


def _nearness(row: Row, party: Party) -> float:
    """How near the listed party is to the one named: same country first, then the spelling."""
    listing = row.listing
    if listing is None or party.name is None:
        return 0.0
    return _spelling(listing.name, party.name) + (listing.country == party.country)


@lru_cache(maxsize=1 << 16)
def _spelling(listed: str, named: str) -> float:
    """How alike two names are spelt; whoever asks what would change an act asks it over and over."""
    return SequenceMatcher(None, listed.casefold(), named.casefold()).ratio()


def _doubted(row: Row, country: Known) -> Row:
    if row.sure and row.listing and country and row.listing.country not in ("", country):
        return replace(row, sure=False, shared=("the name",))
    return row


def listing_facts(row: Row, facts: Mapping[str, Known], clock: Clock, regime: Regime) -> dict[str, Known]:
    """What the listing of a row says; ``facts`` are those of the act, for what it says of the item."""
    listing = row.listing
    if listing is None:
        return dict(_UNLISTED if row.sure else _UNKNOWN)
    return {
        "listing.list": listing.list,
        "listing.in_force": identity(row.sure, listing, clock),
        "listing.since": listing.first_start,
        "listing.by": listing.by,
        "listing.family": listing.family or ABSENT,
        "listing.is_address": bool(listing.address) or listing.name.startswith("(address"),
        "listing.covers_item": covers(listing, facts),
        "listing.review": review(listing, facts),
        "listing.refers_to": refers_to(listing, facts),
        "listing.footnotes": listing.footnotes_on(clock),
        "listing.allows_exception": listing.scope.allows or ABSENT,
        "listing.consequence": regime.restricted_list(listing.list).consequence,
        "listing.programmes": members(listing.programmes) if listing.programmes else ABSENT,
    }


def covers(listing: Listing, facts: Mapping[str, Known]) -> Truth:
    """Whether the entry's licence requirement covers the item; unknown where its text was not read."""
    return None if listing.scope.covers is None else truth(listing.scope.covers, facts)


def review(listing: Listing, facts: Mapping[str, Known]) -> Known:
    """The review policy the entry sets for the item: the first whose items include it.

    Unknown while a fact that would choose between policies is missing, where the entry's text
    was not read, and where it leaves the policy to other sections (:func:`refers_to`).
    """
    if not listing.terms:
        return ABSENT
    term = _term(listing, facts)
    return None if term is None or term.policy in (UNREAD, BY_REFERENCE) else term.policy


def refers_to(listing: Listing, facts: Mapping[str, Known]) -> Known:
    """The sections whose review policy applies to the item because the entry only names them."""
    term = _term(listing, facts)
    if term is not None:
        return members(term.sections if term.policy == BY_REFERENCE else ())
    return None if any(t.policy == BY_REFERENCE for t in listing.terms) else members(())


def _term(listing: Listing, facts: Mapping[str, Known]) -> Term | None:
    """The first term whose items include this one; none where that is open or no term has them."""
    for term in listing.terms:
        applies = truth(term.applies, facts) if term.applies != TRUE else True
        if applies is not False:
            return term if applies else None
    return None
