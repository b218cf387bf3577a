"""Judging: every demand of a rule book weighed for one act, with what lifts it or holds it off."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from functools import cache
from typing import Any, TypeVar

from licet.decisions.outcome import BY_BASIS, Demand, Outcome, conclude
from licet.decisions.settled import Settled, settled
from licet.language.compiling import Compiled, compiled
from licet.language.evaluating import Facts, Rows, truth
from licet.language.instrument import Moment
from licet.language.rule import Rule
from licet.language.rulebook import Rulebook
from licet.language.values import Truth, all_of, any_of
from licet.language.window import Clock

Made = TypeVar("Made")
Seen = tuple[dict[str, Any], list[dict[str, Any]]]


class ByMoment(dict[Moment, Made]):
    """What was made for each moment asked for so far; forgotten when there are too many."""

    def __init__(self, make: Callable[[Moment], Made]) -> None:
        super().__init__()
        self.make = make

    def __missing__(self, moment: Moment) -> Made:
        if len(self) >= 4096:
            self.clear()
        made = self[moment] = self.make(moment)
        return made


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the list of verdicts a demand and what bears on it stand."""

    rule: Rule
    at: int
    force: int
    lifters: tuple[tuple[int, Rule], ...]
    defences: tuple[tuple[int, Rule], ...]
    exclusions: tuple[tuple[int, Rule], ...]


class Judge:
    """A rule book made ready to decide: the compiled rules and where its demands stand.

    ``scope`` is the derived fact without which nothing of the book applies.
    """

    def __init__(self, book: Rulebook, scope: str = "", evaluate: Compiled | None = None) -> None:
        self.book = book
        self.evaluate = evaluate or compiled(book)
        at = {name: i for i, name in enumerate(book.order)}
        force = {name: i for i, name in enumerate(n for n in book.order if n in book.rules)}
        self.concluded = [(at[f"= {name}"], name) for name in book.conclusions]
        self.scope = at.get(f"= {scope}")
        self.scope_fact = scope if self.scope is not None else ""
        self.settled: dict[tuple[Truth, ...], Settled] = {}
        self.places = tuple(
            _Place(
                rule,
                at[rule.id],
                force[rule.id],
                tuple((at[x], book[x]) for x in book.lifters.get(rule.id, ())),
                tuple((at[x], book[x]) for x in book.exceptions.get(rule.id, ()) if book[x].basis),
                tuple(
                    (at[x], book[x])
                    for x in book.exceptions.get(rule.id, ())
                    if book[x].basis not in BY_BASIS
                ),
            )
            for rule in book
            if rule.demands
        )

    def outcome(self, force: Sequence[Truth], facts: Facts, rows: Rows = ()) -> Outcome:
        """The outcome alone, without proof: as fast as it gets."""
        return self.settling(tuple(force))(facts, rows)

    def outcomes(self, known_at: Moment, zone: tzinfo) -> Callable[..., Outcome]:
        """``outcome(facts, rows)`` for many acts, each under the law of its own ``act.date``."""
        on = ByMoment(lambda day: self.settling(self.book.in_force(Clock(day, known_at, zone)).truths))

        def outcome(facts: Facts, rows: Rows = ()) -> Outcome:
            return on[facts["act.date"]](facts, rows)  # type: ignore[index]  # a date, by the vocabulary

        return outcome

    def settling(self, force: tuple[Truth, ...]) -> Settled:
        """The outcome function for one set of rules in force, written when first asked for."""
        found = self.settled.get(force)
        if found is None:

            def weighed(facts: Facts, rows: Rows) -> Outcome:
                _, demands, in_scope = self.weigh(force, facts, rows)
                return conclude(demands, in_scope)[0]

            found = self.settled[force] = settled(self.book, force, self.scope_fact, weighed)
        return found

    def weigh(
        self, force: Sequence[Truth], facts: Facts, rows: Rows = ()
    ) -> tuple[list[Any], list[Demand], Truth]:
        """All verdicts, every demand that may apply, and whether the act is in scope."""
        verdicts = self.evaluate(force, facts, rows)
        # Few demands need the conclusions written into the facts; all that do share them.
        seen = cache(lambda: self.with_conclusions(verdicts, facts, rows))
        demands = [d for p in self.places for d in self._demands(p, verdicts, force, seen)]
        return verdicts, demands, self._scope(verdicts)

    def _scope(self, verdicts: Sequence[Any]) -> Truth:
        return True if self.scope is None else verdicts[self.scope]

    def _demands(
        self, place: _Place, verdicts: Sequence[Any], force: Sequence[Truth], seen: Callable[[], Seen]
    ) -> list[Demand]:
        """Demands of one rule that stand, may stand, or apply but are held off by a defence."""
        verdict = verdicts[place.at]
        if not place.rule.per_party:
            if verdict is False and not any(_at(verdicts[i], None) for i, _ in place.defences):
                return []
            found = self._demand(place, None, verdict, verdicts, force, seen)
            return [found] if found else []
        if True not in verdict and None not in verdict and not place.defences:
            return []
        demands = [
            self._demand(place, i, v, verdicts, force, seen)
            for i, v in enumerate(verdict)
            if v is not False or any(_at(verdicts[s], i) for s, _ in place.defences)
        ]
        return [d for d in demands if d]

    def _demand(
        self,
        place: _Place,
        row: int | None,
        stands: Truth,
        verdicts: Sequence[Any],
        force: Sequence[Truth],
        seen: Callable[[], Seen],
    ) -> Demand | None:
        applies: Truth = True
        if not stands:
            applies = all_of([force[place.force], _when(place.rule, row, *seen())])
            if applies is False:
                return None
            applies = applies if place.rule.encoded else None
        excluded = any_of(_at(verdicts[i], row) for i, _ in place.exclusions)
        holding = [(_at(verdicts[i], row), rule) for i, rule in place.defences]
        sure = [rule for verdict, rule in holding if verdict]
        if excluded:
            # What is excluded is no matter of footing, whatever else would have kept it off.
            sure = [rule for rule in sure if rule.basis not in BY_BASIS]
        footing = [rule for verdict, rule in holding if verdict is not False and rule.basis in BY_BASIS]
        found = [(_at(verdicts[i], row), rule) for i, rule in place.lifters]
        return Demand(
            place.rule,
            row,
            applies,
            stands,
            tuple(rule for verdict, rule in found if verdict),
            tuple(rule for verdict, rule in found if verdict is None),
            tuple(sure) if excluded is not None else (),
            tuple(footing) if not excluded else (),
            excluded,
        )

    def with_conclusions(self, verdicts: Sequence[Any], facts: Facts, rows: Rows) -> Seen:
        """The facts and rows with every derived fact written in."""
        seen, seen_rows = dict(facts), [dict(r) for r in rows]
        for i, name in self.concluded:
            if isinstance(verdicts[i], list):
                for own, value in zip(seen_rows, verdicts[i], strict=True):
                    own[name] = value
            else:
                seen[name] = verdicts[i]
        return seen, seen_rows


def _when(rule: Rule, row: int | None, facts: dict[str, Any], rows: list[dict[str, Any]]) -> Truth:
    """The condition of a rule, over facts that include the derived ones."""
    return truth(rule.when, facts if row is None else {**facts, **rows[row]}, rows)


def _at(verdict: Any, row: int | None) -> Truth:
    if isinstance(verdict, list):
        return any_of(verdict) if row is None else verdict[row]
    return verdict  # type: ignore[no-any-return]
