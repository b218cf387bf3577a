"""How rare a word is in the names of the world, from counted names.

``background.csv.gz`` holds, for every word seen at least three times, in how many
distinct names of organisations, persons and places it was seen. Its first line
names the columns, its second how many names were counted.

**Unseen words.** A word not in the table counts as seen as often as such words really
were: the words of listed names of the same length that the background holds fewer than
three times were held, on average, so many times. The figures stand in the rows ``#1``
to ``#12`` of the file (``#12``: twelve letters and more). No word counts for less.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from licet.language.errors import LawError

_KINDS = ("organisation", "person", "place")
LONGEST = 12
LEAST_SEEN = 3


@dataclass(frozen=True, slots=True)
class Rarity:
    """Counts of names by word, per kind of name; the key ``#n`` is the word of n letters not seen."""

    names: tuple[float, ...]
    counts: Mapping[str, tuple[float, ...]]

    def one_in(self, word: str, kind: str = "organisation") -> float:
        """One of so many names of that kind holds the word; any kind not counted is an organisation's."""
        column = _KINDS.index(kind) if kind in _KINDS else 0
        unseen = self.counts[f"#{min(max(len(word), 1), LONGEST)}"][column]
        row = self.counts.get(word)
        count = unseen if row is None else max(row[column], unseen)
        return max(1.0, self.names[column] / count)


def read_rarity(data: bytes) -> Rarity:
    """The counts in a compressed table of counted words."""
    lines = gzip.decompress(data).decode("utf-8").splitlines()
    if lines[0] != "word,organisation,person,place":
        raise LawError(
            f"background.csv.gz, line 1: expected word,organisation,person,place, not {lines[0]!r}"
        )
    counts: dict[str, tuple[float, ...]] = {}
    for line in lines[1:]:
        word, *cells = line.split(",")
        counts[word] = tuple(map(float, cells))
    return Rarity(counts.pop("names"), MappingProxyType(counts))


def read_equivalents(data: bytes) -> dict[str, frozenset[int]]:
    """Word to the numbers of the personal names it spells: ``word,1 5 9`` per line."""
    found: dict[str, frozenset[int]] = {}
    for line in gzip.decompress(data).decode("utf-8").splitlines():
        word, _, ids = line.partition(",")
        found[word] = frozenset(map(int, ids.split()))
    return found
