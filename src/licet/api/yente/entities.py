"""``GET /entities/{id}``: a listed party, its sanctions, addresses and documents, on a day."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Path, Query
from fastapi.responses import JSONResponse

from licet.api.yente.asking import ERRORS, Viewed, answer
from licet.api.yente.graph import Graph
from licet.api.yente.shapes import FetchedEntity
from licet.gate.asking import Reader

router = APIRouter(tags=["yente: entities"])
EntityId = Annotated[
    str, Path(description="Id of a listing, or of a sanction, address or document beside it.")
]


@router.get("/entities/{entity_id}", response_model=FetchedEntity, responses=ERRORS, summary="One entity")
def fetch_entity(
    entity_id: EntityId,
    view: Viewed,
    person: Reader,
    nested: Annotated[bool, Query(description="With the entities beside it inside its properties.")] = True,
) -> JSONResponse:
    """An entity as the lists tell it on the day, be it listed then or not; 404 where nothing was public."""
    graph = Graph(view.regime, view.clock)
    entity = graph.nested(entity_id) if nested else graph.get(entity_id)
    if entity is None:
        raise HTTPException(404, "No such entity!")
    return answer({**entity, **view.rests_on})
