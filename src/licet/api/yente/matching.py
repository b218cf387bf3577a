"""``POST /match/{dataset}``: listed parties that entities given by example may be, on a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from fastapi.responses import JSONResponse

from licet.api.candidates import Candidate, candidates
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
    View,
    Viewed,
    answer,
    check_algorithm,
    check_config,
    nothing,
    the_dataset,
    the_schema,
    window,
)
from licet.api.yente.datasets import narrowed
from licet.api.yente.documents import documents_of
from licet.api.yente.explaining import explanations
from licet.api.yente.model import THING, Schema
from licet.api.yente.rows import Row, rows
from licet.api.yente.shapes import ExampleShape, MatchQuery, MatchResponse
from licet.gate.asking import Reader
from licet.lists.exporting import entity_id, number_of
from licet.regime import Regime
from licet.reviews.score import CUTOFF, THRESHOLD

router = APIRouter(tags=["yente: matching"])
_PAGE = 5
# Names, countries and addresses of one example are asked for in this many pairings at most.
_PAIRINGS = 48
Scored = tuple[Candidate, float]


@dataclass(frozen=True, slots=True)
class Example:
    """An example as it was read: its schema, and its values by property."""

    id: str | None
    schema: Schema
    values: Mapping[str, tuple[str, ...]]

    def of_type(self, type_: str) -> list[str]:
        """Values of all properties of a type."""
        known = self.schema.properties
        return [v for name, values in self.values.items() if known[name].type == type_ for v in values]

    def parties(self, regime: Regime) -> Iterator[dict[str, Any]]:
        """Rows to screen: each name with each country and address."""
        addresses = list(dict.fromkeys((*self.of_type("address"), *self.values.get("full", ()))))
        names: list[str] = list(dict.fromkeys(self.of_type("name")))
        if self.schema.name == "Address":
            names, addresses = addresses, []
        codes = (regime.destinations.code(country) for country in self.of_type("country"))
        countries = list(dict.fromkeys(code for code in codes if isinstance(code, str)))
        pairs = ((name, value) for name, values in self.values.items() for value in values)
        numbers = list(filter(None, (number_of(name, value) for name, value in pairs)))
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
    if "name" in values:
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

    def holds(self, asked: Schema, row: Row) -> bool:
        """Whether a listed party is within."""
        changed = self.changed_since is None or row.changed > self.changed_since
        topics = not self.topics or not self.topics.isdisjoint(row.topics)
        return changed and topics and row.schema in asked.reaches and row.schema not in self.without


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
        list[str], Query(default_factory=nothing, description="No entities of these schemata.")
    ],
    exclude_dataset: ExcludeDataset,
    topics: Annotated[
        list[str], Query(default_factory=nothing, description="Only entities with one of these topics.")
    ],
    changed_since: ChangedSince = None,
    exclude_entity_ids: Annotated[
        list[str], Query(default_factory=nothing, max_length=50, description="Not these entities.")
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
    found = matches(examples, scope, view, ever, min(cutoff, threshold))
    responses = {
        name: _answered(example, ranked, view, threshold, limit)
        for name, example, ranked in zip(given.queries, examples, found, strict=True)
    }
    said = {"responses": responses, "limit": limit, **view.rests_on}
    return answer(said, x_batch_size=str(len(responses)))


def matches(
    examples: Sequence[Example], scope: Scope, view: View, ever: bool, cutoff: float
) -> Iterator[list[Scored]]:
    """For each example its candidates within the scope that score above the cutoff, from the best."""
    asked = [list(example.parties(view.regime)) for example in examples]
    found = candidates(asked, view.regime, view.clock, scope.lists, ever)
    for example, ranked in zip(examples, found, strict=True):
        scored = [
            (c, score)
            for c in ranked
            if scope.ids.isdisjoint((c.entity, entity_id(c.entity))) and (score := c.score) > cutoff
        ]
        told = rows((c.entity for c, _ in scored), scope.lists, view, ever)
        held = {row.brief.id for row in told if scope.holds(example.schema, row)}
        within = [one for one in scored if one[0].entity in held]
        yield sorted(within, key=lambda one: -one[1])


def _answered(
    example: Example, found: Sequence[Scored], view: View, threshold: float, limit: int
) -> dict[str, Any]:
    matched = sum(c.sure and score >= threshold for c, score in found)
    return {
        "status": 200,
        "results": [_result(*one, view, threshold) for one in found[:limit]],
        "total": {"value": matched, "relation": "eq"},
        "query": example.told(),
    }


def _result(candidate: Candidate, score: float, view: View, threshold: float) -> dict[str, Any]:
    """The entity, how well it met and by what."""
    document = documents_of(view.regime).of(candidate.entity, view.clock)
    assert document is not None, "what is in force or was is known"
    return {
        **document.entity,
        "score": score,
        "match": candidate.sure and score >= threshold,
        "explanations": explanations(candidate.evidence, candidate.list),
        "level": candidate.level,
        "in_force": candidate.in_force,
        "one_in": round(candidate.one_in, 1),
        "matched_name": candidate.name,
        "matched_list": candidate.list,
    }
