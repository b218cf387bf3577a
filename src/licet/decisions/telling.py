"""Telling: a decision as text a compliance officer can read aloud."""

from __future__ import annotations

from collections.abc import Iterator

from licet.decisions.decide import Decision
from licet.decisions.outcome import Outcome
from licet.decisions.proof import Said, Weighed
from licet.language.values import spoken

MARKS = {
    Outcome.FORBIDDEN: "FORBIDDEN",
    Outcome.LICENCE_REQUIRED: "LICENCE REQUIRED",
    Outcome.INDETERMINATE: "INDETERMINATE",
    Outcome.AUTHORISED_GENERAL_LICENCE: "AUTHORISED BY A GENERAL LICENCE",
    Outcome.AUTHORISED_LICENCE_EXCEPTION: "AUTHORISED BY A LICENCE EXCEPTION",
    Outcome.AUTHORISED_SAVINGS_CLAUSE: "AUTHORISED BY A SAVINGS CLAUSE",
    Outcome.NO_LICENCE_REQUIRED: "NO LICENCE REQUIRED",
    Outcome.NOT_SUBJECT: "NOT SUBJECT TO THE EAR",
}


def headline(decision: Decision) -> str:
    """The outcome in capitals; for an open one, between what."""
    text = MARKS[decision.outcome]
    if decision.outcome is Outcome.INDETERMINATE:
        text += f": {decision.bounds.mildest.words} or {decision.bounds.strictest.words}"
    return text


def reason(decision: Decision) -> str:
    """One line that says why: the requirements that explain the outcome and what met them."""
    parts = [
        f"{r.rule.known_as or r.rule.id}{f' ({r.party})' if r.party else ''}"
        + (" (open)" if r.remains is None else "")
        for r in decision.explained
    ]
    parts = list(dict.fromkeys(parts))
    labels = list(dict.fromkeys(a.label for a in decision.authorisations))
    if decision.outcome.clear and labels:
        return f"{', '.join(parts)}; met by {', '.join(labels)}" if parts else f"by {', '.join(labels)}"
    if parts:
        return ", ".join(parts)
    if decision.outcome is Outcome.NOT_SUBJECT:
        return "no provision makes the item subject to the EAR"
    if decision.outcome is Outcome.NO_LICENCE_REQUIRED:
        return "no requirement found on these facts"
    return ", ".join(q.fact for q in decision.missing[:4])


def in_cells(decision: Decision) -> dict[str, str]:
    """The answer as cells of a row, each text, empty where there is nothing to say."""
    open_ = decision.bounds.mildest is not decision.bounds.strictest
    rules = [n.rule for n in decision.proof.nodes if n.verdict == "stands"]
    return {
        "outcome": decision.outcome.value,
        "could_be": f"{decision.bounds.mildest} to {decision.bounds.strictest}" if open_ else "",
        "reason": reason(decision),
        "requirements": "; ".join(dict.fromkeys(r.rule.known_as or r.rule.id for r in decision.explained)),
        "review": decision.review or "",
        "authorised_by": "; ".join(dict.fromkeys(a.label for a in decision.authorisations)),
        "obligations": "; ".join(decision.obligations),
        "ask": "; ".join(q.fact + (f" ({q.about})" if q.about else "") for q in decision.missing),
        "rules": "; ".join(dict.fromkeys(rules)),
        "known_at": spoken(decision.clock.known_at),
        "lists": decision.regime.compared_with,
        "warnings": "; ".join(decision.warnings),
    }


def footer(decision: Decision) -> str:
    """As of when, known when, by which law and lists, and what it is not."""
    regime = decision.regime
    return (
        f"As of {spoken(decision.clock.as_of)}, as known on {spoken(decision.clock.known_at)}; "
        f"law {regime.digest[:12]}, lists {regime.lists_digest[:12]}; "
        f"checked against published texts up to {regime.confirmed}. "
        f"Parties compared with: {regime.compared_with}. {regime.notice}"
    )


def lines(decision: Decision, full: bool = False) -> Iterator[str]:
    """The whole answer; ``full`` adds every condition of every rule weighed."""
    yield headline(decision)
    yield f"  {reason(decision)}"
    if decision.review:
        yield f"  Applications are reviewed under: {decision.review.replace('_', ' ')}"
    for obligation in decision.obligations:
        yield f"  Must hold: {obligation}"
    for warning in decision.warnings:
        yield f"  Note: {warning}"
    if decision.missing:
        yield "  To settle it, answer:"
        for question in decision.missing:
            about = f" ({question.about})" if question.about else ""
            yield f"    {question.fact}{about}: {question.ask}"
    yield ""
    yield "Is the act in scope?"
    if not decision.proof.scope:
        yield "  No rule brings it in."
    for node in decision.proof.scope:
        yield from told(node, 1, full)
    yield ""
    yield "What was weighed"
    for node in decision.proof.demands:
        yield from told(node, 1, full)
    yield ""
    yield footer(decision)


def told(node: Weighed, depth: int, full: bool = False) -> Iterator[str]:
    """One rule weighed, and what lies under it, indented."""
    pad = "  " * depth
    party = f" ({node.party})" if node.party else ""
    yield f"{pad}{node.verdict.upper()}: {node.title}{party}  [{node.rule}]"
    yield f"{pad}  {node.cite}; {node.in_force}"
    if node.listing:
        yield f"{pad}  listing: {node.listing}"
    if node.note:
        yield f"{pad}  note: {node.note}"
    for leaf in tells(node, full):
        values = "; ".join(f"{name} is {value}" for name, value in leaf.facts)
        yield f"{pad}  {leaf.holds}: {leaf.text}" + (f"  ({values})" if values else "")
    for word, below in (("because", node.because), ("unless", node.against), ("lifted by", node.lifted_by)):
        if below:
            yield f"{pad}  {word}:"
            for inner in below:
                yield from told(inner, depth + 2, full)


def tells(node: Weighed, full: bool = False) -> tuple[Said, ...]:
    """The parts of its condition that made a rule come out as it did; with ``full`` all of them."""
    telling = {"stands": "yes", "falls": "no", "open": "unknown"}[node.verdict]
    return tuple(leaf for leaf in _leaves(node.condition) if full or leaf.holds == telling)


def _leaves(said: Said) -> Iterator[Said]:
    if said.parts:
        if said.joint == "not":
            inner = said.parts[0]
            yield Said(said.text, said.holds, "", tuple(f for leaf in _leaves(inner) for f in leaf.facts))
            return
        for part in said.parts:
            yield from _leaves(part)
    elif said.joint == "some party":
        yield Said(said.text, said.holds)
    else:
        yield said
