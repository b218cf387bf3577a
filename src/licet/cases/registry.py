"""The party registry of a case file: its listings, who owns whom, and facts about each party."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from licet.language.errors import LicetError
from licet.language.instrument import Moment, day, moment_from
from licet.language.rule import POLICIES
from licet.language.window import Clock
from licet.parties.listing import Footnote, Listing, Listings
from licet.parties.ownership import Holdings, OwnershipTest, Share, listed_share
from licet.parties.terms import review_terms, scope_of
from licet.regime import Regime

_FR = re.compile(r"\b\d{2,3} FR \d+\b")
_LISTS = {
    "entity_list": "entity_list",
    "denial_order": "denied_persons",
    "unverified_list": "unverified_list",
    "military_end_user_list": "military_end_users",
    "military_end_users": "military_end_users",
}


@dataclass(frozen=True)
class Registry:
    """Parties of a case file by reference, with the listings they have."""

    parties: Mapping[str, Mapping[str, Any]]
    listings: Listings
    threshold: float

    @classmethod
    def read(cls, parties: Mapping[str, Mapping[str, Any]], regime: Regime) -> Registry:
        """The registry as written; citations are matched with the instruments of the regime."""
        families = {
            (v.by, v.list): v.family
            for versions in regime.listings.versions.values()
            for v in versions
            if v.family
        }
        found: list[Listing] = []
        for ref, party in parties.items():
            for key, list_name in _LISTS.items():
                events = party.get(key) or []
                for event in events if isinstance(events, list) else []:
                    found += _versions(ref, party, event, list_name, regime, families)
        return cls(parties, Listings.of(found), regime.ownership)

    def __getitem__(self, ref: str) -> Mapping[str, Any]:
        if ref not in self.parties:
            raise LicetError(f"the party {ref!r} is not in the registry of the file")
        return self.parties[ref]

    @cached_property
    def holdings(self) -> Holdings:
        """Who owns whom; what the file does not state, nobody owns."""
        return Holdings(tuple(_shares(self.parties)), rest="nobody")

    def share(self, ref: str, clock: Clock) -> float | None:
        """The share of a party that listed parties own together; ``None`` where it is not known."""
        return listed_share(
            ref, self.holdings, lambda owner: self.is_listed(owner, clock), OwnershipTest(self.threshold)
        )

    def is_listed(self, ref: str, clock: Clock) -> bool:
        """Whether a party is on the Entity List on that day."""
        return any(v.list == "entity_list" and v.in_force(clock) for v in self.listings.of_id(ref, clock))

    def listed_owners(self, ref: str, clock: Clock, seen: frozenset[str] = frozenset()) -> Iterator[Listing]:
        """The listings of all listed parties that own a party, directly or through others."""
        for share in self.holdings.owners.get(ref, ()):
            if share.owner in seen:
                continue
            for version in self.listings.of_id(share.owner, clock):
                if version.list == "entity_list" and version.in_force(clock):
                    yield version
            yield from self.listed_owners(share.owner, clock, seen | {ref})


def _shares(parties: Mapping[str, Mapping[str, Any]]) -> Iterator[Share]:
    for ref, party in parties.items():
        for owner in party.get("owners") or []:
            name, percent = str(owner.get("ref") or owner.get("name")), owner.get("pct")
            yield Share(name, ref) if percent is None else Share(name, ref, float(percent), float(percent))


def _versions(
    ref: str,
    party: Mapping[str, Any],
    event: Mapping[str, Any],
    list_name: str,
    regime: Regime,
    families: Mapping[tuple[str, str], str],
) -> Iterator[Listing]:
    where = f"party {ref}"
    cite = str(event.get("cite") or "")
    by = next(iter(_FR.findall(cite)), cite or "the registry of the file")
    start = moment_from(event.get("effective_from") or event.get("from"), where)
    if start is None:
        raise LicetError(f"{where}: a listing needs its first day: effective_from")
    family = families.get((by, list_name), "")
    if party.get("general_licence") and f"{family}-licensed" in families.values():
        family = f"{family}-licensed"
    until = _day(event.get("until"), where)
    changed = _day(event.get("superseded_on"), where)
    footnotes = tuple(
        Footnote(m[1], _sure_day(value, where))
        for key, value in event.items()
        if (m := re.fullmatch(r"footnote_(\d+)_from", key)) and value
    )
    first = Listing(
        id=ref,
        list=list_name,
        name=str(party.get("name") or ref),
        also=(),
        country=str(party.get("country") or ""),
        address="listed" if _is_address(party, event) else "",
        family=family,
        start=_instant(start, by, regime),
        through=changed - timedelta(days=1) if changed else until,
        by=by,
        amended_by=tuple(_FR.findall(f"{cite} {event.get('removed_by') or ''}")[1:]),
        scope=scope_of(str(event.get("licence_requirement") or "all items subject to the EAR")),
        terms=review_terms(str(event.get("review_policy") or "")),
        footnotes=footnotes,
        public=_public(event, by, start, regime, where),
    )
    yield first
    if changed:
        yield _superseding(first, event, changed, until, footnotes)


def _superseding(
    first: Listing,
    event: Mapping[str, Any],
    changed: date,
    until: date | None,
    footnotes: tuple[Footnote, ...],
) -> Listing:
    """The version that replaces an entry: ``89 FR 96830 (footnote 5 added; presumption of denial)``."""
    text = str(event.get("superseded_by") or "")
    by = next(iter(_FR.findall(text)), text)
    added = tuple(Footnote(n, changed) for n in re.findall(r"footnote (\d+)", text))
    policy = next((p for p in POLICIES if p.replace("_", " ") in text.replace("_", " ")), "")
    return replace(
        first,
        start=changed,
        through=until,
        by=by,
        amended_by=(),
        terms=review_terms(policy) if policy else first.terms,
        footnotes=(*footnotes, *added),
        public=changed,
    )


def _is_address(party: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    return "address" in str(event.get("applies_to", "")) or str(party.get("name", "")).startswith("(address")


def _instant(start: Moment, by: str, regime: Regime) -> Moment:
    """The moment of effect that the rule itself has, where the file gives only its day."""
    instrument = regime.instruments.get(by)
    effective = instrument.effective if instrument else None
    return effective if effective is not None and day(effective) == start else start


def _public(event: Mapping[str, Any], by: str, start: Moment, regime: Regime, where: str) -> Moment | None:
    instrument = regime.instruments.get(by)
    if instrument and instrument.public:
        return instrument.public
    published = moment_from(event.get("published"), where)
    return min(published, start, key=day) if published else None


def _day(raw: Any, where: str) -> date | None:
    moment = moment_from(raw, where)
    return None if moment is None else day(moment)


def _sure_day(raw: Any, where: str) -> date:
    found = _day(raw, where)
    if found is None:
        raise LicetError(f"{where}: a day is missing")
    return found
