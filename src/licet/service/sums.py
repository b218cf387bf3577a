"""Sums of a run: lines and money by outcome, and how many lines wait for which answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from licet.decisions.book import Line
from licet.decisions.outcome import Outcome

UNDECIDED = "undecided"
OUTCOMES = (*(outcome.value for outcome in Outcome), UNDECIDED)


@dataclass(slots=True)
class Sum:
    """How many lines, their value by currency, and how many state none."""

    lines: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)
    unvalued: int = 0


@dataclass(frozen=True, slots=True)
class Waiting:
    """A question, and how many lines wait for its answer."""

    fact: str
    ask: str
    lines: int


@dataclass(slots=True)
class Sums:
    """What a run has come to so far."""

    outcomes: dict[str, Sum] = field(default_factory=dict)
    waiting: dict[tuple[str, str], int] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Sums:
        """Sums as :attr:`kept` keeps them."""
        outcomes = {
            name: Sum(one["lines"], {c: Decimal(v) for c, v in one["money"].items()}, one["unvalued"])
            for name, one in kept.get("outcomes", {}).items()
        }
        return cls(outcomes, {(fact, ask): lines for fact, ask, lines in kept.get("waiting", ())})

    @property
    def kept(self) -> dict[str, Any]:
        """The sums as JSON."""
        outcomes = {
            name: {
                "lines": one.lines,
                "money": {currency: format(value, "f") for currency, value in sorted(one.money.items())},
                "unvalued": one.unvalued,
            }
            for name, one in self.ordered
        }
        return {"outcomes": outcomes, "waiting": [[*key, lines] for key, lines in self.waiting.items()]}

    @property
    def ordered(self) -> list[tuple[str, Sum]]:
        """Each outcome that there is, the most restrictive first."""
        return [(name, self.outcomes[name]) for name in OUTCOMES if name in self.outcomes]

    @property
    def asked(self) -> list[Waiting]:
        """Open questions, those for which most lines wait first."""
        ranked = sorted(self.waiting.items(), key=lambda item: -item[1])
        return [Waiting(fact, ask, lines) for (fact, ask), lines in ranked]

    def add(self, lines: Iterable[Line]) -> None:
        """Add decided lines."""
        for line in lines:
            outcome = line.decision.outcome.value if line.decision else UNDECIDED
            here = self.outcomes.setdefault(outcome, Sum())
            here.lines += 1
            value = value_of(line)
            if value is None:
                here.unvalued += 1
            else:
                currency = str(line.act.particulars.get("currency") or "?")
                here.money[currency] = here.money.get(currency, Decimal()) + value
            questions = {(q.fact, q.ask) for q in line.decision.missing} if line.decision else set()
            for key in questions:
                self.waiting[key] = self.waiting.get(key, 0) + 1


def value_of(line: Line) -> Decimal | None:
    """The value that a line states, if any."""
    try:
        return Decimal(str(line.act.particulars.get("value") or ""))
    except InvalidOperation:
        return None
