"""Lowering: the exception logic of a rule book as steps of a program, written once for all engines.

    applies(r) = in force(r) and when(r)
    stands(r)  = applies(r) and not any(stands(x) for x in exceptions to r)
    fact(f)    = any(stands(r) for r concluding f)

A rule read for each party has one step for every *slot*: the parties (and their listings) of an
act lie side by side, as many as the program has slots, and a slot that holds nobody is false.
"""

from __future__ import annotations

from collections.abc import Callable

from licet.columns import program as p
from licet.columns.layout import Layout, flag_atoms
from licet.language import expression as e
from licet.language.rule import Rule
from licet.language.rulebook import Rulebook


class Lowering:
    """The steps of one rule book over ``slots`` rows; what else is asked of it is added as steps.

    What is said already, of this book or of one that is ``shared``, is not said again.
    """

    def __init__(
        self,
        book: Rulebook,
        layout: Layout,
        slots: int,
        unrelieved: bool = False,
        shared: Lowering | None = None,
        prefix: str = "",
    ) -> None:
        self.book, self.layout, self.slots = book, layout, slots
        self.unrelieved, self.prefix = unrelieved, prefix
        self.steps: dict[str, p.Formula] = shared.steps if shared else {}
        self._made: dict[p.Formula, str] = shared._made if shared else {}
        self._verdicts: dict[tuple[str, int | None], p.Formula] = {}
        self._applies: dict[tuple[str, int | None], p.Formula] = {}
        self._parts: dict[tuple[e.Condition, int | None], p.Formula] = {}
        for name in book.order:
            if name in book.rules:
                self._rule(book.rules[name])
            else:
                self._derived(name.removeprefix("= "))

    def program(self, outputs: tuple[str, ...]) -> p.Program:
        """What leads to ``outputs``, as a program."""
        needed: set[str] = set()
        for name in reversed(self.steps):
            if name in outputs or name in needed:
                needed.add(name)
                needed.update(p.refs(self.steps[name]))
        layout = self.layout
        words = (*layout.force_words, *layout.act_words, *layout.slot_words(self.slots))
        steps = tuple(p.Step(name, formula) for name, formula in self.steps.items() if name in needed)
        return p.Program(words, steps, outputs)

    def bind(self, name: str, formula: p.Formula) -> p.Formula:
        """The formula as a step of its own, unless it is as short as a reference to one."""
        if isinstance(formula, p.Lit | p.Ref | p.Flag | p.Atom):
            return formula
        found = self._made.get(formula)
        if found is None:
            while name in self.steps:
                name += "'"
            found = self._made[formula] = name
            self.steps[name] = formula
        return p.Ref(found)

    def output(self, name: str, formula: p.Formula) -> str:
        """A number of the result, and the name it has there."""
        self.steps[self.prefix + name] = formula
        return self.prefix + name

    def spans(self, rule: Rule) -> tuple[int | None, ...]:
        """The slots a rule is read for; of a rule of the whole act, the act alone."""
        return tuple(range(self.slots)) if rule.per_party else (None,)

    # -- verdicts ---------------------------------------------------------------------------

    def verdict(self, rule_id: str, slot: int | None) -> p.Formula:
        """Whether a rule stands: for a slot, or for the act (some party's, where it is per party)."""
        if self.book[rule_id].per_party and slot is None:
            return p.any_of([self._verdicts[rule_id, s] for s in range(self.slots)])
        return self._verdicts[rule_id, slot if self.book[rule_id].per_party else None]

    def applies(self, rule: Rule, slot: int | None) -> p.Formula:
        """In force and its condition holds, whether or not it is encoded."""
        return self._applies[rule.id, slot]

    def force(self, rule: Rule) -> p.Formula:
        """Whether a rule is in force."""
        return self.layout.force(rule, self.book)

    def present(self, slot: int | None) -> list[p.Formula]:
        """That there is somebody in the slot."""
        return [] if slot is None else [self.layout.mark("present", slot)]

    def _rule(self, rule: Rule) -> None:
        against = self.book.exceptions.get(rule.id, ())
        for slot in self.spans(rule):
            when = self.condition(rule.when, slot)
            applies = p.all_of([*self.present(slot), self.force(rule), when])
            if rule.demands:
                applies = self.bind(named("applies", rule.id, slot), applies)
            self._applies[rule.id, slot] = applies
            encoded = applies if rule.encoded else p.all_of([applies, p.UNKNOWN])
            stands = p.all_of([encoded, p.not_(p.any_of([self.verdict(x, slot) for x in against]))])
            if self.unrelieved and self.book.relieves(rule):
                stands = p.is_true(stands)
            self._verdicts[rule.id, slot] = self.bind(named("stands", rule.id, slot), stands)

    # -- conditions -------------------------------------------------------------------------

    def _derived(self, name: str) -> None:
        of_row = self.book.is_row_fact(name)
        for slot in range(self.slots) if of_row else (None,):
            some = p.any_of([self.verdict(r, slot) for r in self.book.conclusions[name]])
            self._verdicts[f"= {name}", slot] = self.bind(named("fact", name, slot), some)

    def derived(self, name: str, slot: int | None) -> p.Formula:
        """A concluded fact."""
        return self._verdicts[f"= {name}", slot if self.book.is_row_fact(name) else None]

    def condition(self, node: e.Condition, slot: int | None) -> p.Formula:
        """A condition, as it reads for the act or for one slot; what reads no party is said once for all."""
        if slot is None:
            return self.parts(node, None, lambda part: self.condition(part, None))
        if not self.reads_row(node):
            return self.once(node, None)
        if isinstance(node, e.And | e.Or):
            of_act = tuple(arg for arg in node.args if not self.reads_row(arg))
            of_row = tuple(arg for arg in node.args if self.reads_row(arg))
            parts = [self.once(type(node)(of_act), None)] if of_act else []
            parts += [self.condition(arg, slot) for arg in of_row]
            return p.all_of(parts) if isinstance(node, e.And) else p.any_of(parts)
        return self.parts(node, slot, lambda part: self.condition(part, slot))

    def once(self, node: e.Condition, slot: int | None) -> p.Formula:
        """A condition as a step of its own, however often it is asked for."""
        found = self._parts.get((node, slot))
        if found is None:
            formula = self.parts(node, slot, lambda part: self.once(part, slot))
            found = self._parts[node, slot] = self.bind(f"part {len(self._parts)}", formula)
        return found

    def reads_row(self, node: e.Condition) -> bool:
        """Whether a condition is about the party being read (and not merely about some party)."""
        if isinstance(node, e.And | e.Or | e.Not):
            return any(self.reads_row(part) for part in e.children(node))
        return not isinstance(node, e.SomeParty) and any(map(self.book.is_row_fact, e.facts(node)))

    def parts(
        self, node: e.Condition, slot: int | None, inner: Callable[[e.Condition], p.Formula]
    ) -> p.Formula:
        """A condition over what ``inner`` makes of the parts of a connective."""
        match node:
            case e.And(args):
                return p.all_of([inner(a) for a in args])
            case e.Or(args):
                return p.any_of([inner(a) for a in args])
            case e.Not(arg):
                return p.not_(inner(arg))
            case e.Literal(value):
                return p.Lit(bool(value))
            case e.SomeParty(body):
                held = [p.all_of([*self.present(s), self.condition(body, s)]) for s in range(self.slots)]
                return p.any_of(held)
        if any(name in self.book.conclusions for name in e.facts(node)):
            return self._about_derived(node, slot)
        return self.layout.atom(node, slot)

    def _about_derived(self, node: e.Condition, slot: int | None) -> p.Formula:
        """A comparison with a concluded fact, which is true, false or unknown and never absent."""
        match node:
            case e.Fact(name):
                return self.derived(name, slot)
            case e.IsKnown(e.Fact(name)):
                return p.not_(p.is_unknown(self.derived(name, slot)))
            case e.IsAbsent(e.Fact(name)):
                return _one_of(self.derived(name, slot), ())
            case e.OneOf(e.Fact(name), values):
                return _one_of(self.derived(name, slot), values)
            case e.Compare(op, e.Fact(name), e.Literal(value)):
                same = _one_of(self.derived(name, slot), (value,))
                return same if op == "==" else p.not_(same)
            case e.Compare(op, left, e.Fact() as right):
                same = self._same(left.name, right.name, slot)
                return same if op == "==" else p.not_(same)
        raise TypeError(f"cannot be said of a concluded fact: {e.show(node)}")

    def _same(self, left: str, right: str, slot: int | None) -> p.Formula:
        """Whether two flags are equal; unknown as soon as one of them is."""
        one, other = self._flag(left, slot), self._flag(right, slot)
        both = [p.all_of([one[0], other[0]]), p.all_of([one[1], other[1]])]
        return p.any_of([*both, *(p.not_(p.any_of(list(known))) for known in (one, other))])

    def _flag(self, name: str, slot: int | None) -> tuple[p.Formula, ...]:
        """Whether a flag is true, false, or (if somebody stated it) absent."""
        if name in self.book.conclusions:
            truth = self.derived(name, slot)
            return truth, p.not_(truth)
        truth, absent = (self.layout.atom(node, slot) for node in flag_atoms(name))
        return truth, p.all_of([p.not_(truth), p.not_(absent)]), absent


def _one_of(truth: p.Formula, values: tuple[object, ...]) -> p.Formula:
    """Whether what is true or false is one of ``values``; unknown where it is unknown."""
    either = [truth] * (True in values) + [p.not_(truth)] * (False in values)
    # What is known holds or not, and of what is unknown neither can be said.
    return p.any_of(either) if either else p.all_of([truth, p.not_(truth)])


def named(what: str, of: str, slot: int | None) -> str:
    """The name of a step."""
    return f"{what} {of}" if slot is None else f"{what} {of} @{slot}"
