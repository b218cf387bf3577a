"""``POST /reconcile/{dataset}``: names of cells to listed parties, or values of properties for parties."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, HTTPException
from fastapi.responses import JSONResponse
from pydantic import TypeAdapter, ValidationError

from licet.api.candidates import Candidate
from licet.api.reconcile.extending import extension
from licet.api.reconcile.shapes import Extension, Fetch, Query, Reconciled, type_of
from licet.api.yente.asking import (
    ERRORS,
    MAX_BATCH,
    Algorithm,
    ChangedSince,
    DatasetName,
    Ever,
    View,
    Viewed,
    answer,
    check_algorithm,
    the_dataset,
    window,
)
from licet.api.yente.documents import documents_of
from licet.api.yente.matching import Example, Scope, matches, read
from licet.api.yente.model import THING, schemata
from licet.api.yente.shapes import ExampleShape
from licet.gate.asking import Reader
from licet.reviews.score import CUTOFF, THRESHOLD

router = APIRouter(tags=["OpenRefine reconciliation"])
_QUERIES = TypeAdapter(dict[str, Query])
_FETCH = TypeAdapter(Fetch)


@router.post(
    "/reconcile/{dataset}",
    response_model=dict[str, Reconciled] | Extension,
    responses=ERRORS,
    summary="Reconcile, or fetch values",
)
def reconcile(
    dataset: DatasetName,
    view: Viewed,
    person: Reader,
    queries: Annotated[str | None, Form(description="Queries by name, as JSON.")] = None,
    extend: Annotated[str | None, Form(description="Ids and properties to fetch, as JSON.")] = None,
    algorithm: Algorithm = "best",
    changed_since: ChangedSince = None,
    ever: Ever = False,
) -> JSONResponse:
    """Listed parties that each cell may mean, the best first; a hit in force is a match."""
    if extend is not None and extend.strip():
        fetch = _parsed(_FETCH, extend, "extend")
        _bounded(len(fetch.ids))
        told = extension(fetch, view)
        return answer(told, x_batch_size=str(len(told["rows"])))
    check_algorithm(algorithm)
    scope = Scope(frozenset(the_dataset(dataset, view.regime).lists), changed_since=changed_since)
    asked = _parsed(_QUERIES, queries or "", "queries")
    _bounded(len(asked))
    examples = [_example(query) for query in asked.values()]
    found = matches(examples, scope, view, ever, CUTOFF)
    result = {
        name: {
            "result": [_told(*one, view) for one in ranked[: window(query.limit)[0]]],
            **view.moments,
        }
        for (name, query), ranked in zip(asked.items(), found, strict=True)
    }
    return answer(result, x_batch_size=str(len(result)))


def _parsed(shape: TypeAdapter[Any], text: str, field: str) -> Any:
    try:
        return shape.validate_json(text)
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()[:5])
        raise HTTPException(400, f"{field}: {wrong.removeprefix(': ')}") from None


def _bounded(number: int) -> None:
    if number > MAX_BATCH:
        raise HTTPException(400, f"Too many queries in one batch (limit: {MAX_BATCH})")


def _example(query: Query) -> Example:
    types = [query.type] if isinstance(query.type, str) else query.type or []
    values: dict[str, str | list[Any]] = {"name": [query.query]} if query.query else {}
    for compared in query.properties:
        given = compared.v if isinstance(compared.v, list) else [compared.v]
        name = compared.pid.rpartition(":")[2]
        values[name] = [*values.get(name, ()), *given]
    return read(ExampleShape(id=None, schema=types[0] if types else THING, properties=values))


def _told(candidate: Candidate, score: float, view: View) -> dict[str, Any]:
    document = documents_of(view.regime).of(candidate.entity, view.clock)
    assert document is not None, "what is in force or was is known"
    schema = schemata()[document.entity["schema"]]
    return {
        "id": document.entity["id"],
        "name": document.entity["caption"],
        "description": schema.label,
        "type": [type_of(schema)],
        "score": score,
        "match": candidate.sure and score >= THRESHOLD,
        "restrictions": document.entity["restrictions"],
    }
