"""Decide: one act, asked for piece by piece until the law can answer, with the proof of the answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from licet.api.times import today
from licet.decisions.asking import next_question, what_to_ask
from licet.decisions.counterfactual import Change, what_would_change
from licet.decisions.decide import Decision, decide
from licet.decisions.questions import IDENTITY, Question
from licet.decisions.verifying import to_json
from licet.gate.asking import Reader, ServiceOf
from licet.gate.problems import Problem
from licet.language.values import Value, spoken
from licet.service.recording import record_decision
from licet.service.service import Service
from licet.web.documents import (
    MOST_PARTIES,
    Parameters,
    PasteError,
    Stated,
    entry_of,
    field_of,
    named_countries,
    parameters,
    pasted,
    read,
)
from licet.web.fields import Field, first, first_fields, label_of, other_fields, party_fields
from licet.web.pages import page
from licet.web.templating import query, words

router = APIRouter()

# How many questions settle the matter is searched for among so many; more would keep a person waiting.
_FEW = 8
_UNANSWERED = "Give an answer, or say that you do not know"


@router.get("/decide")
def decide_page(request: Request, service: ServiceOf, person: Reader) -> Response:
    """The form; with facts in the address, the answer and the next question too."""
    given = list(request.query_params.multi_items())
    text = request.query_params.get("paste", "").strip()
    if text:
        return _pasted(request, service, text)
    stated = read(given, service.regime)
    if stated.errors:
        return _page(request, service, stated)
    more = "more" in request.query_params
    if stated.empty or more:
        return _page(request, service, stated, more=more)
    asked = request.query_params.get("asked", "")
    unanswered = bool(asked) and asked not in stated.raw and asked not in stated.passed
    if not unanswered and (asked or any(not value for _, value in given)):
        # What was left blank says nothing; without it the address can be kept and read.
        return RedirectResponse(
            f"/decide?{query({k: v for k, v in stated.raw.items() if k != 'asked'})}", 303
        )
    decision = _decided(service, stated)
    record_decision(service, person, decision, to_json(decision))
    return _page(request, service, stated, decision, unanswered=asked if unanswered else "")


@router.get("/decide/proof.json")
def proof(request: Request, service: ServiceOf, person: Reader) -> Response:
    """The proof of the answer as a file, to be kept and verified."""
    stated = read(request.query_params.multi_items(), service.regime)
    if stated.errors:
        raise Problem(422, "", "; ".join(f"{name}: {said}" for name, said in stated.errors.items()))
    decision = _decided(service, stated)
    data = to_json(decision)
    record_decision(service, person, decision, data)
    return Response(
        json.dumps(data, ensure_ascii=False, indent=1),
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="licet-proof-{data["seal"][:12]}.json"'},
    )


def _decided(service: Service, stated: Stated) -> Decision:
    dated = stated.as_of is not None or stated.act.facts.get("act.date") is not None
    return decide(stated.act, service.regime, stated.as_of if dated else today(service), stated.known_at)


def _pasted(request: Request, service: Service, text: str) -> Response:
    """On to the address that states what was pasted."""
    try:
        act = pasted(text, service.regime)
    except PasteError as error:
        empty = read((), service.regime)
        return _page(request, service, empty, paste=text, paste_error=str(error))
    return RedirectResponse(f"/decide?{query(parameters(act))}", 303)


def _page(
    request: Request,
    service: Service,
    stated: Stated,
    decision: Decision | None = None,
    *,
    more: bool = False,
    paste: str = "",
    paste_error: str = "",
    unanswered: str = "",
) -> HTMLResponse:
    regime = service.regime
    number = max(stated.parties, 1) + (1 if more else 0)
    errors = [{"field": name, "text": f"{label_of(name)}: {said}"} for name, said in stated.errors.items()]
    errors += [{"field": "paste", "text": paste_error}] if paste_error else []
    errors += [{"field": unanswered, "text": _UNANSWERED}] if unanswered else []
    return page(
        request,
        "decide.html",
        422 if errors else 200,
        heading="Decide",
        stated=stated,
        decision=decision,
        answer=_answer(stated, decision) if decision is not None else None,
        as_of=decision.clock.as_of if decision else stated.as_of,
        known_at=decision.clock.known_at if decision else stated.known_at,
        fields=first_fields(stated, regime.vocabulary),
        others=other_fields(stated, regime.vocabulary),
        parties=[party_fields(stated, n, regime.vocabulary) for n in range(1, min(number, MOST_PARTIES) + 1)],
        new_party=number if more else 0,
        roles=first()["parties"]["roles"],
        all_roles=regime.vocabulary["party.roles"].values,
        countries=named_countries(regime.folder),
        errors=errors,
        paste=paste,
        paste_error=paste_error,
        unanswered=_UNANSWERED if unanswered else "",
    )


def _answer(stated: Stated, decision: Decision) -> dict[str, Any]:
    """Everything that the page says of a decision beside its proof."""
    here = parameters(decision.act, stated.as_of, stated.known_at, stated.passed)
    question = _next(decision, stated.passed)
    few = question is not None and len(decision.missing) <= _FEW
    asking = what_to_ask(decision) if few else None
    settled = question is None and not decision.missing
    return {
        "stated": [(label_of(name), [words(v) for v in values]) for name, values in _facts(here)],
        # A name may be that of several listings; what is demanded because of them is told once.
        "explained": list({(r.rule.id, r.party): r for r in decision.explained}.values()),
        "means": first()["means"][decision.outcome.value],
        "here": here,
        "address": f"/decide?{query(here)}",
        "proof": f"/decide/proof.json?{query(here)}",
        "question": question and _asked(question, decision),
        "settling": len(asking.settling) if asking and asking.complete else 0,
        "left": [_asked(q, decision) for q in decision.missing] if not question else [],
        "without": lambda field: f"/decide?{query({**here, 'passed': sorted(stated.passed - {field})})}",
        "changes": [_change(c, decision, stated) for c in what_would_change(decision)] if settled else [],
    }


def _facts(here: Parameters) -> Iterator[tuple[str, list[str]]]:
    """What an address states of the act itself."""
    return ((name, values) for name, values in here.items() if name not in ("as_of", "known_at", "passed"))


def _next(decision: Decision, passed: frozenset[str]) -> Question | None:
    """The question to put now; what only a list can say is not asked of anybody."""
    vocabulary = decision.regime.vocabulary
    cannot = {
        q.key
        for q in decision.missing
        if field_of(q) in passed or (q.fact != IDENTITY and vocabulary[q.fact].source == "list")
    }
    return next_question(decision, cannot)


def _asked(question: Question, decision: Decision) -> dict[str, Any]:
    """A question with its field, and what its answers lead to where that ends the matter."""
    vocabulary = decision.regime.vocabulary
    name = field_of(question)
    rule = decision.regime.book.rules.get(question.rule)
    entry = entry_of(name, vocabulary)
    return {
        "field": name,
        "ask": question.ask,
        "about": question.about,
        "rule": rule,
        "candidate": question.candidate if question.fact == IDENTITY else "",
        "form": Field(name, question.ask, entry, "") if entry is not None else None,
    }


def _change(change: Change, decision: Decision, stated: Stated) -> dict[str, Any]:
    """A change with the address on which it can be looked at."""
    day = next((new for fact, _, _, new in change.facts if fact == "act.date"), None)
    as_of = day if day is not None else stated.as_of
    address = parameters(change.act, as_of, stated.known_at)  # type: ignore[arg-type]
    book = decision.regime.book
    return {
        "outcome": change.outcome.value,
        "facts": [_told(fact, about, new, old) for fact, about, old, new in change.facts],
        "turns": [book[rule] for rule in change.turns[:3]],
        "more": len(change.turns) - 3,
        "address": f"/decide?{query(address)}",
    }


def _told(fact: str, about: str, new: Value, old: object) -> dict[str, str]:
    return {"label": label_of(fact), "about": about, "new": words(spoken(new)), "old": words(spoken(old))}  # type: ignore[arg-type]
