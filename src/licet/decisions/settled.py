"""Outcomes of acts in which everything that matters is known: a tenth of the time of weighing.

For each set of rules in force one function is written, the first time it is asked for. It is
two-valued, leaves out what is not in force, stops at whatever settles the outcome and looks
up a fact only when it gets there. Stopping early is what makes it exact: whatever it did not
look at could not have changed what Kleene's logic says. Where it meets a fact that is not
known, an uncertain window or a provision that is not encoded, the weighing in three values
(:mod:`licet.decisions.outcome`) decides instead; a fact of an unexpected type ends there too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from licet.decisions.outcome import BY_BASIS, Outcome
from licet.language import expression as e
from licet.language.compiling import Writer
from licet.language.evaluating import Facts, Rows
from licet.language.rule import Rule
from licet.language.rulebook import Rulebook
from licet.language.values import Truth

Settled = Callable[[Facts, Rows], Outcome]

_PLAIN = ("flag", "text", "code", "choice", "number")
_TRIPPED = "except (LookupError, TypeError, AttributeError): return weigh(facts, rows)"
_DEMANDS = {"forbids": Outcome.FORBIDDEN, "requires": Outcome.LICENCE_REQUIRED}


def settled(book: Rulebook, force: Sequence[Truth], scope: str, weigh: Settled) -> Settled:
    """``outcome(facts, rows)`` where so much is in force; ``weigh`` decides the acts that it cannot."""
    return _Settling(book, force).outcome(scope, weigh)


def _unknown() -> bool:
    raise LookupError


class _Settling(Writer):
    def __init__(self, book: Rulebook, force: Sequence[Truth]) -> None:
        super().__init__(book, unrelieved=False)
        ids = [name for name in book.order if name in book.rules]
        self.force = dict(zip(ids, force, strict=True))
        self.constants |= {outcome.name: outcome for outcome in Outcome}
        self.constants["unknown"] = _unknown
        self.body: list[str] = []
        self.shared: dict[str, str] = {}

    def outcome(self, scope: str, weigh: Settled) -> Settled:
        subject = self.concluded(scope) if scope else "True"
        demands = [r for r in self.book if r.demands and self.force[r.id] is not False]
        # A stable order: what is forbidden is so whatever else is required.
        tests = [t for d in sorted(demands, key=lambda d: d.effect != "forbids") for t in self.demand(d)]
        for basis, outcome in BY_BASIS.items():
            if any(f"{basis} = True" in t for t in tests):
                self.body.insert(0, f"{basis} = False")
                tests.append(f"if {basis}: return {outcome.name}")
        tests.append(f"return NO_LICENCE_REQUIRED if {subject} else NOT_SUBJECT")
        lines = ["try:", *(f"    {line}" for line in [*self.body, *tests]), _TRIPPED]
        text = "def outcome(facts, rows=()):\n" + "\n".join(f"    {line}" for line in lines)
        space = self.constants | {"weigh": weigh}
        # As in compiling: the text comes from checked trees only.
        exec(compile(text, "<rules in force>", "exec"), space)
        function: Settled = space["outcome"]
        return function

    def demand(self, rule: Rule) -> list[str]:
        """What a demand comes to: held off, lifted (each on its footing), or the outcome."""
        self.row = "i" if rule.per_party else ""
        test = self.applies(rule)
        if test == "False":
            return []
        ways = [self.book[x] for x in self.book.exceptions.get(rule.id, ())]
        lifters = [self.book[x] for x in self.book.lifters.get(rule.id, ())]
        lines = [f"if {test}:"]
        word = "if"
        for group, bases in ((ways, [None, *BY_BASIS]), (lifters, [*BY_BASIS, None])):
            for basis in bases:
                among = [w for w in group if (w.basis if w.basis in BY_BASIS else None) == basis]
                holds = self.disjunction([self.stands(w) for w in among])
                if holds != "False":
                    lines.append(f"    {word} {holds}: {f'{basis} = True' if basis else 'pass'}")
                    word = "elif"
        result = f"return {_DEMANDS[rule.effect].name}"
        lines.append(f"    {result}" if word == "if" else f"    else: {result}")
        return ["for i in range(len(rows)):", *(f"    {line}" for line in lines)] if rule.per_party else lines

    # -- rules: written where they are read, or once beforehand where several read them ------

    def stands(self, rule: Rule) -> str:
        """Whether a rule stands, for the party being read or for some."""
        bears_on = len(rule.exception_to) + len(rule.authorises)
        if bears_on > 1:
            return self.once(rule.id, rule.per_party, lambda: self.verdict(rule))
        if rule.per_party and not self.row:
            return self.some_party(lambda: self.verdict(rule))
        return self.verdict(rule)

    def verdict(self, rule: Rule) -> str:
        outside = self.row
        self.row = outside if rule.per_party else ""
        applies = self.applies(rule)
        against = [self.stands(self.book[x]) for x in self.book.exceptions.get(rule.id, ())]
        text = self.defeated(applies, against) if applies != "False" else applies
        self.row = outside
        return text

    def applies(self, rule: Rule) -> str:
        """In force and its condition holds; not for us to say where that is uncertain."""
        if self.force[rule.id] is False:
            return "False"
        sure = rule.encoded and self.force[rule.id]
        return self.conjunction([self.condition(rule.when), *([] if sure else ["unknown()"])])

    def concluded(self, name: str) -> str:
        rules = [self.book[r] for r in self.book.conclusions.get(name, ())]
        return self.once(
            f"= {name}",
            self.book.is_row_fact(name),
            lambda: self.disjunction([self.verdict(r) for r in rules]),
        )

    def once(self, name: str, per_party: bool, written: Callable[[], str]) -> str:
        if name not in self.shared:
            outside, self.row = self.row, "i" if per_party else ""
            text = written()
            self.row = outside
            constant = text in ("True", "False")
            var = self.shared[name] = text if constant else self.slot[name]
            if not constant:
                self.body.append(
                    f"{var} = [{text} for i in range(len(rows))]" if per_party else f"{var} = {text}"
                )
        var = self.shared[name]
        if not per_party:
            return var
        if var in ("True", "False"):
            return var if self.row or var == "False" else "len(rows) > 0"
        return f"{var}[{self.row}]" if self.row else f"(True in {var})"

    # -- conditions in two values --------------------------------------------------------------

    def atom(self, node: e.Condition) -> str:
        kind = self.book.vocabulary[next(e.facts(node))].type
        match node:
            case e.Fact(name) if name in self.book.conclusions:
                return self.concluded(name)
            case e.Fact(name):
                return self.known(name, "is True", "True")
            case e.Compare(op, e.Fact(name), e.Literal(value)) if kind in _PLAIN and op in ("==", "!="):
                return self.known(name, f"{op} {value!r}", repr(op == "=="))
            case e.Compare(op, e.Fact(name), e.Literal(value)) if kind in ("number", "date") and op not in (
                "==",
                "!=",
            ):
                # Nothing unknown, absent or of another kind can be put in order: Python refuses it.
                return f"{self.fact(name)} {op} {self.constant(value)}"
            case e.OneOf(e.Fact(name), values) if kind in _PLAIN:
                return self.known(name, f"in {self.constant(values)}", "True")
            case e.Has(e.Fact(name), member) if kind == "set":
                return f"{member!r} in {self.fact(name)}"
            case e.IsKnown(e.Fact(name)) if not self.is_derived(name):
                # What nobody mentioned is an answer here, and no reason to give up.
                where, _, key = self.fact(name).rpartition("[")
                return f"({where}.get({key.removesuffix(']')}) is not None)"
        var = self.temporary()
        return f"(({var} := {super().atom(node)}) or {var} is None and unknown())"

    def known(self, name: str, test: str, when_known: str) -> str:
        """A test of a fact that None passes or fails only by accident: which is then caught."""
        var = self.temporary()
        if when_known == "True":
            return f"(({var} := {self.fact(name)}) {test} or {var} is None and unknown())"
        return f"(({var} := {self.fact(name)}) {test} and ({var} is not None or unknown()))"

    def fact(self, name: str) -> str:
        if self.is_derived(name):
            return self.concluded(name)
        return f"rows[{self.row}][{name!r}]" if self.book.is_row_fact(name) else f"facts[{name!r}]"

    def is_derived(self, name: str) -> bool:
        return name in self.book.conclusions

    def some_party(self, written: Callable[[], str]) -> str:
        outside, self.row = self.row, f"{self.row or 'i'}i"
        body = written()
        text = body if body == "False" else f"any({body} for {self.row} in range(len(rows)))"
        self.row = outside
        return text

    def negation(self, part: str) -> str:
        return {"True": "False", "False": "True"}.get(part) or f"(not {part})"

    def chain(self, parts: list[str], wins: str, otherwise: str) -> str:
        if wins in parts:
            # Not looked at by Kleene's logic either: one such part settles it.
            return wins
        kept = [part for part in parts if part != otherwise]
        word = " and " if wins == "False" else " or "
        return f"({word.join(kept)})" if len(kept) > 1 else kept[0] if kept else otherwise
