"""Names per second of the same screening called plainly and inside Polars, DuckDB and Spark.

The list is the Consolidated Screening List with all aliases, the parties are the makers of network
equipment. Seconds are by the clock, as the work is spread over processes, and the best of the rounds;
other work on the machine shows in them. Spark's workers are warm: its start, the loading of
kernels and the reading of the index are shown apart, as ``first``. Every result is compared with
the plain one, and a different one makes the exit code 2.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

import pyarrow as pa

from licet.screening import Index, screen
from licet.screening.batches import screen_batches
from licet.screening.screen import CANDIDATES

KEPT = [c for c in CANDIDATES.names if c != "query"]
ORDER = [(c, "ascending") for c in ("id", "entity", "name")]


def same(one: pa.Table, other: pa.Table) -> bool:
    """Whether two results hold the same candidates, in whatever order and kind of string they came."""
    fields = [CANDIDATES.field(c) for c in KEPT]
    a, b = (
        pa.table([t.column(f.name).cast(f.type) for f in fields], schema=pa.schema(fields)).sort_by(ORDER)
        for t in (one, other)
    )
    return bool(a.equals(b))


def polars(parties: pa.Table, path: Path) -> pa.Table:
    """One ``map_batches`` over a lazy frame."""
    import polars as pl

    index = Index.open(path)
    frame: Any = pl.from_arrow(parties)
    return (
        frame.lazy()
        .map_batches(
            lambda part: pl.DataFrame(screen(part.to_arrow(), index)),
            schema=pl.DataFrame(CANDIDATES.empty_table()).schema,
        )
        .collect()
        .to_arrow()
    )


def duck(parties: pa.Table, path: Path) -> pa.Table:
    """A stream of batches out of one query and into another."""
    import duckdb

    connection = duckdb.connect()
    asked = connection.cursor().from_arrow(parties).to_arrow_reader(10_000)
    stream = pa.RecordBatchReader.from_batches(CANDIDATES, screen_batches(asked, path))
    return connection.from_arrow(stream).to_arrow_table()


def batched(parties: pa.Table, path: Path, size: int) -> pa.Table:
    """No engine, batches of such a size."""
    return pa.Table.from_batches(screen_batches(parties.to_batches(max_chunksize=size), path), CANDIDATES)


@contextmanager
def cluster(master: str) -> Iterator[Any]:
    """A Spark session whose files go to a folder that is thrown away."""
    import pyspark
    from pyspark.sql import SparkSession

    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        for entry in Path(pyspark.__file__).parent.iterdir():
            (home / entry.name).symlink_to(entry)
        os.environ |= {"SPARK_HOME": folder, "SPARK_LOCAL_IP": "127.0.0.1", "PYSPARK_PYTHON": sys.executable}
        settings = {
            "spark.driver.memory": "1g",
            "spark.executor.memory": "1g",
            "spark.local.dir": f"{folder}/local",
            "spark.log.level": "OFF",
            "spark.scheduler.minRegisteredResourcesRatio": "1.0",
            "spark.sql.catalogImplementation": "in-memory",
            "spark.sql.warehouse.dir": f"{folder}/warehouse",
            "spark.ui.enabled": "false",
            "spark.ui.showConsoleProgress": "false",
        }
        session = SparkSession.builder.master(master).config(map=settings).getOrCreate()
        try:
            yield session
        finally:
            session.stop()


def in_spark(parties: pa.Table, path: Path, session: Any) -> pa.Table:
    """``mapInArrow`` over as many parts as there are workers."""
    from pyspark.sql.pandas.types import from_arrow_schema

    frame = session.createDataFrame(parties).repartition(2)
    return frame.mapInArrow(partial(screen_batches, index=path), from_arrow_schema(CANDIDATES)).toArrow()


def timed(ask: Callable[[], pa.Table], rounds: int) -> tuple[pa.Table, float, float]:
    """The result, seconds of the first call and of the best of the later ones."""
    taken = []
    for _ in range(rounds + 1):
        start = perf_counter()
        found = ask()
        taken.append(perf_counter() - start)
    return found, taken[0], min(taken[1:])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--firms", type=int, default=0, help="so many firms only")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--master", default="local-cluster[2,1,1024]", help="Spark's; empty for no Spark")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    from engines import names_table
    from sets import listed
    from speed import firms

    names = firms()[: given.firms or None]
    ids = pa.array([f"firm-{i:06}" for i in range(len(names))])
    parties = pa.table({"id": ids, "name": names, "kind": ["organisation"] * len(names)})
    result: dict[str, Any] = {"firms": len(names)}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "lists.index"
        rows = listed()
        Index.build(names_table(rows)).save(path)
        result["names"] = len(rows)
        index = Index.open(path)
        plain, first, best = timed(lambda: screen(parties, index), given.rounds)
        result["candidates"] = plain.num_rows

        def report(label: str, found: pa.Table, first: float, best: float) -> None:
            alike, rate = same(found, plain), len(names) / best
            result[label] = {"first": first, "seconds": best, "per second": rate, "same": alike}
            print(f"{label:32} {rate:9,.0f} names/s {best:7.2f} s  first {first:7.2f} s  same: {alike}")

        report("plain", plain, first, best)
        for size in (100, 10_000):
            report(f"batches of {size:,}", *timed(partial(batched, parties, path, size), given.rounds))
        report("Polars map_batches", *timed(partial(polars, parties, path), given.rounds))
        report("DuckDB stream", *timed(partial(duck, parties, path), given.rounds))
        if given.master and shutil.which("java") and find_spec("pandas"):
            with cluster(given.master) as session:
                report(
                    f"Spark {given.master}", *timed(partial(in_spark, parties, path, session), given.rounds)
                )
        elif given.master:
            print("Spark is left out: it needs Java and pandas")
    if given.json:
        given.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    return 0 if all(v["same"] for v in result.values() if isinstance(v, dict)) else 2


if __name__ == "__main__":
    sys.exit(main())
