"""What a score means: one of how many unrelated real names scores as high against the whole list.

Measured once on real company names that are on no list (``data/calibration.csv``); between two measured
scores the logarithm runs straight, above the last by its slope.
"""

from __future__ import annotations

import csv
from functools import cache

import numpy as np

from licet.screening.roles import PARTS
from licet.screening.shapes import Array
from licet.screening.words import DATA


@cache
def _table() -> tuple[Array, Array]:
    with (DATA / "calibration.csv").open(encoding="utf-8", newline="") as file:
        rows = [(float(r["points"]), float(r["one_in"])) for r in csv.DictReader(file)]
    points, one = zip(*rows, strict=True)
    return np.array(points), np.log2(np.array(one))


def one_in(points: Array) -> Array:
    """One of so many unrelated names scores this many parts of points or more; never below 1."""
    known, bits = _table()
    x = np.asarray(points, np.float64) / PARTS
    slope = (bits[-1] - bits[-2]) / (known[-1] - known[-2])
    beyond = bits[-1] + (x - known[-1]) * slope
    found = np.where(x > known[-1], beyond, np.interp(x, known, bits))
    return np.asarray(np.exp2(np.clip(found, 0.0, 200.0)))
