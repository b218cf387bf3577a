"""Restrictions: what each list says of a listed party on a day, as every face tells it.

One object per list. It decides nothing: being listed is not an outcome, and ``in_force`` is null where
nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, Field

from licet.api.times import said
from licet.language.values import Truth
from licet.language.window import Clock
from licet.lists.entries import citations, footnotes, policy_of
from licet.parties.listing import Listing
from licet.regime import Regime


class AppliedFootnote(BaseModel):
    """A footnote that the entry bears on the day."""

    number: str
    since: str | None = Field(description="First day on which it applies to the entry; null where unknown.")


class Restriction(BaseModel):
    """One list that names the party, on the day asked for."""

    list: str = Field(description="Code of the list.", examples=["entity_list"])
    name: str = Field(description="Name of the list.", examples=["Entity List"])
    owner: str = Field(description="Who keeps the list.")
    listing: str = Field(description="Id of the listing.")
    listed_name: str = Field(description="The name under which it is listed.")
    in_force: bool | None = Field(description="Whether it had effect on the day; null where nobody knows.")
    since: str | None = Field(description="Since when without a break, day or instant; null where unknown.")
    through: str | None = Field(description="Last day of effect, as far as was known; null while open.")
    requirement: str = Field(description="Licence requirement, verbatim; empty where the entry sets none.")
    review_policy: str = Field(description="How applications are reviewed; empty where the entry is silent.")
    consequence: str = Field(description="What follows from being on the list, as rules read it.")
    means: str = Field(description="The consequence in words.")
    footnotes: tuple[AppliedFootnote, ...]
    programmes: tuple[str, ...]
    citations: tuple[str, ...] = Field(description="What made the listing, and what amended it.")
    cite: str = Field(description="The provisions behind the list.")
    evidence: str = Field(description="What membership rests on: the rule itself, or a snapshot of the list.")
    note: str = Field(description="What else is to be known of the entry.")


def restrictions(regime: Regime, listing: str, clock: Clock) -> list[Restriction]:
    """What lists say of one listing; nothing where nobody has that id, or nothing was public yet."""
    return restrictions_of(regime, regime.listings.of_id(listing, clock), clock)


def restrictions_of(regime: Regime, versions: Iterable[Listing], clock: Clock) -> list[Restriction]:
    """The same for versions chosen already, those in force first."""
    told = [_restriction(regime, version, clock) for version in versions]
    return sorted(told, key=lambda r: (_ORDER[r.in_force], r.list))


def listed(told: Iterable[Restriction]) -> Truth:
    """Whether any of them had effect on the day."""
    answers = {restriction.in_force for restriction in told}
    return True if True in answers else None if None in answers else False


_ORDER = {True: 0, None: 1, False: 2}


def _restriction(regime: Regime, version: Listing, clock: Clock) -> Restriction:
    on = regime.restricted_list(version.list)
    through = version.through if clock.knew(version.end_public) else None
    return Restriction(
        list=version.list,
        name=on.name,
        owner=on.owner,
        listing=version.id,
        listed_name=version.name,
        in_force=version.in_force(clock),
        since=said(version.first_start),
        through=said(through),
        requirement=version.scope.text,
        review_policy=policy_of(version),
        consequence=on.consequence,
        means=on.means,
        footnotes=tuple(
            AppliedFootnote(number=f.number, since=said(f.since)) for f in footnotes(version, clock)
        ),
        programmes=version.programmes,
        citations=citations(version, clock, regime.instruments),
        cite=on.cite,
        evidence=version.evidence or "the rule itself",
        note=version.note,
    )
