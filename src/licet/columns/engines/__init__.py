"""The engines that run programs: Polars, DuckDB and Spark, which spell the same forms and find the same."""

from __future__ import annotations

from typing import Protocol

import pyarrow as pa

from licet.columns.program import Program
from licet.language.errors import LicetError

ENGINES = ("polars", "duckdb", "spark")


class EngineError(LicetError):
    """An engine is unknown, or cannot run here."""


class Engine(Protocol):
    """Something that runs a program over a table of words."""

    name: str

    def run(self, program: Program, table: pa.Table) -> pa.Table:
        """The outputs of a program, int64 and never null, a row for each row of ``table`` in its order.

        ``table`` has the words of the program as int64 columns without nulls; others are not looked at.
        """
        ...


def engine(name: str) -> Engine:
    """The engine of a name of :data:`ENGINES`.

    Raises:
        EngineError: there is no engine of that name, or its package is not installed.
    """
    try:
        match name:
            case "polars":
                from licet.columns.engines.polars_engine import PolarsEngine

                return PolarsEngine()
            case "duckdb":
                from licet.columns.engines.duckdb_engine import DuckdbEngine

                return DuckdbEngine()
            case "spark":
                from licet.columns.engines.spark_engine import SparkEngine

                return SparkEngine()
    except ModuleNotFoundError as error:
        raise EngineError(
            f"engine {name!r} needs the package {error.name}; install it: pip install {error.name}"
        ) from error
    raise EngineError(f"there is no engine {name!r}; take one of {', '.join(ENGINES)}")
