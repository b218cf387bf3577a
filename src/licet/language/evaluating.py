"""The meaning of a condition: the specification that every engine is checked against."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from licet.language import expression as e
from licet.language.values import ABSENT, Known, PartlyKnown, Truth, all_of, any_of, negation

Facts = Mapping[str, Known]
Rows = Sequence[Facts]

ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def truth(node: e.Condition, facts: Facts, rows: Rows = ()) -> Truth:
    """Whether ``node`` holds: true, false, or ``None`` for unknown.

    ``facts`` are those of the act (and of one party, where the condition is read for one);
    ``rows`` are the parties of the act, for ``some party (...)``.
    """
    match node:
        case e.And(args):
            return all_of(truth(a, facts, rows) for a in args)
        case e.Or(args):
            return any_of(truth(a, facts, rows) for a in args)
        case e.Not(arg):
            return negation(truth(arg, facts, rows))
        case e.Literal(value):
            return bool(value)
        case e.Fact(name):
            stated = facts.get(name)
            return None if stated is None else stated is True
        case e.SomeParty(body):
            return any_of(truth(body, {**facts, **row}, rows) for row in rows)
        case e.IsKnown(e.Fact(name)):
            return facts.get(name) is not None
        case e.Compare(op, e.Fact(name), right):
            other: Known = right.value if isinstance(right, e.Literal) else facts.get(right.name)
            return compare(op, facts.get(name), other)
    return _leaf(node, facts)


def _leaf(node: e.Condition, facts: Facts) -> Truth:
    match node:
        case e.IsAbsent(e.Fact(name)):
            value = facts.get(name)
            return None if value is None else value is ABSENT
        case e.OneOf(e.Fact(name), values):
            return one_of(facts.get(name), values)
        case e.Has(e.Fact(name), member):
            return has(facts.get(name), member)
        case e.StartsWith(e.Fact(name), prefix):
            value = facts.get(name)
            return None if value is None else isinstance(value, str) and value.startswith(prefix)
        case e.Under(e.Fact(name), codes):
            return under(facts.get(name), codes)
    raise TypeError(f"not a condition: {node!r}")


def compare(op: str, left: Known, right: Known) -> Truth:
    """Compare two values; anything unknown makes the result unknown.

    What is absent is unequal to everything but absence and stands in no order.
    """
    if left is None or right is None:
        return None
    if op == "==":
        return _day(left, right) == _day(right, left)
    if op == "!=":
        return _day(left, right) != _day(right, left)
    if left is ABSENT or right is ABSENT:
        return False
    return ORDER[op](_day(left, right), _day(right, left))


def _day(value: Known, other: Known) -> Known:
    """An instant compared with a day counts as the day it falls on."""
    if isinstance(value, datetime) and not isinstance(other, datetime):
        return value.date()
    return value


def one_of(value: Known, values: Sequence[Known]) -> Truth:
    """Whether a value is one of ``values``; an instant is on the day it falls on."""
    if value is None:
        return None
    return value in values or (isinstance(value, datetime) and any(_day(value, v) == v for v in values))


def has(value: Known, member: str) -> Truth:
    """Whether a set-valued fact contains ``member``."""
    match value:
        case None:
            return None
        case PartlyKnown():
            return value.has(member)
        case frozenset():
            return member in value
    return False


def under(value: Known, codes: Sequence[str]) -> Truth:
    """Whether a code, or some code of a set, is one of ``codes`` or a paragraph of one."""
    match value:
        case None:
            return None
        case str():
            return e.is_under(value, codes)
        case frozenset():
            return any(e.is_under(member, codes) for member in value)
        case PartlyKnown(sure, open_):
            if any(e.is_under(member, codes) for member in sure):
                return True
            return None if any(e.is_under(member, codes) for member in open_) else False
    return False
