"""Listed parties as FollowTheMoney entities on a day, with their sanctions, addresses and documents.

A document is made when somebody asks for it and kept as long as the lists stay the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from licet.api.kept import kept
from licet.api.restrictions import Restriction, listed, restrictions_of
from licet.api.yente.model import risks
from licet.language.instrument import day
from licet.language.values import Truth
from licet.language.window import Clock
from licet.lists.entries import Known, entry
from licet.lists.exporting import entities_of, entity_id, listing_id
from licet.regime import Regime

Entity = dict[str, Any]
_KEPT = 4096


@dataclass(frozen=True)
class Document:
    """A listed party on a day: its entity, the entities beside it, and what the lists say of it."""

    entity: Entity
    beside: tuple[Entity, ...]
    restrictions: tuple[Restriction, ...]

    @property
    def listed(self) -> Truth:
        """Whether any list named it on the day."""
        return listed(self.restrictions)

    def adjacent(self) -> dict[str, list[Entity]]:
        """Those beside it, by the property that leads to them."""
        found: dict[str, list[Entity]] = {}
        for other in self.beside:
            found.setdefault(_LEADS[other["schema"]], []).append(other)
        return found


# The property of a party that leads to an entity of that schema.
_LEADS = {"Address": "addressEntity", "Sanction": "sanctions", "Identification": "identification"}


class Documents:
    """Documents over one regime."""

    def __init__(self, regime: Regime) -> None:
        self.regime = regime
        self.of = lru_cache(maxsize=_KEPT)(self._document)

    def named(self, ident: str, clock: Clock) -> Document | None:
        """The document of an entity, by the id of the entity or of the listing."""
        return self.of(listing_id(ident), clock)

    def _document(self, id_: str, clock: Clock) -> Document | None:
        """The document of a listing; None where nobody has that id, or nothing was public yet."""
        versions = self.regime.listings.of_id(id_, clock)
        if not versions:
            return None
        said = self.regime.records.get(id_, ())
        told = restrictions_of(self.regime, versions, clock)
        applies = {restriction.list: restriction.in_force is not False for restriction in told}
        parts: list[list[Entity]] = []
        for version in sorted(versions, key=lambda v: (not applies[v.list], v.list)):
            record = entry(version, said, clock, self.regime.instruments)
            parts.append(list(entities_of(record, entity_id(id_), applies[version.list])))
        entity = _joined(part[0] for part in parts)
        beside = {other["id"]: other for part in parts for other in part[1:]}
        seen = self._seen(id_, said, clock)
        entity |= {"target": _targeted(entity), "restrictions": [r.model_dump() for r in told]}
        return Document(
            entity=_shaped(entity, seen),
            beside=tuple(_shaped(other, seen) for other in beside.values()),
            restrictions=tuple(told),
        )

    def _seen(self, id_: str, said: Iterable[Known], clock: Clock) -> dict[str, str | None]:
        """When it was first seen, last seen, and last said something new."""
        rules = (v.public for v in self.regime.listings.versions[id_] if not v.evidence and v.known(clock))
        days = [*(on for on, _ in said if clock.knew(on)), *(day(public) for public in rules if public)]
        newest = [s.known for s in self.regime.snapshots if clock.knew(s.known)]
        last = max([*days, *newest], default=None)
        ends = (min(days, default=None), last, max(days, default=None))
        names = ("first_seen", "last_seen", "last_change")
        return {n: None if d is None else f"{d}T00:00:00" for n, d in zip(names, ends, strict=True)}


def _joined(entities: Iterable[Entity]) -> Entity:
    """One entity of those that several lists have of one party; the first gives schema and caption."""
    first, *others = entities
    properties = dict(first["properties"])
    for other in others:
        for name, values in other["properties"].items():
            properties[name] = list(dict.fromkeys([*properties.get(name, ()), *values]))
    datasets = [name for entity in (first, *others) for name in entity["datasets"]]
    return {**first, "properties": properties, "datasets": list(dict.fromkeys(datasets))}


def _targeted(entity: Entity) -> bool:
    return not risks().isdisjoint(entity["properties"].get("topics", ()))


def _shaped(entity: Entity, seen: dict[str, str | None]) -> Entity:
    properties = entity["properties"]
    caption = entity.get("caption") or _caption(entity["schema"], properties)
    return {**entity, "caption": caption, "referents": [], **seen}


def _caption(schema: str, properties: dict[str, list[str]]) -> str:
    """What stands for an entity that has no name: its address, number or programme."""
    for name in ("full", "number", "program", "description"):
        if properties.get(name):
            return properties[name][0]
    return schema


@kept
def documents_of(regime: Regime) -> Documents:
    """The documents over a regime."""
    return Documents(regime)
