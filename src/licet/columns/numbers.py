"""Numbers: facts of many values, read by where they lie among the bounds of rules.

Rules compare a number with a handful of others, so all that lie between the same two are one; only
where two numbers of an act are compared with each other does the value itself matter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from licet.columns.coding import Codes
from licet.columns.layout import FactBits
from licet.language import expression as e
from licet.language.evaluating import ORDER
from licet.language.values import ABSENT, Known
from licet.language.vocabulary import Entry

Floats = npt.NDArray[np.float64]


def in_bulk(column: pa.Array, entry: Entry) -> Floats | None:
    """The numbers of a column, NaN where there is none; ``None`` if they have to be read one by one."""
    kind = column.type
    if not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return None
    # What is no number, or out of bounds, is told to whoever stated it.
    stated: Floats = column.drop_null().cast(pa.float64(), safe=False).to_numpy()
    fits = np.isfinite(stated).all() and (entry.unit != "percent" or ((stated >= 0) & (stated <= 100)).all())
    return column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False) if fits else None


def bounds_of(fact: FactBits) -> Floats:
    """The numbers with which rules compare a fact."""
    found: set[float] = set()
    for node, _ in fact.atoms:
        match node:
            case e.Compare(_, _, e.Literal(value)) if isinstance(value, int | float):
                found.add(float(value))
            case e.OneOf(_, values):
                found.update(float(v) for v in values if isinstance(v, int | float))
    return np.array(sorted(found))


def places(numbers: Floats, bounds: Floats) -> Codes:
    """Where each number lies: below, at or above which bound; -1 where there is none."""
    at = np.searchsorted(bounds, numbers, side="left") + np.searchsorted(bounds, numbers, side="right")
    return np.where(np.isnan(numbers), -1, at)


def of_values(values: Sequence[Known], codes: Codes) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """The numbers of values by their codes, and which are known to be absent."""
    table = [float(v) if isinstance(v, int | float) else np.nan for v in values]
    return np.array(table)[codes], np.array([v is ABSENT for v in values])[codes]


def compared(op: str, left: Any, right: Any) -> Codes:
    """What a comparison of two numbers comes to: 0 unknown, 1 false, 2 true, as ``compare`` has it."""
    (one, one_absent), (other, other_absent) = left, right
    known = ~((np.isnan(one) & ~one_absent) | (np.isnan(other) & ~other_absent))
    if op in ("==", "!="):
        same = np.where(one_absent | other_absent, one_absent & other_absent, one == other)
        holds = same if op == "==" else ~same
    else:
        holds = ORDER[op](one, other) & ~one_absent & ~other_absent
    result: Codes = np.where(known, 1 + holds.astype(np.int64), 0)
    return result
