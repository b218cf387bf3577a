"""Rows that keep their number, since an engine may lose their order, or that there are any."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from licet.columns.engines.spelling import names_of
from licet.columns.program import Program


def numbered(program: Program, table: pa.Table) -> pa.Table:
    """The number of each row as ``k0``, and the words of a program under their short names."""
    words = table.select(list(program.words)).columns
    return pa.table([np.arange(len(table)), *words], ["k0", *names_of(program).words.values()])


def in_order(found: pa.Table, program: Program) -> pa.Table:
    """The outputs by the row number, which is the first column, without it."""
    ordered = found.rename_columns([str(place) for place in range(found.num_columns)]).sort_by("0")
    return pa.table(ordered.columns[1:], pa.schema([(name, pa.int64()) for name in program.outputs]))
