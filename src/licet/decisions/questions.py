"""Questions: which unknown facts hold an answer up, and what a person is asked.

Walking down from the demands that are open, through the rules and exceptions that are
open beneath them, to the facts nobody has stated. A fact that a table looks up leads to
the fact it is looked up from; a name that may be a listed one leads to the question who
is meant.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from licet.decisions.circumstances import Row
from licet.language import expression as e
from licet.language.evaluating import truth
from licet.language.values import PartlyKnown

if TYPE_CHECKING:
    from licet.decisions.decide import Decision

IDENTITY = "same_as"


@dataclass(frozen=True, slots=True)
class Question:
    """One thing to find out: a fact of the vocabulary.

    Of a party where ``party`` is a place in ``act.parties``.

    For ``fact`` ``"same_as"`` the answer is ``candidate`` (the id of a listed party) or ``none``.
    """

    fact: str
    ask: str
    party: int | None = None
    about: str = ""
    candidate: str = ""
    rule: str = ""

    @property
    def key(self) -> tuple[str, int | None]:
        """What makes two questions the same."""
        return self.fact, self.party


def open_questions(decision: Decision) -> tuple[Question, ...]:
    """Every question whose answer may bear on the outcome, each once, the most often needed first."""
    return _Walk(decision).questions()


class _Walk:
    def __init__(self, decision: Decision) -> None:
        self.decision, self.verdicts, self.case = decision, decision.verdicts, decision.case
        self.book = decision.regime.book
        self.found: dict[tuple[str, int | None], Question] = {}
        self.needed: dict[tuple[str, int | None], int] = {}
        self.seen: set[tuple[str, int | None]] = set()

    def questions(self) -> tuple[Question, ...]:
        for rule in self.book:
            if not rule.demands:
                continue
            rows = range(len(self.case.rows)) if rule.per_party else (None,)
            for row in rows:
                verdict = self.verdicts.at(rule.id, row)
                if verdict is None:
                    self.rule(rule.id, row)
                if verdict is not False:
                    for lifter in self.book.lifters.get(rule.id, ()):
                        self.open_rule(lifter, row)
        scope = self.decision.regime.scope
        if scope in self.book.conclusions and self.verdicts.facts.get(scope) is None:
            self.fact(scope, None, "")
        # Who somebody is comes first: until that is known, most other questions are idle.
        who = ("party.name", IDENTITY)
        return tuple(sorted(self.found.values(), key=lambda q: (q.fact not in who, -self.needed[q.key])))

    def open_rule(self, rule_id: str, row: int | None) -> None:
        if self.verdicts.at(rule_id, row) is None:
            self.rule(rule_id, row)

    def rule(self, rule_id: str, row: int | None) -> None:
        """Into a rule whose verdict is open."""
        rule = self.book[rule_id]
        if rule.per_party and row is None:
            for i in range(len(self.case.rows)):
                self.open_rule(rule_id, i)
            return
        if (rule_id, row) in self.seen:
            return
        self.seen.add((rule_id, row))
        own = row if rule.per_party else None
        self.condition(rule.when, own, rule_id)
        for exception in self.book.exceptions.get(rule_id, ()):
            self.open_rule(exception, row)

    def condition(self, node: e.Condition, row: int | None, rule: str) -> None:
        facts = self.verdicts.seen(row)
        if truth(node, facts, self.verdicts.rows) is not None:
            return
        match node:
            case e.And(args) | e.Or(args):
                for arg in args:
                    self.condition(arg, row, rule)
            case e.Not(arg):
                self.condition(arg, row, rule)
            case e.SomeParty(body):
                for i in range(len(self.case.rows)):
                    self.condition(body, i, rule)
            case _:
                for name in e.facts(node):
                    if facts.get(name) is None or isinstance(facts.get(name), PartlyKnown):
                        self.fact(name, row, rule)

    def fact(self, name: str, row: int | None, rule: str) -> None:
        if name in self.book.conclusions:
            for concluding in self.book.conclusions[name]:
                self.open_rule(concluding, row if self.book.is_row_fact(name) else None)
            return
        entry = self.book.vocabulary[name]
        if entry.looked_up_from and self.verdicts.facts.get(entry.looked_up_from) is None:
            self.fact(entry.looked_up_from, row, rule)
            return
        if entry.of_party and row is not None:
            self.of_party(name, row, rule)
        else:
            self.add(Question(name, entry.ask, rule=rule))

    def of_party(self, name: str, row: int, rule: str) -> None:
        who = self.case.who[row]
        place = next(i for i, p in enumerate(self.case.act.parties) if p is who.party)
        called = who.party.name or "a party not named"
        if who.party.name is None:
            self.add(Question("party.name", self.book.vocabulary["party.name"].ask, place, called, rule=rule))
        elif name.startswith("listing.") and not who.sure:
            self.add(self.identity(who, place, rule))
        elif name in ("listing.covers_item", "listing.review") and who.listing is not None:
            for inner in self.of_terms(who.listing.scope.covers):
                self.fact(inner, None, rule)
        else:
            self.add(Question(name, self.book.vocabulary[name].ask, place, called, rule=rule))

    def identity(self, who: Row, place: int, rule: str) -> Question:
        """Who is meant by a name that may be that of a listed party."""
        alike = sum(w.alike for w in self.case.who if w.party is who.party and w.listing is not None)
        listed = who.listing
        if listed is None:
            ask = f"Which listed party is {who.party.name} (its id), or none? The name could not be compared."
            return Question(IDENTITY, ask, place, who.party.name or "", "none", rule)
        others = f" (or another of {alike} listed parties)" if alike > 1 else ""
        name = f"{listed.name} ({listed.country})"
        ask = f"Is {who.party.name} the listed {name}{others}? They share {', '.join(who.shared)}."
        return Question(IDENTITY, ask, place, who.party.name or "", listed.id, rule)

    def of_terms(self, scope: e.Condition | None) -> Iterator[str]:
        for name in e.facts(scope) if scope is not None else ():
            if self.verdicts.facts.get(name) is None:
                yield name

    def add(self, question: Question) -> None:
        self.found.setdefault(question.key, question)
        self.needed[question.key] = self.needed.get(question.key, 0) + 1
