"""Names: when a written name is surely a listed one, and when it only may be.

Full screening across scripts and spellings is another matter. Here a name is *the same*
when nothing but case, punctuation and spelling of legal forms differs, and *may be the
same* when it shares a distinctive word with a listed name. Only the first is an answer;
the second is a question, so that no near miss passes as "not listed".
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources

from licet.language import plain_yaml

_LONG = 6


@dataclass(frozen=True, slots=True)
class Candidate:
    """A listing that a name may mean; ``sure`` when the names are the same."""

    listing: str
    listed_name: str
    sure: bool
    shared: tuple[str, ...] = ()


class NameIndex:
    """Listed names by their even form and by their distinctive words."""

    def __init__(self, names: Iterable[tuple[str, str]]) -> None:
        self.same: dict[tuple[str, ...], dict[str, str]] = defaultdict(dict)
        self.words: dict[str, dict[str, str]] = defaultdict(dict)
        for name, listing in names:
            key = even(name)
            if key:
                self.same[key].setdefault(listing, name)
            for word in distinctive(key):
                self.words[word].setdefault(listing, name)
        self.joined = {"".join(key): key for key in self.same}
        self.long = [word for word in self.words if len(word) >= _LONG]

    def find(self, name: str) -> list[Candidate]:
        """Candidates for ``name``: the same name if there is one, else those sharing a rare word."""
        key = even(name)
        key = self.joined.get("".join(key), key)
        if key in self.same:
            return [Candidate(listing, listed, True) for listing, listed in self.same[key].items()]
        shared: dict[str, list[str]] = defaultdict(list)
        for word in distinctive(key):
            for known in self.met(word):
                for listing in self.words[known]:
                    shared[listing].append(known)
        # All of them: the nearest in spelling may not be in force on the day that is asked about.
        return [
            Candidate(listing, self.words[words[0]][listing], False, tuple(dict.fromkeys(words)))
            for listing, words in sorted(shared.items())
        ]

    def met(self, word: str) -> list[str]:
        """Distinctive words of listed names that a word is, or has run together with others."""
        if word in self.words:
            return [word]
        return [known for known in self.long if known in word]


@lru_cache(maxsize=65536)
def even(name: str) -> tuple[str, ...]:
    """The words of a name without case, accents, punctuation and legal form."""
    plain = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"['’]s\b|['’]", "", plain.replace("&", " and ").replace("_", " "))
    plain = re.sub(r"(?<=\w)\.(?=\w\b)", "", plain)
    words = re.findall(r"\w+", plain)
    kept = [_forms().get(w, w) for w in words]
    return tuple(w for w in kept if w)


def distinctive(words: Iterable[str]) -> tuple[str, ...]:
    """The words that tell one firm from another: not trades, places or common nouns."""
    common = _common()
    return tuple(dict.fromkeys(w for w in words if len(w) > 2 and w not in common and not w.isdigit()))


@lru_cache(maxsize=1)
def _data() -> dict[str, list[str]]:
    text = resources.files("licet.parties").joinpath("words.yaml").read_text(encoding="utf-8")
    data: dict[str, list[str]] = plain_yaml.read(text, "words.yaml")
    return data


@lru_cache(maxsize=1)
def _forms() -> dict[str, str]:
    forms = dict.fromkeys(_data()["dropped"], "")
    for group in _data()["alike"]:
        first, *others = group.split()
        forms.update(dict.fromkeys(others, first))
    return forms


@lru_cache(maxsize=1)
def _common() -> frozenset[str]:
    return frozenset(_data()["common"])
