"""Owners: which parties of a file of ownership are reached, under which rule, through whom."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from licet.decisions.decide import strictest
from licet.language.values import Truth
from licet.language.window import Clock
from licet.parties.listing import Listing, identity
from licet.parties.ownership import Holdings
from licet.parties.ownership_rules import Held, Reach, reach, read_ownership_rules
from licet.regime import Regime

COLUMNS = (
    "party", "rule", "reached", "share_low", "share_high", "tips", "owners", "strictest_owner", "chain",
    "in_force", "cite", "note",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Owned:
    """One party under one rule of ownership, and who of its listed owners has the strictest terms."""

    party: str
    reach: Reach
    strictest: str

    @property
    def reached(self) -> Truth:
        """Whether it is reached; ``None`` where that depends on something not known."""
        return self.reach.reached


def owned(holdings: Holdings, regime: Regime, clock: Clock, parties: Iterable[str] = ()) -> Iterator[Owned]:
    """Every owned party (or those named) under every rule of ownership that its owners may bring in.

    Owners are found on the lists by name; an owner who only may be listed leaves it open.
    """

    @cache
    def listings_of(name: str) -> tuple[Held, ...]:
        return tuple(
            (listing, candidate.sure)
            for candidate in regime.listings.find(name)
            for listing in regime.listings.of_id(candidate.listing, clock)
        )

    rules = read_ownership_rules(regime.folder / "ownership.yaml")
    names = list(parties) or sorted({share.owned for share in holdings.on(clock.today).shares})
    for name in names:
        for rule in rules:
            found = reach(
                name, None, rule, holdings, listings_of, clock,
                lambda rule_id: regime.book.standing(regime.book[rule_id], clock),
            )  # fmt: skip
            if found.capture.chains:
                yield Owned(name, found, _strictest(found, listings_of, clock))


def _strictest(found: Reach, listings_of: Any, clock: Clock) -> str:
    """The owner whose entry sets the strictest policy; nothing where no entry sets one."""
    policies: dict[str, str | None] = {}
    for owner in found.capture.owners:
        here = [
            v for v, sure in listings_of(owner)
            if v.list in (found.rule.lists | found.rule.perhaps) and identity(sure, v, clock) is not False
        ]  # fmt: skip
        policies[owner] = strictest([policy for v in here for policy in _policies(v)])
    worst = strictest([p for p in policies.values() if p is not None])
    return next((owner for owner, policy in policies.items() if policy == worst and worst), "")


def _policies(listing: Listing) -> list[str]:
    return [term.policy for term in listing.terms]


def row_of(found: Owned) -> dict[str, Any]:
    """One finding as a flat row, in the order of :data:`COLUMNS`."""
    rule, capture = found.reach.rule, found.reach.capture
    return {
        "party": found.party,
        "rule": rule.id,
        "reached": {True: "yes", False: "no", None: "not known"}[found.reached],
        "share_low": capture.low,
        "share_high": capture.high,
        "tips": capture.tips,
        "owners": "; ".join(capture.owners),
        "strictest_owner": found.strictest,
        "chain": "; ".join(chain.told for chain in capture.chains[:5]),
        "in_force": found.reach.standing.because,
        "cite": rule.cite,
        "note": rule.note,
    }
