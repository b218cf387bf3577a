"""Outcomes: from what each rule comes to, to what may be done.

The strongest that holds: forbidden, licence required, indeterminate, authorised, no
licence required, not subject. Indeterminate means that some unknown fact could lead to a
different one; ``Bounds`` then says between which. Requirements accumulate, and each is
lifted for itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from licet.language.compiling import Compiled, compiled
from licet.language.evaluating import Facts, Rows, truth
from licet.language.rule import Rule
from licet.language.rulebook import Rulebook
from licet.language.values import Truth, all_of, any_of, negation


class Outcome(StrEnum):
    """What may be done, the most restrictive first."""

    FORBIDDEN = "forbidden"
    LICENCE_REQUIRED = "licence_required"
    INDETERMINATE = "indeterminate"
    AUTHORISED_GENERAL_LICENCE = "authorised_general_licence"
    AUTHORISED_LICENCE_EXCEPTION = "authorised_licence_exception"
    AUTHORISED_SAVINGS_CLAUSE = "authorised_savings_clause"
    NO_LICENCE_REQUIRED = "no_licence_required"
    NOT_SUBJECT = "not_subject"

    @property
    def clear(self) -> bool:
        """Whether the act may go ahead (under its conditions)."""
        return self not in (Outcome.FORBIDDEN, Outcome.LICENCE_REQUIRED, Outcome.INDETERMINATE)

    @property
    def words(self) -> str:
        """The outcome as people say it."""
        return self.value.replace("_", " ")


# In the order of what they ask of who relies on them: paperwork, conditions, dates.
BY_BASIS = {
    "general_licence": Outcome.AUTHORISED_GENERAL_LICENCE,
    "licence_exception": Outcome.AUTHORISED_LICENCE_EXCEPTION,
    "savings_clause": Outcome.AUTHORISED_SAVINGS_CLAUSE,
}


@dataclass(frozen=True, slots=True)
class Bounds:
    """The mildest and the strictest outcome that what is unknown still leaves possible."""

    mildest: Outcome
    strictest: Outcome


@dataclass(frozen=True, slots=True)
class Demand:
    """One rule that stops an act (for one party, where it is read for each).

    ``applies`` is its condition and window alone; ``stands`` takes its exceptions into
    account; ``lifters`` are the authorisations that stand, ``open_lifters`` those that may,
    ``defences`` the savings clauses and exclusions that keep it from standing.
    """

    rule: Rule
    row: int | None
    applies: Truth
    stands: Truth
    lifters: tuple[Rule, ...] = ()
    open_lifters: tuple[Rule, ...] = ()
    defences: tuple[Rule, ...] = ()

    @property
    def lifted(self) -> Truth:
        """Whether an authorisation lifts it."""
        return True if self.lifters else None if self.open_lifters else False

    @property
    def remains(self) -> Truth:
        """Whether it still stops the act."""
        return all_of([self.stands, negation(self.lifted)])

    @property
    def relied_on(self) -> tuple[Rule, ...]:
        """The authorisations, savings clauses and exclusions by which the act surely escapes it."""
        if self.stands:
            return self.lifters
        return self.defences if self.applies else ()


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in the list of verdicts a demand and what bears on it stand."""

    rule: Rule
    at: int
    force: int
    lifters: tuple[tuple[int, Rule], ...]
    defences: tuple[tuple[int, Rule], ...]


