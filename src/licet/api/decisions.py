"""Decisions over HTTP: one act decided, explained, verified; what to ask, and what would change it."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Query, Request
from fastapi.responses import Response, StreamingResponse
from pydantic import JsonValue

from licet.api.acts import decided, refused
from licet.api.batches import View, arrow, counted
from licet.api.batches import lines as lines_of
from licet.api.shapes.about import about
from licet.api.shapes.acts import MOST_PARTIES, DecisionGiven, ExplanationGiven
from licet.api.shapes.decisions import (
    AskingShape,
    ChangeShape,
    ChangesShape,
    DecisionShape,
    Ending,
    ExplanationShape,
    FactChange,
    QuestionShape,
    VerificationShape,
)
from licet.api.times import AsOf, KnownAt
from licet.decisions.asking import what_to_ask
from licet.decisions.counterfactual import Change, what_would_change
from licet.decisions.telling import lines
from licet.decisions.verifying import engine_of, to_json, verify
from licet.gate.asking import Reader, ServiceOf
from licet.gate.problems import Problem, problems
from licet.language.values import spoken
from licet.service.recording import record_decision

# Somebody waits for the answer; what was not settled by then is told as it stands.
_TRIALS = 1000
JSON_LINES, ARROW = "application/x-ndjson", "application/vnd.apache.arrow.stream"

router = APIRouter(prefix="/decisions", tags=["decisions"], responses=problems(400, 401, 403, 413, 422, 429))


@router.post("")
def decide(given: DecisionGiven, service: ServiceOf, person: Reader) -> DecisionShape:
    """Decide one act, with its proof."""
    decision = decided(given, service.regime)
    proof = to_json(decision)
    record_decision(service, person, decision, proof)
    return DecisionShape.of(decision, proof)


async def _body(request: Request, service: ServiceOf) -> bytes:
    """The body, no longer than a file may be."""
    most, body = service.settings.max_upload, bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > most:
            raise Problem(413, "", f"the body is longer than {most:,} bytes: send it in several requests")
    return bytes(body)


_LINES = {"schema": {"type": "string", "description": "One act a line, each as POST /decisions takes it."}}
_ROWS = {"schema": {"type": "string", "description": "One answer a line: row, and decision or problem."}}
_COLUMNS = {"schema": {"type": "string", "format": "binary", "description": "An Arrow IPC stream."}}


@router.post(
    "/batch",
    response_class=Response,
    responses={
        200: {"description": "An answer for each row", "content": {JSON_LINES: _ROWS, ARROW: _COLUMNS}},
        **problems(415),
    },
    openapi_extra={
        "requestBody": {"required": True, "content": {JSON_LINES: _LINES, ARROW: _COLUMNS}},
    },
)
def decide_batch(
    request: Request,
    body: Annotated[bytes, Depends(_body)],
    service: ServiceOf,
    person: Reader,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    assume_unauthorised: Annotated[bool, Query(description="As in POST /decisions.")] = False,
    proof: Annotated[bool, Query(description="With JSON Lines: each decision with its proof.")] = False,
    keep: Annotated[
        list[str], Query(max_length=50, description="With Arrow: columns to repeat in the answer.")
    ] = [],  # noqa: B006 - FastAPI copies it
) -> Response:
    """Decide many acts: JSON Lines (the answer comes line by line), or an Arrow IPC stream.

    A row that cannot be decided carries its problem and stops nothing. With JSON Lines a row may state its
    own `as_of`, `known_at` and `assume_unauthorised`. With Arrow, columns have the names of facts.
    """
    view = View(as_of, known_at, assume_unauthorised, proof)
    match request.headers.get("content-type", "").partition(";")[0].strip().lower():
        case "application/x-ndjson" | "application/jsonl" | "application/json-lines":
            counted(body)
            return StreamingResponse(lines_of(body, view, service, person), media_type=JSON_LINES)
        case "application/vnd.apache.arrow.stream":
            return Response(arrow(body, view, keep, service, person), media_type=ARROW)
    raise Problem(415, "", f"expected Content-Type: {JSON_LINES} or {ARROW}")


@router.post("/explain")
def explain(given: ExplanationGiven, service: ServiceOf, person: Reader) -> ExplanationShape:
    """Decide one act, and tell its proof as data and as text."""
    decision = decided(given, service.regime)
    proof = to_json(decision)
    record_decision(service, person, decision, proof)
    shape = DecisionShape.of(decision, proof)
    return ExplanationShape(about=shape.about, decision=shape, text="\n".join(lines(decision, given.full)))


@router.post("/verify")
def verify_proof(
    proof: Annotated[dict[str, JsonValue], Body(description="A proof, as POST /decisions gave it.")],
    service: ServiceOf,
    person: Reader,
) -> VerificationShape:
    """Establish a stored proof again, and say rule by rule what differs."""
    _readable(proof)
    regime = service.regime
    found = verify(proof, regime)
    return VerificationShape(
        about=about(regime, found.decision.clock),
        holds=found.holds,
        outcome=found.decision.outcome,
        differences=list(found.differences),
        changed=list(found.changed),
        made_by=engine_of(proof),
    )


@router.post("/ask")
def ask(given: DecisionGiven, service: ServiceOf, person: Reader) -> AskingShape:
    """The facts that settle an open outcome, the most telling first; none where it is settled."""
    decision = decided(given, service.regime)
    asking = what_to_ask(decision, trials=_TRIALS)
    vocabulary = decision.regime.vocabulary
    return AskingShape(
        about=about(decision.regime, decision.clock),
        outcome=decision.outcome,
        settling=[QuestionShape.of(q, vocabulary) for q in asking.settling],
        complete=asking.complete,
        first=None if asking.first is None else QuestionShape.of(asking.first, vocabulary),
        endings=[Ending(answer=spoken(value), outcome=outcome) for value, outcome in asking.endings],
    )


@router.post("/change")
def change(given: DecisionGiven, service: ServiceOf, person: Reader) -> ChangesShape:
    """The smallest changes of fact, and the nearest days, that lead to another outcome."""
    decision = decided(given, service.regime)
    return ChangesShape(
        about=about(decision.regime, decision.clock),
        outcome=decision.outcome,
        changes=[_change(found) for found in what_would_change(decision)],
    )


def _change(found: Change) -> ChangeShape:
    return ChangeShape(
        words=found.words,
        facts=[
            FactChange(fact=fact, about=whom, before=spoken(old), after=spoken(new))
            for fact, whom, old, new in found.facts
        ],
        outcome=found.outcome,
        turns=list(found.turns),
    )


def _readable(proof: dict[str, Any]) -> None:
    """Refuse a proof that no decision of ours can have."""
    parties = proof.get("parties")
    if isinstance(parties, list) and len(parties) > MOST_PARTIES:
        raise refused("It is no proof of ours", ("parties", f"no more than {MOST_PARTIES}"))
