"""Families: how many members of a family of listings were in force on a day, as known then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from licet.language.instrument import day
from licet.language.values import Truth
from licet.language.window import Clock
from licet.parties.listing import Listing
from licet.regime import Regime


@dataclass(frozen=True, slots=True)
class Member:
    """A member: the version of its listing that says most on that day, and whether it is in force."""

    listing: Listing
    truth: Truth


@dataclass(frozen=True)
class Family:
    """The members of a family that were known then; each id and list counts once.

    ``later`` is how many were not public yet.
    """

    name: str
    clock: Clock
    members: tuple[Member, ...]
    later: int

    def count(self, truth: Truth) -> int:
        """How many were in force (``True``), open (``None``) or not in force (``False``)."""
        return sum(1 for member in self.members if member.truth is truth)

    @property
    def truth(self) -> Truth:
        """Whether any member was in force."""
        answers = {member.truth for member in self.members}
        return True if True in answers else None if None in answers else False

    @cached_property
    def by_rule(self) -> Mapping[str, tuple[Member, ...]]:
        """Members in force or open, by the rule that first listed them, the oldest rule first."""
        found: dict[str, list[Member]] = {}
        for member in sorted(self.members, key=lambda m: (day(m.listing.first_start), m.listing.by)):
            if member.truth is not False:
                found.setdefault(member.listing.by, []).append(member)
        return {by: tuple(members) for by, members in found.items()}


def families(regime: Regime) -> tuple[str, ...]:
    """The families that the law's own table knows."""
    own = (regime.own or regime.listings).versions.values()
    return tuple(sorted({v.family for versions in own for v in versions if v.family}))


def family_of(regime: Regime, name: str, clock: Clock) -> Family:
    """Who of a family was on which list, at the clock's moment and as known then."""
    best: dict[tuple[str, str], Member] = {}
    later: set[tuple[str, str]] = set()
    for versions in (regime.own or regime.listings).versions.values():
        for version in versions:
            key = (version.id, version.list)
            if version.family != name:
                continue
            if not version.known(clock):
                later.add(key)
                continue
            member = Member(version, version.in_force(clock))
            if key not in best or member.truth is not False:
                best[key] = member
    return Family(name, clock, tuple(best.values()), len(later - set(best)))
