"""Working room of the compiled code, lent to one call at a time and kept for the next.

Whoever asks after a single name would else wait longer for fresh memory than for the search. Nothing in a
room need be cleared, and nothing that is left in it changes what is found.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np

from licet.screening.amounts import ROOM
from licet.screening.reading_kernel import LONGEST
from licet.screening.shapes import BEST, MARK, MEETING, OUTLOOK, SUM, Scratch, Trial

_SPARE = os.cpu_count() or 1  # more calls than that do not search at the same time


def trial_of(words: int) -> Trial:
    """Room for meeting the words of a list that has so many."""
    return Trial(
        slot=np.empty(words + 1, np.uint32),
        tried=np.empty(words + 1, np.uint32),
        trial=np.empty(words + 1, np.int32),
        found=np.empty(words + 1, MEETING),
    )


def scratch_of(words: int, readings: int, groups: int) -> Scratch:
    """Room for a search through a list of so many words, readings and groups."""
    return Scratch(
        size=np.zeros(1, np.int64),
        slot=np.empty(words + 1, np.uint32),
        mark=np.empty(words + 1, MARK),
        joinable=np.empty(LONGEST, np.int64),
        meet=np.empty((LONGEST * LONGEST, 5), np.int64),
        mine=np.empty(LONGEST, np.int32),
        theirs=np.empty(LONGEST, np.int32),
        rows=np.zeros((ROOM, 9), np.int64),
        place=np.empty(readings + 1, np.uint32),
        sum=np.empty(readings + 1, SUM),
        outlook=np.empty(LONGEST, OUTLOOK),
        spot=np.empty(groups + 1, np.uint32),
        best=np.empty(groups + 1, BEST),
    )


class Rooms:
    """Rooms for one list; each is lent to one thread at a time."""

    def __init__(self, words: int, readings: int, groups: int) -> None:
        self.words, self.readings, self.groups = words, readings, groups
        self._spare: list[tuple[Trial, Scratch]] = []

    @contextmanager
    def lent(self) -> Iterator[tuple[Trial, Scratch]]:
        """A room that nobody else has meanwhile."""
        try:
            room = self._spare.pop()
        except IndexError:
            room = trial_of(self.words), scratch_of(self.words, self.readings, self.groups)
        try:
            yield room
        finally:
            if len(self._spare) < _SPARE:
                self._spare.append(room)
