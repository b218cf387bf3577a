"""A book of acts, each decided under the law of its own date."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from licet.act import Act
from licet.decisions.circumstances import look_up
from licet.decisions.decide import Decision, decide
from licet.decisions.end_use import with_stated_end_use
from licet.language.errors import FactError
from licet.language.instrument import Moment
from licet.language.values import spoken
from licet.regime import Regime

_AT_ONCE = 2000
COLUMNS = (
    "row", "order_id", "line", "date", "party", "outcome", "could_be", "reason", "requirements", "review",
    "authorised_by", "obligations", "ask", "rules", "value", "currency", "as_of", "known_at", "lists",
    "warnings",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a book: its act and the decision as of a moment, or why there is none.

    The decision may be that of another line which the law, and what is told of it, cannot tell from this.
    """

    number: int
    act: Act
    decision: Decision | None
    problem: str = ""
    as_of: Moment | None = None


def decide_book(
    acts: Iterable[Act],
    regime: Regime,
    as_of: Moment | None = None,
    known_at: Moment | None = None,
    unrelieved: bool = False,
) -> Iterator[Line]:
    """Decide every act; one that cannot be decided (it has no date) says why and stops nothing."""
    numbered = enumerate(acts, 1)
    while some := list(islice(numbered, _AT_ONCE)):
        look_up((act for _, act in some), regime)
        for number, given in some:
            act = with_stated_end_use(given, regime)
            try:
                decision = decide(act, regime, as_of, known_at, unrelieved)
                yield Line(number, act, decision, as_of=decision.clock.as_of)
            except FactError as error:
                yield Line(number, act, None, str(error))


def row_of(line: Line) -> dict[str, Any]:
    """A line as one flat row, every cell text or a number, in the order of :data:`COLUMNS`."""
    act, decision = line.act, line.decision
    told = {name: act.particulars.get(name, "") for name in ("order_id", "line", "value", "currency")}
    base = dict.fromkeys(COLUMNS, "") | told | {"row": act.source.rpartition("row ")[2] or line.number}
    base["date"] = spoken(act.facts.get("act.date"))
    base["party"] = "; ".join(dict.fromkeys(p.name or "not named" for p in act.parties))
    if decision is None:
        return base | {"outcome": "undecided", "reason": line.problem}
    return {**base, **decision.told, "as_of": spoken(line.as_of)}
