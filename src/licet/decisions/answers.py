"""Answers: acts with something more, or something else, known; and which values are worth trying.

A fact matters to the law only through the comparisons that rules make with it, so a few
values on either side of each comparison stand for all others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from licet.act import Act
from licet.decisions.questions import IDENTITY, Question
from licet.language import expression as e
from licet.language.rulebook import Rulebook
from licet.language.values import ABSENT, Known, Value, members

_DAY = timedelta(days=1)


def answered(act: Act, question: Question, value: Known) -> Act:
    """The act with one question answered (or a known fact changed, or taken away with ``None``)."""
    if question.party is None:
        return replace(act, facts={**act.facts, question.fact: value})
    parties = list(act.parties)
    party = parties[question.party]
    if question.fact == IDENTITY:
        party = replace(party, same_as=str(value) if value is not None else None)
    elif question.fact == "party.name":
        party = replace(party, name=str(value) if value is not None else None)
    elif question.fact == "party.roles":
        party = replace(party, roles=value if isinstance(value, frozenset) else frozenset())
    else:
        party = replace(party, facts={**party.facts, question.fact: value})
    parties[question.party] = party
    return replace(act, parties=tuple(parties))


def all_answered(act: Act, answers: Iterable[tuple[Question, Known]]) -> Act:
    """The act with several questions answered."""
    for question, value in answers:
        act = answered(act, question, value)
    return act


def worth_trying(book: Rulebook, question: Question, act: Act) -> tuple[Value, ...]:
    """Values of a fact that the law can tell apart, absence included where it may be absent."""
    if question.fact == IDENTITY:
        return (question.candidate, "none")
    if question.fact == "party.name":
        # Somebody whom no list knows; who else it may be cannot be tried out.
        return ("somebody not listed",)
    entry = book.vocabulary[question.fact]
    if entry.type == "flag":
        return (True, False)
    if entry.type == "choice":
        return (*entry.values, ABSENT)
    found: dict[Any, None] = dict.fromkeys(_values(book, question.fact))
    for other in _compared(book, question.fact):
        known = act.facts.get(other)
        if isinstance(known, date):
            found.update(dict.fromkeys((known - _DAY, known, known + _DAY)))
        elif isinstance(known, int | float) and not isinstance(known, bool):
            found.update(dict.fromkeys((known - 1, known, known + 1)))
    if entry.type == "set":
        return (members(()), *(members([v]) for v in found))
    return (*found, ABSENT)


@lru_cache(maxsize=4096)
def _values(book: Rulebook, name: str) -> tuple[Value, ...]:
    found: dict[Any, None] = {}
    for rule in book:
        for condition in (rule.when, *(r.when for r in rule.reviews)):
            for atom in e.atoms(condition):
                if name in e.facts(atom):
                    found.update(dict.fromkeys(_around(atom)))
    return tuple(found)


@lru_cache(maxsize=4096)
def _compared(book: Rulebook, name: str) -> tuple[str, ...]:
    """Facts that some rule compares with this one."""
    found: dict[str, None] = {}
    for rule in book:
        for atom in e.atoms(rule.when):
            if isinstance(atom, e.Compare) and isinstance(atom.right, e.Fact):
                pair = (atom.left.name, atom.right.name)
                if name in pair:
                    found[pair[1] if pair[0] == name else pair[0]] = None
    return tuple(found)


def _around(atom: e.Condition) -> Iterator[Value]:
    match atom:
        case e.Compare(_, _, e.Literal(value)):
            if isinstance(value, date) and not isinstance(value, datetime):
                yield from (value - _DAY, value, value + _DAY)
            elif isinstance(value, int | float) and not isinstance(value, bool):
                yield from (value - 1, value, value + 1)
            else:
                yield value
        case e.OneOf(_, values):
            yield from values
        case e.Under(_, codes):
            yield from codes
        case e.Has(_, member):
            yield member
        case e.StartsWith(_, prefix):
            yield prefix
