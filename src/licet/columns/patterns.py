"""Patterns: acts that agree on everything the law looks at are one, decided and proved once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from licet.columns.coding import Codes

Matrix = npt.NDArray[np.int64]


class Patterns:
    """The patterns met so far, each a row: the set of rules in force, the words of the act, its sets of rows.

    The number of a set of rows is in the column of its party's place among the parties of the act; -1
    where there is none. When more than ``most`` are known they are forgotten, which costs time and
    changes nothing: what was found for them is found again. ``first`` is the oldest number still known.
    """

    def __init__(self, most: int = 500_000) -> None:
        self.most = most
        self.count = 0
        self._numbers: dict[bytes, int] = {}
        self._kept: list[Matrix] = []
        self.first = 0

    def register(self, rows: Matrix) -> tuple[Codes, int]:
        """The number of each row (all different), and the first number that is new with this call."""
        if len(self._numbers) + len(rows) > self.most:
            self._numbers.clear()
            self._kept.clear()
            self.first = self.count
        new = self.count
        found = np.empty(len(rows), np.int64)
        fresh = []
        for i, row in enumerate(rows):
            # A place more, with nobody in it, makes no other pattern.
            key = row.tobytes().rstrip(b"\xff")
            number = self._numbers.get(key)
            if number is None:
                number = self._numbers[key] = self.count
                self.count += 1
                fresh.append(i)
            found[i] = number
        self._kept.extend([rows[fresh]] if fresh else [])
        return found, new

    def since(self, number: int) -> Matrix:
        """The rows of all patterns from a number on, in their order."""
        return self.rows(np.arange(number, self.count))

    def rows(self, numbers: Codes) -> Matrix:
        """The rows of patterns by their numbers, all of them met since any were forgotten."""
        width = max((rows.shape[1] for rows in self._kept), default=0)
        starts = np.cumsum([self.first, *(len(rows) for rows in self._kept)])
        found = np.full((len(numbers), width), -1, np.int64)
        within = np.searchsorted(starts, numbers, side="right") - 1
        for i in np.unique(within).tolist():
            at = np.flatnonzero(within == i)
            rows = self._kept[i]
            found[at, : rows.shape[1]] = rows[numbers[at] - starts[i]]
        return found


def side_by_side(
    numbers: Matrix, sets: Sequence[tuple[tuple[int, ...], ...]], width: int, slots: int
) -> tuple[Matrix, Matrix]:
    """The rows of each act laid side by side in slots of ``width`` words, and whose place each is.

    ``numbers`` are those of ``sets`` by the places of the parties, -1 where there is none.
    """
    sizes = np.array([*(len(one) for one in sets), 0], np.int64)
    tallest = max(int(sizes.max()), 1)
    words = np.zeros((len(sets) + 1, tallest, width), np.int64)
    for i, one in enumerate(sets):
        for j, row in enumerate(one):
            words[i, j] = row
    laid = np.zeros((len(numbers), slots, width), np.int64)
    places = np.full((len(numbers), slots), -1, np.int64)
    at = np.zeros(len(numbers), np.int64)
    for place in range(numbers.shape[1]):
        here = numbers[:, place]
        for j in range(tallest):
            which = np.flatnonzero(sizes[here] > j)
            laid[which, at[which] + j] = words[here[which], j]
            places[which, at[which] + j] = place
        at += sizes[here]
    return laid.reshape(len(numbers), slots * width), places


def rows_in(numbers: Matrix, sets: Sequence[tuple[tuple[int, ...], ...]]) -> Codes:
    """How many rows each act has."""
    sizes = np.array([*(len(one) for one in sets), 0], np.int64)
    total: Codes = sizes[numbers].sum(axis=1)
    return total
