"""The figures: recall at a fixed share of false positives, ranking quality, and their intervals.

A threshold is always one that the negatives fix: at one percent it is the smallest score that at most
one negative in a hundred exceeds, and a query counts only when a right entity scores *above* it.
Ties with a negative therefore count as missed: an engine that gives many names one score gets
nothing for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from sets import NINE, Query

RATES = (0.05, 0.01, 0.001)
Found = Sequence[tuple[str, float]]
NOTHING = float("-inf")


@dataclass(frozen=True, slots=True)
class Share:
    """A share with its 95 percent interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}-{self.high:.3f}]"


def wilson(hits: int, of: int) -> Share:
    """A share and its interval after Wilson."""
    if not of:
        return Share(float("nan"), 0.0, 1.0)
    z, p = 1.959964, hits / of
    middle, spread = p + z * z / (2 * of), z * sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return Share(p, (middle - spread) / (1 + z * z / of), (middle + spread) / (1 + z * z / of))


def right_scores(queries: Sequence[Query], found: Sequence[Found]) -> np.ndarray:
    """For each query the best score of an entity that counts as found."""
    return np.array(
        [max((s for e, s in f if e in q.right), default=NOTHING) for q, f in zip(queries, found, strict=True)]
    )


def best_scores(found: Sequence[Found]) -> np.ndarray:
    """For each query the best score of anything."""
    return np.array([max((s for _, s in f), default=NOTHING) for f in found])


def threshold(negatives: np.ndarray, rate: float) -> float:
    """The score that at most ``rate`` of the negatives exceed."""
    allowed = int(rate * len(negatives))
    return float(np.sort(negatives)[::-1][allowed])


def recall(scores: np.ndarray, negatives: np.ndarray, rate: float) -> Share:
    """Share of queries whose right entity scores above the threshold of ``rate``."""
    return wilson(int((scores > threshold(negatives, rate)).sum()), len(scores))


def macro(
    by_family: dict[str, np.ndarray], negatives: np.ndarray, rate: float, families: Sequence[str] = NINE
) -> Share:
    """Mean recall over families; interval by drawing queries and negatives anew 400 times."""

    def mean(scores: Sequence[np.ndarray], against: np.ndarray) -> float:
        cut = threshold(against, rate)
        return float(np.mean([(s > cut).mean() for s in scores]))

    scores = [by_family[f] for f in families]
    random = np.random.default_rng(7)
    drawn = [
        mean([random.choice(s, len(s)) for s in scores], random.choice(negatives, len(negatives)))
        for _ in range(400)
    ]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Share(mean(scores, negatives), float(low), float(high))


def auc(scores: np.ndarray, same: np.ndarray) -> float:
    """The chance that a true pair scores above a false one; equal scores count half."""
    order = np.argsort(scores, kind="stable")
    ranks = np.empty(len(scores))
    _, first, count = np.unique(scores[order], return_index=True, return_counts=True)
    ranks[order] = np.repeat(first + (count + 1) / 2, count)
    yes = int(same.sum())
    no = len(same) - yes
    return float((ranks[same].sum() - yes * (yes + 1) / 2) / (yes * no))


def auc_share(scores: np.ndarray, same: np.ndarray) -> Share:
    """Ranking quality with an interval by drawing the pairs anew 400 times."""
    random = np.random.default_rng(7)
    yes, no = scores[same], scores[~same]
    truth = np.repeat([True, False], [len(yes), len(no)])
    drawn = [
        auc(np.concatenate([random.choice(yes, len(yes)), random.choice(no, len(no))]), truth)
        for _ in range(400)
    ]
    low, high = np.quantile(drawn, (0.025, 0.975))
    return Share(auc(scores, same), float(low), float(high))
