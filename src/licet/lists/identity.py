"""Identity: which records of two snapshots of one list are of the same entity.

Published ids, citations and spellings change between files, so an entity is found again by what
is said of it. The sure signs are asked first, and each sign pairs only what it leaves no doubt
about: an id of a publisher that keeps its ids, the same words, the same name in the same country,
a shared identifier, and last a strong overlap of names and addresses. What stays in doubt stays
two entities, and is said.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from importlib import resources

from licet.language import plain_yaml
from licet.lists.record import Record
from licet.parties.names import distinctive, even

# Points: a name of one among the names of the other is as much as two lesser signs.
_ENOUGH = 2.0
_ALIKE = 0.75
_COMMON = 50
_ADDRESS_WORDS = 3
_PAGE = re.compile(r"(\d+) ?F\.? ?R\.? ?(\d+)")
# No rule that lists parties takes more pages between its heading and its table.
_PAGES = 20


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records of one entity, by position in the two sides, and the sign that says so."""

    before: int
    after: int
    by: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Records that share a name and still were not taken for one entity, and why."""

    before: tuple[int, ...]
    after: tuple[int, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Matching:
    """What was paired, what is only on one side, and what was in doubt.

    ``only_before`` and ``only_after`` hold positions; every position is in a pair or in one of them.
    """

    pairs: tuple[Pair, ...]
    only_before: tuple[int, ...]
    only_after: tuple[int, ...]
    doubts: tuple[Doubt, ...]


Key = Callable[[Record], Iterable[Hashable]]


def match(before: Sequence[Record], after: Sequence[Record]) -> Matching:
    """Pair the records of two sides of one list; the same sides always give the same pairs."""
    work = _Work(before, after)
    for sign, key, sure in _SIGNS:
        work.pair(sign, key, sure)
    work.pair("overlap of names and addresses", _shared_signs, False, common=_COMMON)
    return Matching(
        tuple(sorted(work.pairs, key=lambda p: (p.before, p.after))),
        tuple(work.left[0]),
        tuple(work.left[1]),
        tuple(work.doubts()),
    )


class _Work:
    """The records not yet paired, and what has been paired so far."""

    def __init__(self, before: Sequence[Record], after: Sequence[Record]) -> None:
        self.sides = (before, after)
        self.left = (dict.fromkeys(range(len(before))), dict.fromkeys(range(len(after))))
        self.pairs: list[Pair] = []
        self.arbitrary: list[Doubt] = []

    def pair(self, sign: str, key: Key, sure: bool, common: int = 0) -> None:
        """Pair by one sign.

        A sure sign pairs one with one without asking further; where several share it, and for
        signs that are not sure, the best overlap decides, if it is best from both sides.
        """
        groups = self._groups(key)
        scores: dict[tuple[int, int], float] = {}
        for mine, theirs in groups:
            if common and (len(mine) > common or len(theirs) > common):
                continue
            if sure and len(mine) == 1 and len(theirs) == 1:
                self._take(mine[0], theirs[0], sign)
                continue
            if sign == "same words":
                # They say the same to the letter: which is which makes no difference.
                for a, b in zip(mine, theirs, strict=False):
                    self._take(a, b, sign)
                continue
            for a in mine:
                for b in theirs:
                    if (a, b) not in scores and self._may(a, b):
                        scores[a, b] = overlap(self.sides[0][a], self.sides[1][b])
        floor = _ENOUGH if not sure else 0.0
        for a, b in _mutual_best({pair: s for pair, s in scores.items() if s >= floor}):
            self._take(a, b, sign)
        if sure:
            for mine, theirs in groups:
                self._rest(sign, mine, theirs, scores)

    def _rest(
        self, sign: str, mine: list[int], theirs: list[int], scores: dict[tuple[int, int], float]
    ) -> None:
        """Entries alike in every sign there is: as many stay as both sides have, whichever is which."""
        undecided = [a for a in mine if a in self.left[0]], [b for b in theirs if b in self.left[1]]
        ranked = sorted((-scores[a, b], a, b) for a in undecided[0] for b in undecided[1] if (a, b) in scores)
        taken = [(a, b) for _, a, b in ranked if self._take(a, b, sign)]
        if taken:
            first = self.sides[0][taken[0][0]]
            why = f"{first.name}: several say the same of themselves; which of them is which cannot be told"
            self.arbitrary.append(Doubt(tuple(a for a, _ in taken), tuple(b for _, b in taken), why))

    def _groups(self, key: Key) -> list[tuple[list[int], list[int]]]:
        """Positions of the unpaired of both sides by what they share."""
        fewer = 0 if len(self.left[0]) <= len(self.left[1]) else 1
        groups: dict[Hashable, tuple[list[int], list[int]]] = {}
        for position in self.left[fewer]:
            for value in key(self.sides[fewer][position]):
                groups.setdefault(value, ([], []))[fewer].append(position)
        if groups:
            for position in self.left[1 - fewer]:
                for value in key(self.sides[1 - fewer][position]):
                    if value in groups:
                        groups[value][1 - fewer].append(position)
        return [group for group in groups.values() if group[0] and group[1]]

    def _may(self, a: int, b: int) -> bool:
        if a not in self.left[0] or b not in self.left[1]:
            return False
        first, second = self.sides[0][a], self.sides[1][b]
        mine, theirs = stable_id(first), stable_id(second)
        if mine and theirs:
            return mine == theirs
        born, other = _years(first), _years(second)
        return not (born and other) or bool(born & other)

    def _take(self, a: int, b: int, sign: str) -> bool:
        if not self._may(a, b):
            return False
        del self.left[0][a], self.left[1][b]
        self.pairs.append(Pair(a, b, sign))
        return True

    def doubts(self) -> Iterable[Doubt]:
        """Pairs that could as well be others, and groups of the unpaired that share their evened name."""
        yield from self.arbitrary
        for mine, theirs in self._groups(lambda r: [even(r.name)] if even(r.name) else []):
            first, second = self.sides[0][mine[0]], self.sides[1][theirs[0]]
            if len(mine) > 1 or len(theirs) > 1:
                why = "several share the name and nothing tells them apart"
            elif stable_id(first) and stable_id(second):
                why = "the publisher gives them different ids"
            elif _years(first) and _years(second) and not _years(first) & _years(second):
                why = "the same name, and other years of birth"
            else:
                why = "the same name, and nothing else in common"
            yield Doubt(tuple(mine), tuple(theirs), f"{first.name}: {why}")


def _mutual_best(scores: dict[tuple[int, int], float]) -> list[tuple[int, int]]:
    """Pairs that are each other's best alone, best first, until none is left."""
    found: list[tuple[int, int]] = []
    while scores:
        best: tuple[dict[int, list[tuple[float, int]]], dict[int, list[tuple[float, int]]]] = (
            defaultdict(list),
            defaultdict(list),
        )
        for (a, b), score in scores.items():
            best[0][a].append((score, b))
            best[1][b].append((score, a))
        taken = [
            (a, b)
            for (a, b), score in scores.items()
            if _alone(best[0][a], score) and _alone(best[1][b], score)
        ]
        if not taken:
            break
        found += taken
        gone = ({a for a, _ in taken}, {b for _, b in taken})
        scores = {(a, b): s for (a, b), s in scores.items() if a not in gone[0] and b not in gone[1]}
    return found


