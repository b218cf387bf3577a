"""Levels: when the points of a pair, and what its weighing says beside them, make a review or a hit."""

from __future__ import annotations

from licet.screening.amounts import (
    IS_BARRED,
    IS_IDENTIFIED,
    IS_LIKELY,
    IS_NAMESAKE,
    IS_RARE,
    IS_WHOLE,
    W_BEYOND,
)
from licet.screening.compiled import bare


@bare
def level_of(points, flags, review, hit, pair):
    """0 nothing, 1 review, 2 hit.

    The very same name in the same country is a hit however common the name is; a name of which the
    leading word is merely like the listed one needs more for a hit.
    """
    if flags & IS_IDENTIFIED:
        return 2
    needed = hit + (pair[W_BEYOND] if flags & IS_LIKELY else 0)
    if flags & IS_BARRED == 0 and (points >= needed or flags & IS_NAMESAKE == IS_NAMESAKE):
        return 2
    if points >= review or flags & (IS_RARE | IS_WHOLE):
        return 1
    return 0
