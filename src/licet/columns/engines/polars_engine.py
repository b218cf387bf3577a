"""Programs in Polars: a frame of Boolean columns that grows and shrinks layer by layer."""

from __future__ import annotations

from functools import lru_cache, reduce
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from licet.columns.engines.rows import numbered
from licet.columns.engines.spelling import Spelling, layers, names_of
from licet.columns.program import Program
from licet.language.values import Truth

if TYPE_CHECKING:
    import polars as pl

BYTE = 8


class PolarsEngine:
    """Runs programs in this process, on as many threads as ``POLARS_MAX_THREADS`` says."""

    name = "polars"

    def __init__(self) -> None:
        import polars  # noqa: F401  (missing is said when the engine is asked for, not when it runs)

    def run(self, program: Program, table: pa.Table) -> pa.Table:
        """See :meth:`licet.columns.engines.Engine.run`."""
        import polars as pl

        frame: Any = pl.from_arrow(numbered(program, table))
        for made, kept in _passes(program):
            # There is nothing to optimise in a layer, and looking for it costs more than small tables do.
            passed = frame.lazy().with_columns(made).select(kept)
            frame = passed.collect(optimizations=pl.QueryOptFlags.none())
        return frame.select(names_of(program).outputs).to_arrow().rename_columns(list(program.outputs))


@lru_cache(maxsize=64)
def _passes(program: Program) -> list[tuple[list[pl.Expr], list[str]]]:
    """For each layer what is made, and which columns are left."""
    found = []
    for layer in layers(program, names_of(program), _Polars()):
        made = [expression.alias(name) for name, expression in layer.made]
        found.append((made, ["k0", *layer.carried, *(name for name, _ in layer.made)]))
    return found


class _Polars(Spelling["pl.Expr"]):
    """The forms as Polars expressions, whose AND, OR and NOT are Kleene's already."""

    def __init__(self) -> None:
        import polars

        self.pl = polars

    def column(self, name: str) -> pl.Expr:
        return self.pl.col(name)

    def atom(self, word: pl.Expr, known: int, true: int) -> pl.Expr:
        return self.pl.when(self.flag(word, known)).then(self.flag(word, true))

    def flag(self, word: pl.Expr, mask: int) -> pl.Expr:
        return (word & mask) != 0

    def literal(self, truth: Truth) -> pl.Expr:
        return self.pl.lit(truth, dtype=self.pl.Boolean)

    def every(self, args: list[pl.Expr]) -> pl.Expr:
        return reduce(and_, args)

    def some(self, args: list[pl.Expr]) -> pl.Expr:
        return reduce(or_, args)

    def negated(self, arg: pl.Expr) -> pl.Expr:
        return ~arg

    def surely(self, arg: pl.Expr) -> pl.Expr:
        return arg.fill_null(False)

    def unknown(self, arg: pl.Expr) -> pl.Expr:
        return arg.is_null()

    def first(self, cases: list[tuple[pl.Expr, int]], otherwise: int) -> pl.Expr:
        found = self._number(otherwise)
        for one, number in reversed(cases):
            found = self.pl.when(one).then(self._number(number)).otherwise(found)
        return found

    def packed(self, bits: list[pl.Expr]) -> pl.Expr:
        # Byte by byte: most of the work is then on an eighth of the memory, which halves the time.
        eights = [self._byte(bits[at : at + BYTE]) * (1 << at) for at in range(0, len(bits), BYTE)]
        return reduce(or_, eights, self._number(0))

    def _byte(self, bits: list[pl.Expr]) -> pl.Expr:
        kind = self.pl.UInt8
        off = self.pl.lit(0, dtype=kind)
        ones = [
            self.pl.when(b).then(self.pl.lit(1 << i, dtype=kind)).otherwise(off) for i, b in enumerate(bits)
        ]
        return reduce(or_, ones).cast(self.pl.Int64)

    def _number(self, number: int) -> pl.Expr:
        return self.pl.lit(number, dtype=self.pl.Int64)
