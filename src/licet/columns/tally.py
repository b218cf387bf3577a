"""Tallies: a decided book in numbers, added up part by part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from licet.columns.coding import Codes, distinct, grouped

UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Why:
    """What the acts of one count have in common."""

    outcome: str
    requirements: tuple[str, ...]
    authorisations: tuple[str, ...]
    review: str


@dataclass(slots=True)
class Count:
    """How many acts, their value by currency, and how many have none stated."""

    acts: int = 0
    value: dict[str, float] = field(default_factory=dict)
    unvalued: int = 0

    def add(self, other: Count) -> None:
        """Add another count to this one."""
        self.acts += other.acts
        self.unvalued += other.unvalued
        for currency, value in other.value.items():
            self.value[currency] = self.value.get(currency, 0.0) + value


@dataclass(slots=True)
class Tally:
    """Acts by what came of them and why, what they wait for, and between which days they happen."""

    by: dict[Why, Count] = field(default_factory=dict)
    asked: Counter[str] = field(default_factory=Counter)
    problems: Counter[str] = field(default_factory=Counter)
    first: str = ""
    last: str = ""

    def add(self, acts: pa.RecordBatch, found: pa.Table) -> None:
        """Add a batch of acts and their decisions (of :meth:`Decider.decide`)."""
        columns = {name: _whole(found, name) for name in ("outcome", "requirements", "review")}
        pairs = _whole(found, "authorised")
        by = pa.ListArray.from_arrays(
            pairs.offsets, pairs.flatten().field("authorisation"), mask=pairs.is_null()
        )
        cells = {name: distinct(column) for name, column in (columns | {"by": by}).items()}
        codes = {name: at for name, (_, at) in cells.items()}
        groups, first = grouped(codes.values(), found.num_rows)
        counts = [Count(acts=int(size)) for size in np.bincount(groups, minlength=len(first))]
        _add_values(counts, acts, groups)
        for count, row in zip(counts, first.tolist(), strict=True):
            said = {n: cells[n][0][at[row]] if at[row] >= 0 else None for n, at in codes.items()}
            why = Why(
                said["outcome"] or UNDECIDED,
                tuple(said["requirements"] or ()),
                tuple(dict.fromkeys(said["by"] or ())),
                said["review"] or "",
            )
            self.by.setdefault(why, Count()).add(count)
        asked = _whole(found, "missing").flatten().field("fact")
        self.asked.update(
            {x["values"]: x["counts"] for x in pc.value_counts(asked.cast(pa.string())).to_pylist()}
        )
        wrong = found.column("problem").drop_null()
        self.problems.update({x["values"]: x["counts"] for x in pc.value_counts(wrong).to_pylist()})
        self._days(acts)

    @property
    def outcomes(self) -> Mapping[str, Count]:
        """The counts by outcome alone."""
        found: dict[str, Count] = {}
        for why, count in self.by.items():
            found.setdefault(why.outcome, Count()).add(count)
        return found

    def _days(self, acts: pa.RecordBatch) -> None:
        if "act.date" in acts.schema.names and len(acts):
            days = [str(day)[:10] for day in distinct(acts.column("act.date"))[0]]
            self.first = min([*days, *filter(None, [self.first])], default="")
            self.last = max([*days, self.last], default="")


def _add_values(counts: list[Count], acts: pa.RecordBatch, groups: Codes) -> None:
    """Add up the values of the acts of each group, currency by currency."""
    size = len(counts)
    value = np.full(len(groups), np.nan)
    if "value" in acts.schema.names:
        value = pc.cast(acts.column("value"), pa.float64()).to_numpy(zero_copy_only=False)
    valued = ~np.isnan(value)
    for count, without in zip(counts, np.bincount(groups[~valued], minlength=size).tolist(), strict=True):
        count.unvalued = without
    names, currency = ["?"], np.zeros(len(groups), np.int64)
    if "currency" in acts.schema.names:
        names, currency = distinct(acts.column("currency"))
        names, currency = ["?", *names], currency + 1
    for code in np.unique(currency[valued]).tolist():
        here = valued & (currency == code)
        sums = np.bincount(groups[here], weights=value[here], minlength=size)
        for group in np.unique(groups[here]).tolist():
            counts[group].value[names[code]] = float(sums[group])


def _whole(table: pa.Table, name: str) -> pa.Array:
    column = table.column(name)
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()
