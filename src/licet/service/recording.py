"""Recording: decisions that somebody was given, put into the audit trail before they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from licet.decisions.decide import Decision
from licet.language.values import spoken
from licet.service import audit
from licet.service.people import Person
from licet.service.service import Service


def record_decision(service: Service, person: Person, decision: Decision, proof: Mapping[str, Any]) -> None:
    """Record one decision: its act, outcome, days, law and lists, under the seal of its proof."""
    detail = {
        "act": {name: proof[name] for name in ("facts", "parties", "particulars")},
        "outcome": decision.outcome.value,
        "as_of": proof["as_of"],
        "known_at": proof["known_at"],
        "law": proof["law"],
        "lists": proof["lists"],
    }
    _record(service, person, "decision.made", str(proof["seal"]), detail)


def record_batch(
    service: Service,
    person: Person,
    *,
    digest: str,
    outcomes: Mapping[str, int],
    undecided: int,
    as_of: str,
    known_at: str,
) -> None:
    """Record decisions made together: how many of each outcome, and the digest of what was answered."""
    regime = service.regime
    detail = {
        "outcomes": dict(outcomes),
        "undecided": undecided,
        "as_of": as_of,
        "known_at": known_at or spoken(regime.clock(regime.knowledge).known_at),
        "law": regime.digest,
        "lists": regime.lists_digest,
    }
    _record(service, person, "decision.batch_made", digest, detail)


def record_comparison(service: Service, person: Person, *, digest: str, detail: Mapping[str, Any]) -> None:
    """Record a comparison of two views: which they were, and how much came out otherwise."""
    _record(service, person, "comparison.made", digest, detail)


def _record(service: Service, person: Person, what: str, about: str, detail: Mapping[str, Any]) -> None:
    with service.database.writing() as session:
        audit.record(session, at=service.now(), who=person.name, what=what, about=about, detail=detail)
