"""Decisions as they are answered: the outcome, what explains it, what must be held, and what is missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, Field

from licet.api.shapes.about import About, about
from licet.api.shapes.proofs import ProofShape
from licet.decisions.decide import Authorisation, Decision, Requirement
from licet.decisions.outcome import Outcome
from licet.decisions.questions import IDENTITY, Question
from licet.decisions.telling import reason
from licet.gate.problems import WrongField
from licet.language.vocabulary import Vocabulary

Truth = Annotated[bool | None, Field(description="Null where it cannot be said.")]


class BoundsShape(BaseModel):
    """Between which outcomes an open one still moves."""

    mildest: Outcome
    strictest: Outcome


class AuthorisationShape(BaseModel):
    """What lets an act escape a requirement, and what must be done for it to hold."""

    rule: str
    label: str
    basis: str
    party: str
    in_force: str
    obligations: list[str]

    @classmethod
    def of(cls, found: Authorisation) -> AuthorisationShape:
        """The shape of an authorisation."""
        return cls(
            rule=found.rule.id,
            label=found.label,
            basis=found.basis,
            party=found.party,
            in_force=found.standing.because,
            obligations=list(found.rule.obligations),
        )


class RequirementShape(BaseModel):
    """One demand on the act, for one party where it is read for each."""

    rule: str
    title: str
    cite: str
    known_as: str
    effect: str
    party: str
    stands: Truth
    remains: Truth = Field(description="Whether it still stops the act, after every authorisation.")
    review: str | None
    review_text: str
    authorised_by: list[str]

    @classmethod
    def of(cls, found: Requirement) -> RequirementShape:
        """The shape of a requirement."""
        rule = found.rule
        return cls(
            rule=rule.id,
            title=rule.title,
            cite=rule.cite,
            known_as=rule.known_as,
            effect=rule.effect,
            party=found.party,
            stands=found.stands,
            remains=found.remains,
            review=found.review,
            review_text=found.review_text,
            authorised_by=[a.label for a in found.authorised_by],
        )


class QuestionShape(BaseModel):
    """One thing to find out: a fact of the act, or of the party in a place of ``parties``."""

    fact: str
    ask: str
    party: int | None = Field(description="The place among the parties, from 0; null for the act.")
    about: str
    candidate: str = Field(description="For same_as: the id of the listing it may be.")
    rule: str
    type: str = Field(description="What kind of value answers it.")
    values: list[str] = Field(description="The answers there are, where they are few.")

    @classmethod
    def of(cls, question: Question, vocabulary: Vocabulary) -> QuestionShape:
        """The shape of a question."""
        entry = None if question.fact == IDENTITY else vocabulary[question.fact]
        return cls(
            fact=question.fact,
            ask=question.ask,
            party=question.party,
            about=question.about,
            candidate=question.candidate,
            rule=question.rule,
            type="choice" if entry is None else entry.type,
            values=list(dict.fromkeys((question.candidate, "none")) if entry is None else entry.values),
        )


class DecisionShape(BaseModel):
    """The answer for one act."""

    about: About
    outcome: Outcome
    words: str = Field(description="The outcome as people say it.")
    clear: bool = Field(description="Whether the act may go ahead, under its conditions.")
    could_be: BoundsShape | None = Field(description="For an open outcome: between what.")
    reason: str
    review: str | None = Field(description="The strictest policy under which an application is reviewed.")
    obligations: list[str]
    requirements: list[RequirementShape]
    authorisations: list[AuthorisationShape]
    missing: list[QuestionShape]
    warnings: list[str]
    digest: str = Field(description="The seal of its proof.")
    proof: ProofShape | None = Field(None, description="To be stored, and verified later.")

    @classmethod
    def of(cls, decision: Decision, proof: Mapping[str, Any], *, proved: bool = True) -> DecisionShape:
        """The shape of a decision and its proof, which is left out unless ``proved``."""
        bounds, vocabulary = decision.bounds, decision.regime.vocabulary
        open_ = bounds.mildest is not bounds.strictest
        told = (r for r in decision.requirements if r.stands is not False or r.authorised_by)
        return cls(
            about=about(decision.regime, decision.clock),
            outcome=decision.outcome,
            words=decision.outcome.words,
            clear=decision.outcome.clear,
            could_be=BoundsShape(mildest=bounds.mildest, strictest=bounds.strictest) if open_ else None,
            reason=reason(decision),
            review=decision.review,
            obligations=list(decision.obligations),
            requirements=[RequirementShape.of(r) for r in told],
            authorisations=[AuthorisationShape.of(a) for a in decision.authorisations],
            missing=[QuestionShape.of(q, vocabulary) for q in decision.missing],
            warnings=list(decision.warnings),
            digest=proof["seal"],
            proof=ProofShape.model_validate(proof) if proved else None,
        )


class RowProblem(BaseModel):
    """Why a row could not be decided."""

    title: str
    status: int
    detail: str
    errors: list[WrongField] = Field(default_factory=list)


class RowShape(BaseModel):
    """What became of one line of a batch: a decision, or a problem."""

    row: int = Field(description="The line, counted from 1.")
    decision: DecisionShape | None = None
    problem: RowProblem | None = None


class ExplanationShape(BaseModel):
    """A decision explained: as data, and as text that can be read aloud."""

    about: About
    decision: DecisionShape
    text: str


class VerificationShape(BaseModel):
    """Whether a stored proof was established again, and every difference."""

    about: About
    holds: bool
    outcome: Outcome = Field(description="What the law at hand gives.")
    differences: list[str]
    changed: list[str] = Field(description="Files of law that are not what they were, bearing on it or not.")
    made_by: str = Field(description="The version that made the proof.")


class Ending(BaseModel):
    """An answer that ends the matter, and how."""

    answer: str
    outcome: Outcome


class AskingShape(BaseModel):
    """What to ask next."""

    about: About
    outcome: Outcome
    settling: list[QuestionShape] = Field(description="Questions that settle it whatever the answers.")
    complete: bool = Field(description="Whether they are sure to; else they are all that is open.")
    first: QuestionShape | None = Field(description="The question most likely to end it by itself.")
    endings: list[Ending] = Field(description="Answers to the first question that end it.")


class FactChange(BaseModel):
    """One fact as it is and as it would be."""

    fact: str
    about: str
    before: str
    after: str


class ChangeShape(BaseModel):
    """A change of one or two facts that was tried and leads elsewhere."""

    words: str
    facts: list[FactChange]
    outcome: Outcome
    turns: list[str] = Field(description="Rules whose verdict differs.")


class ChangesShape(BaseModel):
    """What would change a decision, single facts first."""

    about: About
    outcome: Outcome
    changes: list[ChangeShape]
