"""Parties of a row: who is named in which role, one party for each name and country.

A role with nothing in its cells is not stated. One that is known to be filled (``unknown``, or
a fact about its party) without a name is a party that nobody has named yet.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from licet.act import SUBSTANTIAL_ROLES, Party
from licet.intake.errors import Misread
from licet.intake.facts import is_word, usable
from licet.intake.headers import key, naming
from licet.intake.table import Cell, shown
from licet.language.values import ABSENT, Known, spoken
from licet.language.vocabulary import NONE_WORDS, UNKNOWN_WORDS

RECEIVER = "ultimate_consignee"
NOBODY = "none"  # as same_as: looked at, and nobody listed


@dataclass(slots=True)
class Stated:
    """What a row states of the party in one role."""

    name: str | None = None
    country: str | None = None
    address: str | None = None
    same_as: str | None = None
    reference: str = ""
    facts: dict[str, Known] = field(default_factory=dict)
    expected: bool = False  # somebody is there, though nobody has said who
    nobody: bool = False  # known to be nobody

    @property
    def party(self) -> bool:
        # "no" and 0 are what templates fill in for nobody; anything else is about somebody.
        known = any(value and value is not ABSENT for value in self.facts.values())
        listed = self.same_as not in (None, NOBODY)
        # Who has an address is somebody, even where the name is wanting.
        located = bool(self.country or self.address)
        return bool(self.name) or listed or (not self.nobody and (self.expected or known or located))


def name_in(cell: Cell, stated: Stated) -> None:
    """Reads a name cell into ``stated``.

    Raises:
        Misread: for what stands in the place of a name ("same as above").
    """
    plain = usable(cell)
    if is_word(plain, NONE_WORDS):
        stated.nobody = True
    elif is_word(plain, UNKNOWN_WORDS):
        stated.expected = shown(plain) != ""
    elif isinstance(plain, bool) or not isinstance(plain, str | int):
        raise Misread(
            f"{shown(plain)!r} is not a name", "Format the column as text and enter the name again."
        )
    elif key(shown(plain)) in _not_names():
        raise Misread(
            f"{shown(plain)!r} names nobody",
            "Write the name itself; 'unknown' if somebody is there but not known, 'none' if nobody is.",
        )
    else:
        stated.name = shown(plain)


def text_in(cell: Cell, none: str | None = None) -> str | None:
    """An address, an identifier or a reference; ``None`` where it is not stated.

    ``none`` is what the word ``none`` means here.
    """
    plain = usable(cell)
    if is_word(plain, NONE_WORDS):
        return none
    return None if is_word(plain, UNKNOWN_WORDS) else shown(plain)


@functools.cache
def _not_names() -> frozenset[str]:
    return frozenset(key(one) for one in naming()["not_names"])


def gather(roles: Mapping[str, Stated]) -> tuple[Party, ...]:
    """The parties of a row, and a nameless receiver if nobody is named as one.

    Raises:
        Misread: when the same party is said to be two different things.
    """
    merged: list[Party] = []
    for role, stated in roles.items():
        if not stated.party:
            continue
        party = Party(
            stated.name,
            frozenset({role}),
            stated.country,
            stated.address,
            stated.same_as,
            stated.facts,
            stated.reference,
        )
        for index, other in enumerate(merged):
            if _same(other, party):
                merged[index] = _together(other, party)
                break
        else:
            merged.append(party)
    if not any(party.roles.intersection(SUBSTANTIAL_ROLES) for party in merged):
        said = roles.get(RECEIVER, Stated())
        merged.append(Party(None, frozenset({RECEIVER}), said.country, said.address))
    return tuple(merged)


def _same(one: Party, other: Party) -> bool:
    """Whether two roles are filled by one party: the same name and country, no second address."""
    if one.name is None or other.name is None or one.country != other.country:
        return False
    addresses = {_spelt(party.address) for party in (one, other) if party.address}
    return _spelt(one.name) == _spelt(other.name) and len(addresses) < 2


def _spelt(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


def _together(one: Party, other: Party) -> Party:
    facts = dict(one.facts)
    for name, value in other.facts.items():
        if value is None:
            continue
        if facts.get(name) is not None and facts[name] != value:
            raise Misread(
                f"{one.name}: {name} is {spoken(facts[name])} in one role and {spoken(value)} in another",
                "Say the same of a party in each of its roles, or say it once.",
            )
        facts[name] = value
    if one.same_as and other.same_as and one.same_as != other.same_as:
        raise Misread(
            f"{one.name}: same_as is {one.same_as!r} in one role and {other.same_as!r} in another",
            "Say the same of a party in each of its roles, or say it once.",
        )
    return Party(
        one.name,
        one.roles | other.roles,
        one.country,
        one.address or other.address,
        one.same_as or other.same_as,
        facts,
        one.reference or other.reference,
    )
