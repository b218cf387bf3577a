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

from licet.language.rule import Rule
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
    ``defences`` the savings clauses and exclusions that surely keep it from standing;
    ``open_defences`` the savings clauses on which that may come to rest, while ``excluded`` says
    whether something else keeps it off anyway.
    """

    rule: Rule
    row: int | None
    applies: Truth
    stands: Truth
    lifters: tuple[Rule, ...] = ()
    open_lifters: tuple[Rule, ...] = ()
    defences: tuple[Rule, ...] = ()
    open_defences: tuple[Rule, ...] = ()
    excluded: Truth = False

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

    @property
    def may_rely_on(self) -> tuple[Rule, ...]:
        """What the act escapes it by, if it turns out to stand or to apply at all."""
        lifters = (*self.lifters, *self.open_lifters) if self.stands is not False else ()
        return (*lifters, *self.defences, *self.open_defences)


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
        strictest = _footing([rule for d in demands for rule in d.may_rely_on]) or strictest
    if mildest is strictest:
        return _certain(mildest)
    return Outcome.INDETERMINATE, Bounds(mildest, strictest)


def _certain(outcome: Outcome) -> tuple[Outcome, Bounds]:
    return outcome, Bounds(outcome, outcome)


def _mildest(demands: Sequence[Demand], in_scope: Truth) -> Outcome:
    """The outcome if everything that is unknown turns out well."""
    relied_on = [rule for d in demands for rule in d.relied_on]
    for demand in demands:
        # Of the ways that are open, the one that asks least; what is open anyway comes first.
        if demand.stands and not demand.lifters:
            relied_on += _lightest(demand.open_lifters)
        elif demand.applies and demand.stands is None and demand.excluded is False:
            relied_on += _lightest((*demand.lifters, *demand.open_lifters, *demand.open_defences))
    if footing := _footing(relied_on):
        return footing
    return Outcome.NO_LICENCE_REQUIRED if in_scope else Outcome.NOT_SUBJECT


def _lightest(rules: Sequence[Rule]) -> list[Rule]:
    """Of several ways out the one that asks least; an exclusion asks nothing."""
    bases = list(BY_BASIS)
    if any(rule.basis not in BY_BASIS for rule in rules):
        return []
    return sorted(rules, key=lambda rule: bases.index(rule.basis))[-1:]


def _footing(rules: Sequence[Rule]) -> Outcome | None:
    """The kind of authorisation: of several the one that asks most of who relies on it."""
    kinds = {BY_BASIS[rule.basis] for rule in rules if rule.basis in BY_BASIS}
    return next((outcome for outcome in BY_BASIS.values() if outcome in kinds), None)
