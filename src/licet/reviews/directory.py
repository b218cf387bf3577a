"""The directory: every listing in few words, looked through by words as a person types them.

This finds what is written; whom a name may mean is for the screening. Everything is as known on a day.
"""

from __future__ import annotations

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from licet.language.instrument import day
from licet.lists.entries import Known
from licet.lists.record import Record
from licet.parties.listing import Listing, Listings

Rows = frozenset[int]
Line = Sequence[int]
_NONE: Line = ()
# The day from which an index counts days.
_EPOCH = 719163
_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r'([-+!]?)(?:"([^"]*)"|(\S+))')
# Scripts that are written without blanks between words.
_UNSPACED = re.compile(r"[\u2e80-\u9fff\uac00-\ud7af\u3040-\u30ff\uf900-\ufaff]")


@dataclass(frozen=True, slots=True)
class Brief:
    """A listing in few words, with the days since which it is known, and something new of it."""

    id: str
    name: str
    kind: str
    countries: tuple[str, ...]
    first: date
    last: date


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a text must hold: words in this order, a word that begins so, or a part of a word."""

    text: str
    kind: Literal["words", "prefix", "part"] = "words"


@dataclass(frozen=True, slots=True)
class Words:
    """What is asked for: patterns that must all be there, in one of several ways, and those that must not."""

    ways: tuple[tuple[Pattern, ...], ...]
    without: tuple[Pattern, ...]
    whole: str

    @classmethod
    def of(cls, text: str) -> Words:
        """From what a person typed: words, "phrases", prefixes*, -words that must not be there, OR."""
        ways: list[list[Pattern]] = [[]]
        without: list[Pattern] = []
        refuse = False
        for sign, phrase, word in _TOKEN.findall(text.replace("|", " OR ")):
            if word == "OR":
                ways.append([])
            elif word == "NOT":
                refuse = True
            elif word not in ("AND", "&&") and (found := _patterns(phrase or word, bool(phrase))):
                (without if refuse or sign in ("-", "!") else ways[-1]).extend(found)
                refuse = False
        return cls(tuple(tuple(way) for way in ways if way), tuple(without), folded(text))


def _patterns(text: str, phrase: bool) -> list[Pattern]:
    words = folded(text).split()
    if phrase:
        return [Pattern(" ".join(words))] if words else []
    patterns = [Pattern(w, "part" if _UNSPACED.search(w) else "words") for w in words]
    if text.endswith("*") and patterns:
        patterns[-1] = Pattern(words[-1], "prefix")
    return patterns


def folded(text: str) -> str:
    """A text without case, accents and signs, each word between blanks."""
    plain = text.casefold()
    if not plain.isascii():
        letters = unicodedata.normalize("NFKD", plain)
        plain = "".join(c for c in letters if not unicodedata.combining(c))
    return f" {' '.join(_WORD.findall(plain))} "


class Directory:
    """Every listing there is.

    Args:
        listings: all of them, with the index of their names.
        own: those of the law's own table.
        records: what snapshots say of each.
    """

    def __init__(self, listings: Listings, own: Listings, records: Mapping[str, tuple[Known, ...]]) -> None:
        self.ids = list(listings.versions)
        self._said: dict[str, list[_Said]] = {}
        self._texts: list[str] = []
        self._whose: list[str] = []
        self._known: list[int] = []
        self._is_name: list[bool] = []
        index = listings.finder.index
        owners, names = (index.shown.column(c).to_pylist() for c in ("entity", "name"))
        for id_, on, name in zip(owners, index.listed.row["known"].tolist(), names, strict=False):
            self._write(id_, on + _EPOCH, True, name)
        for id_, versions in own.versions.items():
            self._said[id_] = [_of_listing(version) for version in versions]
        for id_, said in records.items():
            told = [_Said(on, r.name, r.kind, _countries(r)) for on, r in said]
            self._said[id_] = sorted([*self._said.get(id_, ()), *told], key=lambda s: s.known)
            for on, r in said:
                texts = (*(a.text for a in r.addresses), *(i.value for i in r.identifiers), *r.programmes)
                self._write(id_, on.toordinal(), False, " ".join(texts))
        self._lines = _lines(self._texts)
        self._words = sorted(self._lines)

    def _write(self, id_: str, known: int, is_name: bool, text: str) -> None:
        if text:
            self._texts.append(folded(text))
            self._whose.append(id_)
            self._known.append(known)
            self._is_name.append(is_name)

    def find(self, text: str, known: date) -> list[str]:
        """Ids of listings that have all the words, those first that have them in one name."""
        words = Words.of(text)
        found: dict[str, int] = {}
        for way in words.ways:
            for id_, rank in self._rank(way, words.whole, known.toordinal()).items():
                found[id_] = max(rank, found.get(id_, 0))
        for pattern in words.without:
            for row in self._holding(pattern, known.toordinal()):
                found.pop(self._whose[row], None)
        return sorted(found, key=lambda id_: (-found[id_], id_))

    def _rank(self, way: Sequence[Pattern], whole: str, known: int) -> dict[str, int]:
        """Listings with every word: 1, in one name: 2, as the whole name: 3."""
        holding = [self._holding(pattern, known) for pattern in way]
        everywhere = set.intersection(*({self._whose[row] for row in rows} for rows in holding))
        found = dict.fromkeys(everywhere, 1)
        for row in frozenset.intersection(*holding):
            if self._is_name[row]:
                rank = 3 if self._texts[row] == whole else 2
                found[self._whose[row]] = max(rank, found[self._whose[row]])
        return found

    def _holding(self, pattern: Pattern, known: int) -> Rows:
        """Numbers of the rows that hold a pattern, as far as they were known."""
        words = pattern.text.split()
        if pattern.kind == "part":
            lines = [self._lines[word] for word in self._words if pattern.text in word]
        elif pattern.kind == "prefix":
            first = bisect_left(self._words, pattern.text)
            last = bisect_left(self._words, pattern.text + chr(0x10FFFF))
            lines = [self._lines[word] for word in self._words[first:last]]
        else:
            rarest = min((self._lines.get(word, _NONE) for word in words), key=len)
            whole = f" {pattern.text} "
            # A single word needs no second look.
            lines = [rarest if len(words) == 1 else [r for r in rarest if whole in self._texts[r]]]
        return frozenset(row for line in lines for row in line if self._known[row] <= known)

    def kinds(self) -> Mapping[str, frozenset[str]]:
        """What each listing was ever said to be."""
        return {id_: frozenset(s.kind for s in said) for id_, said in self._said.items()}

    def brief(self, id_: str, known: date) -> Brief | None:
        """A listing in few words; None where nothing was public yet."""
        said = [s for s in self._said.get(id_, ()) if s.known <= known]
        if not said:
            return None
        last = said[-1]
        return Brief(id_, last.name, last.kind, last.countries, said[0].known, last.known)


@dataclass(frozen=True, slots=True)
class _Said:
    known: date
    name: str
    kind: str
    countries: tuple[str, ...]


def _of_listing(version: Listing) -> _Said:
    public = date.min if version.public is None else day(version.public)
    kind = "address" if version.address else ""
    return _Said(public, version.name, kind, (version.country,) if version.country else ())


def _lines(texts: Sequence[str]) -> dict[str, Line]:
    """For each word the numbers of the texts that have it."""
    found: dict[str, array[int]] = {}
    for row, text in enumerate(texts):
        for word in set(text.split()):
            found.setdefault(word, array("L")).append(row)
    return dict(found)


def _countries(record: Record) -> tuple[str, ...]:
    """Of the entry, else the one country in which all its addresses lie."""
    places = tuple(dict.fromkeys(a.country for a in record.addresses if a.country))
    if record.kind == "address":
        return tuple(dict.fromkeys((*record.countries, *places)))
    return record.countries or (places if len(places) == 1 else ())
