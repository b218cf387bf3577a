"""Types: a condition may only say of a fact what the vocabulary lets it be."""

from __future__ import annotations

from datetime import date

from licet.language import expression as e
from licet.language.errors import FactError, LawError
from licet.language.values import Scalar
from licet.language.vocabulary import Entry, Vocabulary


def check_condition(node: e.Condition, vocabulary: Vocabulary, where: str, of_party: bool = False) -> None:
    """Raise :class:`LawError` unless every fact in ``node`` exists and is used as its type allows.

    ``of_party`` says that the condition is read for one party; elsewhere facts of a party
    may only stand inside ``some party (...)``.
    """
    match node:
        case e.And(args) | e.Or(args):
            for arg in args:
                check_condition(arg, vocabulary, where, of_party)
        case e.Not(arg):
            check_condition(arg, vocabulary, where, of_party)
        case e.SomeParty(body):
            check_condition(body, vocabulary, where, True)
        case e.Literal(value):
            if not isinstance(value, bool):
                raise LawError(f"{where}: {e.show(node)} is not a condition")
        case _:
            _check_atom(node, vocabulary, where, of_party)


def _check_atom(node: e.Condition, vocabulary: Vocabulary, where: str, of_party: bool) -> None:
    said = e.show(node)
    entries = []
    for name in e.facts(node):
        try:
            entries.append(vocabulary[name])
        except FactError as error:
            raise LawError(f"{where}: {error} (in {said!r})") from None
    for entry in entries:
        if entry.of_party and not of_party:
            raise LawError(f"{where}: {entry.name} belongs to a party; write some party ({said})")
    problem = _problem(node, entries)
    if problem:
        raise LawError(f"{where}: {problem} (in {said!r})")


def _problem(node: e.Condition, entries: list[Entry]) -> str | None:
    first = entries[0]
    match node:
        case e.Fact():
            return None if first.type == "flag" else f"{first.name} is a {first.type}, not a flag"
        case e.Compare(op, _, e.Literal(value)):
            return _order_problem(op, first) or _value_problem(first, value)
        case e.Compare(op, _, e.Fact()):
            if first.type != entries[1].type:
                return f"{first.name} is a {first.type} and {entries[1].name} a {entries[1].type}"
            return _order_problem(op, first)
        case e.OneOf(_, values):
            return next((p for v in values if (p := _value_problem(first, v))), None)
        case e.Has(_, member):
            if first.type != "set":
                return f"{first.name} is a {first.type}, not a set"
            if first.values and member not in first.values:
                return f"{member!r} is not one of {', '.join(first.values)}"
        case e.StartsWith():
            return None if first.type in ("text", "code") else f"{first.name} is a {first.type}, not a text"
        case e.Under():
            return None if first.type in ("code", "set") else f"{first.name} is a {first.type}, not a code"
    return None


def _order_problem(op: str, entry: Entry) -> str | None:
    if op in ("==", "!="):
        return None if entry.type != "set" else f"{entry.name} is a set; use in"
    return None if entry.type in ("number", "date") else f"{entry.name} is a {entry.type} and has no order"


def _value_problem(entry: Entry, value: Scalar) -> str | None:
    match entry.type:
        case "number":
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        case "date":
            fits = isinstance(value, date)
        case "flag":
            fits = isinstance(value, bool)
        case "choice":
            if isinstance(value, str) and value not in entry.values:
                return f"{value!r} is not one of {', '.join(entry.values)}"
            fits = isinstance(value, str)
        case "set":
            return f"{entry.name} is a set; write {value!r} in {entry.name}"
        case _:
            fits = isinstance(value, str)
    return None if fits else f"{entry.name} is a {entry.type}, not {value!r}"
