"""One walk over a program for every engine: which columns each pass over the rows makes and carries on.

An engine says how it writes each form (:class:`Spelling`); the walk gives it a first layer in
which every comparison is read from its word once, and then the layers of the program. Columns
have short names of their own (``w0`` words, ``a0`` comparisons, ``s0`` steps), so that nothing
depends on what an engine thinks of a dot, a capital or a quote in a name.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Generic, TypeVar

from licet.columns import program as form
from licet.columns.program import Formula, Program
from licet.language.values import Truth

E = TypeVar("E")
"""What an engine's expressions are."""


class Spelling(ABC, Generic[E]):
    """How an engine writes each form, given its parts already written.

    Truths are Boolean expressions in which null is unknown; words and numbers are int64.
    """

    @abstractmethod
    def column(self, name: str) -> E:
        """The value of a column of the layer before."""

    @abstractmethod
    def atom(self, word: E, known: int, true: int) -> E:
        """Null where no bit of ``known`` is set, else whether one of ``true`` is."""

    @abstractmethod
    def flag(self, word: E, mask: int) -> E:
        """Whether a bit of the mask is set."""

    @abstractmethod
    def literal(self, truth: Truth) -> E:
        """True, false or null, for every row."""

    @abstractmethod
    def every(self, args: list[E]) -> E:
        """Kleene conjunction of at least one."""

    @abstractmethod
    def some(self, args: list[E]) -> E:
        """Kleene disjunction of at least one."""

    @abstractmethod
    def negated(self, arg: E) -> E:
        """Kleene negation."""

    @abstractmethod
    def surely(self, arg: E) -> E:
        """True where the argument is, else false."""

    @abstractmethod
    def unknown(self, arg: E) -> E:
        """Whether the argument is null."""

    @abstractmethod
    def first(self, cases: list[tuple[E, int]], otherwise: int) -> E:
        """The number of the first case that is true."""

    @abstractmethod
    def packed(self, bits: list[E]) -> E:
        """Bit ``i`` set where truth ``i`` is true."""


@dataclass(frozen=True, slots=True)
class Layer(Generic[E]):
    """One pass over the rows: names of columns carried on from before, and new ones with what they are."""

    carried: tuple[str, ...]
    made: tuple[tuple[str, E], ...]


class Names:
    """Short names for the words, comparisons and steps of a program."""

    def __init__(self, program: Program) -> None:
        self.words = {word: f"w{i}" for i, word in enumerate(program.words)}
        self.steps = {step.name: f"s{i}" for i, step in enumerate(program.steps)}
        read = dict.fromkeys(atom for step in program.steps for atom in _read(step.formula))
        self.atoms = {atom: f"a{i}" for i, atom in enumerate(read)}
        self.outputs = tuple(self.steps[name] for name in program.outputs)


@lru_cache(maxsize=64)
def names_of(program: Program) -> Names:
    """The names of a program, given once."""
    return Names(program)


def layers(program: Program, names: Names, spelling: Spelling[E]) -> Iterator[Layer[E]]:
    """The passes in order; the first makes comparisons from words, the last leaves the outputs alone."""
    needed = _atoms_needed_after(program, names)
    yield Layer((), tuple((name, _compared(atom, names, spelling)) for atom, name in names.atoms.items()))
    before: set[str] = set()
    for steps, kept, atoms in zip(program.levels, program.kept, needed, strict=True):
        carried = (*atoms, *(names.steps[name] for name in sorted(before & kept)))
        yield Layer(
            carried,
            tuple(
                (names.steps[s.name], spelled(s.formula, names, spelling)) for s in steps if s.name in kept
            ),
        )
        before.update(step.name for step in steps)


def spelled(formula: Formula, names: Names, spelling: Spelling[E]) -> E:
    """A formula as an engine writes it, over the columns of the layer before."""

    def each(formulas: Iterable[Formula]) -> list[E]:
        return [spelled(one, names, spelling) for one in formulas]

    match formula:
        case form.Atom() | form.Flag():
            return spelling.column(names.atoms[formula])
        case form.Ref(name):
            return spelling.column(names.steps[name])
        case form.Lit(truth):
            return spelling.literal(truth)
        case form.All(args):
            return spelling.every(each(args)) if args else spelling.literal(True)
        case form.Any(args):
            return spelling.some(each(args)) if args else spelling.literal(False)
        case form.Not(arg):
            return spelling.negated(spelled(arg, names, spelling))
        case form.IsTrue(arg):
            return spelling.surely(spelled(arg, names, spelling))
        case form.IsUnknown(arg):
            return spelling.unknown(spelled(arg, names, spelling))
        case form.First(cases, otherwise):
            numbers = [number for _, number in cases]
            return spelling.first(list(zip(each(one for one, _ in cases), numbers, strict=True)), otherwise)
        case form.Pack(bits):
            return spelling.packed(each(bits))


def _compared(atom: form.Atom | form.Flag, names: Names, spelling: Spelling[E]) -> E:
    word = spelling.column(names.words[atom.word])
    if isinstance(atom, form.Flag):
        return spelling.flag(word, atom.mask)
    return spelling.atom(word, atom.known, atom.true)


def _read(formula: Formula) -> Iterator[form.Atom | form.Flag]:
    if isinstance(formula, form.Atom | form.Flag):
        yield formula
    for part in form.parts(formula):
        yield from _read(part)


def _atoms_needed_after(program: Program, names: Names) -> list[tuple[str, ...]]:
    """For each level of the program the comparisons that a later one reads."""
    needed: dict[str, None] = {}
    after = []
    for level in reversed(program.levels):
        after.append(tuple(needed))
        needed.update((names.atoms[atom], None) for step in level for atom in _read(step.formula))
    return after[::-1]
