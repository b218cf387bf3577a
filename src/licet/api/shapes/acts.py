"""Acts as callers state them: the very document that ``licet decide`` reads from a file."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from licet.api.times import Given

MOST_PARTIES, MOST_WORDS, LONGEST = 50, 200, 4000

Number = Annotated[float, Field(allow_inf_nan=False, strict=True)]
Text = Annotated[str, Field(max_length=LONGEST)]
Word = Annotated[str, Field(min_length=1, max_length=200)]
Value = StrictBool | StrictInt | Number | Text | Annotated[list[Text], Field(max_length=MOST_WORDS)] | None
Particular = StrictBool | StrictInt | Number | Annotated[StrictStr, Field(max_length=LONGEST)] | None


class PartyGiven(BaseModel):
    """Who takes part, and as what; any further member is a ``party.`` fact of the vocabulary."""

    model_config = ConfigDict(
        extra="allow",
        json_schema_extra={
            "examples": [
                {"name": "Example Trading Co., Ltd.", "roles": ["ultimate_consignee"], "country": "CN"}
            ]
        },
    )
    __pydantic_extra__: dict[str, Value] = Field(init=False)

    name: Text | None = Field(None, description="Null for a party that nobody has named yet.")
    roles: Annotated[list[Word], Field(max_length=MOST_WORDS)] | Text = Field(
        default_factory=list, description="Roles of the vocabulary (party.roles)."
    )
    country: Text | None = Field(None, description="A country by code or name.")
    address: Text | None = None
    same_as: Word | None = Field(
        None, description="Whom the name means: the id of a listing, or `none` for nobody listed."
    )
    reference: Text | None = Field(None, description="The caller's own key.")


class ActGiven(BaseModel):
    """One thing somebody wants to do."""

    model_config = ConfigDict(extra="forbid")

    facts: dict[Word, Value] = Field(
        default_factory=dict,
        max_length=MOST_WORDS,
        description="Facts by their name in the vocabulary (GET /api/v1/law/vocabulary). Blank or `unknown` "
        "is not known; `none` says that there is none.",
        examples=[{"act.action": "export", "item.eccn": "EAR99", "destination.country": "CN"}],
    )
    parties: list[PartyGiven] = Field(default_factory=list, max_length=MOST_PARTIES)
    particulars: dict[Word, Particular] = Field(
        default_factory=dict,
        max_length=MOST_WORDS,
        description="What no rule reads and a person wants to see again: order number, value, currency. "
        "`end_use` is read as the customer's own words.",
    )


class DecisionGiven(ActGiven):
    """An act, and the view of time in which it is decided."""

    as_of: Given | None = Field(None, description="Whose law applies; by default the act's own date.")
    known_at: Given | None = Field(None, description="Only law public by then; by default all of it.")
    assume_unauthorised: bool = Field(
        False, description="Take authorisations that nobody showed to hold as not there, instead of asking."
    )


class ExplanationGiven(DecisionGiven):
    """An act to be explained."""

    full: bool = Field(False, description="Tell every condition, also those that made no difference.")
