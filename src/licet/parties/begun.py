"""Names that somebody has begun to type: listed names that have those words, the last one unfinished.

This only offers names to choose from; whether a party is listed is for the screening.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, takewhile

from licet.parties.finding import Finder
from licet.parties.names import even

# One letter begins half of all names.
_LEAST = 2


@dataclass(frozen=True, slots=True)
class _Words:
    """Every word of every listed name, in order, with the place of its name."""

    words: tuple[tuple[str, int], ...]
    names: tuple[tuple[str, str], ...]
    evened: tuple[frozenset[str], ...]


def begun(finder: Finder, text: str, most: int = 20) -> tuple[tuple[str, str], ...]:
    """Listings by id, each with the name that begins so, the shortest names first."""
    *whole, last = even(text) or ("",)
    if len(last) < _LEAST:
        return ()
    shown: dict[str, str] = {}
    for listing, name in sorted(_names(_words(finder), whole, last), key=lambda found: len(found[1])):
        shown.setdefault(listing, name)
    return tuple(islice(shown.items(), most))


def _names(known: _Words, whole: list[str], last: str) -> Iterator[tuple[str, str]]:
    start = bisect_left(known.words, (last, 0))
    for _, place in takewhile(lambda word: word[0].startswith(last), known.words[start:]):
        if known.evened[place].issuperset(whole):
            yield known.names[place]


@lru_cache(maxsize=2)
def _words(finder: Finder) -> _Words:
    columns = finder.index.shown.select(["entity", "name"]).to_pydict()
    names = tuple(zip(columns["entity"], columns["name"], strict=True))
    evened = tuple(frozenset(even(name)) for _, name in names)
    return _Words(tuple(sorted((w, i) for i, words in enumerate(evened) for w in words)), names, evened)
