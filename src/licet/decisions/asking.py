"""What to ask: the cheapest set of missing facts that settles the outcome, whatever the answers."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from licet.act import Act
from licet.decisions.answers import all_answered, answered, worth_trying
from licet.decisions.decide import Decision, decide, outcome_of
from licet.decisions.outcome import Outcome
from licet.decisions.questions import Question
from licet.language.values import Value

# Beyond this many trials the search stops and says that it did; a person is waiting.
_TRIALS = 4000


@dataclass(frozen=True, slots=True)
class Asking:
    """Questions to put, and what they achieve.

    ``settling`` settles the outcome whatever the answers; where no set that small was
    found it holds every open question and ``complete`` is false. ``first`` is the question most
    likely to end the matter by itself, and ``endings`` its answers that do, with the outcome.
    """

    settling: tuple[Question, ...]
    complete: bool
    first: Question | None
    endings: tuple[tuple[Value, Outcome], ...] = ()


def what_to_ask(decision: Decision, largest: int = 3, trials: int = _TRIALS) -> Asking:
    """The questions that settle an indeterminate decision; nothing for one that is settled.

    Sets of up to ``largest`` questions are looked through, as far as so many ``trials`` reach.
    """
    if decision.outcome is not Outcome.INDETERMINATE:
        return Asking((), True, None)
    search = _Search(decision)
    questions = decision.missing
    ranked = sorted(questions, key=lambda q: -len(search.endings(q)))
    first = ranked[0] if ranked else None
    endings = search.endings(first) if first else ()
    for size in range(1, min(largest, len(questions)) + 1):
        for chosen in combinations(ranked, size):
            if search.settles(chosen):
                return Asking(chosen, True, first, endings)
            if search.trials > trials:
                return Asking(tuple(ranked), False, first, endings)
    return Asking(tuple(ranked), False, first, endings)


class _Search:
    def __init__(self, decision: Decision) -> None:
        self.decision = decision
        self.trials = 0
        self.ended: dict[Question, tuple[tuple[Value, Outcome], ...]] = {}

    def endings(self, question: Question) -> tuple[tuple[Value, Outcome], ...]:
        """The answers to one question that end the matter by themselves."""
        if question not in self.ended:
            self.ended[question] = tuple(
                (value, outcome)
                for value in self.values(question)
                if (outcome := self.outcome(answered(self.decision.act, question, value)))
                is not Outcome.INDETERMINATE
            )
        return self.ended[question]

    def settles(self, questions: Sequence[Question]) -> bool:
        """Whether every combination of answers leads to a certain outcome."""
        if len(questions) == 1:
            return len(self.endings(questions[0])) == len(self.values(questions[0]))
        return all(outcome is not Outcome.INDETERMINATE for outcome in self.outcomes(questions))

    def outcomes(self, questions: Sequence[Question]) -> Iterator[Outcome]:
        for values in product(*(self.values(q) for q in questions)):
            yield self.outcome(all_answered(self.decision.act, zip(questions, values, strict=True)))

    def values(self, question: Question) -> tuple[Value, ...]:
        return worth_trying(self.decision.regime.book, question, self.decision.act)

    def outcome(self, act: Act) -> Outcome:
        self.trials += 1
        clock = self.decision.clock
        return outcome_of(act, self.decision.regime, clock.as_of, clock.known_at, self.decision.unrelieved)


def next_question(
    decision: Decision, passed: Container[tuple[str, int | None]] = frozenset()
) -> Question | None:
    """The one question to put now: the one that most often ends the matter, else the first open one.

    ``passed`` are the keys of questions that nobody can answer; they are not put again.
    """
    first = what_to_ask(decision, largest=1).first
    return next((q for q in (first, *decision.missing) if q is not None and q.key not in passed), None)


def put(decision: Decision, answers: Iterable[tuple[Question, Value]]) -> Decision:
    """The decision with questions answered."""
    act = all_answered(decision.act, answers)
    return decide(act, decision.regime, decision.clock.as_of, decision.clock.known_at, decision.unrelieved)
