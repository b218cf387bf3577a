"""A program as one SQL query: a common table expression for each layer, nothing but columns carried on."""

from __future__ import annotations

from functools import reduce
from typing import TYPE_CHECKING

from licet.columns.engines.spelling import Spelling, layers, names_of
from licet.columns.program import Program
from licet.language.values import Truth

if TYPE_CHECKING:
    from sqlglot.expressions import Expr, Select


def query(program: Program, source: str, keep: int, dialect: str) -> str:
    """SQL from the words to the outputs of a program, in any dialect that SQLGlot writes.

    ``source`` is a table or view, put into the text as it is: ``keep`` columns ``k0``, ``k1`` ... of any
    type, which are passed on, and the words of the program in order as ``w0``, ``w1`` ..., 64-bit integers
    and never null. What comes out are the kept columns and then the outputs, in order; only their places
    count. The order of rows is the engine's.
    """
    from sqlglot import exp

    names = names_of(program)
    kept = tuple(f"k{i}" for i in range(keep))
    whole, before = exp.Select(), source
    for number, layer in enumerate(layers(program, names, _Sql())):
        carried = [_column(name) for name in (*kept, *layer.carried)]
        made = [exp.Alias(this=e, alias=exp.to_identifier(name)) for name, e in layer.made]
        whole.with_(f"layer{number}", as_=_select([*carried, *made], before), copy=False)
        before = f"layer{number}"
    results = [_column(name) for name in (*kept, *names.outputs)]
    return _select(results, before, whole).sql(dialect=dialect, copy=False)


def _select(columns: list[Expr], source: str, onto: Select | None = None) -> Select:
    from sqlglot import exp

    table = exp.Table(this=exp.Identifier(this=source, quoted=False))
    return (onto or exp.Select()).select(*columns, copy=False).from_(table, copy=False)


def _column(name: str) -> Expr:
    from sqlglot import exp

    return exp.Column(this=exp.Identifier(this=name, quoted=False))


class _Sql(Spelling["Expr"]):
    """The forms in SQL, in which AND, OR and NOT are Kleene's already."""

    def column(self, name: str) -> Expr:
        return _column(name)

    def atom(self, word: Expr, known: int, true: int) -> Expr:
        from sqlglot import exp

        return exp.case().when(self.flag(word, known), self.flag(word.copy(), true), copy=False)

    def flag(self, word: Expr, mask: int) -> Expr:
        from sqlglot import exp

        both = exp.BitwiseAnd(this=word, expression=exp.Literal.number(mask))
        return exp.NEQ(this=exp.Paren(this=both), expression=exp.Literal.number(0))

    def literal(self, truth: Truth) -> Expr:
        from sqlglot import exp

        return exp.cast(exp.null(), "boolean") if truth is None else exp.Boolean(this=truth)

    def every(self, args: list[Expr]) -> Expr:
        from sqlglot import exp

        return exp.Paren(this=reduce(lambda a, b: exp.And(this=a, expression=b), args))

    def some(self, args: list[Expr]) -> Expr:
        from sqlglot import exp

        return exp.Paren(this=reduce(lambda a, b: exp.Or(this=a, expression=b), args))

    def negated(self, arg: Expr) -> Expr:
        from sqlglot import exp

        return exp.Paren(this=exp.Not(this=arg))

    def surely(self, arg: Expr) -> Expr:
        from sqlglot import exp

        return exp.Coalesce(this=arg, expressions=[exp.false()])

    def unknown(self, arg: Expr) -> Expr:
        from sqlglot import exp

        return exp.Paren(this=exp.Is(this=arg, expression=exp.null()))

    def first(self, cases: list[tuple[Expr, int]], otherwise: int) -> Expr:
        from sqlglot import exp

        if not cases:
            return _integer(otherwise)
        found = exp.case()
        for one, number in cases:
            found = found.when(one, _integer(number), copy=False)
        return found.else_(_integer(otherwise), copy=False)

    def packed(self, bits: list[Expr]) -> Expr:
        from sqlglot import exp

        ones = [
            exp.case().when(bit, _integer(1 << i), copy=False).else_(_integer(0), copy=False)
            for i, bit in enumerate(bits)
        ]
        return reduce(lambda a, b: exp.BitwiseOr(this=a, expression=b), ones, _integer(0))


def _integer(number: int) -> Expr:
    from sqlglot import exp

    return exp.Cast(this=exp.Literal.number(number), to=exp.DataType(this=exp.DataType.Type.BIGINT))
