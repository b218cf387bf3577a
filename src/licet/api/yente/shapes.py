"""What clients of yente send and get, as they know it, with what we add.

Every answer has all members that yente's own has. ``as_of``, ``known_at`` and ``restrictions`` are ours.
"""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from licet.api.restrictions import Restriction

Values = dict[str, list["str | EntityShape"]]


class ErrorShape(BaseModel):
    """What went wrong."""

    detail: Any = Field(examples=["No such dataset."])


class StatusShape(BaseModel):
    """That the service is well."""

    status: str = "ok"


class EntityShape(BaseModel):
    """A FollowTheMoney entity."""

    id: str
    caption: str
    schema_: str = Field(alias="schema", examples=["LegalEntity"])
    properties: Values
    datasets: list[str] = Field(description="Codes of the lists that name it.")
    referents: list[str]
    target: bool = Field(description="Whether a list that names it on the day makes it a target.")
    first_seen: str | None
    last_seen: str | None
    last_change: str | None
    restrictions: list[Restriction] | None = Field(
        None, description="What each list says of it on the day; only of listed parties."
    )
    as_of: str | None = Field(None, description="The day or instant asked about.")
    known_at: str | None = Field(None, description="Only what was public by then counts.")


class FeatureShape(BaseModel):
    """What met in one way."""

    score: float = Field(description="Points as a share of what a hit on that list needs; may be negative.")
    detail: str | None = Field(None, description="The words that met, how rare that is, and their points.")
    query: str | None = Field(None, description="The words asked for.")
    candidate: str | None = Field(None, description="The words of the listed name.")


class ScoredEntityShape(EntityShape):
    """An entity that may be the one asked for."""

    score: float
    match: bool = Field(description="A hit in force on the day, scored at the threshold or above.")
    explanations: dict[str, FeatureShape]
    level: Literal["hit", "review"] = Field(description="Sure enough to decide by, or for a person.")
    in_force: bool | None = Field(description="Whether a list asked for names it on the day.")
    one_in: float = Field(description="One of so many unrelated names scores as high.")
    matched_name: str = Field(description="The listed name that met best.")
    matched_list: str = Field(description="Code of the list of that name.")


class TotalShape(BaseModel):
    """How many there are."""

    value: int
    relation: Literal["eq"] = "eq"


class ExampleShape(BaseModel):
    """An entity asked for, by example."""

    id: str | None = None
    schema_: str = Field(alias="schema", examples=["Company"])
    properties: dict[str, str | list[Any]] = Field(examples=[{"name": ["Huawei Technologies Co., Ltd."]}])


class MatchQuery(BaseModel):
    """Entities asked for, each under a name of the client's own."""

    queries: dict[str, ExampleShape]
    weights: dict[str, float] = Field({}, description="Taken and not used: the weights are measured.")
    config: dict[str, str | int | float | bool | None] = Field(
        {}, description="Settings of yente's algorithms, taken and not used."
    )


class MatchesShape(BaseModel):
    """Answers to one example."""

    status: int = 200
    results: list[ScoredEntityShape]
    total: TotalShape = Field(description="How many are a match.")
    query: ExampleShape = Field(description="The example as it was read.")


class Dated(BaseModel):
    """What every answer about lists says of itself."""

    as_of: str
    known_at: str
    compared_with: str = Field(description="Lists that were looked at, and of which days.")
    lists_digest: str
    notice: str


class FetchedEntity(Dated, EntityShape):  # type: ignore[misc]  # here the days are always told
    """An entity as an answer of its own."""


class MatchResponse(Dated):
    """Answers by the names of the examples."""

    responses: dict[str, MatchesShape]
    limit: int


class ResultsShape(BaseModel):
    """A page of results."""

    limit: int
    offset: int
    total: TotalShape


class FacetItem(BaseModel):
    """A value and how many have it."""

    name: str
    label: str
    count: int


class Facet(BaseModel):
    """Values of one field among all that were found."""

    label: str
    values: list[FacetItem]


class SearchResponse(ResultsShape, Dated):
    """Entities that were found, and how they are spread."""

    results: list[EntityShape]
    facets: dict[str, Facet]


class AdjacentResults(ResultsShape):
    """Entities beside one, by one property."""

    results: list[str | EntityShape]


class AdjacentPage(AdjacentResults, Dated):
    """The same as an answer of its own."""


class AdjacentResponse(Dated):
    """An entity and those beside it."""

    entity: EntityShape
    adjacent: dict[str, AdjacentResults]


class DatasetShape(BaseModel):
    """A list, or a collection of lists."""

    model_config = ConfigDict(extra="allow")

    name: str
    title: str
    version: str
    index_version: str
    index_current: bool
    load: bool
    entity_count: int
    children: list[str]


class CatalogShape(Dated):
    """All datasets."""

    datasets: list[DatasetShape]
    current: list[str]
    outdated: list[str]
    index_stale: bool


class FeatureDoc(BaseModel):
    """What a feature is."""

    description: str
    coefficient: float
    url: str


class AlgorithmDocs(BaseModel):
    """What an algorithm is."""

    name: str
    description: str
    config: dict[str, Any]
    features: dict[str, FeatureDoc]


class PointsShape(BaseModel):
    """From how many points a pair is a review, and from how many a hit."""

    review: float
    hit: float


class AlgorithmShape(BaseModel):
    """An algorithm, the names that stand for it, and its points for each list."""

    name: str
    description: str
    features: dict[str, FeatureDoc]
    docs: AlgorithmDocs
    aliases: list[str]
    points: dict[str, PointsShape]


class AlgorithmsShape(BaseModel):
    """All algorithms."""

    algorithms: list[AlgorithmShape]
    default: str
    best: str
