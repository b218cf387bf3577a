"""Holds over HTTP: lines kept back, releases proposed by one person and signed by another."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query

from licet.api.ids import Id, found
from licet.api.shapes.holds import (
    AnswerGiven,
    HoldsGiven,
    HoldShape,
    HoldsShape,
    HoldToldShape,
    ProposalGiven,
    StepShape,
)
from licet.gate.asking import Analyst, Reviewer, ServiceOf
from licet.gate.problems import problems
from licet.service import holds

router = APIRouter(tags=["holds"], responses=problems(400, 401, 403, 404, 409, 422, 429))
OptionalId = Annotated[str, Query(pattern=r"^([a-z0-9]{20})?$")]


@router.post("/runs/{run_id}/holds", status_code=201)
def hold_lines(run_id: Id, given: HoldsGiven, service: ServiceOf, person: Analyst) -> HoldsShape:
    """Hold lines of a run. A line that is held already stays as it is."""
    if given.lines:
        placed = holds.place(service, run_id, given.lines, person, given.why)
    else:
        placed = holds.place_all(service, run_id, given.outcomes, person, given.why)
    return HoldsShape(holds=[HoldShape.of(hold) for hold in found(placed, "run")])


@router.get("/holds")
def list_holds(
    service: ServiceOf,
    person: Analyst,
    state: Annotated[list[Literal["held", "proposed", "released"]], Query(max_length=3)] = [],  # noqa: B006
    book: OptionalId = "",
    after: OptionalId = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> HoldsShape:
    """Holds by id; begin without `after`, then go on with `next`."""
    with service.database.reading() as session:
        rows = list(session.scalars(holds.listed(state, book, after).limit(limit + 1)))
    more = rows[limit - 1].id if len(rows) > limit else None
    return HoldsShape(holds=[HoldShape.of(hold) for hold in rows[:limit]], next=more)


@router.get("/holds/{hold_id}")
def hold(hold_id: Id, service: ServiceOf, person: Analyst) -> HoldToldShape:
    """One hold with every step."""
    with service.database.reading() as session:
        one = found(holds.find(session, hold_id), "hold")
        told = HoldToldShape.model_validate(HoldShape.of(one).model_dump())
        told.history = [StepShape.of(entry) for entry in holds.history(session, hold_id)]
    return told


@router.post("/holds/{hold_id}/proposal")
def propose_release(hold_id: Id, given: ProposalGiven, service: ServiceOf, person: Analyst) -> HoldShape:
    """Propose to let a line go. A person has to, signed in; a key may not."""
    return HoldShape.of(found(holds.propose(service, hold_id, person, given.reason), "hold"))


@router.post("/holds/{hold_id}/signature")
def sign_release(hold_id: Id, given: AnswerGiven, service: ServiceOf, person: Reviewer) -> HoldShape:
    """Let a line go, as the second person: signed in, and not who proposed it."""
    return HoldShape.of(found(holds.sign(service, hold_id, given.proposal, person), "hold"))


@router.post("/holds/{hold_id}/refusal")
def decline_release(hold_id: Id, given: AnswerGiven, service: ServiceOf, person: Analyst) -> HoldShape:
    """Keep a line held against a proposal; who made it may take it back so."""
    answered = holds.decline(service, hold_id, given.proposal, person, given.reason)
    return HoldShape.of(found(answered, "hold"))