def _alone(options: list[tuple[float, int]], score: float) -> bool:
    """Whether ``score`` is the highest of the options and no other has it."""
    return sum(1 for other, _ in options if other >= score) == 1


def overlap(a: Record, b: Record) -> float:
    """How much two records say the same of whom they name, in points; 2 are enough for one entity."""
    mine, theirs = names_of(a), names_of(b)
    # The main names count once, by the closest way in which they agree.
    points = 0.0
    if even(a.name) == even(b.name):
        points += 2
    elif even(a.name) in theirs or even(b.name) in mine or _spelt_alike(even(a.name), even(b.name)):
        points += 1.5
    elif mine & theirs:
        points += 1
    if not points and (_joined(a.name) in _cuts(b.name) or _joined(b.name) in _cuts(a.name)):
        points += 1.25
    points += bool(_addresses(a) & _addresses(b)) * 1.0
    points += bool(set(a.identifiers) & set(b.identifiers)) * 2.0
    points += bool(set(a.birth) & set(b.birth)) * 0.5
    points += bool(a.published_id and a.published_id == b.published_id) * 0.5
    points += bool(a.parent and even(a.parent) == even(b.parent)) * 0.25
    points += _same_rule(a, b) * 0.25
    here, there = countries_of(a), countries_of(b)
    if here and there:
        points += 0.5 if here & there else -1.5
    return points


