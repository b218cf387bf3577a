"""Entities and those beside them: a listed party, its sanctions, addresses and documents, each found by id.

Only listings are kept. What stands beside them is found again by who has it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from licet.api.kept import kept
from licet.api.yente.documents import Entity, documents_of
from licet.language.window import Clock
from licet.lists.exporting import entity_id, ids_beside, is_beside, sanction_id
from licet.regime import Regime

# From an entity beside a party back to the party.
BACK = {"Sanction": "entity", "Address": "things", "Identification": "holder"}


class Graph:
    """The entities of one regime on one day."""

    def __init__(self, regime: Regime, clock: Clock) -> None:
        self.regime, self.clock = regime, clock
        self.documents = documents_of(regime)

    def get(self, id_: str) -> Entity | None:
        """The entity of that id, on its own."""
        if document := self.documents.named(id_, self.clock):
            return document.entity
        for owner in _owners(self.regime).get(id_, ()) if is_beside(id_) else ():
            document = self.documents.of(owner, self.clock)
            for entity in document.beside if document else ():
                if entity["id"] == id_:
                    return entity
        return None

    def adjacent(self, entity: Entity) -> dict[str, list[Entity]]:
        """Entities beside one, by the property that leads to them."""
        if document := self.documents.named(entity["id"], self.clock):
            return document.adjacent()
        found = []
        for owner in _owners(self.regime).get(entity["id"], ()):
            document = self.documents.of(owner, self.clock)
            if document and any(other["id"] == entity["id"] for other in document.beside):
                found.append(document.entity)
        return {BACK[entity["schema"]]: found} if found else {}

    def nested(self, id_: str) -> Entity | None:
        """The entity with those beside it inside its properties."""
        entity = self.get(id_)
        if entity is None:
            return None
        return {**entity, "properties": {**entity["properties"], **self.adjacent(entity)}}


@kept
def _owners(regime: Regime) -> Mapping[str, tuple[str, ...]]:
    """Ids of the listings that have each sanction, address and document."""
    found: dict[str, tuple[str, ...]] = {}
    for id_ in regime.listings.versions:
        for other in dict.fromkeys(_beside(regime, id_)):
            found[other] = (*found.get(other, ()), id_)
    return found


def _beside(regime: Regime, id_: str) -> Iterator[str]:
    ident = entity_id(id_)
    yield from (sanction_id(version.list, ident) for version in regime.listings.versions[id_])
    for _, record in regime.records.get(id_, ()):
        yield from ids_beside(record, ident)
