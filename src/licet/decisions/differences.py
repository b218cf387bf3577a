"""Differences: what the law says on one day and not on another, rule by rule, and by which instrument."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from licet.decisions.calendar import Turn, calendar
from licet.language.rule import Rule
from licet.language.window import Clock, Standing, Window
from licet.regime import Regime


@dataclass(frozen=True, slots=True)
class Difference:
    """A rule that stands otherwise, or by another window, after than before.

    ``turned`` says how: begins, ends, becomes uncertain, or goes on under another window; ``by`` is the
    instrument behind it.
    """

    rule: Rule
    before: Standing
    after: Standing
    turned: str
    by: str


def differences(regime: Regime, before: Clock, after: Clock) -> tuple[Difference, ...]:
    """Every rule whose standing differs between two views of time, in the order of the book."""
    return tuple(_differences(regime, before, after))


def _differences(regime: Regime, before: Clock, after: Clock) -> Iterator[Difference]:
    for rule in regime.book:
        one, two = (regime.book.standing(rule, clock) for clock in (before, after))
        turned = _turned(one, two)
        if turned:
            yield Difference(rule, one, two, turned, _by(one, two))


def _turned(one: Standing, two: Standing) -> str:
    if one.truth is two.truth:
        other = two.truth is not False and one.window != two.window
        return "goes on under another window" if other else ""
    if two.truth is None:
        return "becomes uncertain"
    return "begins" if two.truth else "ends"


def _by(one: Standing, two: Standing) -> str:
    """The instrument of the window that begins; of one that ends, the one that struck it, else its own."""
    if two.truth is not False:
        return two.window.by if two.window else ""
    ended: Window | None = one.window
    if ended is None:
        return ""
    # Another window may have taken over and be suspended, or not in force.
    if two.window is not None and two.window != ended and two.window.state != "in force":
        return two.window.by
    return (ended.struck_by if ended.struck is not None else "") or ended.by


def between(regime: Regime, before: Clock, after: Clock) -> tuple[Turn, ...]:
    """What turned in lists and tables after the first day and up to the second, as the calendar has it."""
    first, last = sorted((before.today, after.today))
    return tuple(turn for turn in calendar(regime) if first < turn.day <= last and not turn.rule)
