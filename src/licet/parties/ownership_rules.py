"""Rules of ownership: whose shares count, from which percentage, on which days, under which law."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from licet.language import plain_yaml
from licet.language.errors import LawError
from licet.language.instrument import day, moment_from
from licet.language.values import Truth
from licet.language.window import Clock, Standing, Window, standing
from licet.parties.listing import Listing, identity
from licet.parties.ownership import Capture, Holdings, OwnershipTest

# A listing, and whether it is surely that of the party.
Held = tuple[Listing, bool]

_PASSED = {"or more": True, "more than": False}


@dataclass(frozen=True, slots=True)
class OwnershipRule:
    """One rule of ownership, as ``law/ownership.yaml`` describes it."""

    id: str
    name: str
    cite: str
    note: str
    lists: frozenset[str]
    perhaps: frozenset[str]
    exempt: frozenset[str]
    test: OwnershipTest
    control: bool
    windows: tuple[Window, ...]
    as_rule: str = ""

    def counts(self, listings: Iterable[Held], clock: Clock) -> Truth:
        """Whether a party that has, or may have, these listings is one whose shares count that day."""
        here = [(v.list, identity(sure, v, clock)) for v, sure in listings if v.known(clock)]
        if any(code in self.lists and truth for code, truth in here):
            return True
        counted = self.lists | self.perhaps
        return None if any(code in counted and truth is not False for code, truth in here) else False

    def standing(self, clock: Clock, of_rule: Callable[[str], Standing]) -> Standing:
        """Whether the rule is in force; ``of_rule`` tells the standing of a rule of the law."""
        return of_rule(self.as_rule) if self.as_rule else standing(self.windows, clock, {})


@dataclass(frozen=True, slots=True)
class Reach:
    """What one rule of ownership says of one party on one day.

    ``reached`` is what has effect: where the rule is not in force it is ``False`` whatever
    the shares are, and ``capture`` still shows them.
    """

    rule: OwnershipRule
    standing: Standing
    capture: Capture
    reached: Truth


def read_ownership_rules(path: Path) -> tuple[OwnershipRule, ...]:
    """The rules of a file like ``law/ownership.yaml``; faults name the entry."""
    data: Mapping[str, Mapping[str, Any]] = plain_yaml.read_file(path)
    return tuple(_rule(name, entry, f"{path.name}, {name}") for name, entry in data.items())


def reach(
    party: str,
    country: str | None,
    rule: OwnershipRule,
    holdings: Holdings,
    listings_of: Callable[[str], Iterable[Held]],
    clock: Clock,
    of_rule: Callable[[str], Standing],
) -> Reach:
    """Whether the rule reaches ``party`` on the day of ``clock``, with the shares of that day."""
    today = holdings.on(clock.today)
    capture = today.capture(party, lambda name: rule.counts(listings_of(name), clock), rule.test)
    found = rule.standing(clock, of_rule)
    if found.truth is False or country in rule.exempt or capture.high == 0:
        return Reach(rule, found, capture, False)
    reached = capture.reached
    if rule.control and reached is False and capture.chains:
        # An owner of less than the share may still control; no percentage says so.
        reached = None
    if reached and found.truth is None:
        reached = None
    return Reach(rule, found, capture, reached)


def _rule(name: str, entry: Mapping[str, Any], where: str) -> OwnershipRule:
    try:
        windows = tuple(
            Window(moment_from(w.get("from"), where), _last(w.get("through"), where), str(w["by"]))
            for w in entry.get("in force", ())
        )
        passed = _PASSED[entry["reached at"]]
        return OwnershipRule(
            id=name,
            name=entry["name"],
            cite=entry["cite"],
            note=entry.get("note", ""),
            lists=frozenset(entry["lists"]),
            perhaps=frozenset(entry.get("perhaps", ())),
            exempt=frozenset(entry.get("exempt countries", ())),
            test=OwnershipTest(float(entry["from share"]), passed, bool(entry["together"])),
            control=bool(entry["control"]),
            windows=windows,
            as_rule=entry.get("as rule", ""),
        )
    except KeyError as error:
        raise LawError(f"{where}: {error.args[0]!r} is missing or not one of {sorted(_PASSED)}") from None


def _last(value: object, where: str) -> date | None:
    moment = moment_from(value, where)
    return None if moment is None else day(moment)
