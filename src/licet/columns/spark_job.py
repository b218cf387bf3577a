"""The Spark job: acts in any number on any cluster, screened and decided where they lie.

Every task signs its batches (which screens names and looks tables up), so that what travels are
patterns; the rules run over those as SQL in Spark's own engine; the words for what came out are put
in again batch by batch. Each worker loads the law for itself, once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from licet.columns.coding import grouped
from licet.columns.deciding import PROBLEM
from licet.columns.engines.spark_engine import lowered
from licet.columns.engines.spark_engine import session as spark_session
from licet.columns.lowering import force_bits
from licet.columns.patterns import Matrix, rows_in, side_by_side
from licet.columns.results import FIELDS, Plan, slots_for_each, told
from licet.columns.signing import Signer
from licet.columns.sources import evened
from licet.language.instrument import Moment
from licet.regime import Regime

_ACTS, _SLOTS, _WORDS, _PLACES = "acts", "slots", "words", "places"


@dataclass(frozen=True, slots=True)
class Law:
    """Where a worker finds the law and the history of lists; a path has to lead there on every worker."""

    folder: str = ""
    store: str = ""

    def load(self) -> Regime:
        """The regime."""
        regime = Regime.load(Path(self.folder)) if self.folder else Regime.load()
        return regime.with_history(Path(self.store)) if self.store else regime


@dataclass(frozen=True, slots=True)
class Job:
    """What is decided: by which law, as of when, as known when, and what is kept of every act."""

    law: Law
    as_of: Moment | None = None
    known_at: Moment | None = None
    unrelieved: bool = False
    keep: tuple[str, ...] = ()


def decide_frame(acts: Any, job: Job) -> Any:
    """The decisions of a Spark data frame of acts: ``keep``, the columns of ``FIELDS`` and ``problem``.

    ``acts`` has the columns of :mod:`licet.columns.acts`. The order of rows is Spark's, so keep what
    tells them apart.
    """
    from pyspark import StorageLevel

    regime = job.law.load()
    layout = Signer(regime, (), job.as_of, job.known_at).layout
    kept = [field for field in acts.schema.fields if field.name in job.keep]
    row = ", ".join([*(f"`{f.name}`: {f.dataType.simpleString()}" for f in kept), f"{PROBLEM}: string"])
    schema = f"{_SLOTS} int, {_WORDS} array<bigint>, {_PLACES} array<int>, {_ACTS} array<struct<{row}>>"
    # Signing is the dear part: it is done once, whatever the number of plans.
    signed = acts.mapInArrow(partial(_sign, job), schema).persist(StorageLevel.DISK_ONLY)
    columns = ", ".join(f"`{f.name}` {f.dataType.simpleString()}" for f in kept)
    result = ", ".join(filter(None, [columns, _result_schema()]))
    found = []
    for slots in sorted(r[0] for r in signed.select(_SLOTS).distinct().collect()):
        own = signed.filter(signed[_SLOTS] == slots)
        if slots:
            own = _run(own, Plan.of(regime.book, layout, slots, regime.scope, job.unrelieved))
        found.append(own.mapInArrow(partial(_tell, job, slots), result))
    whole = found[0] if found else acts.sparkSession.createDataFrame([], result)
    for more in found[1:]:
        whole = whole.unionByName(more)
    return whole


def decide_parquet(source: Path, out: Path, job: Job, master: str | None = None) -> dict[str, int]:
    """Decide a Parquet file or folder into the folder ``out``; how many acts came to each outcome.

    What is in ``out`` is not written over: Spark refuses a folder that is there.
    """
    session = spark_session(master)
    decide_frame(session.read.parquet(str(source)), job).write.parquet(str(out))
    counted = session.read.parquet(str(out)).groupBy("outcome").count().collect()
    return {row["outcome"] or "undecided": row["count"] for row in counted}


def _run(signed: Any, plan: Plan) -> Any:
    """The programs of a plan over the words of patterns."""
    words = [signed[_WORDS][i].alias(name) for i, name in enumerate(plan.program.words)]
    frame = signed.select(*words, _PLACES, _ACTS)
    beside = [_PLACES, _ACTS]
    said = lowered(plan.program, frame, keep=[*beside, *plan.program.words])
    return lowered(plan.asking, said, keep=[*beside, *plan.program.outputs])


def _sign(job: Job, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Patterns of each batch, and of each the acts that have it."""
    signer = _signer(job)
    for batch in batches:
        if batch.num_rows:
            yield from _signed(signer, evened(batch), job.keep)


