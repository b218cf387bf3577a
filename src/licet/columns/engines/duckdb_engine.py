"""Programs in DuckDB: one SQL query over an Arrow table."""

from __future__ import annotations

import pyarrow as pa

from licet.columns.engines.rows import in_order, numbered
from licet.columns.engines.sql import query
from licet.columns.program import Program


class DuckdbEngine:
    """Runs programs in this process, on ``threads`` threads (as many as there are cores if not said)."""

    name = "duckdb"

    def __init__(self, threads: int | None = None) -> None:
        import duckdb  # noqa: F401  (missing is said when the engine is asked for, not when it runs)
        import sqlglot  # noqa: F401

        self.threads = threads

    def run(self, program: Program, table: pa.Table) -> pa.Table:
        """See :meth:`licet.columns.engines.Engine.run`."""
        import duckdb

        with duckdb.connect(config={"threads": self.threads} if self.threads else {}) as connection:
            connection.register("given", numbered(program, table))
            found = connection.sql(query(program, "given", 1, "duckdb")).to_arrow_table()
        return in_order(found, program)
