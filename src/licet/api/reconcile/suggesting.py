"""What may be meant by the beginning of a word: parties, types, properties to compare and to fetch."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import JSONResponse

from licet.api.listed import directory
from licet.api.reconcile.extending import OURS
from licet.api.reconcile.shapes import (
    EntitySuggestions,
    ExtendProperties,
    PropertySuggestions,
    TypeSuggestions,
    type_of,
)
from licet.api.reconcile.types import types_of
from licet.api.yente.asking import (
    ERRORS,
    DatasetName,
    Ever,
    Limit,
    Viewed,
    answer,
    the_dataset,
    window,
)
from licet.api.yente.model import THING, properties, schemata
from licet.api.yente.rows import rows
from licet.gate.asking import Reader
from licet.language.instrument import day
from licet.lists.exporting import entity_id

router = APIRouter(tags=["OpenRefine reconciliation"])
Prefix = Annotated[str, Query(max_length=500, description="The beginning of a name.")]
_SHOWN = 5
_STATUS = {"code": "/api/status/ok", "status": "200 OK"}


@router.get(
    "/reconcile/{dataset}/suggest/entity",
    response_model=EntitySuggestions,
    responses=ERRORS,
    summary="Parties",
)
def suggest_entity(
    dataset: DatasetName,
    view: Viewed,
    person: Reader,
    prefix: Prefix = "",
    limit: Limit = 10,
    ever: Ever = False,
) -> JSONResponse:
    """Listed parties that have these words, the last of which may be unfinished."""
    lists = frozenset(the_dataset(dataset, view.regime).lists)
    text = prefix.strip()
    found = directory(view.regime).find(f"{text}*", day(view.clock.known_at)) if text else []
    shown = list(rows(found, lists, view, ever))[: window(limit)[0]]
    result = [
        {
            "id": entity_id(row.brief.id),
            "name": row.brief.name,
            "description": schemata()[row.schema].label,
            "type": [type_of(schemata()[row.schema])],
        }
        for row in shown
    ]
    return answer({**_STATUS, "prefix": prefix, "result": result})


@router.get(
    "/reconcile/{dataset}/suggest/type", response_model=TypeSuggestions, responses=ERRORS, summary="Types"
)
def suggest_type(dataset: DatasetName, view: Viewed, person: Reader, prefix: Prefix = "") -> JSONResponse:
    """Kinds of entity that begin so."""
    types = types_of(the_dataset(dataset, view.regime), view.regime)
    found = [type_of(schema) for schema in types if _begins(prefix, schema.name, schema.label)]
    return answer({**_STATUS, "prefix": prefix, "result": found[:_SHOWN]})


@router.get(
    "/reconcile/{dataset}/suggest/property",
    response_model=PropertySuggestions,
    responses=ERRORS,
    summary="Properties to compare",
)
def suggest_property(dataset: DatasetName, view: Viewed, person: Reader, prefix: Prefix = "") -> JSONResponse:
    """Properties of these kinds of entity that begin so."""
    types = {schema.name for schema in types_of(the_dataset(dataset, view.regime), view.regime)}
    found = [
        {"id": p.qname, "name": p.label, "description": None}
        for p in properties().values()
        if p.schema in types and not p.hidden and p.type != "entity" and _begins(prefix, p.name, p.label)
    ]
    return answer({**_STATUS, "prefix": prefix, "result": found[:_SHOWN]})


@router.get(
    "/reconcile/{dataset}/extend/property",
    response_model=ExtendProperties,
    responses=ERRORS,
    summary="Properties to fetch",
)
def propose(
    dataset: DatasetName,
    view: Viewed,
    person: Reader,
    type: Annotated[str, Query(description="Name of a schema.")] = THING,  # noqa: A002
    limit: Annotated[int, Query(description="How many at most; 0 for all.")] = 0,
) -> JSONResponse:
    """Properties that can be fetched into columns: what the lists say first, then those of the type."""
    the_dataset(dataset, view.regime)
    schema = schemata().get(type)
    if schema is None:
        raise HTTPException(400, f"Invalid type: {type}")
    shown = (p for p in schema.properties.values() if not p.hidden and p.type != "entity")
    first = {name: place for place, name in enumerate(schema.featured)}
    ranked = sorted(shown, key=lambda p: (first.get(p.name, len(first)), p.label))
    found = [
        *({"id": id_, "name": o.label} for id_, o in OURS.items()),
        *({"id": p.name, "name": p.label} for p in ranked),
    ]
    return answer({"limit": limit, "type": schema.name, "properties": found[:limit] if limit > 0 else found})


def _begins(prefix: str, *names: str) -> bool:
    text = prefix.casefold().strip()
    return bool(text) and any(name.casefold().startswith(text) for name in names)
