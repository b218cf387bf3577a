"""Programs: the rule logic as a list of named formulas over words of bits, for any engine to spell.

What an act states is read once into *words*: integers (int64, bits 0 to 61, never null) in which
every comparison a rule makes has two bits, *known* and *true*. A program names formulas over
those words, each after everything it refers to. Truth is Kleene's; an engine has to spell the
dozen forms below and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from licet.language.values import Truth


@dataclass(frozen=True, slots=True)
class Atom:
    """A comparison in a word: unknown where the bit ``known`` is 0, else whether ``true`` is set."""

    word: str
    known: int
    true: int


@dataclass(frozen=True, slots=True)
class Flag:
    """Whether a bit of a word is set: never unknown."""

    word: str
    mask: int


@dataclass(frozen=True, slots=True)
class Ref:
    """The value of an earlier step."""

    name: str


@dataclass(frozen=True, slots=True)
class Lit:
    """A constant: true, false or unknown."""

    truth: Truth


@dataclass(frozen=True, slots=True)
class All:
    """Kleene conjunction; true of nothing."""

    args: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """Kleene disjunction; false of nothing."""

    args: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Kleene negation."""

    arg: Formula


@dataclass(frozen=True, slots=True)
class IsTrue:
    """Whether something is surely true: never unknown itself."""

    arg: Formula


@dataclass(frozen=True, slots=True)
class IsUnknown:
    """Whether something is unknown: never unknown itself."""

    arg: Formula


@dataclass(frozen=True, slots=True)
class First:
    """A number: that of the first case whose formula is surely true, else ``otherwise``."""

    cases: tuple[tuple[Formula, int], ...]
    otherwise: int


@dataclass(frozen=True, slots=True)
class Pack:
    """A number (int64) in which bit ``i`` says whether formula ``i`` is surely true; at most 62."""

    bits: tuple[Formula, ...]


Formula = Atom | Flag | Ref | Lit | All | Any | Not | IsTrue | IsUnknown | First | Pack
TRUE, FALSE, UNKNOWN = Lit(True), Lit(False), Lit(None)
BITS = 62


@dataclass(frozen=True, slots=True)
class Step:
    """One named formula."""

    name: str
    formula: Formula


@dataclass(frozen=True, eq=False)
class Program:
    """Steps in order; ``outputs`` are the names of the steps (numbers) that are the result."""

    words: tuple[str, ...]
    steps: tuple[Step, ...]
    outputs: tuple[str, ...]

    @cached_property
    def levels(self) -> tuple[tuple[Step, ...], ...]:
        """The steps in layers: none refers to another of its own layer or of a later one."""
        depth: dict[str, int] = {}
        layers: list[list[Step]] = []
        for step in self.steps:
            at = max((depth[name] + 1 for name in refs(step.formula)), default=0)
            depth[step.name] = at
            if at == len(layers):
                layers.append([])
            layers[at].append(step)
        return tuple(map(tuple, layers))

    @cached_property
    def kept(self) -> tuple[frozenset[str], ...]:
        """For each layer the names of steps that a later layer, or the result, still needs."""
        needed = set(self.outputs)
        kept: list[frozenset[str]] = []
        for layer in reversed(self.levels):
            kept.append(frozenset(needed))
            for step in layer:
                needed.update(refs(step.formula))
        return tuple(reversed(kept))


def parts(formula: Formula) -> tuple[Formula, ...]:
    """The formulas directly inside."""
    match formula:
        case All(args) | Any(args):
            return args
        case Not(arg) | IsTrue(arg) | IsUnknown(arg):
            return (arg,)
        case First(cases):
            return tuple(one for one, _ in cases)
        case Pack(bits):
            return bits
    return ()


def refs(formula: Formula) -> Iterator[str]:
    """Names of the steps that a formula refers to."""
    if isinstance(formula, Ref):
        yield formula.name
    for part in parts(formula):
        yield from refs(part)


# Formulas with what is certain folded away ---------------------------------------------


def all_of(args: list[Formula]) -> Formula:
    """A conjunction without parts that cannot matter."""
    return _joined(args, FALSE, TRUE, All)


def any_of(args: list[Formula]) -> Formula:
    """A disjunction without parts that cannot matter."""
    return _joined(args, TRUE, FALSE, Any)


def not_(arg: Formula) -> Formula:
    """A negation; of a constant or another negation, what it comes to."""
    match arg:
        case Lit(None):
            return UNKNOWN
        case Lit(truth):
            return Lit(not truth)
        case Not(inner):
            return inner
    return Not(arg)


def is_true(arg: Formula) -> Formula:
    """Whether something is surely true."""
    if isinstance(arg, Lit):
        return Lit(arg.truth is True)
    return arg if isinstance(arg, Flag | IsTrue | IsUnknown) else IsTrue(arg)


def is_unknown(arg: Formula) -> Formula:
    """Whether something is unknown."""
    if isinstance(arg, Lit):
        return Lit(arg.truth is None)
    return FALSE if isinstance(arg, Flag | IsTrue | IsUnknown) else IsUnknown(arg)


def is_false(arg: Formula) -> Formula:
    """Whether something is surely false."""
    return is_true(not_(arg))


def _joined(args: list[Formula], wins: Lit, idle: Lit, kind: type[All] | type[Any]) -> Formula:
    if wins in args:
        return wins
    kept = list(dict.fromkeys(a for a in args if a != idle))
    return kind(tuple(kept)) if len(kept) > 1 else kept[0] if kept else idle


def evaluate(program: Program, words: dict[str, int]) -> dict[str, int]:
    """What a program comes to for one row of words: the specification of every engine."""
    found: dict[str, Truth | int] = {}
    for step in program.steps:
        found[step.name] = _value(step.formula, words, found)
    return {name: int(found[name] or 0) for name in program.outputs}


def _value(formula: Formula, words: dict[str, int], found: dict[str, Truth | int]) -> Truth | int:
    match formula:
        case Atom(word, known, true):
            return bool(words[word] & true) if words[word] & known else None
        case Flag(word, mask):
            return bool(words[word] & mask)
        case Ref(name):
            return found[name]
        case Lit(truth):
            return truth
        case All(args) | Any(args):
            truths = [_value(a, words, found) for a in args]
            wins = isinstance(formula, Any)
            return wins if wins in truths else None if None in truths else not wins
        case Not(arg):
            inner = _value(arg, words, found)
            return None if inner is None else not inner
        case IsTrue(arg):
            return _value(arg, words, found) is True
        case IsUnknown(arg):
            return _value(arg, words, found) is None
        case First(cases, otherwise):
            return next((n for one, n in cases if _value(one, words, found) is True), otherwise)
        case Pack(bits):
            return sum(1 << i for i, one in enumerate(bits) if _value(one, words, found) is True)