def names_of(record: Record) -> frozenset[tuple[str, ...]]:
    """Every name of an entry, evened."""
    return frozenset(filter(None, (even(record.name), *(even(o.name) for o in record.others))))


def countries_of(record: Record) -> frozenset[str]:
    """The countries an entry gives, apart from addresses or in them."""
    return frozenset((*record.countries, *(a.country for a in record.addresses if a.country)))


def stable_id(record: Record) -> str:
    """The published id where the publisher keeps its ids for good, else empty."""
    return record.published_id if record.list in _kept() and record.published_id.isdigit() else ""


@lru_cache(maxsize=1)
def _kept() -> frozenset[str]:
    text = resources.files("licet.lists").joinpath("soundness.yaml").read_text(encoding="utf-8")
    return frozenset(plain_yaml.read(text, "soundness.yaml")["keeps_ids"])


@lru_cache(maxsize=65536)
def written(name: str) -> tuple[str, ...]:
    """The words of a name, legal forms included, without case, accents and punctuation."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    return tuple(re.findall(r"\w+", "".join(c for c in plain if not unicodedata.combining(c))))


def _addresses(record: Record) -> frozenset[tuple[str, ...]]:
    return frozenset(w for a in record.addresses if len(w := written(a.text)) >= _ADDRESS_WORDS)


def _joined(name: str) -> str:
    return "".join(even(name))


@lru_cache(maxsize=65536)
def _cuts(name: str) -> frozenset[str]:
    """What stands before each comma of a name: some files run the place into it (``X Co., Ltd., Wuhan``)."""
    pieces = name.split(",")
    return frozenset(filter(None, (_joined(",".join(pieces[:count])) for count in range(1, len(pieces) + 1))))


def _same_rule(a: Record, b: Record) -> bool:
    """Whether both cite one rule: some files cite its first page, others the page of the amendment."""
    pages = [[(int(v), int(p)) for c in r.citations for v, p in _PAGE.findall(c)] for r in (a, b)]
    return any(v == w and abs(p - q) <= _PAGES for v, p in pages[0] for w, q in pages[1])


def _years(record: Record) -> frozenset[str]:
    """Years of birth: days and their spelling differ between files."""
    return frozenset(year for text in record.birth for year in re.findall(r"\d{4}", text))


def _spelt_alike(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    """Whether two names differ in the spelling of a word or in blanks; never in a number."""
    if not a or not b:
        return False
    if "".join(a) == "".join(b) or sorted(a) == sorted(b):
        return True
    different = [(x, y) for x, y in zip(a, b, strict=False) if x != y]
    if len(a) != len(b) or 2 * len(different) > len(a):
        return False
    return all(
        not any(c.isdigit() for c in x + y) and SequenceMatcher(None, x, y, autojunk=False).ratio() >= _ALIKE
        for x, y in different
    )


def _named(key: Callable[[str], tuple[str, ...]], parent: bool, country: bool) -> Key:
    """A key of the name, and of the parent and countries if asked."""

    def keys(record: Record) -> Iterable[Hashable]:
        name = key(record.name)
        if name:
            yield name, key(record.parent) if parent else "", countries_of(record) if country else ""

    return keys


def _shared_signs(record: Record) -> Iterable[Hashable]:
    """Everything by which a renamed entity may be found again."""
    signs: set[Hashable] = {("name", n) for n in names_of(record)}
    signs |= {("address", a) for a in _addresses(record)}
    signs |= {("word", w) for w in distinctive(even(record.name))}
    signs |= {("joined", cut) for cut in _cuts(record.name)}
    return sorted(signs, key=repr)


# Sign, its key, and whether one with one needs no further evidence.
_SIGNS: tuple[tuple[str, Key, bool], ...] = (
    ("published id", lambda r: [i] if (i := stable_id(r)) else [], True),
    ("same words", lambda r: [r.digest], True),
    ("name and country", _named(written, True, True), True),
    ("evened name and country", _named(even, True, True), True),
    ("evened name and country, another parent", _named(even, False, True), True),
    ("evened name", _named(even, True, False), False),
    ("identifier", lambda r: r.identifiers, False),
)
