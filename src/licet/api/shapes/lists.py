"""Lists: how old each is and what follows from being on it; what changed between two days."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from licet.api.shapes.about import About


class FileShape(BaseModel):
    """The newest published file of a list, as known then."""

    file: str
    format: str
    day: date = Field(description="The day of its data.")
    known: date = Field(description="The day on which it became public or was seen.")
    age_days: int
    stale: bool = Field(description="Whether it is older than its limit.")
    entries: int
    snapshots: int
    digest: str
    whole: bool = Field(description="Whether it shows who is off the list, too.")
    forced: str = Field(description="Who let which file in against a refusal, and why.")
    flags: str


class ListStatus(BaseModel):
    """A list."""

    code: str
    name: str
    owner: str
    consequence: str
    means: str
    cite: str
    listings: int = Field(description="How many listings of it are known here, past ones included.")
    in_force: int = Field(description="How many of them have effect on the day, surely.")
    file: FileShape | None = Field(description="Null where only the law's own tables name its entries.")


class ListsShape(BaseModel):
    """Every list."""

    about: About
    lists: list[ListStatus]


class Changed(BaseModel):
    """A listing that is not on the later day what it was on the earlier."""

    list: str
    change: Literal["added", "removed", "changed", "uncertain"]
    listing: str
    name: str
    country: str
    on: str | None = Field(description="The day of effect; null where it is not known.")
    by: str = Field(description="The instrument, where it is known.")
    what: str = Field(description="What the entry says otherwise.")


class ListChangesShape(BaseModel):
    """What changed on the lists between two days."""

    about: About
    since: str
    until: str
    counts: dict[str, dict[str, int]] = Field(description="For each list, how many of each change.")
    total: int
    changes: list[Changed]
