"""Proofs, as they are stored and established again (``licet-proof/1``)."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

Verdict = Literal["stands", "falls", "open"]
Told = Literal["yes", "no", "unknown"]


class SaidShape(BaseModel):
    """A part of a condition, whether it holds, and for a leaf what the facts were."""

    text: str
    holds: Told
    joint: Literal["", "and", "or", "not", "some party"]
    facts: list[tuple[str, str]]
    parts: list[SaidShape]


class WeighedShape(BaseModel):
    """One rule that was weighed, for one party where it is read for each."""

    rule: str = Field(description="Its id: GET /api/v1/law/rules/{rule}.")
    title: str
    cite: str
    effect: str
    verdict: Verdict
    in_force: str = Field(description="Whether it is in force, by which window, and why.")
    window: str = Field(description="The instrument of that window.")
    condition: SaidShape
    party: str
    listing: str
    because: list[WeighedShape] = Field(description="The rules that settled what it reads.")
    against: list[WeighedShape] = Field(description="Its exceptions.")
    lifted_by: list[WeighedShape] = Field(description="The authorisations considered.")
    note: str
    digest: str


class MissingShape(BaseModel):
    """A fact that the proof leaves open."""

    fact: str
    about: str
    ask: str


class ProofShape(BaseModel):
    """What went in, what was weighed, what came out, and under which law; sealed."""

    schema_: Literal["licet-proof/1"] = Field(alias="schema")
    outcome: str
    as_of: str
    known_at: str
    scope: list[WeighedShape]
    demands: list[WeighedShape]
    facts: dict[str, Any]
    parties: list[dict[str, Any]]
    particulars: dict[str, Any]
    rulebook: str
    law: str
    lists: str
    engine: str
    files: dict[str, str]
    citations: list[str]
    unrelieved: bool
    review: str | None
    obligations: list[str]
    authorised_by: list[str]
    missing: list[MissingShape]
    notice: str
    seal: str = Field(description="A digest over everything else; the digest of the decision.")
