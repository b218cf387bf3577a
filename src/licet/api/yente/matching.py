"""``POST /match/{dataset}``: listed parties that entities given by example may be, on a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import JSONResponse

from licet.api.yente.asking import (
    ERRORS,
    MAX_BATCH,
    MAX_PAGE,
    Algorithm,
    ChangedSince,
    DatasetName,
    Ever,
    ExcludeDataset,
    IncludeDataset,
    Route,
    View,
    Viewed,
    answer,
    check_algorithm,
    check_config,
    the_dataset,
    the_schema,
    window,
)
from licet.api.yente.candidates import Candidate, candidates
from licet.api.yente.datasets import narrowed
from licet.api.yente.documents import Document, documents_of
from licet.api.yente.explaining import explanations
from licet.api.yente.model import THING, Schema
from licet.api.yente.shapes import ExampleShape, MatchQuery, MatchResponse
from licet.gate.asking import Reader
from licet.lists.exporting import number_of
from licet.regime import Regime
from licet.reviews.score import CUTOFF, THRESHOLD

router = APIRouter(tags=["yente: matching"], route_class=Route)
_PAGE = 5
# Names, countries and addresses of one example are asked for in this many pairings at most.
_PAIRINGS = 48


@dataclass(frozen=True, slots=True)
class Example:
    """An example as it was read: its schema, and its values by property."""

    id: str | None
    schema: Schema
    values: Mapping[str, tuple[str, ...]]

    def of_type(self, type_: str) -> list[str]:
        """Values of all properties of a type."""
        properties = self.schema.properties
        return [v for name, values in self.values.items() if properties[name].type == type_ for v in values]

    def parties(self, regime: Regime) -> Iterator[dict[str, Any]]:
        """Rows to screen: each name with each country and address."""
        addresses = list(dict.fromkeys((*self.of_type("address"), *self.values.get("full", ()))))
        names: list[str] = list(dict.fromkeys(self.of_type("name")))
        if self.schema.name == "Address":
            names, addresses = addresses, []
        codes = (regime.destinations.code(country) for country in self.of_type("country"))
        countries = list(dict.fromkeys(code for code in codes if isinstance(code, str)))
        numbers = [
            f"{NUMBERS[name]}:{value}"
            for name, values in self.values.items()
            if name in NUMBERS
            for value in values
        ]
        if not names and not numbers:
            return
        pairings = product(names or [""], countries or [""], addresses or [""])
        for name, country, address in islice(pairings, _PAIRINGS):
            yield {
                "name": name,
                "kind": self.schema.kind,
                "country": country or None,
                "address": address or None,
                "identifiers": numbers,
            }

    def told(self) -> dict[str, Any]:
        """The example as it was read, for its answer."""
        return {
            "id": self.id,
            "schema": self.schema.name,
            "properties": {name: list(values) for name, values in self.values.items()},
        }


def read(example: ExampleShape) -> Example:
    """An example read by its schema; properties that the schema does not have are left out."""
    asked = the_schema(example.schema_)
    if not asked.matchable and asked.name != THING:
        raise HTTPException(400, f"Cannot parse example entity: {asked.name} cannot be matched")
    values = {
        name: found
        for name, given in example.properties.items()
        if name in asked.properties and (found := tuple(_texts(given)))
    }
    return Example(example.id, asked, _with_whole_name(asked, values))


def _texts(given: Any) -> Iterator[str]:
    for value in given if isinstance(given, list) else [given]:
        if isinstance(value, str | int | float) and not isinstance(value, bool) and str(value).strip():
            yield str(value).strip()


def _with_whole_name(asked: Schema, values: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """A name made of its parts, where only the parts are given."""
    if any(asked.properties[name].type == "name" for name in values) and "name" in values:
        return values
    parts = [values[p][0] for p in ("firstName", "secondName", "middleName", "lastName") if p in values]
    return {**values, "name": (" ".join(parts),)} if len(parts) > 1 else values


@dataclass(frozen=True, slots=True)
class Scope:
    """Which candidates may be answered with."""

    lists: frozenset[str]
    topics: frozenset[str] = frozenset()
    without: frozenset[str] = frozenset()
    ids: frozenset[str] = frozenset()
    changed_since: str | None = None

    def holds(self, asked: Schema, document: Document) -> bool:
        """Whether a document is within."""
        entity = document.entity
        changed = self.changed_since is None or (entity["last_change"] or "") > self.changed_since
        topics = not self.topics or not self.topics.isdisjoint(entity["properties"].get("topics", ()))
        schema_ = entity["schema"]
        return changed and topics and schema_ in asked.reaches and schema_ not in self.without


@router.post("/match/{dataset}", responses=ERRORS, response_model=MatchResponse, summary="Match by example")
def match(
    *,
    given: MatchQuery,
    dataset: DatasetName,
    view: Viewed,
    person: Reader,
    limit: Annotated[int, Query(le=MAX_PAGE, description="Results for each example.")] = _PAGE,
    threshold: Annotated[float, Query(description="Score from which a hit is a match.")] = THRESHOLD,
    cutoff: Annotated[float, Query(description="Results of this score or less are left out.")] = CUTOFF,
    algorithm: Algorithm = "best",
    include_dataset: IncludeDataset,
    exclude_schema: Annotated[
        list[str], Query(default_factory=list, description="No entities of these schemata.")
    ],
    exclude_dataset: ExcludeDataset,
    topics: Annotated[
        list[str], Query(default_factory=list, description="Only entities with one of these topics.")
    ],
    changed_since: ChangedSince = None,
    exclude_entity_ids: Annotated[
        list[str], Query(default_factory=list, max_length=50, description="Not these entities.")
    ],
    ever: Ever = False,
) -> JSONResponse:
    """Listed parties that each example may be, with what the lists say of them on the day.

    A hit is sure enough to decide by and scores above 0.7; a review is a question for a person and scores
    below. Results with ``match: false`` are answers too.
    """
    check_algorithm(algorithm)
    scope = Scope(
        lists=narrowed(the_dataset(dataset, view.regime), include_dataset, exclude_dataset, view.regime),
        topics=frozenset(topics),
        without=frozenset(exclude_schema),
        ids=frozenset(exclude_entity_ids),
        changed_since=changed_since,
    )
    check_config(given.config, algorithm)
    if len(given.queries) > MAX_BATCH:
        raise HTTPException(400, f"Too many queries in one batch (limit: {MAX_BATCH})")
    if not given.queries:
        raise HTTPException(400, "No queries provided.")
    examples = [read(example) for example in given.queries.values()]
    limit, _ = window(limit)
    found = matches(examples, scope, view, ever)
    cutoff = min(cutoff, threshold)
    responses = {
        name: _answered(example, [r for r in ranked if r[0].score > cutoff], threshold, limit)
        for name, example, ranked in zip(given.queries, examples, found, strict=True)
    }
    said = {"responses": responses, "limit": limit, **view.rests_on}
    return answer(said, x_batch_size=str(len(responses)))


Found = tuple[Candidate, Document]


def matches(examples: Sequence[Example], scope: Scope, view: View, ever: bool) -> Iterator[list[Found]]:
    """For each example its candidates within the scope, with their documents, from the best."""
    documents = documents_of(view.regime)
    rows = [list(example.parties(view.regime)) for example in examples]
    asked = candidates(rows, view.regime, view.clock, scope.lists, ever)
    for example, ranked in zip(examples, asked, strict=True):
        with_documents = (
            (candidate, documents.of(candidate.entity, view.clock))
            for candidate in ranked
            if candidate.entity not in scope.ids
        )
        yield [(c, d) for c, d in with_documents if d is not None and scope.holds(example.schema, d)]


def scored(candidate: Candidate, document: Document, threshold: float) -> dict[str, Any]:
    """A result: the entity, how well it met and by what."""
    return {
        **document.entity,
        "score": candidate.score,
        "match": candidate.sure and candidate.score >= threshold,
        "explanations": explanations(candidate.evidence, candidate.list),
        "level": candidate.level,
        "in_force": candidate.in_force,
        "one_in": round(candidate.one_in, 1),
        "matched_name": candidate.name,
        "matched_list": candidate.list,
    }


def _answered(example: Example, found: Sequence[Found], threshold: float, limit: int) -> dict[str, Any]:
    sure = sum(c.sure and c.score >= threshold for c, _ in found)
    return {
        "status": 200,
        "results": [scored(candidate, document, threshold) for candidate, document in found[:limit]],
        "total": {"value": sure, "relation": "eq"},
        "query": example.told(),
    }
