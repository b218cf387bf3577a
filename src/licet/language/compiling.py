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
from licet.language.evaluating import Facts, Rows, compare, has, truth, under
from licet.language.rule import Rule
from licet.language.rulebook import Rulebook
from licet.language.values import ABSENT, Truth, any_of

Compiled = Callable[[Sequence[Truth], Facts, Rows], list[Any]]

_INLINE = ("flag", "text", "code", "choice")


def compiled(book: Rulebook, unrelieved: bool = False) -> Compiled:
    """``evaluate(in force, facts, rows) -> verdicts``, both lists in the order of the book.

    ``in force`` has one truth per rule (not per derived fact), as ``book.in_force`` gives. With
    ``unrelieved``, what could only help and is open counts as falling.
    """
    return Writer(book, unrelieved).function()


def compiled_telling(book: Rulebook) -> Compiled:
    """``tell(in force, facts, rows) -> truths``: which rules are worth telling though they fall.

    Those that are raised, and those that only their dates kept from applying. ``facts`` and
    ``rows`` hold the derived facts already.
    """
    return Writer(book, False, derived_as_facts=True).telling()


class Writer:
    """The text of a function for a rule book, written from its expression trees.

    What is written reads ``facts`` and ``rows``; ``self.row`` is the name of the index of the
    party row being read, empty where the act is.
    """

    def __init__(self, book: Rulebook, unrelieved: bool, derived_as_facts: bool = False) -> None:
        self.book, self.unrelieved, self.derived_as_facts = book, unrelieved, derived_as_facts
        self.slot = {name: f"v{i}" for i, name in enumerate(book.order)}
        self.fact_names: dict[str, str] = {}
        self.row_names: dict[str, str] = {}
        self.constants: dict[str, Any] = {"compare": compare, "has": has, "under": under, "truth": truth}
        self.constants |= {"ABSENT": ABSENT, "any_of": any_of}
        self.temporaries = 0
        self.row = ""

    def function(self) -> Compiled:
        body: list[str] = []
        position = 0
        for name in self.book.order:
            if name in self.book.rules:
                body += self.rule(self.book.rules[name], position)
                position += 1
            else:
                body += self.derived(name.removeprefix("= "))
        return self.made(body, [self.slot[name] for name in self.book.order])

    def telling(self) -> Compiled:
        body: list[str] = []
        rules = [self.book.rules[name] for name in self.book.order if name in self.book.rules]
        for position, rule in enumerate(rules):
            self.row = "i" if rule.per_party else ""
            test = f"(force[{position}] is False and {self.condition(rule.when)} is True)"
            if rule.raised is not None:
                test = f"{self.condition(rule.raised)} is True or {test}"
            var = self.slot[rule.id]
            body.append(f"{var} = [{test} for i in span]" if rule.per_party else f"{var} = {test}")
        return self.made(body, [self.slot[rule.id] for rule in rules])

    def made(self, body: list[str], results: list[str]) -> Compiled:
        heads = [f"{var} = get({name!r})" for name, var in self.fact_names.items()]
        heads += [f"{var} = [r.get({name!r}) for r in rows]" for name, var in self.row_names.items()]
        result = ", ".join(results)
        lines = ["get = facts.get", "span = range(len(rows))", *heads, *body, f"return [{result}]"]
        text = "def evaluate(force, facts, rows):\n" + "\n".join(f"    {line}" for line in lines)
        space = dict(self.constants)
        # The text comes from checked trees only: every literal in it is bound by repr or by name.
        exec(compile(text, "<rule book>", "exec"), space)
        function: Compiled = space["evaluate"]
        return function

    def rule(self, rule: Rule, position: int) -> list[str]:
        var, exceptions = self.slot[rule.id], self.book.exceptions.get(rule.id, ())
        shut = " is True" if self.unrelieved and self.book.relieves(rule) else ""
        self.row = "i" if rule.per_party else ""
        applies = self.conjunction([f"force[{position}]", self.condition(rule.when)])
        if not rule.encoded:
            applies = f"(None if {applies} is not False else False)"
        verdict = self.defeated(applies, [self.verdict(self.book[x]) for x in exceptions]) + shut
        if not rule.per_party:
            return [f"{var} = {verdict}"]
        return [
            f"{var} = [False] * len(rows)",
            f"if force[{position}] is not False:",
            f"    for i in span: {var}[i] = {verdict}",
        ]

    def verdict(self, rule: Rule) -> str:
        """The verdict of an earlier rule: of the party being read, or of some party's."""
        var = self.slot[rule.id]
        if not rule.per_party:
            return var
        return f"{var}[{self.row}]" if self.row else f"any_of({var})"

    def defeated(self, applies: str, defeats: Sequence[str]) -> str:
        if not defeats:
            return applies
        return self.conjunction([applies, self.negation(self.disjunction(list(defeats)))])

    def derived(self, name: str) -> list[str]:
        var = self.slot[f"= {name}"]
        verdicts = [self.slot[r] for r in self.book.conclusions[name]]
        if self.book.is_row_fact(name):
            joined = self.disjunction([f"{v}[i]" for v in verdicts])
            return [f"{var} = [{joined} for i in span]"]
        return [f"{var} = {self.disjunction(verdicts)}"]

    # -- conditions -------------------------------------------------------------------

    def condition(self, node: e.Condition) -> str:
        match node:
            case e.And(args):
                return self.conjunction([self.condition(a) for a in args])
            case e.Or(args):
                return self.disjunction([self.condition(a) for a in args])
            case e.Not(arg):
                return self.negation(self.condition(arg))
            case e.Literal(value):
                return repr(bool(value))
            case e.SomeParty(body):
                return self.some_party(lambda: self.condition(body))
            case e.Fact(name) if self.is_derived(name):
                return self.fact(name)
        return self.atom(node)

    def some_party(self, written: Callable[[], str]) -> str:
        """Whether what is ``written`` for one party holds for some, in a loop of its own."""
        outside, self.row = self.row, f"{self.row or 'i'}i"
        text = f"any_of([{written()} for {self.row} in span])"
        self.row = outside
        return text

    def atom(self, node: e.Condition) -> str:
        match node:
            case e.Fact(name):
                var = self.fact(name)
                return f"(None if {var} is None else {var} is True)"
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
            case e.OneOf(e.Fact(name)) if self.book.vocabulary[name].type == "date":
                # An instant counts as its day here: rare enough to leave to the specification.
                return f"truth({self.constant(node)}, {{{name!r}: {self.fact(name)}}})"
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
        at = f"[{self.row}]" if self.book.is_row_fact(name) else ""
        if self.is_derived(name):
            return self.slot[f"= {name}"] + at
        if at:
            return self.row_names.setdefault(name, f"p{len(self.row_names)}") + at
        return self.fact_names.setdefault(name, f"f{len(self.fact_names)}")

    def is_derived(self, name: str) -> bool:
        return name in self.book.conclusions and not self.derived_as_facts

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
        names = [part if part.isidentifier() else self.temporary() for part in parts]
        told = [n if n == p else f"({n} := {p})" for n, p in zip(names, parts, strict=True)]
        settled = " or ".join(f"{t} is {wins}" for t in told)
        unknown = " or ".join(f"{n} is None" for n in names)
        return f"({wins} if {settled} else None if {unknown} else {otherwise})"

    def temporary(self) -> str:
        self.temporaries += 1
        return f"t{self.temporaries}"
