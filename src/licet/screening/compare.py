"""Compares two names by themselves, with the very points that screening would give the pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from licet.screening.calibration import one_in
from licet.screening.index import Index
from licet.screening.roles import PARTS
from licet.screening.screen import PARTIES, evidence_of, meet


@dataclass(frozen=True, slots=True)
class Evidence:
    """One row: which word of mine met which of theirs, by what, how rare it is, and what that brought."""

    mine: str
    theirs: str
    by: str
    one_in: float
    points: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """How alike two names are; ``points`` is the exact sum of the points of the evidence.

    ``level`` is ``hit``, ``review`` or empty, by the points of the default list.
    """

    points: float
    one_in: float
    level: str
    evidence: tuple[Evidence, ...]


def compare(name_a: str, name_b: str, kind: str = "") -> Comparison:
    """Weighs my name against theirs, both of one kind (``person``, ``organisation``, ...) where it is
    said.
    """
    mine, theirs = _clean(name_a), _clean(name_b)
    index = Index.build(pa.table({"entity": ["theirs"], "name": [theirs], "kind": [kind]}), "pair")
    party = pa.table({"name": [mine], "kind": [kind]})
    for field in PARTIES:
        if field.name not in party.column_names:
            party = party.append_column(field, pa.nulls(1, field.type))
    candidates, rows, mine_text, theirs_text = meet(party, index, None, None, True)
    if not len(candidates):
        return Comparison(0.0, 1.0, "", ())
    found: list[dict[str, Any]] = evidence_of(
        candidates["rows"], np.zeros(1, np.int64), rows, mine_text, theirs_text
    ).to_pylist()[0]
    points = candidates["points"]
    return Comparison(
        points=float(points[0]) / PARTS,
        one_in=float(one_in(points)[0]),
        level=("", "review", "hit")[int(candidates["level"][0])],
        evidence=tuple(Evidence(**row) for row in found),
    )


def _clean(name: str) -> str:
    """The name without signs that cannot be written as UTF-8."""
    return name.encode("utf-8", "replace").decode()