def _signed(signer: Signer, batch: pa.RecordBatch, keep: Sequence[str]) -> Iterator[pa.RecordBatch]:
    signed = signer.sign(batch)
    order = np.argsort(signed.patterns, kind="stable")
    acts = pa.StructArray.from_arrays(
        [
            *(batch.column(name) for name in keep),
            pa.array([signed.problems.get(i) for i in range(batch.num_rows)], pa.string()),
        ],
        names=[*keep, PROBLEM],
    ).take(pa.array(order))
    numbers, starts = np.unique(signed.patterns[order], return_index=True)
    ends = np.append(starts, len(order))
    lists = pa.ListArray.from_arrays(pa.array(ends, pa.int32()), acts)
    undecided = int(numbers[0] < 0)
    if undecided:
        yield _patterns(0, np.empty((1, 0), np.int64), np.empty((1, 0), np.int64), lists.slice(0, 1))
    rows = signer.patterns.rows(numbers[undecided:])
    lists = lists.slice(undecided)
    sets = signer.row_sets.sets.values
    own = rows[:, 1 + len(signer.layout.act_words) :]
    slots = slots_for_each(rows_in(own, sets)) if len(rows) else np.zeros(0, np.int64)
    in_force = np.array([force_bits(truths[0]) for truths in signer.forces.values], np.int64)
    for count in np.unique(slots).tolist():
        at = np.flatnonzero(slots == count)
        laid, places = side_by_side(own[at], sets, len(signer.layout.row_words), count)
        act = rows[at, 1 : 1 + len(signer.layout.act_words)]
        words = np.concatenate([in_force[rows[at, 0]], act, laid], axis=1)
        yield _patterns(count, words, places, lists.take(pa.array(at)))


def _patterns(slots: int, words: Matrix, places: Matrix, acts: pa.ListArray) -> pa.RecordBatch:
    columns = {
        _SLOTS: pa.array(np.full(len(words), slots), pa.int32()),
        _WORDS: _rows(words, pa.int64()),
        _PLACES: _rows(places, pa.int32()),
        _ACTS: acts,
    }
    return pa.RecordBatch.from_arrays(list(columns.values()), list(columns))


def _rows(matrix: Matrix, kind: pa.DataType) -> pa.ListArray:
    ends = np.arange(len(matrix) + 1) * matrix.shape[1]
    return pa.ListArray.from_arrays(pa.array(ends, pa.int32()), pa.array(matrix.reshape(-1), kind))


def _tell(job: Job, slots: int, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The decisions of the acts of each pattern, in words."""
    plan = _plan(job, slots) if slots else None
    for batch in batches:
        if not batch.num_rows:
            continue
        acts = batch.column(_ACTS)
        parents = np.repeat(np.arange(batch.num_rows), pa.compute.list_value_length(acts).to_numpy())
        each = acts.flatten()
        own = dict(zip((f.name for f in each.type), each.flatten(), strict=True))
        columns = {name: own[name] for name in job.keep}
        columns |= _results(batch, plan, parents) if plan else _nothing(len(parents))
        columns[PROBLEM] = own[PROBLEM]
        yield pa.RecordBatch.from_arrays(list(columns.values()), list(columns))


def _results(batch: pa.RecordBatch, plan: Plan, parents: Any) -> dict[str, pa.Array]:
    names = [*plan.program.outputs, *plan.asking.outputs]
    numbers = [batch.column(name).to_numpy() for name in names]
    places = batch.column(_PLACES).flatten().to_numpy().reshape(batch.num_rows, -1).astype(np.int64)
    every = np.ascontiguousarray([*numbers, *places.T])
    groups, first = grouped(every, batch.num_rows)
    found = told(plan, [tuple(row) for row in every.T[first].tolist()])
    at = pa.array(groups[parents])
    return {
        name: found.column(name).combine_chunks().take(at).cast(_plain(kind)) for name, kind in FIELDS.items()
    }


def _nothing(count: int) -> dict[str, pa.Array]:
    return {name: pa.nulls(count, _plain(kind)) for name, kind in FIELDS.items()}


def _plain(kind: pa.DataType) -> pa.DataType:
    """The type without dictionaries, which do not travel to Spark."""
    if pa.types.is_dictionary(kind):
        return kind.value_type
    if pa.types.is_list(kind):
        return pa.list_(_plain(kind.value_type))
    if pa.types.is_struct(kind):
        return pa.struct([pa.field(f.name, _plain(f.type)) for f in kind])
    return kind


def _result_schema() -> str:
    def said(kind: pa.DataType) -> str:
        kind = _plain(kind)
        if pa.types.is_list(kind):
            return f"array<{said(kind.value_type)}>"
        if pa.types.is_struct(kind):
            return f"struct<{', '.join(f'{f.name}: {said(f.type)}' for f in kind)}>"
        return "int" if pa.types.is_int32(kind) else "string"

    fields = [*((name, said(kind)) for name, kind in FIELDS.items()), (PROBLEM, "string")]
    return ", ".join(f"`{name}` {kind}" for name, kind in fields)


@lru_cache(maxsize=2)
def _signer(job: Job) -> Signer:
    return Signer(job.law.load(), (), job.as_of, job.known_at)


@lru_cache(maxsize=16)
def _plan(job: Job, slots: int) -> Plan:
    signer = _signer(job)
    return Plan.of(signer.regime.book, signer.layout, slots, signer.regime.scope, job.unrelieved)
