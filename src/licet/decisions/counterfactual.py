"""What would change it: the smallest changes of fact that lead to another outcome.

Each change was tried by deciding again. Changes of the date are found from the days on
which some rule or listing turns.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import combinations

from licet.act import Act
from licet.decisions.answers import worth_trying
from licet.decisions.asking import put
from licet.decisions.decide import Decision, decide
from licet.decisions.outcome import Outcome
from licet.decisions.questions import Question
from licet.language import expression as e
from licet.language.instrument import day
from licet.language.values import Known, Value, spoken
from licet.language.window import turning_days

_PAIRS = 400


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one or two facts, the outcome it leads to, and the rules that turn by it."""

    facts: tuple[tuple[str, str, Known, Value], ...]
    outcome: Outcome
    turns: tuple[str, ...]
    act: Act

    @property
    def words(self) -> str:
        """The change in words: ``certificate.by: exporter instead of none``."""
        return " and ".join(
            f"{fact}{f' of {about}' if about else ''}: {spoken(new)} instead of {spoken(old)}"
            for fact, about, old, new in self.facts
        )


def what_would_change(decision: Decision, most: int = 8) -> tuple[Change, ...]:
    """Changes that lead elsewhere, single facts first; one for each fact and outcome."""
    found: dict[tuple[str, Outcome], Change] = {}
    for question in _changeable(decision):
        for value in worth_trying(decision.regime.book, question, decision.act):
            change = _try(decision, [(question, value)])
            if change is not None:
                found.setdefault((f"{question.fact} {question.party}", change.outcome), change)
    singles = sorted(found.values(), key=lambda c: list(Outcome).index(c.outcome), reverse=True)
    if not any(c.outcome.clear is not decision.outcome.clear for c in singles):
        singles += _pairs(decision)
    return (*_days(decision), *singles)[:most]


def _changeable(decision: Decision) -> Iterator[Question]:
    """Facts a rule that was weighed reads, and that somebody stated."""
    vocabulary = decision.regime.vocabulary
    names = {name for node in decision.proof.nodes for name in e.facts(decision.regime.book[node.rule].when)}
    for name in sorted(names):
        entry = vocabulary[name]
        if entry.source != "caller" or name == "act.date":
            continue
        if not entry.of_party:
            if decision.act.facts.get(name) is not None:
                yield Question(name, entry.ask)
            continue
        for place, party in enumerate(decision.act.parties):
            if party.facts.get(name) is not None:
                yield Question(name, entry.ask, place, party.name or "")
    for place, party in enumerate(decision.act.parties):
        if any(row.party is party and row.listing is not None for row in decision.case.who):
            yield Question("same_as", "Is it this listed party?", place, party.name or "", candidate="none")


def _try(decision: Decision, changes: list[tuple[Question, Value]]) -> Change | None:
    told: list[tuple[str, str, Known, Value]] = []
    for question, value in changes:
        old = _current(decision, question)
        if old == value:
            return None
        told.append((question.fact, question.about, old, value))
    other = put(decision, changes)
    if other.outcome in (decision.outcome, Outcome.INDETERMINATE):
        return None
    return Change(tuple(told), other.outcome, _turned(decision, other), other.act)


def _current(decision: Decision, question: Question) -> Known:
    if question.party is None:
        return decision.act.facts.get(question.fact)
    party = decision.act.parties[question.party]
    return party.name if question.fact == "same_as" else party.facts.get(question.fact)


def _turned(before: Decision, after: Decision) -> tuple[str, ...]:
    """Demands, authorisations and exceptions whose verdict differs."""
    book = before.regime.book
    return tuple(
        rule.id
        for rule in book
        if (rule.demands or rule.authorises or rule.exception_to)
        and before.verdicts.somewhere(rule.id) is not after.verdicts.somewhere(rule.id)
    )


def _pairs(decision: Decision) -> list[Change]:
    """Two facts at once, where no single one leads across the line between stop and go."""
    questions = list(_changeable(decision))
    tried = 0
    found: list[Change] = []
    for first, second in combinations(questions, 2):
        for one in worth_trying(decision.regime.book, first, decision.act):
            for two in worth_trying(decision.regime.book, second, decision.act):
                tried += 1
                if tried > _PAIRS:
                    return found
                change = _try(decision, [(first, one), (second, two)])
                if change is not None and change.outcome.clear is not decision.outcome.clear:
                    found.append(change)
                    if len(found) >= 3:
                        return found
    return found


def _days(decision: Decision) -> Iterator[Change]:
    """The nearest day before and after on which the same act comes out differently."""
    today = decision.clock.today
    turns = set()
    for rule in decision.regime.book:
        turns |= set(turning_days(rule.windows))
    for row in decision.case.who:
        for version in decision.regime.listings.versions.get(row.listing.id, ()) if row.listing else ():
            turns.add(day(version.start))
            if version.through:
                turns.add(version.through + timedelta(days=1))
    before = sorted((t - timedelta(days=1) for t in turns if t <= today), reverse=True)
    after = sorted(t for t in turns if t > today)
    for days in (after, before):
        for moment in days:
            change = _on(decision, moment)
            if change is not None:
                yield change
                break


def _on(decision: Decision, moment: date) -> Change | None:
    other = decide(decision.act, decision.regime, moment, decision.clock.known_at, decision.unrelieved)
    if other.outcome is decision.outcome:
        return None
    told = (("act.date", "", decision.clock.as_of, moment),)
    return Change(told, other.outcome, _turned(decision, other), decision.act)
