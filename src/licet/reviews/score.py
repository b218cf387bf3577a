"""A score between 0 and 1 for a candidate of the screening, for those who compare it with a threshold.

Points mean something only beside the points that make a review or a hit on that list. Here a review lies
between 0.5 and 0.7, a hit above 0.7, and the very same name at 1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from licet.screening.thresholds import points_of

THRESHOLD = 0.7
CUTOFF = 0.5
_REVIEW, _HIT = (0.51, 0.69), (0.71, 0.99)
# As many points again as a hit needs, halved, and the score can rise no more.
_AMPLE = 0.5
_SAME = ("same", "legal form", "order", "country", "address", "identifier")


def score_of(level: str, points: float, list_: str, evidence: Iterable[Mapping[str, Any]]) -> float:
    """The score of a candidate: its level, its points on that list, and its rows of evidence."""
    needed = points_of(list_)
    if level != "hit":
        return _between(_REVIEW, (points - needed.review) / (needed.hit - needed.review))
    if all(row["by"] in _SAME for row in evidence):
        return 1.0
    return _between(_HIT, (points - needed.hit) / (needed.hit * _AMPLE))


def share(points: float, list_: str) -> float:
    """Points as a share of what a hit on that list needs."""
    return round(points / points_of(list_).hit, 4)


def _between(ends: tuple[float, float], part: float) -> float:
    low, high = ends
    return round(low + (high - low) * min(1.0, max(0.0, part)), 4)