class Judge:
    """A rule book made ready to decide: the compiled rules and where its demands stand.

    ``scope`` is the derived fact without which nothing of the book applies.
    """

    def __init__(self, book: Rulebook, scope: str = "", evaluate: Compiled | None = None) -> None:
        self.book = book
        self.evaluate = evaluate or compiled(book)
        at = {name: i for i, name in enumerate(book.order)}
        force = {name: i for i, name in enumerate(n for n in book.order if n in book.rules)}
        self.scope = at.get(f"= {scope}")
        self.places = tuple(
            _Place(
                rule,
                at[rule.id],
                force[rule.id],
                tuple((at[x], book[x]) for x in book.lifters.get(rule.id, ())),
                tuple((at[x], book[x]) for x in book.exceptions.get(rule.id, ()) if book[x].basis),
            )
            for rule in book
            if rule.demands
        )

    def outcome(self, force: Sequence[Truth], facts: Facts, rows: Rows = ()) -> Outcome:
        """The outcome alone, without proof: as fast as it gets."""
        verdicts = self.evaluate(force, facts, rows)
        demands = [d for p in self.places for d in self._demands(p, verdicts, force, facts, rows)]
        return conclude(demands, self._scope(verdicts))[0]

    def weigh(
        self, force: Sequence[Truth], facts: Facts, rows: Rows = ()
    ) -> tuple[list[Any], list[Demand], Truth]:
        """All verdicts, every demand that may apply, and whether the act is in scope."""
        verdicts = self.evaluate(force, facts, rows)
        demands = [d for p in self.places for d in self._demands(p, verdicts, force, facts, rows)]
        return verdicts, demands, self._scope(verdicts)

    def _scope(self, verdicts: Sequence[Any]) -> Truth:
        return True if self.scope is None else verdicts[self.scope]

    def _demands(
        self, place: _Place, verdicts: Sequence[Any], force: Sequence[Truth], facts: Facts, rows: Rows
    ) -> list[Demand]:
        """Demands of one rule that stand, may stand, or apply but are held off by a defence."""
        verdict = verdicts[place.at]
        if not place.rule.per_party:
            if verdict is False and not any(_at(verdicts[i], None) for i, _ in place.defences):
                return []
            found = self._demand(place, None, verdict, verdicts, force, facts, rows)
            return [found] if found else []
        if True not in verdict and None not in verdict and not place.defences:
            return []
        demands = [
            self._demand(place, i, v, verdicts, force, facts, rows)
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
        facts: Facts,
        rows: Rows,
    ) -> Demand | None:
        defences = tuple(rule for i, rule in place.defences if _at(verdicts[i], row))
        applies: Truth = True if stands else None
        if not stands and (defences or stands is False):
            applies = all_of([force[place.force], self._when(place.rule, row, verdicts, facts, rows)])
            if applies is False:
                return None
        found = [(_at(verdicts[i], row), rule) for i, rule in place.lifters]
        return Demand(
            place.rule,
            row,
            applies,
            stands,
            tuple(rule for verdict, rule in found if verdict),
            tuple(rule for verdict, rule in found if verdict is None),
            defences,
        )

    def _when(self, rule: Rule, row: int | None, verdicts: Sequence[Any], facts: Facts, rows: Rows) -> Truth:
        """The condition of a rule, derived facts included."""
        seen, seen_rows = self.with_conclusions(verdicts, facts, rows)
        return truth(rule.when, seen if row is None else {**seen, **seen_rows[row]}, seen_rows)

    def with_conclusions(
        self, verdicts: Sequence[Any], facts: Facts, rows: Rows
    ) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """The facts and rows with every derived fact written in."""
        seen, seen_rows = dict(facts), [dict(r) for r in rows]
        for name, verdict in zip(self.book.order, verdicts, strict=True):
            if name.startswith("= "):
                if isinstance(verdict, list):
                    for own, value in zip(seen_rows, verdict, strict=True):
                        own[name[2:]] = value
                else:
                    seen[name[2:]] = verdict
        return seen, seen_rows


def _at(verdict: Any, row: int | None) -> Truth:
    if isinstance(verdict, list):
        return any_of(verdict) if row is None else verdict[row]
    return verdict  # type: ignore[no-any-return]


def conclude(demands: Sequence[Demand], in_scope: Truth) -> tuple[Outcome, Bounds]:
    """The outcome of all demands together, and the bounds within which it can still move.

    A stronger outcome that is still open makes the result indeterminate, so that learning
    more never turns one certain outcome into another.
    """
    forbidden = any_of(d.remains for d in demands if d.rule.effect == "forbids")
    licence = any_of(d.remains for d in demands if d.rule.effect == "requires")
    if forbidden:
        return _certain(Outcome.FORBIDDEN)
    if licence and forbidden is False:
        return _certain(Outcome.LICENCE_REQUIRED)
    mildest = Outcome.LICENCE_REQUIRED if licence else _mildest(demands, in_scope)
    if forbidden is None:
        return Outcome.INDETERMINATE, Bounds(mildest, Outcome.FORBIDDEN)
    if licence is None:
        return Outcome.INDETERMINATE, Bounds(mildest, Outcome.LICENCE_REQUIRED)
    # From here on the act may go ahead; the question is only on what footing.
    if footing := _footing([rule for d in demands for rule in d.relied_on]):
        return _certain(footing)
    strictest = Outcome.NOT_SUBJECT if in_scope is False else Outcome.NO_LICENCE_REQUIRED
    if demands:
        strictest = _footing([*(r for d in demands for r in (*d.lifters, *d.defences))]) or strictest
    if mildest is strictest:
        return _certain(mildest)
    return Outcome.INDETERMINATE, Bounds(mildest, strictest)


def _certain(outcome: Outcome) -> tuple[Outcome, Bounds]:
    return outcome, Bounds(outcome, outcome)


def _mildest(demands: Sequence[Demand], in_scope: Truth) -> Outcome:
    """The outcome if everything that is unknown turns out well."""
    relied_on = [rule for d in demands for rule in d.relied_on]
    relied_on += [rule for d in demands if d.stands and not d.lifters for rule in d.open_lifters]
    if footing := _footing(relied_on):
        return footing
    return Outcome.NO_LICENCE_REQUIRED if in_scope else Outcome.NOT_SUBJECT


def _footing(rules: Sequence[Rule]) -> Outcome | None:
    """The kind of authorisation: of several the one that asks most of who relies on it."""
    kinds = {BY_BASIS[rule.basis] for rule in rules if rule.basis in BY_BASIS}
    return next((outcome for outcome in BY_BASIS.values() if outcome in kinds), None)
