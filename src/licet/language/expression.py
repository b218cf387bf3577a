"""Conditions: a dozen immutable nodes that every engine gives one meaning.

A condition is true, false or unknown (``None``). The connectives follow Kleene, which is
also what SQL and data frames do with nulls, so a condition means the same thing in
every engine built on this tree.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from licet.language.values import Scalar


@dataclass(frozen=True, slots=True)
class Fact:
    """A named property of an act, such as ``item.eccn``."""

    name: str


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant: text, number, date or truth value."""

    value: Scalar


@dataclass(frozen=True, slots=True)
class Compare:
    """``left op right`` with ``op`` one of ``== != < <= > >=``."""

    op: str
    left: Fact
    right: Fact | Literal


@dataclass(frozen=True, slots=True)
class OneOf:
    """``item in ("a", "b")``."""

    item: Fact
    values: tuple[Scalar, ...]


@dataclass(frozen=True, slots=True)
class Has:
    """``"NS2" in item.controls``, for facts that are sets."""

    item: Fact
    member: str


@dataclass(frozen=True, slots=True)
class StartsWith:
    """``item starts with "5E"``."""

    item: Fact
    prefix: str


@dataclass(frozen=True, slots=True)
class Under:
    """``item under ("3A001.a", "5A002")``: a code, or any paragraph below it."""

    item: Fact
    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class IsKnown:
    """True when somebody has said anything of the fact; never unknown itself."""

    item: Fact


@dataclass(frozen=True, slots=True)
class IsAbsent:
    """True when the fact is known to be none; unknown while nobody has said."""

    item: Fact


@dataclass(frozen=True, slots=True)
class Not:
    arg: Condition


@dataclass(frozen=True, slots=True)
class And:
    args: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Or:
    args: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class SomeParty:
    """True when the body holds for at least one party (and one listing of that party)."""

    body: Condition


Condition = (
    Fact
    | Literal
    | Compare
    | OneOf
    | Has
    | StartsWith
    | Under
    | IsKnown
    | IsAbsent
    | Not
    | And
    | Or
    | SomeParty
)

TRUE, FALSE = Literal(True), Literal(False)


def children(node: Condition) -> tuple[Condition, ...]:
    """The conditions and facts directly inside ``node``."""
    match node:
        case And(args) | Or(args):
            return args
        case Not(arg) | SomeParty(arg):
            return (arg,)
        case Compare(_, left, right):
            return (left, right)
        case OneOf(item) | Has(item) | StartsWith(item) | Under(item) | IsKnown(item) | IsAbsent(item):
            return (item,)
    return ()


def facts(node: Condition) -> Iterator[str]:
    """Names of the facts that ``node`` reads, in reading order, repeats included."""
    if isinstance(node, Fact):
        yield node.name
    for child in children(node):
        yield from facts(child)


def atoms(node: Condition) -> Iterator[Condition]:
    """The leaves of ``node``: everything that is not a connective or a literal."""
    match node:
        case And(args) | Or(args):
            for arg in args:
                yield from atoms(arg)
        case Not(arg) | SomeParty(arg):
            yield from atoms(arg)
        case Literal():
            return
        case _:
            yield node


def replaced(node: Condition, change: Callable[[Condition], Condition | None]) -> Condition:
    """``node`` with every part for which ``change`` returns something put in its place."""
    if (new := change(node)) is not None:
        return new
    match node:
        case And(args):
            return And(tuple(replaced(a, change) for a in args))
        case Or(args):
            return Or(tuple(replaced(a, change) for a in args))
        case Not(arg):
            return Not(replaced(arg, change))
        case SomeParty(body):
            return SomeParty(replaced(body, change))
    return node


def is_under(code: str, codes: Sequence[str]) -> bool:
    """Whether ``code`` is one of ``codes`` or a paragraph of one: 3A001.a.5 is under 3A001.a."""
    return any(code == c or code.startswith(f"{c}.") for c in codes)


# Writing a condition out ------------------------------------------------------------

_TIGHTNESS = {Or: 1, And: 2, Not: 3}


def show(node: Condition) -> str:
    """The condition as text that parses back to an equal condition."""
    match node:
        case Fact(name):
            return name
        case Literal(value):
            return _literal(value)
        case Compare(op, left, right):
            return f"{show(left)} {op} {show(right)}"
        case OneOf(item, values):
            return f"{show(item)} in {_tuple(values)}"
        case Has(item, member):
            return f"{_literal(member)} in {show(item)}"
        case StartsWith(item, prefix):
            return f"{show(item)} starts with {_literal(prefix)}"
        case Under(item, codes):
            return f"{show(item)} under {_tuple(codes)}"
        case IsKnown(item):
            return f"{show(item)} is known"
        case IsAbsent(item):
            return f"{show(item)} is none"
        case Not(arg):
            return f"not {_inside(arg, 3)}"
        case And(args):
            return " and ".join(_inside(a, 3) for a in args)
        case Or(args):
            return " or ".join(_inside(a, 2) for a in args)
        case SomeParty(body):
            return f"some party ({show(body)})"


def _inside(node: Condition, needed: int) -> str:
    text = show(node)
    return f"({text})" if _TIGHTNESS.get(type(node), 9) < needed else text


def _literal(value: Scalar) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case datetime() | date():
            return value.isoformat()
        case str():
            return '"' + "".join(map(_character, value)) + '"'
        case float():
            # Python's repr of a float is the shortest text that reads back to it.
            return repr(value)
    return str(value)


def _character(c: str) -> str:
    """A character of a text in quotes; what an editor or a parser would trip over is escaped."""
    if c in '\\"':
        return f"\\{c}"
    return c if c.isprintable() or c == " " else f"\\U{ord(c):08x}"


def _tuple(values: Sequence[Scalar]) -> str:
    inside = ", ".join(_literal(v) for v in values)
    return f"({inside},)" if len(values) == 1 else f"({inside})"
