"""Edits of listings: parties listed, delisted, or given a footnote on another day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

from licet.act import Act, Party
from licet.changes.edited_listings import ended
from licet.changes.editing import Draft, Touch
from licet.changes.scenario_file import ScenarioError
from licet.changes.targets import own_versions
from licet.decisions.decide import decide
from licet.language.instrument import Moment, day
from licet.language.values import Known, members
from licet.parties.listing import Footnote, Listing
from licet.regime import Regime

_REMOVAL = "remove_listing"


@dataclass(frozen=True, slots=True)
class AddListing:
    """Put a party on a list."""

    place: str
    listing: Listing
    phase = 5

    def touches(self, regime: Regime) -> Iterator[Touch]:
        """The listing."""
        yield Touch(f"listing {self.listing.id}", "presence", "added", "is added", self.place)

    def says(self, regime: Regime) -> Iterator[str]:
        """Name, list and terms."""
        v = self.listing
        yield f"{v.name} joins the {v.list.replace('_', ' ')} {v.days}: {v.scope.text}"

    def apply(self, draft: Draft) -> None:
        """Add it beside those there are."""
        if draft.listing(self.listing.id) or self.listing.id in draft.regime.listings.versions:
            raise ScenarioError(f"{self.place}: there is a listing {self.listing.id} already")
        draft.versions[self.listing.id] = (self.listing,)


@dataclass(frozen=True, slots=True)
class Delist:
    """Take parties off their list from a day on, and list none of them again.

    A delisting is an act under the law: where a rule in force forbids it, that listing stays.
    """

    place: str
    by: str
    named: str
    listings: tuple[str, ...]
    start: Moment
    public: Moment
    certified: bool
    phase = 7

    def touches(self, regime: Regime) -> Iterator[Touch]:
        """The presence of each listing."""
        for listing in self.listings:
            yield Touch(f"listing {listing}", "presence", "removed", "is removed", self.place)

    def says(self, regime: Regime) -> Iterator[str]:
        """How many, and since when."""
        own = own_versions(regime)
        listed = sum(any(day(v.start) < day(self.start) for v in own[i]) for i in self.listings)
        later = len(self.listings) - listed
        rest = f", and {later} more are never listed" if later else ""
        yield f"{self.named}: {listed} listings end; from {self.start} none is in force{rest}"
        told = "" if self.certified else "not "
        yield f"the delisting is {told}certified to Congress; where a rule in force forbids it, it is void"

    def apply(self, draft: Draft) -> None:
        """End each listing that the law as edited allows to end."""
        law = draft.result({})
        # No rule reads more of a listing to be removed than its list and its family.
        asked: dict[tuple[str, str], str] = {}
        for listing in self.listings:
            first = draft.listing(listing)[0]
            kind = (first.list, first.family)
            if kind not in asked:
                asked[kind] = self._forbidden(listing, law)
            if forbidding := asked[kind]:
                why = f"the delisting of {self.named} has no effect: {forbidding} forbids it on {self.start}"
                draft.void.setdefault(self.by, []).append(why)
            else:
                last = day(self.start) - timedelta(days=1)
                versions = draft.listing(listing)
                draft.versions[listing] = tuple(ended(v, last, self.by, self.public) for v in versions)

    def _forbidden(self, listing: str, law: Regime) -> str:
        """The rule that forbids it, with its title; blank where none does."""
        stated: dict[str, Known] = {
            "act.action": _REMOVAL,
            "act.date": self.start,
            "delisting.certified": self.certified,
        }
        party = Party(listing, members(["other"]), same_as=listing)
        decision = decide(Act(stated, (party,)), law)
        bars = [r.rule for r in decision.requirements if r.rule.effect == "forbids" and r.remains]
        return f"{bars[0].id} ({bars[0].title})" if bars else ""


@dataclass(frozen=True, slots=True)
class SetFootnote:
    """Let a footnote apply to entries since a day, earlier or later than it did."""

    place: str
    by: str
    named: str
    listings: tuple[str, ...]
    number: str
    since: Moment
    phase = 6

    def touches(self, regime: Regime) -> Iterator[Touch]:
        """The first day of the footnote of each listing."""
        for listing in self.listings:
            does = f"carries footnote {self.number} since {self.since}"
            yield Touch(f"listing {listing}", f"footnote {self.number}", str(self.since), does, self.place)

    def says(self, regime: Regime) -> Iterator[str]:
        """Which entries, and since when."""
        yield f"{self.named}: the entries carry footnote {self.number} since {self.since}"

    def apply(self, draft: Draft) -> None:
        """Put it on every version of each entry."""
        for listing in self.listings:
            draft.versions[listing] = tuple(self._noted(v) for v in draft.listing(listing))

    def _noted(self, version: Listing) -> Listing:
        others = tuple(f for f in version.footnotes if f.number != self.number)
        return replace(version, footnotes=(*others, Footnote(self.number, day(self.since))))
