"""Deciding in columns: acts in Arrow in, decisions in Arrow out, row for row what ``decide`` says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pyarrow as pa

from licet.columns.acts import batches
from licet.columns.coding import Codes, Interned, grouped
from licet.columns.concluding import OUTCOMES
from licet.columns.engines import Engine
from licet.columns.engines import engine as engine_of
from licet.columns.layout import Layout
from licet.columns.patterns import Matrix, rows_in, side_by_side
from licet.columns.results import FIELDS, Plan, Said, slots_for_each, told
from licet.columns.signing import Signed, Signer
from licet.decisions.outcome import Outcome
from licet.language.instrument import Moment
from licet.language.rulebook import Rulebook
from licet.regime import Regime

PROBLEM = "problem"
_OPEN = OUTCOMES.index(Outcome.INDETERMINATE)


def decide_all(
    acts: Any,
    regime: Regime,
    as_of: Moment | None = None,
    known_at: Moment | None = None,
    unrelieved: bool = False,
    engine: str = "polars",
    keep: Sequence[str] = (),
    end_uses: bool = False,
) -> pa.Table:
    """Decide every act: one row each, in order, as :func:`licet.decide` would.

    ``acts`` is anything that holds acts in Arrow (:mod:`licet.columns.acts`): a table or reader, a frame of
    Polars or pandas, a relation of DuckDB, a Parquet file or folder; or acts themselves. ``keep`` names
    columns of it to repeat in the result. With ``end_uses`` an end use that a column ``end_use`` states in
    the customer's words counts as civil where no red flag is in it, as in ``licet check``.

    The columns of the result are ``keep``, then :data:`licet.columns.results.FIELDS`, and ``problem``, which
    says why a row could not be decided (it has no date, a cell that says nothing usable) and is null
    elsewhere. The schema's metadata hold the digests of law and lists, and what was public (``known_at``).

    Raises:
        ActsError: for columns that cannot be meant.
    """
    decider = Decider(regime, as_of, known_at, unrelieved, engine_of(engine), end_uses)
    found = [decider.decide(batch, keep) for batch in batches(acts, vocabulary=regime.vocabulary)]
    return pa.concat_tables(found) if found else decider.nothing()


class Decider:
    """Decides batch after batch; what was found for a pattern serves all acts that have it."""

    def __init__(
        self,
        regime: Regime,
        as_of: Moment | None = None,
        known_at: Moment | None = None,
        unrelieved: bool = False,
        engine: Engine | None = None,
        end_uses: bool = False,
    ) -> None:
        self.regime, self.unrelieved = regime, unrelieved
        self.engine = engine or engine_of("polars")
        self.signer = Signer(regime, (regime.book,), as_of, known_at, end_uses)
        self.metadata = {
            "law": regime.digest,
            "lists": regime.lists_digest,
            "as_of": "" if as_of is None else as_of.isoformat(),
            "known_at": str(regime.clock(regime.knowledge, known_at).known_at),
            "end_uses": "as stated" if end_uses else "by category alone",
            "notice": regime.notice,
        }
        self.by_book = BookDecider(regime.book, self.signer.layout, regime.scope, self.engine, unrelieved)

    def decide(self, batch: pa.RecordBatch, keep: Sequence[str] = ()) -> pa.Table:
        """The decisions of one batch of acts."""
        signed = self.signer.sign(batch)
        results = self.by_book.results_of(signed, self.signer)
        columns = {name: batch.column(name) for name in keep}
        columns |= self.by_book.told(results)
        why = [signed.problems.get(i) for i in range(len(results))] if signed.problems else None
        columns[PROBLEM] = pa.array(why, pa.string()) if why else pa.nulls(len(results), pa.string())
        return pa.table(columns).replace_schema_metadata(self.metadata)

    def nothing(self) -> pa.Table:
        """The result of no acts at all."""
        fields = [*FIELDS.items(), (PROBLEM, pa.string())]
        return pa.schema(fields).empty_table().replace_schema_metadata(self.metadata)


class BookDecider:
    """Decides patterns by the program of one rule book; what comes out the same is told once."""

    results: Interned[tuple[int, Said]]
    _first: int
    _result_of: Codes
    _told: dict[str, pa.Array]

    def __init__(
        self, book: Rulebook, layout: Layout, scope: str, engine: Engine, unrelieved: bool = False
    ) -> None:
        self.book, self.layout, self.scope = book, layout, scope
        self.engine, self.unrelieved = engine, unrelieved
        self._forget(0)
        self._plans: dict[int, Plan] = {}

    def results_of(self, signed: Signed, signer: Signer) -> Codes:
        """For each act of a batch the number of what is said of it, -1 for nothing.

        Batches come in the order in which they were signed.
        """
        if signer.patterns.first > self._first:
            self._forget(signer.patterns.first)
        new = np.zeros(signer.patterns.count - signed.new, np.int64)
        for laid in laid_out(signer, signer.patterns.since(signed.new)):
            new[laid.which] = self._said(laid)
        self._result_of = np.concatenate([self._result_of, new])
        at = np.where(signed.patterns < 0, -1, signed.patterns - self._first)
        found: Codes = np.append(self._result_of, -1)[at]
        return found

    def _forget(self, first: int) -> None:
        """Forget what was said, of patterns that are themselves forgotten."""
        self._first = first
        self._result_of = np.zeros(0, np.int64)
        self.results = Interned()
        self._told = {name: pa.array([], kind) for name, kind in FIELDS.items()}

    def told(self, results: Codes) -> dict[str, pa.Array]:
        """What was said, in the columns of :data:`FIELDS`, by its numbers; -1 gives null."""
        have = len(self._told["outcome"])
        for slots, said in _runs(self.results.values[have:]):
            more = told(self._plans[slots], said)
            for name in FIELDS:
                self._told[name] = _joined(self._told[name], more.column(name))
        rows = pa.array(results, mask=results < 0)
        return {name: column.take(rows) for name, column in self._told.items()}

    def plan(self, slots: int) -> Plan:
        """The plan for patterns with so many slots."""
        if slots not in self._plans:
            self._plans[slots] = Plan.of(self.book, self.layout, slots, self.scope, self.unrelieved)
        return self._plans[slots]

    def _said(self, laid: Laid) -> Codes:
        plan = self.plan(laid.slots)
        said = matrix(self.engine.run(plan.program, laid.words))
        asked = np.zeros((len(said), len(plan.asking.outputs)), np.int64)
        open_ = np.flatnonzero(said[:, plan.program.outputs.index("outcome")] == _OPEN)
        if len(open_):
            asked[open_] = matrix(self.engine.run(plan.asking, laid.words.take(open_)))
        # Whose row is where matters to nothing but what is asked.
        idle = np.flatnonzero((asked == 0).all(axis=1))
        places = laid.places.copy()
        places[idle] = -1
        every = np.ascontiguousarray(np.concatenate([said, asked, places], axis=1).T)
        groups, first = grouped(every, len(said))
        rows = every.T[first].tolist()
        table = np.array([self.results.code((laid.slots, tuple(row))) for row in rows], np.int64)
        return table[groups]


@dataclass(frozen=True, slots=True)
class Laid:
    """Patterns with so many slots: which they are, their words, and whose rows are where."""

    slots: int
    which: Codes
    words: pa.Table
    places: Matrix


def laid_out(signer: Signer, patterns: Matrix) -> Iterator[Laid]:
    """Patterns (as :class:`Patterns` keeps them) as words, those with as many slots together."""
    if not len(patterns):
        return
    layout, sets = signer.layout, signer.row_sets.sets.values
    numbers = patterns[:, 1 + len(layout.act_words) :]
    slots = slots_for_each(rows_in(numbers, sets))
    in_force = np.array(signer.forces.values, np.int64).reshape(len(signer.forces), -1)
    for count in np.unique(slots).tolist():
        which = np.flatnonzero(slots == count)
        rows, places = side_by_side(numbers[which], sets, len(layout.row_words), count)
        act = patterns[which, 1 : 1 + len(layout.act_words)]
        every = np.ascontiguousarray(np.concatenate([in_force[patterns[which, 0]], act, rows], axis=1).T)
        names = (*layout.force_words, *layout.act_words, *layout.slot_words(count))
        yield Laid(count, which, pa.table(dict(zip(names, every, strict=True))), places)


def matrix(table: pa.Table) -> Matrix:
    """The columns of a table of numbers side by side, a row a row."""
    columns = [column.to_numpy() for column in table.columns]
    return np.stack(columns, axis=1) if columns else np.empty((table.num_rows, 0), np.int64)


def _runs(results: Sequence[tuple[int, Said]]) -> Iterator[tuple[int, list[Said]]]:
    """Results in their order, those after each other that are of one plan together."""
    for slots, some in groupby(results, key=lambda result: result[0]):
        yield slots, [said for _, said in some]


def _joined(one: pa.Array, other: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays([one, *other.chunks]) if len(one) else other.combine_chunks()
