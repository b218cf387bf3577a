"""The Spark job: acts in any number on any cluster, screened and decided where they lie.

Each worker loads the law for itself, once, and every task decides its batches in Arrow: names are
screened, tables looked up and rules run by the same code as on one machine. (Programs are SQL too,
:func:`licet.columns.engines.spark_engine.lowered`; a law of this size takes Spark's planner longer to
plan than all of it takes to run.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pyarrow as pa

from licet.columns.deciding import PROBLEM, Decider
from licet.columns.engines import engine
from licet.columns.engines.spark_engine import session as spark_session
from licet.columns.results import FIELDS
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
    """What is decided, by which law, as of and as known when; what is kept of every act; by which engine."""

    law: Law
    as_of: Moment | None = None
    known_at: Moment | None = None
    unrelieved: bool = False
    keep: tuple[str, ...] = ()
    end_uses: bool = False
    engine: str = "polars"


def decide_frame(acts: Any, job: Job) -> Any:
    """The decisions of a Spark data frame of acts: ``keep``, the columns of ``FIELDS`` and ``problem``.

    ``acts`` has the columns of :mod:`licet.columns.acts`. The order of rows is Spark's, so keep what
    tells them apart.
    """
    kept = {field.name: field.dataType.simpleString() for field in acts.schema.fields}
    columns = [f"`{name}` {kept[name]}" for name in job.keep]
    # Spark takes a dot in the name of a column for a step into a struct.
    plain = acts.toDF(*(f"c{i}" for i in range(len(kept))))
    return plain.mapInArrow(partial(_decide, job, tuple(kept)), ", ".join([*columns, _result_schema()]))


def decide_parquet(source: Path, out: Path, job: Job, master: str | None = None) -> dict[str, int]:
    """Decide a Parquet file or folder into the folder ``out``; how many acts came to each outcome.

    What is in ``out`` is not written over: Spark refuses a folder that is there.
    """
    session = spark_session(master)
    decide_frame(session.read.parquet(str(source)), job).write.parquet(str(out))
    counted = session.read.parquet(str(out)).groupBy("outcome").count().collect()
    return {row["outcome"] or "undecided": row["count"] for row in counted}


def _decide(job: Job, names: Sequence[str], batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """The decisions of each batch, by the law that this worker has loaded."""
    decider = _decider(job)
    for batch in batches:
        if batch.num_rows:
            found = decider.decide(evened(batch.rename_columns(list(names))), job.keep)
            plain = pa.schema([(field.name, _plain(field.type)) for field in found.schema])
            yield from found.cast(plain).combine_chunks().to_batches()


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
def _decider(job: Job) -> Decider:
    own = engine(job.engine)
    return Decider(job.law.load(), job.as_of, job.known_at, job.unrelieved, own, job.end_uses)
