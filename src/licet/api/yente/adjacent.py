"""``GET /entities/{id}/adjacent``: what stands beside an entity, property by property, in pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Path
from fastapi.responses import JSONResponse

from licet.api.yente.asking import ERRORS, Limit, Offset, Sort, Viewed, answer, window
from licet.api.yente.documents import Entity
from licet.api.yente.entities import EntityId
from licet.api.yente.graph import Graph
from licet.api.yente.model import schemata
from licet.api.yente.ordering import ordered
from licet.api.yente.shapes import AdjacentPage, AdjacentResponse
from licet.gate.asking import Reader

router = APIRouter(tags=["yente: entities"])


@router.get(
    "/entities/{entity_id}/adjacent",
    response_model=AdjacentResponse,
    responses=ERRORS,
    summary="All beside one",
)
def fetch_adjacent(
    *,
    entity_id: EntityId,
    view: Viewed,
    person: Reader,
    sort: Sort,
    limit: Limit = 10,
    offset: Offset = 0,
) -> JSONResponse:
    """Sanctions, addresses and documents of a listed party, or the parties that have one of these."""
    graph = Graph(view.regime, view.clock)
    entity = _known(graph, entity_id)
    found = {
        name: _page(entities, sort, limit, offset)
        for name, entities in graph.adjacent(entity).items()
        if entities
    }
    return answer({"entity": {**entity, **view.moments}, "adjacent": found, **view.rests_on})


@router.get(
    "/entities/{entity_id}/adjacent/{property_name}",
    response_model=AdjacentPage,
    responses=ERRORS,
    summary="Those beside one by one property",
)
def fetch_adjacent_by_property(
    *,
    entity_id: EntityId,
    property_name: Annotated[str, Path(description="A property of entities.", examples=["sanctions"])],
    view: Viewed,
    person: Reader,
    sort: Sort,
    limit: Limit = 10,
    offset: Offset = 0,
) -> JSONResponse:
    """One page of those beside an entity; 404 for a property that its schema does not have."""
    graph = Graph(view.regime, view.clock)
    entity = _known(graph, entity_id)
    known = schemata()[entity["schema"]].properties.get(property_name)
    if known is None or known.type != "entity":
        raise HTTPException(404, "No such property!")
    page = _page(graph.adjacent(entity).get(property_name, []), sort, limit, offset)
    return answer({**page, **view.rests_on})


def _known(graph: Graph, id_: str) -> Entity:
    entity = graph.get(id_)
    if entity is None:
        raise HTTPException(404, "No such entity!")
    return entity


def _page(entities: Sequence[Entity], sort: Sequence[str], limit: int, offset: int) -> dict[str, Any]:
    limit, offset = window(limit, offset)
    shown = ordered(entities, sort)[offset : offset + limit]
    total = {"value": len(entities), "relation": "eq"}
    return {"results": shown, "total": total, "limit": limit, "offset": offset}
