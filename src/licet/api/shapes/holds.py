"""Shapes of holds."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, model_validator

from licet.decisions.outcome import Outcome
from licet.service.audit import Entry
from licet.service.holds import REASON_AT_MOST, Hold

Why = Annotated[str, Field(max_length=REASON_AT_MOST)]


class HoldsGiven(BaseModel):
    """Which lines of a run are to be held: some by number, or all with some outcomes."""

    lines: list[Annotated[int, Field(ge=1, lt=2**31)]] = Field([], max_length=10_000)
    outcomes: list[Outcome | Literal["undecided"]] = Field([], max_length=9)
    why: Why = ""

    @model_validator(mode="after")
    def _one_of_the_two(self) -> HoldsGiven:
        if bool(self.lines) == bool(self.outcomes):
            raise ValueError("expected either lines or outcomes")
        return self


class ProposalGiven(BaseModel):
    """Why a line may be let go."""

    reason: Annotated[str, Field(min_length=1, max_length=REASON_AT_MOST, pattern=r"\S")]


class AnswerGiven(BaseModel):
    """An answer to the proposal that was read."""

    proposal: int = Field(ge=1, lt=2**31, description="The number of the proposal, as the hold tells it.")
    reason: Why = ""


class HoldShape(BaseModel):
    """A line that is kept back."""

    id: str
    book: str
    row: int
    run: str
    number: int
    outcome: str = Field(description="What it rests on.")
    requirements: str
    state: Literal["held", "proposed", "released"]
    why: str
    placed_by: str
    placed_at: datetime
    proposal: int
    proposed_by: str
    proposed_at: datetime | None
    reason: str
    signed_by: str
    signed_at: datetime | None

    @classmethod
    def of(cls, hold: Hold) -> HoldShape:
        """The hold as it is told."""
        return cls.model_validate(hold, from_attributes=True)


class StepShape(BaseModel):
    """One step of a hold, as the audit trail has it."""

    at: datetime
    who: str
    what: str
    detail: dict[str, Any]

    @classmethod
    def of(cls, entry: Entry) -> StepShape:
        """The step as it is told."""
        return cls.model_validate(entry, from_attributes=True)


class HoldToldShape(HoldShape):
    """A hold with everything that happened to it after it was placed."""

    history: list[StepShape] = []


class HoldsShape(BaseModel):
    """Holds by id; `next` goes on where this ends."""

    holds: list[HoldShape]
    next: str | None = None
