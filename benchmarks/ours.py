"""Licet over the benchmark's rules: the outcome alone, and the outcome with its whole proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date
from pathlib import Path
from typing import Any

from acts import Facts
from licet.act import Act
from licet.decisions.circumstances import Circumstances
from licet.decisions.decide import Decision
from licet.decisions.judge import Judge
from licet.decisions.outcome import Outcome, conclude
from licet.decisions.proof import prove
from licet.decisions.tracing import Tracer, told
from licet.language.literate import rules_in
from licet.language.rulebook import Rulebook
from licet.language.verdicts import Verdicts
from licet.language.vocabulary import Vocabulary
from licet.language.window import Clock

RULES = Path(__file__).parent / "rules"
KNOWN_AT = date(2026, 1, 1)


@dataclass
class Law:
    """As much of a regime as a proof of these rules asks for."""

    book: Rulebook
    scope: str = "subject"
    digest: str = ""
    lists_digest: str = ""
    instruments: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)


class Ours:
    """The rule book in a folder made ready."""

    def __init__(self, rules: Path = RULES) -> None:
        vocabulary = Vocabulary.from_file(rules / "facts.yaml")
        found = [rule for path in sorted(rules.glob("*.md")) for rule in rules_in(path)]
        self.book = Rulebook.of(found, vocabulary)
        self.judge = Judge(self.book, "subject")
        self.law: Any = Law(self.book)
        # Both take the plain dict of facts, under the law of the act's own day.
        self.outcome = self.judge.outcomes(KNOWN_AT, UTC)
        self.trace = Tracer(self.judge).traces(KNOWN_AT, UTC)

    def from_cold(self, acts: list[Facts]) -> None:
        """All acts with nothing remembered: neither days nor what was written for a set of rules."""
        judge = Judge(replace(self.book, _standings={}, _stretches=[]), "subject", self.judge.evaluate)
        outcome = judge.outcomes(KNOWN_AT, UTC)
        for facts in acts:
            outcome(facts)

    def required(self, facts: Facts) -> bool:
        """Whether a licence is required, without a proof."""
        return self.outcome(facts) is Outcome.LICENCE_REQUIRED

    def proved(self, facts: Facts) -> Any:
        """The outcome with every rule: verdict, window, and every part of its condition with the facts."""
        trace = self.trace(facts)
        return trace.outcome, trace

    def told(self, facts: Facts) -> Any:
        """The same with words put to all of it."""
        trace = self.trace(facts)
        return trace.outcome, told(trace)

    def summary(self, facts: Facts) -> Any:
        """The outcome with ``licet.decisions.proof.prove``, which leaves out what nobody would ask about."""
        clock = Clock(facts["act.date"], KNOWN_AT, UTC)
        standings = self.book.in_force(clock)
        listed, demands, subject = self.judge.weigh(standings.truths, facts)
        outcome, bounds = conclude(demands, subject)
        act = Act(facts)
        decision = Decision(
            act=act,
            regime=self.law,
            clock=clock,
            outcome=outcome,
            bounds=bounds,
            subject=subject,
            requirements=(),
            case=Circumstances(act, clock, facts, [], []),
            verdicts=Verdicts.listed(self.book, standings.truths, facts, (), listed),
            standings=standings.of,
        )
        return outcome, prove(decision)
