"""Conditions as text: a small subset of Python expressions, read with ``ast``.

Four things are added to Python's own syntax, each by a rewriting that keeps every
column where it was so that errors point at the right place: bare ISO dates
(``2019-05-16``), ``starts with``, ``under``, and ``some party (...)``. Everything Python
would accept and we do not mean (calls, arithmetic, subscripts) is refused.
"""

from __future__ import annotations

import ast
import re
from datetime import date
from math import isfinite

from licet.language import expression as e
from licet.language.errors import LawError
from licet.language.values import Scalar

_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_LARGEST_BITS = 1024
_MIRROR = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
_TEXT = re.compile(r'"(?:[^"\\]|\\.)*"|\'(?:[^\'\\]|\\.)*\'')
_DATE = re.compile(r"(?<![\w.-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_STARTS = re.compile(r"\bstarts\s+with\b")
_UNDER = re.compile(r"\bunder\b")
_PARTY = re.compile(r"\bsome\s+party(?=\s*\()")


def parse(text: str, where: str = "condition") -> e.Condition:
    """The condition that ``text`` says.

    Raises:
        LawError: with ``where``, line and column, when the text is not in the language.
    """
    flat = "\n".join(_rewritten(text)).strip("\n")
    try:
        # Parentheses let a condition run over several lines, as YAML blocks do.
        tree = ast.parse(f"({flat}\n)", mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        line, column = getattr(error, "lineno", 1) or 1, getattr(error, "offset", 1) or 1
        column -= 1 if line == 1 else 0
        message = getattr(error, "msg", None) or str(error)
        raise LawError(f"{where}, line {line}, column {column}: {message}: {text.strip()!r}") from None
    try:
        return _Reader(where, text).condition(tree.body)
    except RecursionError:
        raise LawError(f"{where}: the condition is nested too deeply") from None


def _rewritten(text: str) -> list[str]:
    """The text with our own words spelt as Python operators of the same length."""
    pieces: list[str] = []
    last = 0
    for match in _TEXT.finditer(text):
        pieces.append(_respell(text[last : match.start()]))
        pieces.append(match.group())
        last = match.end()
    pieces.append(_respell(text[last:]))
    return "".join(pieces).split("\n")


def _respell(code: str) -> str:
    code = _DATE.sub(lambda m: f"_D{m[1]}{m[2]}{m[3]}", code)
    code = _STARTS.sub(lambda m: "@".ljust(len(m[0])), code)
    code = _UNDER.sub(lambda m: "%".ljust(len(m[0])), code)
    return _PARTY.sub(lambda m: "some_party".ljust(len(m[0])), code)


class _Reader:
    def __init__(self, where: str, text: str) -> None:
        self.where, self.text = where, text

    def error(self, node: ast.AST, message: str) -> LawError:
        line, column = getattr(node, "lineno", 1), getattr(node, "col_offset", 0) + 1
        column -= 1 if line == 1 else 0
        return LawError(f"{self.where}, line {line}, column {column}: {message}")

    @staticmethod
    def said(node: ast.expr) -> str:
        try:
            return ast.unparse(node)
        except (ValueError, RecursionError):
            return "something too long to repeat"

    def condition(self, node: ast.expr) -> e.Condition:
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return e.And(tuple(self.condition(v) for v in values))
            case ast.BoolOp(op=ast.Or(), values=values):
                return e.Or(tuple(self.condition(v) for v in values))
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return e.Not(self.condition(operand))
            case ast.Compare():
                return self.comparison(node)
            case ast.BinOp(op=ast.MatMult()):
                prefix = self.literal(node.right)
                if not isinstance(prefix, str):
                    raise self.error(node.right, "expected a text after 'starts with'")
                return e.StartsWith(self.fact(node.left), prefix)
            case ast.BinOp(op=ast.Mod()):
                codes = self.literals(node.right)
                if not all(isinstance(c, str) for c in codes):
                    raise self.error(node.right, "expected codes in quotes after 'under'")
                return e.Under(self.fact(node.left), tuple(str(c) for c in codes))
            case ast.Call(func=ast.Name(id="some_party"), args=[body], keywords=[]):
                return e.SomeParty(self.condition(body))
            case ast.Name(id="true") | ast.Name(id="false"):
                return e.Literal(node.id == "true")
            case ast.Name() | ast.Attribute():
                return self.fact(node)
        raise self.error(node, f"expected a condition, found {self.said(node)!r}")

    def comparison(self, node: ast.Compare) -> e.Condition:
        sides = [node.left, *node.comparators]
        parts = [self.pair(sides[i], op, sides[i + 1], node) for i, op in enumerate(node.ops)]
        return parts[0] if len(parts) == 1 else e.And(tuple(parts))

    def pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr, node: ast.Compare) -> e.Condition:
        if isinstance(op, ast.Is | ast.IsNot):
            return self.state(left, op, right)
        if isinstance(op, ast.In | ast.NotIn):
            found = self.membership(left, right)
            return e.Not(found) if isinstance(op, ast.NotIn) else found
        symbol = _OPERATORS.get(type(op))
        if symbol is None:
            raise self.error(node, "unknown comparison")
        if self.is_fact(left):
            other: e.Fact | e.Literal = (
                self.fact(right) if self.is_fact(right) else e.Literal(self.literal(right))
            )
            return e.Compare(symbol, self.fact(left), other)
        if not self.is_fact(right):
            raise self.error(node, "a comparison needs a fact on at least one side")
        return e.Compare(_MIRROR[symbol], self.fact(right), e.Literal(self.literal(left)))

    def state(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> e.Condition:
        word = right.id if isinstance(right, ast.Name) else None
        state: e.Condition
        match word:
            case "known":
                state = e.IsKnown(self.fact(left))
            case "unknown":
                state = e.Not(e.IsKnown(self.fact(left)))
            case "none":
                state = e.IsAbsent(self.fact(left))
            case _:
                raise self.error(right, "after 'is' expected 'known', 'unknown' or 'none'")
        return e.Not(state) if isinstance(op, ast.IsNot) else state

    def membership(self, left: ast.expr, right: ast.expr) -> e.Condition:
        if self.is_fact(left):
            return e.OneOf(self.fact(left), self.literals(right))
        member = self.literal(left)
        if not isinstance(member, str):
            raise self.error(left, "expected a text before 'in'")
        return e.Has(self.fact(right), member)

    @staticmethod
    def is_fact(node: ast.expr) -> bool:
        if isinstance(node, ast.Name):
            return node.id not in ("true", "false") and not re.fullmatch(r"_D\d{8}", node.id)
        return isinstance(node, ast.Attribute)

    def fact(self, node: ast.expr) -> e.Fact:
        parts: list[str] = []
        inner = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name) or not self.is_fact(inner):
            raise self.error(node, f"expected the name of a fact, found {self.said(node)!r}")
        return e.Fact(".".join([inner.id, *reversed(parts)]))

    def literals(self, node: ast.expr) -> tuple[Scalar, ...]:
        if isinstance(node, ast.Tuple | ast.List):
            return tuple(self.literal(item) for item in node.elts)
        return (self.literal(node),)

    def literal(self, node: ast.expr) -> Scalar:
        match node:
            case ast.Constant(value=str() | int() | float() as value) if not isinstance(value, bool):
                if isinstance(value, float) and not isfinite(value):
                    raise self.error(node, "the number is too large")
                if isinstance(value, int) and value.bit_length() > _LARGEST_BITS:
                    raise self.error(node, "the number is too large")
                return value
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float())):
                positive = self.literal(node.operand)
                return -positive if isinstance(positive, int | float) else positive
            case ast.Name(id="true" | "false"):
                return node.id == "true"
            case ast.Name(id=name) if found := re.fullmatch(r"_D(\d{4})(\d\d)(\d\d)", name):
                try:
                    return date(int(found[1]), int(found[2]), int(found[3]))
                except ValueError:
                    raise self.error(node, f"no such day: {found[1]}-{found[2]}-{found[3]}") from None
        raise self.error(node, f"expected a text, number, date, true or false, found {self.said(node)!r}")
