"""Parties: everything known of one over time, list by list, as known on a day."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from licet.api.shapes.about import About
from licet.api.shapes.decisions import Truth

Moment = str
"""A day or an instant; empty where there is none."""


class ListShape(BaseModel):
    """A published list, and what follows from being on it."""

    code: str
    name: str
    owner: str
    consequence: str
    means: str
    owned: str = Field(description="Whether it reaches companies that listed parties own.")
    cite: str
    decided: str = Field(description="Which rules of this law apply it.")
    since: Moment | None
    confidence: str


class Stretch(BaseModel):
    """Days, both included, on which membership is sure, or not known."""

    since: Moment = Field(alias="from")
    through: Moment
    membership: Literal["in force", "not known"]


class EventShape(BaseModel):
    """What an instrument did to a listing, with its several days."""

    what: Literal["listed", "changed", "ended"]
    on: Moment
    citation: str
    cited: str
    title: str
    announced: Moment | None
    displayed: Moment | None
    published: Moment | None
    confidence: str
    footnotes: list[str]
    public: Moment


class TermsShape(BaseModel):
    """What the entry said from a moment on."""

    since: Moment
    requirement: str
    policy: str
    typed: bool


class FootnoteShape(BaseModel):
    """A footnote of the entry."""

    number: str
    since: Moment


class FamilyShape(BaseModel):
    """The family that a listing belongs to."""

    name: str
    others: list[str]


class Seen(BaseModel):
    """The first and last published file that says so."""

    first_seen: str
    last_seen: str
    first_file: str


class NameSeen(Seen):
    """A name, and what kind of name it is."""

    name: str
    kind: str


class AddressSeen(Seen):
    """An address."""

    address: str
    country: str


class CountrySeen(Seen):
    """A country."""

    country: str


class RecordSeen(Seen):
    """What the entry said in published files."""

    requirement: str
    policy: str
    citations: list[str]
    published: Moment
    effective: Moment
    footnotes: list[str]


class RelatedShape(BaseModel):
    """An entry beside this one."""

    how: str
    name: str
    list: str
    seen: str


class EntryShape(BaseModel):
    """One listing on one list."""

    listing: str = Field(description="Its id: GET /api/v1/parties/{listing}.")
    on_list: ListShape = Field(alias="list")
    match: Literal["id", "hit", "review"] = Field(
        description="A hit is taken as the listed party; a review is for a person to settle."
    )
    match_name: str
    match_score: float | None
    match_one_in: float | None
    match_evidence: list[dict[str, Any]]
    name: str
    also: list[str]
    country: str
    address: str
    programmes: list[str]
    in_force_on_as_of: Truth
    listed: Truth = Field(description="Open while the name is only a likely one.")
    stretches: list[Stretch]
    events: list[EventShape]
    terms: list[TermsShape]
    footnotes: list[FootnoteShape]
    evidence: str
    note: str
    family: FamilyShape | None
    names_in_snapshots: list[NameSeen]
    addresses: list[AddressSeen]
    countries: list[CountrySeen]
    records: list[RecordSeen]
    related: list[RelatedShape]


class Later(BaseModel):
    """A listing of which nothing was public yet."""

    listing: str
    name: str
    list: str
    public: Moment


class DossierShape(BaseModel):
    """Everything known of a party, the sure entries first."""

    about: About
    asked: str
    country: str
    listed: Truth = Field(description="Whether the party is on any list on the day asked for.")
    entries: list[EntryShape]
    not_public_then: list[Later]


class TimelineStretch(BaseModel):
    """A stretch of one listing."""

    list: str
    name: str
    since: Moment = Field(alias="from")
    through: Moment
    membership: Literal["in force", "not known"]
    citation: str
    title: str
    public: Moment
    requirement: str
    policy: str
    footnotes: str
    evidence: str
    consequence: str


class TimelineEvent(EventShape):
    """An event, and on which list."""

    list: str


class TimelineShape(BaseModel):
    """A listing through time: stretches of membership, and what made and changed them, by day."""

    about: About
    listing: str
    listed: Truth
    stretches: list[TimelineStretch]
    events: list[TimelineEvent]
