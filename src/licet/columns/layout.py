"""The layout: in which bit of which word every comparison of the rules stands.

A rule book looks at a fact only through its comparisons, so the truths of these, taken by the
specification (:func:`licet.language.evaluating.truth`) once for each distinct value, are all
that any engine has to see of it. Bits depend on the books alone, never on the data, so that
words made anywhere mean the same.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from licet.columns.coding import Codes
from licet.columns.program import BITS, Atom, Flag
from licet.language import expression as e
from licet.language.evaluating import truth
from licet.language.rule import POLICIES, Rule
from licet.language.rulebook import Rulebook
from licet.language.values import Known, PartlyKnown
from licet.language.vocabulary import Vocabulary
from licet.language.window import Clock

# A window is open, not open or uncertain: two bits each.
_PAIRS = BITS // 2
ROW_MARKS = ("present", "named", "sure", "listed")


@dataclass(frozen=True, slots=True)
class Bits:
    """Where one truth stands: the word, and the masks *known* and *true*."""

    word: int
    known: int
    true: int


@dataclass(slots=True)
class Words:
    """Bits given out one after another, so many to a word."""

    prefix: str
    used: int = 0
    names: list[str] = field(default_factory=list)

    def bits(self, count: int) -> tuple[int, int]:
        """The word and the place of the first of ``count`` bits that lie together."""
        if not self.names or self.used + count > BITS:
            self.names.append(f"{self.prefix}{len(self.names)}")
            self.used = 0
        place, self.used = self.used, self.used + count
        return len(self.names) - 1, place


@dataclass(frozen=True, slots=True)
class FactBits:
    """One fact: ``stated`` and ``whole`` (nothing of it open) marks, and its comparisons."""

    name: str
    stated: Bits
    whole: Bits
    atoms: tuple[tuple[e.Condition, Bits], ...]

    @property
    def words(self) -> frozenset[int]:
        """The words that it has bits in."""
        return frozenset([self.stated.word, self.whole.word, *(bits.word for _, bits in self.atoms)])

    def masks(self, value: Known) -> dict[int, int]:
        """What a value contributes to which words."""
        found: dict[int, int] = {}
        if value is None:
            return found
        found[self.stated.word] = self.stated.true
        if not isinstance(value, PartlyKnown):
            found[self.whole.word] = found.get(self.whole.word, 0) | self.whole.true
        for node, bits in self.atoms:
            add_truth(found, bits, truth(node, {self.name: value}))
        return found


def grown(tables: dict[int, Codes], fact: FactBits, values: Sequence[Known]) -> dict[int, Codes]:
    """The tables with what the values that are new contribute."""
    have = len(next(iter(tables.values())))
    masks = [fact.masks(value) for value in values[have:]]
    for word in tables if masks else ():
        tables[word] = np.append(tables[word], [mask.get(word, 0) for mask in masks])
    return tables


def add_truth(masks: dict[int, int], bits: Bits, holds: bool | None) -> None:
    """Write one truth into the masks of words."""
    if holds is not None:
        masks[bits.word] = masks.get(bits.word, 0) | bits.known | (bits.true if holds else 0)


class Layout:
    """The bits of the words of acts and of party rows, for one or several rule books together.

    ``scope_facts`` are the facts of the act that entries of lists ask about. ``pairs`` compare two
    facts: those of the act alone have bits in its words, the others in those of the row.
    """

    def __init__(self, books: Sequence[Rulebook], scope_facts: Iterable[str] = ()) -> None:
        self.books = tuple(books)
        # Rules with the same windows are in force together.
        self._force: dict[Hashable, int] = {}
        self._standing: list[tuple[int, int]] = []
        for number, book in enumerate(self.books):
            for position, rule in enumerate(book.rules[n] for n in book.order if n in book.rules):
                if (key := windows_of(rule, book)) not in self._force:
                    self._force[key] = len(self._standing)
                    self._standing.append((number, position))
        self.vocabulary = Vocabulary(
            {name: entry for book in books for name, entry in book.vocabulary.entries.items()}
        )
        derived = {name for book in books for name in book.conclusions}
        self.scope_facts = tuple(dict.fromkeys(scope_facts))
        self._act, self._row = Words("act"), Words("row")
        self.marks = {name: self._mark(self._row) for name in ROW_MARKS}
        self.asks = {name: self._mark(self._row) for name in self.scope_facts}
        atoms: dict[str, dict[e.Condition, None]] = {}
        self.pairs: dict[e.Condition, Bits] = {}
        for node in _atoms(books):
            names = tuple(dict.fromkeys(e.facts(node)))
            if derived.intersection(names):
                # What is concluded has no bits; a flag compared with it has.
                for name in (n for n in names if n not in derived):
                    atoms.setdefault(name, {}).update(dict.fromkeys(flag_atoms(name)))
            elif len(names) > 1:
                if node not in self.pairs:
                    row = any(self.vocabulary[n].of_party for n in names)
                    self.pairs[node] = self._two(self._row if row else self._act)
            else:
                atoms.setdefault(names[0], {})[node] = None
        for name in (*self.scope_facts, *(n for pair in self.pairs for n in e.facts(pair))):
            atoms.setdefault(name, {})
        for name in [n for n in atoms if source_of(self.vocabulary, n)]:
            atoms.setdefault(source_of(self.vocabulary, name), {})
        self.facts = {name: self._fact(name, tuple(found)) for name, found in atoms.items()}
        self._places = {node: bits for fact in self.facts.values() for node, bits in fact.atoms}

    @property
    def force_words(self) -> tuple[str, ...]:
        """Names of the words that say which windows are open."""
        return tuple(f"force{i}" for i in range((len(self._standing) + _PAIRS - 1) // _PAIRS))

    def force(self, rule: Rule, book: Rulebook) -> Atom:
        """Where to read whether a rule is in force."""
        word, place = divmod(self._force[windows_of(rule, book)], _PAIRS)
        return Atom(f"force{word}", 1 << 2 * place, 2 << 2 * place)

    def force_at(self, clock: Clock) -> tuple[int, ...]:
        """The words of :attr:`force_words` in one view of time."""
        truths = [book.in_force(clock).truths for book in self.books]
        words = [0] * len(self.force_words)
        for i, (book, position) in enumerate(self._standing):
            holds = truths[book][position]
            if holds is not None:
                words[i // _PAIRS] |= (3 if holds else 1) << 2 * (i % _PAIRS)
        return tuple(words)

    @property
    def act_words(self) -> tuple[str, ...]:
        """Names of the words of an act."""
        return tuple(self._act.names)

    @property
    def row_words(self) -> tuple[str, ...]:
        """Names of the words of a row, without the slot they are in."""
        return tuple(self._row.names)

    def slot_words(self, slots: int) -> tuple[str, ...]:
        """Names of the words of the rows in all slots, one slot after the other."""
        return tuple(row_word(s, i) for s in range(slots) for i in range(len(self._row.names)))

    def of_row(self, name: str) -> bool:
        """Whether a fact is read once for each party."""
        return self.vocabulary[name].of_party

    def row_pair(self, node: e.Condition) -> bool:
        """Whether a comparison of two facts reads one of a party."""
        return any(self.of_row(name) for name in e.facts(node))

    def atom(self, node: e.Condition, slot: int | None) -> Atom | Flag:
        """Where to read a comparison, in the words of the act or of one row."""
        if isinstance(node, e.IsKnown):
            return self.stated(node.item.name, slot)
        if node in self.pairs:
            bits, of_row = self.pairs[node], self.row_pair(node)
        else:
            bits, of_row = self._places[node], self.of_row(next(e.facts(node)))
        return Atom(self.word(bits, slot if of_row else None), bits.known, bits.true)

    def stated(self, name: str, slot: int | None) -> Flag:
        """Whether anything is said of a fact."""
        bits = self.facts[name].stated
        return Flag(self.word(bits, slot if self.of_row(name) else None), bits.true)

    def whole(self, name: str, slot: int | None) -> Flag:
        """Whether all of a fact is said: of a set, that none of its members is open."""
        bits = self.facts[name].whole
        return Flag(self.word(bits, slot if self.of_row(name) else None), bits.true)

    def mark(self, name: str, slot: int) -> Flag:
        """One of :data:`ROW_MARKS` of a row."""
        return Flag(self.word(self.marks[name], slot), self.marks[name].true)

    def asks_of(self, name: str, slot: int) -> Flag:
        """Whether the entry of the row's listing asks about this fact of the act."""
        return Flag(self.word(self.asks[name], slot), self.asks[name].true)

    def word(self, bits: Bits, slot: int | None) -> str:
        """The name of a word: of the act, or of the row in a slot."""
        return self._act.names[bits.word] if slot is None else row_word(slot, bits.word)

    def _fact(self, name: str, nodes: tuple[e.Condition, ...]) -> FactBits:
        words = self._row if self.of_row(name) else self._act
        is_set = self.vocabulary[name].type == "set"
        told = [node for node in nodes if not isinstance(node, e.IsKnown)]
        if is_set:
            stated, whole = self._mark(words), self._mark(words)
            return FactBits(name, stated, whole, tuple((node, self._two(words)) for node in told))
        # One value is known or not: all comparisons with it share that bit, word by word.
        stated = self._mark(words)
        found, known = [], stated
        for node in told:
            word, place = words.bits(1)
            if word != known.word:
                known, (word, place) = Bits(word, 0, 1 << place), words.bits(1)
            found.append((node, Bits(word, known.true, 1 << place)))
        return FactBits(name, stated, stated, tuple(found))

    def _mark(self, words: Words) -> Bits:
        word, place = words.bits(1)
        return Bits(word, 0, 1 << place)

    def _two(self, words: Words) -> Bits:
        word, place = words.bits(2)
        return Bits(word, 1 << place, 2 << place)


