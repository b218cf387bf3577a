"""What all yente calls share: datasets, algorithms, moments, and how an answer states what it rests on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Path, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel

from licet.api.times import AsOf, KnownAt, clock_of, said
from licet.api.yente.datasets import Dataset, dataset_of
from licet.api.yente.model import Schema, schemata
from licet.api.yente.shapes import ErrorShape
from licet.gate.asking import ServiceOf
from licet.language.window import Clock
from licet.regime import Regime

MAX_BATCH = 100
MAX_PAGE = 500
MAX_RESULTS = 9999
OWN = "licet"
# Names that clients of yente send; all are answered by our own.
ALIASES = ("best", "logic-v2", "logic-v1", "name-based", "name-qualified", "regression-v1")
# Settings of the algorithm that yente calls best. They are taken, and change nothing.
_SETTINGS = (
    "nm_name_property", "nm_number_mismatch", "nm_extra_query_name", "nm_extra_result_name",
    "nm_family_name_weight", "nm_fuzzy_cutoff_factor",
)  # fmt: skip
ERRORS: dict[int | str, dict[str, Any]] = {
    400: {"model": ErrorShape, "description": "The query cannot be meant so"},
    401: {"model": ErrorShape, "description": "Without credentials"},
    403: {"model": ErrorShape, "description": "Not allowed"},
    404: {"model": ErrorShape, "description": "Not found"},
    422: {"model": ErrorShape, "description": "A parameter is not as expected"},
    429: {"model": ErrorShape, "description": "Too many requests"},
}


def nothing() -> list[str]:
    """No value: a function of our own, since pydantic looks into built-in ones at every request."""
    return []


DatasetName = Annotated[str, Path(description="Code of a list, or `default` for all.", examples=["default"])]
Algorithm = Annotated[str, Query(description=f"{OWN}; yente's own names stand for it: {', '.join(ALIASES)}.")]
Ever = Annotated[bool, Query(description="Also give parties that no list names on the day.")]
IncludeDataset = Annotated[list[str], Query(default_factory=nothing, description="Only these lists.")]
ExcludeDataset = Annotated[list[str], Query(default_factory=nothing, description="Not these lists.")]
ExcludeSchema = Annotated[list[str], Query(default_factory=nothing, description="Not these schemata.")]
Topics = Annotated[list[str], Query(default_factory=nothing, description="Only entities with such a topic.")]
Sort = Annotated[list[str], Query(default_factory=nothing, description="`field` or `field:desc`.")]
Limit = Annotated[int, Query(le=MAX_PAGE, description="Results on a page.")]
Offset = Annotated[int, Query(le=MAX_RESULTS - MAX_PAGE, description="Results to pass over.")]
ChangedSince = Annotated[
    str | None,
    Query(
        pattern=r"^\d{4}-\d{2}-\d{2}(T\d{2}(:\d{2}(:\d{2})?)?)?$",
        description="Only entities of which something new was said after this day.",
    ),
]


class View:
    """The regime and the clock of one request."""

    def __init__(self, service: ServiceOf, as_of: AsOf = None, known_at: KnownAt = None) -> None:
        self.regime: Regime = service.regime
        self.clock: Clock = clock_of(service, as_of, known_at)

    @property
    def moments(self) -> dict[str, str]:
        """As of when, and as known when."""
        return {"as_of": said(self.clock.as_of) or "", "known_at": said(self.clock.known_at) or ""}

    @property
    def rests_on(self) -> dict[str, str]:
        """The moments, which lists were looked at, and what the answer is not."""
        return {
            **self.moments,
            "compared_with": self.regime.compared_with,
            "lists_digest": self.regime.lists_digest,
            "notice": self.regime.notice,
        }


Viewed = Annotated[View, Depends()]


def the_dataset(name: str, regime: Regime) -> Dataset:
    """The dataset of that name; 404 where there is none."""
    found = dataset_of(name, regime)
    if found is None:
        raise HTTPException(404, f"No such dataset: {name!r}; GET /catalog names them.")
    return found


def the_schema(name: str) -> Schema:
    """The schema of that name; 400 where there is none."""
    found = schemata().get(name)
    if found is None:
        raise HTTPException(400, f"Unknown schema: {name!r}")
    return found


def check_algorithm(name: str) -> None:
    """Refuse an algorithm that is neither ours nor one of yente's."""
    if name.lower().strip() not in (OWN, *ALIASES):
        raise HTTPException(400, f"Invalid algorithm: {name}; there is {OWN}")


def check_config(config: Mapping[str, object], algorithm: str) -> None:
    """Refuse settings that the algorithm asked for does not have, as yente does."""
    known = _SETTINGS if algorithm.lower().strip() in ("best", "logic-v2") else ()
    for key in config:
        if key not in known:
            raise HTTPException(400, f"Invalid configuration parameter: {key} for algorithm {algorithm}")


def window(limit: int, offset: int = 0) -> tuple[int, int]:
    """Limit and offset, neither below zero and their sum not above what can be paged through."""
    offset = min(MAX_RESULTS, max(0, offset))
    return min(max(0, limit), MAX_RESULTS - offset), offset


def answer(said: Mapping[str, Any] | BaseModel, **headers: str) -> JSONResponse:
    """An answer that is in its shape already."""
    data = said.model_dump(by_alias=True) if isinstance(said, BaseModel) else said
    return JSONResponse(data, headers={name.replace("_", "-"): value for name, value in headers.items()})
