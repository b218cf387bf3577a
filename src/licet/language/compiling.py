"""The rule book as one flat Python function: the same verdicts, several times faster.

The text of the function is generated from the checked expression trees and the same
exception logic that :mod:`licet.language.verdicts` spells out; property tests hold the
two to each other. A verdict is true, false or ``None``; a rule read for each party has a
list of them, one a party row.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from licet.language import expression as e
from licet.language.evaluating import Facts, Rows, compare, has, under
from licet.language.rule import Rule
from licet.language.rulebook import Rulebook
from licet.language.values import ABSENT, Truth, all_of, any_of

Verdict = Truth | list[Truth]
Compiled = Callable[[Sequence[Truth], Facts, Rows], list[Any]]

_INLINE = ("flag", "text", "code", "choice")


def compiled(book: Rulebook, unrelieved: bool = False) -> Compiled:
    """``evaluate(in force, facts, rows) -> verdicts``, both lists in the order of the book.

    ``in force`` has one truth per rule (not per derived fact), as ``book.in_force`` gives. With
    ``unrelieved``, what could only help and is open counts as falling.
    """
    return _Writer(book, unrelieved).function()


class _Writer:
    def __init__(self, book: Rulebook, unrelieved: bool) -> None:
        self.book, self.unrelieved = book, unrelieved
        self.slot = {name: f"v{i}" for i, name in enumerate(book.order)}
        self.fact_names: dict[str, str] = {}
        self.row_names: dict[str, str] = {}
        self.constants: dict[str, Any] = {"compare": compare, "has": has, "under": under}
        self.constants |= {"ABSENT": ABSENT, "any_of": any_of, "all_of": all_of}
        self.temporaries = 0

    def function(self) -> Compiled:
        body: list[str] = []
        position = 0
        for name in self.book.order:
            if name in self.book.rules:
                body += self.rule(self.book.rules[name], position)
                position += 1
            else:
                body += self.derived(name.removeprefix("= "))
        heads = [f"{var} = get({name!r})" for name, var in self.fact_names.items()]
        heads += [f"{var} = [r.get({name!r}) for r in rows]" for name, var in self.row_names.items()]
        result = ", ".join(self.slot[name] for name in self.book.order)
        lines = ["get = facts.get", "span = range(len(rows))", *heads, *body, f"return [{result}]"]
        text = "def evaluate(force, facts, rows):\n" + "\n".join(f"    {line}" for line in lines)
        space = dict(self.constants)
        # The text comes from checked trees only: every literal in it is bound by repr or by name.
        exec(compile(text, "<rule book>", "exec"), space)
        function: Compiled = space["evaluate"]
        return function

    def rule(self, rule: Rule, position: int) -> list[str]:
        var = self.slot[rule.id]
        against = [self.slot[x] for x in self.book.exceptions.get(rule.id, ())]
        per_party = {self.slot[x] for x in self.book.exceptions.get(rule.id, ()) if self.book[x].per_party}
        applies = self.conjunction([f"force[{position}]", self.condition(rule.when, rule.per_party)])
        if not rule.encoded:
            applies = f"(None if {applies} is not False else False)"
        shut = " is True" if self.unrelieved and self.book.relieves(rule) else ""
        if not rule.per_party:
            defeats = [f"any_of({x})" if x in per_party else x for x in against]
            return [f"{var} = {self.defeated(applies, defeats)}{shut}"]
        defeats = [f"{x}[i]" if x in per_party else x for x in against]
        return [
            f"{var} = [False] * len(rows)",
            f"if force[{position}] is not False:",
            f"    for i in span: {var}[i] = {self.defeated(applies, defeats)}{shut}",
        ]

    def defeated(self, applies: str, defeats: Sequence[str]) -> str:
        if not defeats:
            return applies
        return self.conjunction([applies, self.negation(self.disjunction(list(defeats)))])

    def derived(self, name: str) -> list[str]:
        var = self.slot[f"= {name}"]
        verdicts = [self.slot[r] for r in self.book.conclusions[name]]
        if self.book.vocabulary[name].of_party:
            joined = self.disjunction([f"{v}[i]" for v in verdicts])
            return [f"{var} = [{joined} for i in span]"]
        return [f"{var} = {self.disjunction(verdicts)}"]

    # -- conditions -------------------------------------------------------------------

    def condition(self, node: e.Condition, in_row: bool) -> str:
        match node:
            case e.And(args):
                return self.conjunction([self.condition(a, in_row) for a in args])
            case e.Or(args):
                return self.disjunction([self.condition(a, in_row) for a in args])
            case e.Not(arg):
                return self.negation(self.condition(arg, in_row))
            case e.Literal(value):
                return repr(bool(value))
            case e.SomeParty(body):
                inner = self.condition(body, True)
                if in_row:
                    # The body ranges over every party, not over the one being read.
                    inner = inner.replace("[i]", "[j]")
                    return f"any_of([{inner} for j in span])"
                return f"any_of([{inner} for i in span])"
            case e.Fact(name):
                var = self.fact(name)
                if self.is_derived(name):
                    return var
                return f"(None if {var} is None else {var} is True)"
        return self.atom(node)

    def atom(self, node: e.Condition) -> str:
        match node:
            case e.Compare(op, e.Fact(name), e.Literal(value)):
                var, kind = self.fact(name), self.book.vocabulary[name].type
                if kind in _INLINE and op in ("==", "!="):
                    return f"(None if {var} is None else {var} {op} {value!r})"
                if kind == "number" and op in ("==", "!="):
                    return f"(None if {var} is None else {var} {op} {value!r})"
                if kind == "number":
                    return f"(None if {var} is None else {var} is not ABSENT and {var} {op} {value!r})"
                return f"compare({op!r}, {var}, {self.constant(value)})"
            case e.Compare(op, e.Fact(name), e.Fact(other)):
                return f"compare({op!r}, {self.fact(name)}, {self.fact(other)})"
            case e.OneOf(e.Fact(name), values):
                var = self.fact(name)
                return f"(None if {var} is None else {var} in {self.constant(values)})"
            case e.Has(e.Fact(name), member):
                return f"has({self.fact(name)}, {member!r})"
            case e.StartsWith(e.Fact(name), prefix):
                var = self.fact(name)
                return f"(None if {var} is None else {var} is not ABSENT and {var}.startswith({prefix!r}))"
            case e.Under(e.Fact(name), codes):
                return f"under({self.fact(name)}, {self.constant(codes)})"
            case e.IsKnown(e.Fact(name)):
                return f"({self.fact(name)} is not None)"
            case e.IsAbsent(e.Fact(name)):
                var = self.fact(name)
                return f"(None if {var} is None else {var} is ABSENT)"
        raise TypeError(f"not an atom: {node!r}")

    def fact(self, name: str) -> str:
        if self.is_derived(name):
            return self.slot[f"= {name}"] + ("[i]" if self.book.vocabulary[name].of_party else "")
        if self.book.vocabulary[name].of_party:
            return self.row_names.setdefault(name, f"p{len(self.row_names)}") + "[i]"
        return self.fact_names.setdefault(name, f"f{len(self.fact_names)}")

    def is_derived(self, name: str) -> bool:
        return name in self.book.conclusions

    def constant(self, value: Any) -> str:
        name = f"k{len(self.constants)}"
        self.constants[name] = value
        return name

    # -- Kleene, written out so that Python stops at the first part that settles it --------

    def conjunction(self, parts: list[str]) -> str:
        return self.chain(parts, "False", "True")

    def disjunction(self, parts: list[str]) -> str:
        return self.chain(parts, "True", "False")

    def negation(self, part: str) -> str:
        var = self.temporary()
        return f"(None if ({var} := {part}) is None else not {var})"

    def chain(self, parts: list[str], wins: str, otherwise: str) -> str:
        if not parts:
            return otherwise
        if len(parts) == 1:
            return parts[0]
        names = [self.temporary() for _ in parts]
        settled = " or ".join(f"({n} := {p}) is {wins}" for n, p in zip(names, parts, strict=True))
        unknown = " or ".join(f"{n} is None" for n in names)
        return f"({wins} if {settled} else None if {unknown} else {otherwise})"

    def temporary(self) -> str:
        self.temporaries += 1
        return f"t{self.temporaries}"
