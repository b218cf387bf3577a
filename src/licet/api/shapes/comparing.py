"""Comparisons: acts in two views, which come out otherwise and why, and for how much."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from licet.api.shapes.about import About
from licet.api.shapes.acts import ActGiven
from licet.api.shapes.scenarios import ScenarioGiven
from licet.api.times import Given
from licet.decisions.outcome import Outcome

MOST_ACTS, MOST_SCENARIOS = 2000, 5
Cell = str | int | float | bool | None


class ViewGiven(BaseModel):
    """One side of a comparison: a day, what was known, and what is laid over the law."""

    model_config = ConfigDict(extra="forbid")

    on: Given | None = Field(None, description="Every act is moved to this day; by default it keeps its own.")
    known_at: Given | None = Field(None, description="Only what was public by then; by default all of it.")
    scenarios: Annotated[list[ScenarioGiven], Field(max_length=MOST_SCENARIOS)] = Field(default_factory=list)


class ComparisonGiven(BaseModel):
    """Acts, and the two views in which they are compared."""

    model_config = ConfigDict(extra="forbid")

    acts: Annotated[list[ActGiven], Field(min_length=1, max_length=MOST_ACTS)]
    before: ViewGiven
    after: ViewGiven


class ViewShape(BaseModel):
    """What one side looked at."""

    name: str
    law_of: str = Field(description="The day whose law applies.")
    known_at: str
    law: str
    lists: str
    compared_with: str


class Assumed(BaseModel):
    """A scenario that one side assumes."""

    side: Literal["before", "after"]
    scenario: str
    reason: str
    assumes: list[str]
    readings: list[str]
    changes: list[str]
    sources: list[str]
    digest: str


class Undecided(BaseModel):
    """An act that one side could not decide."""

    number: int
    problem: str


class Stake(BaseModel):
    """Lines and money in one currency; lines without a value are among the lines."""

    lines: int
    value: float
    currency: str
    unvalued: int


class Flow(Stake):
    """From which outcome to which."""

    before: Outcome
    after: Outcome


class Money(Stake):
    """Where the money is on one side."""

    by: str
    key: str
    side: Literal["before", "after"]
    outcome: Outcome


class TurnedRule(Stake):
    """A rule that turned, how, by which instrument, and what it bears on."""

    rule: str
    title: str
    turned: str
    instrument: str
    cite: str
    instrument_title: str


class TurnedObligation(Stake):
    """A duty that begins or lapses."""

    turned: Literal["begins", "lapses"]
    obligation: str


class Wanted(Stake):
    """A fact that is missing after the change."""

    fact: str
    about: str
    ask: str
    new: int = Field(description="Lines for which it was not missing before.")


class Certificate(BaseModel):
    """A paper that no longer serves."""

    row: Cell
    order_id: Cell
    line: Cell
    party: str
    authorisation: str
    certificate_by: str
    ended_by: str
    outcome: Outcome
    now: str
    value: float | None
    currency: str


class CauseShape(BaseModel):
    """One thing that turned, and why."""

    rule: str
    title: str
    turned: str
    instrument: str
    because: str
    cite: str
    party: str
    demand: str


class Changed(BaseModel):
    """An act that comes out otherwise."""

    row: Cell
    order_id: Cell
    line: Cell
    date: str
    party: str
    item: str
    before: Outcome
    after: Outcome
    could_be: str
    because: str
    rules: str
    instruments: str
    cites: str
    reason_before: str
    reason_after: str
    review_before: str
    review_after: str
    obligations_begin: str
    obligations_lapse: str
    ask: str
    value: Cell
    currency: Cell
    as_of_before: str
    as_of_after: str
    causes: list[CauseShape]


class ComparisonShape(BaseModel):
    """What changes between two views, why, and for how much."""

    about: About
    title: str
    said: list[str] = Field(description="Everything that has to be said of it, in words.")
    before: ViewShape
    after: ViewShape
    assumed: list[Assumed]
    without_effect: list[str]
    lines: int
    changed: int
    undecided: list[Undecided]
    rules: list[TurnedRule]
    obligations: list[TurnedObligation]
    certificates: list[Certificate]
    questions: list[Wanted]
    risk: list[dict[str, Cell]] = Field(description="Revenue at risk by quarter: a range, not a forecast.")
    risk_warning: str
    flows: list[Flow]
    money: list[Money]
    changes: list[Changed]
