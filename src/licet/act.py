"""An act: one thing somebody wants to do, with who takes part and what is known of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from licet.language.errors import FactError
from licet.language.values import Known, members
from licet.language.vocabulary import Vocabulary

SUBSTANTIAL_ROLES = ("ultimate_consignee", "end_user", "releasee")


@dataclass(frozen=True, slots=True)
class Party:
    """Who takes part, and as what.

    ``name`` ``None`` is a party nobody has named yet. ``same_as`` settles whom the name
    means: the id of a listed party, or ``"none"`` when it has been looked at and is nobody
    listed. ``facts`` are further ``party.`` facts. ``reference`` is the caller's own key.
    """

    name: str | None
    roles: frozenset[str]
    country: str | None = None
    address: str | None = None
    same_as: str | None = None
    facts: Mapping[str, Known] = field(default_factory=dict)
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Act:
    """One act: facts of the vocabulary, parties, and particulars that no rule reads.

    ``particulars`` keep what a person wants to see again (order number, description,
    value, currency); ``source`` says where it was read ("orders.csv, row 17").
    """

    facts: Mapping[str, Known] = field(default_factory=dict)
    parties: tuple[Party, ...] = ()
    particulars: Mapping[str, Any] = field(default_factory=dict)
    source: str = ""

    @classmethod
    def stating(
        cls,
        vocabulary: Vocabulary,
        facts: Mapping[str, object],
        parties: Iterable[Party | Mapping[str, Any]] = (),
        particulars: Mapping[str, Any] | None = None,
        source: str = "",
    ) -> Act:
        """An act from plain values, each checked against the vocabulary.

        Where no party is said to receive, one that nobody has named is added, to be asked about.

        Raises:
            FactError: for a misspelt name or a value of the wrong type or range.
        """
        stated: dict[str, Known] = {}
        for name, raw in facts.items():
            if vocabulary[name].of_party:
                raise FactError(f"{name} belongs to a party; state it with the party")
            stated[name] = vocabulary.stated(name, raw)
        people = [p if isinstance(p, Party) else party_from(vocabulary, p) for p in parties]
        if not any(not p.roles or p.roles & set(SUBSTANTIAL_ROLES) for p in people):
            # Somebody receives it, though nobody has said who.
            people.append(Party(None, members(SUBSTANTIAL_ROLES[:1])))
        return cls(stated, tuple(people), dict(particulars or {}), source)


def party_from(vocabulary: Vocabulary, given: Mapping[str, Any]) -> Party:
    """A party from plain values: ``{"name": ..., "roles": ["end_user"], "country": "CN", ...}``.

    Every other key is a ``party.`` fact, with or without the prefix.
    """
    known = {"name", "roles", "country", "address", "same_as", "reference"}
    roles = given.get("roles", ())
    read = vocabulary["party.roles"].read(roles if isinstance(roles, str) else members(roles))
    facts = {}
    for key, raw in given.items():
        if key not in known:
            name = key if key.startswith("party.") else f"party.{key}"
            facts[name] = vocabulary.stated(name, raw)
    return Party(
        name=given.get("name") or None,
        roles=read if isinstance(read, frozenset) else frozenset(),
        country=given.get("country") or None,
        address=given.get("address") or None,
        same_as=given.get("same_as") or None,
        facts=facts,
        reference=str(given.get("reference") or ""),
    )
