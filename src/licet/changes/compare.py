"""Comparing: one book of acts in two views, and which acts come out otherwise, and why.

A view is a regime on a day, as known on a day. An act is moved to the day of the view: its own
date is replaced, everything else it states stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import islice
from typing import Any

from licet.act import Act
from licet.changes.causes import Cause, causes_of
from licet.decisions.circumstances import look_up
from licet.decisions.decide import Decision, decide
from licet.decisions.end_use import with_stated_end_use
from licet.language.errors import FactError
from licet.language.instrument import Moment
from licet.language.values import spoken
from licet.regime import Regime

__all__ = ["Cause", "Change", "Comparison", "Undecided", "View", "compare", "moved"]

_AT_ONCE = 2000


@dataclass(frozen=True, slots=True)
class View:
    """A regime seen on one day: ``on`` moves every act to it, ``known_at`` limits what was public.

    Without ``on`` each act keeps its own date; without ``known_at`` all that is written down counts.
    """

    name: str
    regime: Regime
    on: Moment | None = None
    known_at: Moment | None = None

    def decide(self, act: Act) -> Decision:
        """The decision of an act in this view.

        Raises:
            FactError: when the act has no date and the view gives none.
        """
        return decide(moved(act, self.on), self.regime, known_at=self.known_at)

    @property
    def known(self) -> Moment:
        """The day after which nothing counts as known."""
        return self.regime.clock(self.regime.knowledge, self.known_at).known_at

    @property
    def says(self) -> str:
        """What the view looks at, in words that name every date and digest."""
        law = "each act's own date" if self.on is None else spoken(self.on)
        return (
            f"{self.name}: law as of {law}, as known on {spoken(self.known)}; "
            f"law {self.regime.digest[:12]}, lists {self.regime.lists_digest[:12]}"
        )


@dataclass(frozen=True, slots=True)
class Change:
    """Two decisions of one act, and why they differ; no causes where they do not."""

    number: int
    act: Act
    before: Decision
    after: Decision
    causes: tuple[Cause, ...] = ()

    @property
    def turns(self) -> bool:
        """Whether the outcome itself differs, not only what stands behind it."""
        return self.before.outcome is not self.after.outcome


@dataclass(frozen=True, slots=True)
class Undecided:
    """An act that one view could not decide, and why."""

    number: int
    act: Act
    problem: str


@dataclass(frozen=True)
class Comparison:
    """A book in two views: every pair of decisions, and among them the changes.

    ``undecided`` are the acts for which one view has no date.
    """

    before: View
    after: View
    pairs: tuple[Change, ...]
    undecided: tuple[Undecided, ...] = ()

    @property
    def lines(self) -> int:
        """How many acts the book has, undecided ones included."""
        return len(self.pairs) + len(self.undecided)

    @cached_property
    def changes(self) -> tuple[Change, ...]:
        """The acts whose outcome, bounds, requirements, review, obligations or authorisations differ."""
        return tuple(pair for pair in self.pairs if differ(pair.before, pair.after))


def compare(acts: Iterable[Act], before: View, after: View) -> Comparison:
    """Decide every act in both views and say which come out otherwise, and because of what."""
    pairs: list[Change] = []
    undecided: list[Undecided] = []
    for number, act in prepared(acts, before.regime, after.regime):
        try:
            one, two = before.decide(act), after.decide(act)
        except FactError as error:
            undecided.append(Undecided(number, act, str(error)))
            continue
        causes = causes_of(one, two) if differ(one, two) else ()
        pairs.append(Change(number, act, one, two, causes))
    return Comparison(before, after, tuple(pairs), tuple(undecided))


def decided(acts: Iterable[Act], view: View) -> Iterator[Decision | Undecided]:
    """What each act comes to in one view."""
    for number, act in prepared(acts, view.regime):
        try:
            yield view.decide(act)
        except FactError as error:
            yield Undecided(number, act, str(error))


def moved(act: Act, to: Moment | None) -> Act:
    """The act as if it were done on another day; ``None`` leaves it where it is."""
    return act if to is None else replace(act, facts={**act.facts, "act.date": to})


def differ(before: Decision, after: Decision) -> bool:
    """Whether two decisions of one act say something else."""
    return _said(before) != _said(after)


def _said(decision: Decision) -> tuple[Any, ...]:
    return (
        decision.outcome,
        decision.bounds,
        decision.review,
        frozenset((r.rule.id, r.party) for r in decision.needed),
        frozenset(decision.obligations),
        frozenset((a.rule.id, a.label, a.party) for a in decision.authorisations),
    )


def prepared(acts: Iterable[Act], *regimes: Regime) -> Iterator[tuple[int, Act]]:
    """The acts, numbered, with stated end uses read and all their parties looked up at once."""
    numbered = enumerate(acts, 1)
    while some := list(islice(numbered, _AT_ONCE)):
        for regime in regimes:
            look_up((act for _, act in some), regime)
        for number, act in some:
            yield number, with_stated_end_use(act, regimes[0])
