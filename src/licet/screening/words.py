"""Turns the lexicon into the arrays that compiled code reads: one table of words and phrases, found by hash.

Where tables of the lexicon disagree about a word, the earlier of label, legal form, number, place,
trade, small word holds; how a word is then read in a name depends on where it stands (``reading_kernel``).
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from math import log2
from pathlib import Path
from typing import Any

import numpy as np

from licet.language import plain_yaml
from licet.screening import lexicon as lexicon_module
from licet.screening.hashing import table_of
from licet.screening.lexicon import Lexicon
from licet.screening.reading_kernel import ALONE_BACK, ALONE_FRONT, PLACE_BACK, REST_BACK, WORD_FRONT
from licet.screening.resolving import hashes_of
from licet.screening.roles import (
    ANYWHERE,
    BACK,
    FORM,
    FRONT,
    NUMBER,
    PARTICLE,
    PARTS,
    PLACE,
    RESIDUE,
    SPELLING,
    SPLIT,
    TITLE,
    TRADE,
    TRANSLATION,
    UNCLASSED,
)
from licet.screening.shapes import Array, Keys, Rules, Spelling, frozen

DATA = Path(__file__).parent / "data"
COMMONEST = 0.5  # bits that every word is worth at least


def _listed(text: Any) -> list[str]:
    return [" ".join(part.split()) for part in str(text).replace("\n", " ").split(",") if part.strip()]


def _spaced(phrase: str) -> str:
    """A short word as single letters apart ("s a s")."""
    return " ".join(phrase)


class _Table:
    """Entries under construction."""

    def __init__(self) -> None:
        self.number: dict[str, int] = {}
        self.role: list[int] = []
        self.family: list[int] = []
        self.where: list[int] = []
        self.alike: list[set[int]] = []
        self.class_by: list[int] = []
        self.classes: dict[tuple[str, str], int] = {}

    def entry(self, phrase: str) -> int:
        at = self.number.get(phrase)
        if at is None:
            at = self.number[phrase] = len(self.role)
            self.role.append(UNCLASSED)
            self.family.append(0)
            self.where.append(ANYWHERE)
            self.alike.append(set())
        return at

    def say(self, phrase: str, role: int, family: int = 0, where: int = ANYWHERE) -> None:
        at = self.entry(phrase)
        if self.role[at] == UNCLASSED:
            self.role[at], self.family[at], self.where[at] = role, family, where

    def alike_as(self, phrase: str, table: str, key: str, by: int) -> None:
        name = (table, key)
        if name not in self.classes:
            self.classes[name] = len(self.class_by)
            self.class_by.append(by)
        self.alike[self.entry(phrase)].add(self.classes[name])


def _labels(table: _Table, lexicon: Lexicon, own: dict[str, Any]) -> None:
    not_splits = set(_listed(own["not_splits"]))
    not_residue = set(_listed(own["not_residue"]))
    for phrase in [*_listed(own["splits"]), *lexicon.former, *lexicon.known_as, *lexicon.now_known_as]:
        if phrase not in not_splits and len(phrase) > 1:
            table.say(phrase, SPLIT)
    for phrase, residue in lexicon.residue.items():
        if phrase in not_residue or len(phrase) < 2:
            continue
        if residue.front == "none" and residue.end == "rest":
            table.say(phrase, SPLIT)  # "c/o" opens another party, wherever it stands
            continue
        how = {"none": ALONE_FRONT, "word": WORD_FRONT}.get(residue.front, 0)
        how |= {"none": ALONE_BACK, "rest": REST_BACK, "before": PLACE_BACK}.get(residue.end, 0)
        table.say(phrase, RESIDUE, how)
        if " " in phrase and phrase.startswith("po "):
            table.say("p o " + phrase[3:], RESIDUE, how)


def _forms(table: _Table, lexicon: Lexicon) -> None:
    families: dict[str, int] = {}
    for phrase, form in lexicon.forms.items():
        family = families.setdefault(form.family, len(families) + 1)
        where = ANYWHERE if form.front and form.end else (FRONT if form.front else BACK)
        table.say(phrase, FORM, family, where)
        if " " not in phrase and phrase.isalpha() and 2 <= len(phrase) <= 5:
            table.say(_spaced(phrase), FORM, family, where if len(phrase) > 2 else BACK)


def _vocabulary(lexicon: Lexicon, own: dict[str, Any]) -> _Table:
    table = _Table()
    _labels(table, lexicon, own)
    _forms(table, lexicon)
    figures = set(_listed(own["number_words"]))
    for phrase, figure in lexicon.numbers.items():
        if phrase in figures:
            table.say(phrase, NUMBER)
            table.alike_as(phrase, "number", figure, TRANSLATION)
            table.alike_as(figure, "number", figure, TRANSLATION)
            table.say(figure, NUMBER)
    for phrase, codes in lexicon.places.items():
        table.say(phrase, PLACE)
        for code in codes:
            if len(code) > 2:
                table.alike_as(phrase, "place", code, TRANSLATION)
    for phrase, trade in lexicon.trade.items():
        table.say(phrase, TRADE)
        table.alike_as(phrase, "trade", trade.notion, TRANSLATION)
    for phrase in lexicon.stop | lexicon.article:
        if len(phrase) > 1:
            table.say(phrase, PARTICLE)
    for phrase in lexicon.title | lexicon.suffix:
        if len(phrase) > 1:
            table.say(phrase, TITLE)
    for word, ids in lexicon.equivalents.items():
        for number in ids:
            table.alike_as(word, "person", str(number), SPELLING)
    for word in lexicon.rarity.counts:
        if not word.startswith("#"):
            table.entry(word)
    return table


def _bits(one_in: float) -> int:
    return max(int(COMMONEST * PARTS), round(log2(max(one_in, 1.0)) * PARTS))


def _texts(words: Iterable[str]) -> tuple[Array, Array, Array]:
    raw = [w.encode("ascii", "replace") for w in words]
    end = np.cumsum([len(r) for r in raw], dtype=np.int64)
    start = end - np.array([len(r) for r in raw], np.int64)
    return np.frombuffer(b"".join(raw), np.uint8), start, end


@cache
def rules() -> Rules:
    """The rules of this release as arrays; made once per process."""
    lexicon = lexicon_module.load()
    table = _vocabulary(lexicon, plain_yaml.read_file(DATA / "engine_words.yaml"))
    phrases = list(table.number)
    keys = hashes_of(*_texts(phrases))
    reach: dict[str, int] = defaultdict(int)
    for phrase, role in zip(phrases, table.role, strict=True):
        words = phrase.split(" ")
        if len(words) > 1 and role != UNCLASSED:
            reach[words[0]] = max(reach[words[0]], len(words))
    missing = [w for w in reach if w not in table.number]
    for word in missing:
        table.entry(word)
    if missing:
        phrases = list(table.number)
        keys = hashes_of(*_texts(phrases))
    counts, names = lexicon.rarity.counts, lexicon.rarity.names
    unseen = np.array(
        [[_bits(names[c] / counts[f"#{max(n, 1)}"][c]) for c in range(3)] for n in range(13)], np.int32
    )
    rarity = np.empty((len(phrases), 3), np.int32)
    for i, phrase in enumerate(phrases):
        parts = phrase.split(" ")
        for c in range(3):
            total = 0
            for word in parts:
                row = counts.get(word)
                floor = unseen[min(len(word), 12), c]
                total += floor if row is None else min(floor, _bits(names[c] / max(row[c], 1e-9)))
            rarity[i, c] = total
    pointer = np.zeros(len(phrases) + 1, np.int64)
    pointer[1:] = np.cumsum([len(a) for a in table.alike])
    return frozen(
        Rules(
            slots=table_of(keys),
            keys=keys,
            role=np.array(table.role, np.uint8),
            reach=np.array([reach.get(p, 1) for p in phrases], np.uint8),
            family=np.array(table.family, np.int16),
            where=np.array(table.where, np.uint8),
            rarity=rarity,
            alike_pointer=pointer,
            alike_class=np.array([c for a in table.alike for c in sorted(a)], np.int32),
            class_by=np.array(table.class_by or [0], np.uint8),
            unseen=unseen,
        )
    )


def _spelling(text: str) -> Spelling:
    pairs = [tuple(rule.split(">")) for rule in text.split()]
    pairs.sort(key=lambda p: (p[0][0], -len(p[0]), p[0]))
    first = np.zeros(257, np.int32)
    for source, _ in pairs:
        first[ord(source[0]) + 1 :] += 1

    def signs(texts: list[str]) -> Array:
        out = np.zeros((len(texts), 4), np.uint8)
        for i, t in enumerate(texts):
            out[i, : len(t)] = list(t.encode())
        return out

    sources, targets = [s for s, _ in pairs], [t for _, t in pairs]
    return Spelling(
        first=first,
        size=np.array([len(s) for s in sources], np.uint8),
        source=signs(sources),
        target_size=np.array([len(t) for t in targets], np.uint8),
        target=signs(targets),
    )


@cache
def keys() -> Keys:
    """The rules of spelling, sound and slips of this release."""
    data = plain_yaml.read_file(DATA / "engine_spelling.yaml")
    slips = np.full((256, 256), data["plain"], np.int32)
    digits = [ord(c) for c in "0123456789"]
    slips[digits, :] = slips[:, digits] = data["digit"]

    def cheap(a: str, b: str, cost: int) -> None:
        for x, y in ((a, b), (b, a)):
            if slips[ord(x), ord(y)] > cost:
                slips[ord(x), ord(y)] = cost

    for row in data["keyboard"]["rows"].split():
        for a, b in pairwise(row):
            cheap(a, b, data["keyboard"]["cost"])
    for name in ("sounds", "look_alike"):
        for pair in data[name]["pairs"].split():
            cheap(pair[0], pair[1], data[name]["cost"])
    vowels = data["vowels"]["letters"]
    for a in vowels:
        for b in vowels:
            if a != b:
                cheap(a, b, data["vowels"]["cost"])
    return frozen(Keys(_spelling(data["spelling"]), _spelling(data["sound"]), slips))


@cache
def digest() -> str:
    """A hash of everything fixed that a score depends on: the lexicon and the engine's own data."""
    total = hashlib.sha256(lexicon_module.load().digest.encode())
    for path in sorted(DATA.glob("engine_*")):
        total.update(path.name.encode() + b"\0" + path.read_bytes())
    return total.hexdigest()