def windows_of(rule: Rule, book: Rulebook) -> Hashable:
    """What decides when a rule is in force: its windows, and when the instruments behind them were public."""
    by = [name for window in rule.windows for name in (window.by, window.struck_by)]
    public = tuple(book.instruments[name].public if name in book.instruments else None for name in by)
    return rule.windows, public


def row_word(slot: int, word: int) -> str:
    """The name of a word of the row in a slot."""
    return f"row{slot}.{word}"


def source_of(vocabulary: Vocabulary, name: str) -> str:
    """The fact from which a table looks this one up; empty where none does."""
    return vocabulary[name].looked_up_from


def text_atoms(name: str) -> Iterator[e.Condition]:
    """What a review policy held in a fact comes to: which policy, or that there is none."""
    for policy in POLICIES:
        yield e.Compare("==", e.Fact(name), e.Literal(policy))
    yield e.IsAbsent(e.Fact(name))


def flag_atoms(name: str) -> tuple[e.Condition, e.Condition]:
    """What is to be known of a flag that is compared with a concluded fact."""
    return e.Fact(name), e.IsAbsent(e.Fact(name))


def _atoms(books: Sequence[Rulebook]) -> Iterator[e.Condition]:
    for book in books:
        for rule in book:
            yield from e.atoms(rule.when)
            for review in rule.reviews:
                yield from e.atoms(review.when)
                if review.policy not in POLICIES:
                    yield from text_atoms(review.policy)
