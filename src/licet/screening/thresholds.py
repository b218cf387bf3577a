"""From how many points a pair is a review or a hit, per list, read from ``data/thresholds.yaml``."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache

from licet.language import plain_yaml
from licet.screening.words import DATA


@dataclass(frozen=True, slots=True)
class Points:
    """Points from which a pair is a review, and from which it is a hit."""

    review: float
    hit: float


@cache
def thresholds() -> dict[str, Points]:
    """Points by list code; ``default`` for every list not named."""
    data = plain_yaml.read_file(DATA / "thresholds.yaml")
    return {name: Points(float(row["review"]), float(row["hit"])) for name, row in data["lists"].items()}


def points_of(code: str) -> Points:
    """The points of a list."""
    found = thresholds()
    return found.get(code, found["default"])


@cache
def digest() -> str:
    """A hash of the file."""
    return hashlib.sha256((DATA / "thresholds.yaml").read_bytes()).hexdigest()
