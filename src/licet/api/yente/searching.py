"""``GET /search/{dataset}``: listed parties by words and filters, with counts of what was found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from enum import StrEnum
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import JSONResponse

from licet.api.candidates import candidates
from licet.api.listed import directory
from licet.api.yente.asking import (
    ERRORS,
    ChangedSince,
    DatasetName,
    Ever,
    ExcludeDataset,
    ExcludeSchema,
    IncludeDataset,
    Limit,
    Offset,
    Sort,
    Topics,
    View,
    Viewed,
    answer,
    nothing,
    the_dataset,
    the_schema,
    window,
)
from licet.api.yente.datasets import datasets, narrowed
from licet.api.yente.documents import documents_of
from licet.api.yente.model import THING, caption, label_of_group, schemata
from licet.api.yente.ordering import ordered
from licet.api.yente.rows import Row, rows
from licet.api.yente.shapes import SearchResponse
from licet.gate.asking import Reader
from licet.language.instrument import day
from licet.regime import Regime

router = APIRouter(tags=["yente: matching"])
# Filters on single properties read whole documents.
_READABLE = 5000


class FacetName(StrEnum):
    """Fields whose values can be counted."""

    DATASETS = "datasets"
    SCHEMA = "schema"
    COUNTRIES = "countries"
    IDENTIFIERS = "identifiers"
    TOPICS = "topics"
    GENDERS = "genders"


_COUNTED = (FacetName.COUNTRIES, FacetName.TOPICS, FacetName.DATASETS)


class Operator(StrEnum):
    """Whether an entity must have all values of a field that were asked for, or one of them."""

    AND = "AND"
    OR = "OR"


_FIELDS = ("schema", "datasets", "countries", "topics", "id", "entity_id", "_id", "target")


@router.get("/search/{dataset}", response_model=SearchResponse, responses=ERRORS, summary="Search by words")
def search(
    *,
    dataset: DatasetName,
    view: Viewed,
    person: Reader,
    q: Annotated[str, Query(max_length=2000, description='Words, "phrases", prefixes*, -words, OR.')] = "",
    schema: Annotated[str, Query(description="Only entities that may be of this schema.")] = THING,
    include_dataset: IncludeDataset,
    exclude_dataset: ExcludeDataset,
    exclude_schema: ExcludeSchema,
    changed_since: ChangedSince = None,
    countries: Annotated[list[str], Query(default_factory=nothing, description="Codes, such as cn.")],
    topics: Topics,
    datasets: Annotated[list[str], Query(default_factory=nothing, description="Codes of lists.")],
    filter: Annotated[list[str], Query(default_factory=nothing, description="`field:value`.")],  # noqa: A002
    limit: Limit = 10,
    offset: Offset = 0,
    sort: Sort,
    target: Annotated[bool | None, Query(deprecated=True, description="Only targets, or none.")] = None,
    fuzzy: Annotated[bool, Query(description="Also whom the screening takes the words for.")] = False,
    simple: Annotated[bool, Query(description="The same: words mean the same either way.")] = False,
    facets: Annotated[
        list[FacetName],
        Query(default_factory=lambda: [*_COUNTED], description="Fields whose values are counted."),
    ],
    filter_op: Annotated[
        Operator, Query(description="How several values of one field go together.")
    ] = Operator.OR,
    ever: Ever = False,
) -> JSONResponse:
    """Listed parties that have all the words in a name, address or number, the closest first.

    This finds what is written. To find whom a name may mean, ask /match.
    """
    limit, offset = window(limit, offset)
    asked = the_schema(schema)
    lists = narrowed(the_dataset(dataset, view.regime), include_dataset, exclude_dataset, view.regime)
    named = (("countries", countries), ("topics", topics), ("datasets", datasets))
    filters: dict[str, list[str]] = {field: list(values) for field, values in named if values}
    for field, value in map(_field, filter):
        filters.setdefault(field, []).append(value)
    if target is not None:
        filters["target"] = [str(target).lower()]
    found = rows(_found(q, fuzzy, view, lists), lists, view, ever)
    kept_ = [
        row
        for row in found
        if row.schema in asked.reaches
        and row.schema not in exclude_schema
        and (changed_since is None or row.changed > changed_since)
        and all(_has(row.values(field), v, filter_op) for field, v in filters.items() if field in _FIELDS)
    ]
    whole = {field: values for field, values in filters.items() if field not in _FIELDS}
    kept_ = _by_document(kept_, whole, filter_op, view) if whole else kept_
    counted = {name.value: _facet(name.value, kept_, view) for name in facets}
    documents = documents_of(view.regime)
    page = _sorted(kept_, sort)[offset : offset + limit]
    shown = (documents.of(row.brief.id, view.clock) for row in page)
    return answer(
        {
            "results": [document.entity for document in shown if document is not None],
            "facets": counted,
            "total": {"value": len(kept_), "relation": "eq"},
            "limit": limit,
            "offset": offset,
            **view.rests_on,
        }
    )


def _field(text: str) -> tuple[str, str]:
    field, colon, value = text.partition(":")
    if not colon:
        raise HTTPException(400, f"Invalid filter: {text!r}; write field:value")
    return field.removeprefix("properties."), value


def _found(q: str, fuzzy: bool, view: View, lists: Collection[str]) -> Iterable[str]:
    """Ids of listings from the closest."""
    book = directory(view.regime)
    if q.strip() in ("", "*"):
        return book.ids
    found = book.find(q, day(view.clock.known_at))
    if not fuzzy:
        return found
    near = candidates([[{"name": q}]], view.regime, view.clock, lists, True)[0]
    return dict.fromkeys([*found, *(candidate.entity for candidate in near)])


def _has(values: Collection[str], wanted: Sequence[str], how: Operator) -> bool:
    return (all if how is Operator.AND else any)(value in values for value in wanted)


def _by_document(rows: Sequence[Row], filters: dict[str, list[str]], how: Operator, view: View) -> list[Row]:
    """Rows whose documents have the values."""
    if len(rows) > _READABLE:
        raise HTTPException(
            400,
            f"{', '.join(filters)}: such a filter reads whole entities, and {len(rows)} are left; "
            f"narrow the search to {_READABLE} by words, lists, countries or schema",
        )
    documents = documents_of(view.regime)
    kept_ = []
    for row in rows:
        document = documents.of(row.brief.id, view.clock)
        properties = document.entity["properties"] if document else {}
        if all(_has(properties.get(field, ()), values, how) for field, values in filters.items()):
            kept_.append(row)
    return kept_


def _facet(field: str, rows: Sequence[Row], view: View) -> dict[str, Any]:
    counts = Counter(value for row in rows for value in row.values(field))
    label, labelled = _labels(field, view.regime)
    ordered_ = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    values = [{"name": name, "label": labelled(name), "count": count} for name, count in ordered_]
    return {"label": label, "values": values}


def _labels(field: str, regime: Regime) -> tuple[str, Callable[[str], str]]:
    match field:
        case "datasets":
            known = datasets(regime)
            return "Data sources", lambda code: known[code].title if code in known else code
        case "schema":
            return "Entity types", lambda name: schemata()[name].plural
    type_ = {"countries": "country", "topics": "topic"}.get(field, "")
    return label_of_group(field), lambda value: caption(type_, value)


def _sorted(rows: Sequence[Row], sort: Sequence[str]) -> list[Row]:
    if not sort:
        return list(rows)
    told = [
        {
            "id": row.brief.id,
            "caption": row.brief.name,
            "schema": row.schema,
            "first_seen": str(row.brief.first),
            "last_change": str(row.brief.last),
            "row": row,
        }
        for row in rows
    ]
    return [said["row"] for said in ordered(told, sort)]
