"""The fields of the federal API, as it writes them, and ours behind them."""

from __future__ import annotations

from pydantic import BaseModel, Field

from licet.api.restrictions import Restriction
from licet.api.shapes.about import About


class ErrorShape(BaseModel):
    """What was wrong."""

    detail: str | list[dict[str, str]]


class AddressShape(BaseModel):
    """A place. Publishers write it in one piece, and so it stays: its parts are null."""

    address: str | None
    city: str | None = None
    state: str | None = None
    postal_code: str | None = None
    country: str | None


class NumberShape(BaseModel):
    """A document or number."""

    type: str
    number: str
    country: str | None = None
    issue_date: str | None = None
    expiration_date: str | None = None


class EntryShape(BaseModel):
    """One entry of one list. What the list does not say is null, or an empty array."""

    id: str = Field(description="Id of the listing, the same in all answers of this server.")
    source: str = Field(description="The list, as the consolidated list writes it.")
    entity_number: int | None = Field(description="The Treasury's number of the entry.")
    type: str | None = Field(description="Individual, Entity, Vessel or Aircraft.")
    programs: list[str]
    name: str
    title: str | None
    addresses: list[AddressShape]
    federal_register_notice: str | None
    start_date: str | None
    end_date: str | None
    standard_order: str | None
    license_requirement: str | None
    license_policy: str | None
    call_sign: str | None
    vessel_type: str | None
    gross_tonnage: str | None
    gross_registered_tonnage: str | None
    vessel_flag: str | None
    vessel_owner: str | None
    remarks: str | None
    source_list_url: str | None
    alt_names: list[str]
    citizenships: list[str]
    dates_of_birth: list[str]
    nationalities: list[str]
    places_of_birth: list[str]
    source_information_url: str | None
    ids: list[NumberShape]
    score: float | None = Field(None, description="With fuzzy_name, of 100: above 70 a hit, below a review.")
    matched_name: str | None = Field(None, description="With fuzzy_name, the listed name that met best.")
    restrictions: list[Restriction] = Field(description="What the list says of the party on the day.")


class SourceCount(BaseModel):
    """How many results are from one list."""

    value: str = Field(description="Code of the list, as the consolidated list writes it.")
    count: int


class SearchShape(BaseModel):
    """A page of results, and how many there are in all."""

    total: int
    offset: int
    size: int
    sources: list[SourceCount]
    results: list[EntryShape]
    about: About


class SourceShape(BaseModel):
    """A list that can be searched."""

    value: str = Field(description="Code of the list: a value of the parameter `sources`.")
    source: str = Field(description="Its name.")
    list: str = Field(description="Our code, as in restrictions.")
    count: int = Field(description="Entries that had effect on the day, or of which nobody knows.")
    source_last_updated: str | None = Field(description="The day of the data of its newest file.")
    last_imported: str | None = Field(description="The day on which that file became known here.")


class SourcesShape(BaseModel):
    """Every list that can be searched."""

    total: int
    results: list[SourceShape]
    about: About
