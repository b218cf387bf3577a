"""The FollowTheMoney model as data: what schemata there are, what they are called, which match which.

The package ``followthemoney`` is not needed to run; ``schemata.json`` is made from it and tested against it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any

THING = "Thing"
_KINDS = {
    "Person": "person", "Organization": "organisation", "Vessel": "vessel", "Airplane": "aircraft",
    "Address": "address",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Property:
    """A property where it is declared; ``reverse`` is the qualified name of the one that points here."""

    name: str
    label: str
    type: str
    schema: str
    hidden: bool = False
    reverse: str = ""

    @property
    def qname(self) -> str:
        """Its name with that of the schema that declares it."""
        return f"{self.schema}:{self.name}"


@dataclass(frozen=True)
class Schema:
    """A kind of entity: ``kinds`` are it and all that it is a kind of, ``matches`` those it may be."""

    name: str
    label: str
    plural: str
    kinds: tuple[str, ...]
    matchable: bool
    matches: tuple[str, ...]
    featured: tuple[str, ...]

    @cached_property
    def properties(self) -> dict[str, Property]:
        """Properties by name, its own and those of all that it is a kind of."""
        declared = _declared()
        # What is declared closer to the schema itself counts.
        nearest = sorted(self.kinds, key=lambda kind: len(schemata()[kind].kinds))
        return {p.name: p for kind in nearest for p in declared[kind]}

    def is_a(self, other: str) -> bool:
        """Whether it is the other, or a kind of it."""
        return other in self.kinds

    @property
    def kind(self) -> str | None:
        """What the screening calls such parties; None where it could be any."""
        return next((kind for name, kind in _KINDS.items() if name in self.kinds), None)

    @cached_property
    def reaches(self) -> frozenset[str]:
        """Names of schemata that a question for this one may be answered with."""
        below = (s.name for s in schemata().values() if self.is_above(s) and not self.matchable)
        return frozenset((*self.matches, *below))

    def is_above(self, other: Schema) -> bool:
        """Whether the other is a kind of it."""
        return self.name in other.kinds


@cache
def _data() -> dict[str, Any]:
    read: dict[str, Any] = json.loads(Path(__file__).with_name("schemata.json").read_text(encoding="utf-8"))
    return read


@cache
def schemata() -> Mapping[str, Schema]:
    """All schemata by name."""
    return {
        name: Schema(
            name=name,
            label=s["label"],
            plural=s["plural"],
            kinds=tuple(s["is"]),
            matchable=s["matchable"],
            matches=tuple(s["matches"]),
            featured=tuple(s["featured"]),
        )
        for name, s in _data()["schemata"].items()
    }


@cache
def _declared() -> Mapping[str, tuple[Property, ...]]:
    return {
        name: (
            *(Property(p, told[0], told[1], name, "hidden" in told) for p, told in s["properties"].items()),
            *(Property(p, label, "entity", name, reverse=back) for p, (label, back) in s["reverse"].items()),
        )
        for name, s in _data()["schemata"].items()
    }


@cache
def properties() -> Mapping[str, Property]:
    """All properties by qualified name, where they are declared."""
    return {p.qname: p for declared in _declared().values() for p in declared}


def label_of_group(group: str) -> str:
    """What values of a group are called, such as ``countries``."""
    label: str = _data()["groups"].get(group, group)
    return label


def risks() -> frozenset[str]:
    """Topics that make an entity a target."""
    return frozenset(_data()["risks"])


def caption(type_: str, value: str) -> str:
    """A value in words: the name of a country, the label of a topic, anything else as it is."""
    if type_ == "topic":
        return str(_data()["topics"].get(value, value))
    if type_ == "country":
        from rigour.territories import get_territory

        territory = get_territory(value)
        return value if territory is None else str(territory.name)
    return value
