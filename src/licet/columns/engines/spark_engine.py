"""Programs in Spark: the rows are spread over a cluster, as one SQL query or through Arrow.

Two ways give the same. :func:`lowered` is the SQL query of :mod:`.sql`, run by Spark itself.
:func:`mapped` hands batches of rows to an engine inside the workers' Python; Spark plans nothing
then, which is what makes programs of more than a few hundred steps bearable.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from licet.columns.engines import EngineError, engine
from licet.columns.engines.rows import in_order, numbered
from licet.columns.engines.spelling import names_of
from licet.columns.engines.sql import query
from licet.columns.program import Program

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

QUIET = Path(__file__).with_name("quiet.log4j2.properties")
SETTINGS = {
    "spark.sql.execution.arrow.pyspark.enabled": "true",
    # A program is spelled anew for each batch; for 1,500 steps that costs as much as some 50,000 rows.
    "spark.sql.execution.arrow.maxRecordsPerBatch": "100000",
    "spark.sql.session.timeZone": "UTC",
    "spark.executorEnv.POLARS_MAX_THREADS": "1",  # Spark gives every core a worker already
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}
LOCAL = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.memory": "2g",
    "spark.driver.extraJavaOptions": f"-Dlog4j2.configurationFile={QUIET}",
    "spark.sql.catalogImplementation": "in-memory",
    "spark.sql.shuffle.partitions": "4",
}


class SparkEngine:
    """Runs programs on a Spark session: the one given, the one at work, or else one on this machine."""

    name = "spark"

    def __init__(self, spark: SparkSession | None = None) -> None:
        import pyspark  # noqa: F401  (missing is said when the engine is asked for, not when it runs)

        self.spark = spark

    def run(self, program: Program, table: pa.Table) -> pa.Table:
        """See :meth:`licet.columns.engines.Engine.run`."""
        spark = self.spark or session(None)
        given = spark.createDataFrame(numbered(program, table)).toDF("row", *program.words)
        parts = given.repartition(spark.sparkContext.defaultParallelism)
        return in_order(mapped(program, parts, ["row"]).toArrow(), program)


def session(master: str | None) -> SparkSession:
    """The session at work, or a new one, quiet, in UTC and with Arrow.

    Args:
        master: URL of a cluster; ``None`` for the one that ``spark-submit`` was given, and where
            there was no ``spark-submit`` for all cores of this machine.

    Raises:
        EngineError: Spark cannot start, for want of Java for example.
    """
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    submitted = "PYSPARK_GATEWAY_PORT" in os.environ
    settings: dict[str, bool | float | int | str | None] = dict(SETTINGS)
    if master is None and not submitted:
        master = "local[*]"
    if master is not None and master.startswith("local") and not submitted:
        settings |= LOCAL
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)  # else workers start whatever python3 is
    builder = SparkSession.builder.appName("licet")
    if master is not None:
        builder = builder.master(master)
    try:
        return builder.config(map=settings).getOrCreate()
    except (PySparkException, OSError) as error:
        raise EngineError(f"Spark does not start: {error}. It needs Java 17 or later (JAVA_HOME)") from error


def mapped(program: Program, frame: DataFrame, keep: Sequence[str], by: str = "polars") -> DataFrame:
    """``keep`` and the outputs for each row of a frame with the words, by an engine inside the workers.

    Rows come in no particular order. ``by`` names the engine, which must be installed on every worker.
    """
    from pyspark.sql.types import LongType, StructField, StructType

    given = _short(program, frame, keep)
    numbers = [StructField(f"s{place}", LongType(), False) for place in range(len(program.outputs))]
    schema = StructType([*given.schema.fields[: len(keep)], *numbers])
    found = given.mapInArrow(partial(_run, program=program, keep=len(keep), by=by), schema)
    return found.toDF(*keep, *program.outputs)


def lowered(program: Program, frame: DataFrame, keep: Sequence[str]) -> DataFrame:
    """The same as :func:`mapped`, as a query that Spark itself plans and runs.

    Planning takes seconds for a hundred steps and the better part of a minute for 1,500.
    """
    given = _short(program, frame, keep)
    text = query(program, "{given}", len(keep), "spark")
    return frame.sparkSession.sql(text, given=given).toDF(*keep, *program.outputs)


def _short(program: Program, frame: DataFrame, keep: Sequence[str]) -> DataFrame:
    """What is kept as ``k0`` ... and the words as ``w0`` ...: to Spark, ``a`` and ``A`` are one name."""
    every = frame.toDF(*(f"c{place}" for place in range(len(frame.columns))))
    places = [frame.columns.index(name) for name in (*keep, *program.words)]
    short = (*(f"k{place}" for place in range(len(keep))), *names_of(program).words.values())
    return every.select([f"c{place}" for place in places]).toDF(*short)


def _run(batches: Iterable[pa.RecordBatch], program: Program, keep: int, by: str) -> Iterator[pa.RecordBatch]:
    runner = engine(by)
    results = [f"s{place}" for place in range(len(program.outputs))]
    for batch in batches:
        columns = batch.columns
        found = runner.run(program, pa.table(columns[keep:], list(program.words)))
        numbers = [pa.concat_arrays(column.chunks) for column in found.columns]
        yield pa.RecordBatch.from_arrays([*columns[:keep], *numbers], [*batch.schema.names[:keep], *results])
