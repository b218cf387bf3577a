"""What the reconciliation protocol sends and gets."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from licet.api.restrictions import Restriction
from licet.api.yente.model import Schema


class TypeShape(BaseModel):
    """A kind of entity."""

    id: str
    name: str
    description: str | None = None


class PropertyShape(BaseModel):
    """A property that can be compared."""

    id: str
    name: str
    description: str | None = None


class NamedShape(BaseModel):
    """A property that can be fetched."""

    id: str
    name: str


class SuggestedEntity(BaseModel):
    """A listed party."""

    id: str
    name: str
    description: str | None = None
    type: list[TypeShape]


class Suggestions(BaseModel):
    """What may be meant by the beginning of a word."""

    code: str = "/api/status/ok"
    status: str = "200 OK"
    prefix: str


class EntitySuggestions(Suggestions):
    """Listed parties whose names begin so."""

    result: list[SuggestedEntity]


class TypeSuggestions(Suggestions):
    """Kinds of entity whose names begin so."""

    result: list[TypeShape]


class PropertySuggestions(Suggestions):
    """Properties whose names begin so."""

    result: list[PropertyShape]


class ReconciledEntity(SuggestedEntity):
    """A listed party that a cell may mean."""

    score: float
    match: bool
    restrictions: list[Restriction]


class Reconciled(BaseModel):
    """Answers to one query."""

    result: list[ReconciledEntity]
    as_of: str
    known_at: str


class Cell(BaseModel):
    """A value for a cell."""

    str: str


class Extension(BaseModel):
    """Values of properties, row by row."""

    meta: list[NamedShape]
    rows: dict[str, dict[str, list[Cell]]]


class ExtendProperties(BaseModel):
    """Properties that can be fetched for a type."""

    limit: int
    type: str
    properties: list[NamedShape]


class Manifest(BaseModel):
    """What the service can do and where."""

    model_config = ConfigDict(extra="allow")

    versions: list[str]
    name: str
    identifierSpace: str  # noqa: N815 - as the protocol names it
    schemaSpace: str  # noqa: N815
    documentation: str
    batchSize: int  # noqa: N815
    view: dict[str, Any]
    preview: dict[str, Any]
    suggest: dict[str, Any]
    extend: dict[str, Any]
    defaultTypes: list[TypeShape]  # noqa: N815


class Compared(BaseModel):
    """A property of a query and its value."""

    pid: str
    v: str | int | float | bool | list[str]


class Query(BaseModel):
    """One query: a name, and what else is known."""

    query: str | None = None
    type: str | list[str] | None = None
    limit: int = 5
    properties: list[Compared] = []


class FetchSettings(BaseModel):
    """How values are to be written, and how many at most (0 for all)."""

    limit: int = 0
    render: Literal["caption", "raw"] = "caption"


class Fetched(BaseModel):
    """A property to fetch."""

    id: str
    settings: FetchSettings = Field(default_factory=FetchSettings)


class Fetch(BaseModel):
    """Entities and the properties to fetch of them."""

    ids: list[str]
    properties: list[Fetched]


def type_of(schema: Schema) -> dict[str, Any]:
    """A schema as a type."""
    return {"id": schema.name, "name": schema.plural, "description": schema.label}
