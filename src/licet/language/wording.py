"""Conditions in words: what is asked of each fact, and the answer with which the condition holds."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from licet.language import expression as e
from licet.language.values import Scalar, spoken
from licet.language.vocabulary import Vocabulary

_SAID = {
    "==": "{}", "!=": "anything but {}", "<": "less than {}", "<=": "{} or less", ">": "more than {}",
    ">=": "{} or more",
}  # fmt: skip
_OF_DAYS = {"<": "before {}", "<=": "{} or before", ">": "after {}", ">=": "{} or after"}


@dataclass(frozen=True, slots=True)
class Wording:
    """A condition in words.

    A connective has its ``joint`` ("all of these", "any of these", "not so", "for at least one party")
    and ``parts``; a comparison the ``fact`` it reads, the question (``ask``) that the vocabulary has
    for it, and the answer that is ``expected``.
    """

    joint: str = ""
    parts: tuple[Wording, ...] = ()
    fact: str = ""
    ask: str = ""
    expected: str = ""


def worded(node: e.Condition, vocabulary: Vocabulary) -> Wording:
    """The condition in words; its parts stand in the order in which they are written."""
    match node:
        case e.And(args):
            return Wording("all of these", tuple(worded(arg, vocabulary) for arg in args))
        case e.Or(args):
            return Wording("any of these", tuple(worded(arg, vocabulary) for arg in args))
        case e.SomeParty(body):
            return Wording("for at least one party", (worded(body, vocabulary),))
        case e.Not(e.And() | e.Or() | e.SomeParty() | e.Not() as inside):
            return Wording("not so", (worded(inside, vocabulary),))
        case e.Not(inside):
            return _leaf(inside, _denied(inside), vocabulary)
        case e.Literal(value):
            return Wording(expected="always" if value else "never")
    return _leaf(node, _expected(node), vocabulary)


def _leaf(node: e.Condition, expected: str, vocabulary: Vocabulary) -> Wording:
    name = next(e.facts(node), "")
    return Wording(fact=name, ask=vocabulary[name].ask if name else "", expected=expected)


def _expected(node: e.Condition) -> str:
    match node:
        case e.Fact():
            return "yes"
        case e.Compare(op, _, e.Fact(name)):
            return _said(op, name).format(f"the same as {name}" if op == "==" else name)
        case e.Compare(op, _, e.Literal(value)):
            return _said(op, value).format(spoken(value))
        case e.OneOf(_, values):
            return _either(values)
        case e.Has(_, member):
            return f"{member} is among them"
        case e.StartsWith(_, prefix):
            return f"begins with {prefix}"
        case e.Under(_, codes):
            return f"{_either(codes)}, or a paragraph below"
        case e.IsKnown():
            return "somebody has said"
        case e.IsAbsent():
            return "none"
    return e.show(node)


def _denied(node: e.Condition) -> str:
    match node:
        case e.Fact():
            return "no"
        case e.Has(_, member):
            return f"{member} is not among them"
        case e.IsKnown():
            return "nobody has said"
        case e.IsAbsent():
            return "there is one"
        case e.StartsWith(_, prefix):
            return f"does not begin with {prefix}"
        case e.Literal(value):
            return "never" if value else "always"
    return f"anything but {_expected(node)}"


def _said(op: str, value: Scalar) -> str:
    days = not isinstance(value, int | float | str)
    return _OF_DAYS.get(op, _SAID[op]) if days else _SAID[op]


def _either(values: Iterable[Scalar]) -> str:
    *first, last = map(spoken, values)
    return f"{', '.join(first)} or {last}" if first else last
