"""Walking: which unknown facts hold an open answer up, as steps of a program.

What :mod:`licet.decisions.questions` walks for one act, walked for columns: down from the demands
that are open, through the rules, exceptions and conditions that are open beneath them, to the
facts nobody has stated.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from licet.columns import program as p
from licet.columns.layout import source_of
from licet.columns.lowering import Lowering, named
from licet.decisions.questions import IDENTITY
from licet.language import expression as e
from licet.language.rule import Rule

NAME = "party.name"
# What an entry's own text asks about the item, rather than about the party.
OF_ENTRY = ("listing.covers_item", "listing.review")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A fact to ask for: of the act, or of the party whose row is in a slot."""

    fact: str
    slot: int | None


@dataclass(frozen=True, slots=True)
class Walked:
    """What the bits of the packed outputs ``missing.N`` ask for."""

    wanted: tuple[Wanted, ...]
    outputs: tuple[str, ...]


def walked(low: Lowering, scope: str) -> Walked:
    """Add the steps of the walk to a lowering, and say what is asked for."""
    return _Walk(low).walked(scope)


class _Walk:
    def __init__(self, low: Lowering) -> None:
        self.low, self.book, self.layout = low, low.book, low.layout
        self.ways: dict[tuple[str, int | None], list[p.Formula]] = defaultdict(list)
        self.facts: dict[Wanted, list[p.Formula]] = defaultdict(list)
        self.of_act: dict[e.Condition, list[p.Formula]] = defaultdict(list)
        self.inner = 0

    def walked(self, scope: str) -> Walked:
        for rule in self.book:
            if rule.demands:
                self.from_demand(rule)
        if scope in self.book.conclusions:
            self.fact(scope, None, p.is_unknown(self.low.derived(scope, None)))
        # Whatever leads to a rule stands after it in the order of the book.
        for name in reversed(self.book.order):
            if name in self.book.rules:
                self.through(self.book.rules[name])
        self.of_parties()
        wanted = sorted(self.facts, key=lambda w: (w.fact not in (NAME, IDENTITY), w.fact, w.slot or 0))
        outputs = []
        for i in range(0, len(wanted), p.BITS):
            bits = tuple(p.any_of(self.facts[w]) for w in wanted[i : i + p.BITS])
            outputs.append(self.low.output(f"missing.{i // p.BITS}", p.Pack(bits)))
        return Walked(tuple(wanted), tuple(outputs))

    def from_demand(self, rule: Rule) -> None:
        for slot in self.low.spans(rule):
            verdict = self.low.verdict(rule.id, slot)
            self.open_rule(rule.id, slot, p.TRUE)
            there = p.all_of([*self.low.present(slot), p.not_(p.is_false(verdict))])
            for lifter in self.book.lifters.get(rule.id, ()):
                self.open_rule(lifter, slot, there)

    def open_rule(self, rule_id: str, slot: int | None, way: p.Formula) -> None:
        """A way into a rule, taken where its verdict is open."""
        rule = self.book[rule_id]
        test = p.all_of([way, p.is_unknown(self.low.verdict(rule_id, slot))])
        if test == p.FALSE:
            return
        if rule.per_party and slot is None:
            for each in self.low.spans(rule):
                self.open_rule(rule_id, each, test)
        else:
            self.ways[rule_id, slot].append(test)

    def through(self, rule: Rule) -> None:
        """Through a rule: its condition and its exceptions, for every slot it may be reached for."""
        slots = (*range(self.low.slots), *(() if rule.per_party else (None,)))
        reached = {}
        for slot in slots:
            if ways := self.ways.pop((rule.id, slot), None):
                way = self.low.bind(named("asked", rule.id, slot), p.any_of(ways))
                reached[slot] = way
                for exception in self.book.exceptions.get(rule.id, ()):
                    self.open_rule(exception, slot, way)
        if rule.per_party:
            for slot, way in reached.items():
                self.condition(rule.when, slot, way)
            # What reads no party is gone through once, whichever parties led to it.
            for node, ways in self.of_act.items():
                self.condition(node, None, self.low.bind(f"{rule.id} asks {e.show(node)}", p.any_of(ways)))
            self.of_act.clear()
        elif reached:
            # The condition of a rule of the whole act reads the same whichever party led to it.
            self.condition(rule.when, None, p.any_of(list(reached.values())))

    def condition(self, node: e.Condition, slot: int | None, way: p.Formula) -> None:
        """Down a condition, into whatever of it is open."""
        if slot is not None and not self.low.reads_row(node):
            self.of_act[node].append(way)
            return
        self.inner += 1
        test = p.all_of([way, p.is_unknown(self.truth(node, slot))])
        if test == p.FALSE:
            return
        match node:
            case e.And(args) | e.Or(args):
                test = self.low.bind(f"open {self.inner}", test)
                for arg in args:
                    self.condition(arg, slot, test)
            case e.Not(arg):
                self.condition(arg, slot, way)
            case e.SomeParty(body):
                for each in range(self.low.slots):
                    self.condition(body, each, p.all_of([*self.low.present(each), test]))
            case _:
                names = dict.fromkeys(e.facts(node))
                for name in names:
                    open_ = p.not_(self.whole(name, slot))
                    # Of one plain fact alone: that it is open is all there is to the comparison.
                    self.fact(name, slot, p.all_of([way if self.plain(node, names) else test, open_]))

    def plain(self, node: e.Condition, names: Collection[str]) -> bool:
        """Whether a comparison is open exactly where its fact is."""
        types = {self.layout.vocabulary[name].type for name in names}
        return len(names) == 1 and "set" not in types and not isinstance(node, e.IsKnown)

    def truth(self, node: e.Condition, slot: int | None) -> p.Formula:
        """What a part of a condition comes to, worked out once."""
        return self.low.once(node, slot if self.low.reads_row(node) else None)

    def whole(self, name: str, slot: int | None) -> p.Formula:
        """Whether nothing of a fact is open."""
        if name in self.book.conclusions:
            return p.not_(p.is_unknown(self.low.derived(name, slot)))
        return self.layout.whole(name, slot)

    def fact(self, name: str, slot: int | None, way: p.Formula) -> None:
        """A fact that is asked for, or what it is concluded or looked up from."""
        if way == p.FALSE:
            return
        if name in self.book.conclusions:
            for rule_id in self.book.conclusions[name]:
                self.open_rule(rule_id, slot if self.book.is_row_fact(name) else None, way)
            return
        source = source_of(self.layout.vocabulary, name)
        if source:
            # The source is looked for among the facts of the act, so one of a party is always asked for.
            stated = p.FALSE if self.layout.of_row(source) else self.layout.stated(source, None)
            self.fact(source, slot, p.all_of([way, p.not_(stated)]))
            way = p.all_of([way, stated])
        if way != p.FALSE:
            self.facts[Wanted(name, slot if self.layout.of_row(name) else None)].append(way)

    def of_parties(self) -> None:
        """Of a party: who it is comes before whom the name means, and that before what its listing says."""
        asked = {wanted: self.facts.pop(wanted) for wanted in list(self.facts) if wanted.slot is not None}
        for slot in range(self.low.slots):
            own = {
                w.fact: self.low.bind(named("wanted", w.fact, slot), p.any_of(ways))
                for w, ways in asked.items()
                if w.slot == slot
            }
            named_, sure = self.layout.mark("named", slot), self.layout.mark("sure", slot)
            self.want(NAME, slot, [p.any_of(list(own.values())), p.not_(named_)])
            listed = [way for fact, way in own.items() if fact.startswith("listing.")]
            self.want(IDENTITY, slot, [p.any_of(listed), named_, p.not_(sure)])
            for fact, way in own.items():
                known = [way, named_, sure] if fact.startswith("listing.") else [way, named_]
                if fact in OF_ENTRY:
                    self.of_entry(slot, p.all_of([*known, self.layout.mark("listed", slot)]))
                    known.append(p.not_(self.layout.mark("listed", slot)))
                self.want(fact, slot, known)

    def of_entry(self, slot: int, way: p.Formula) -> None:
        """What the entry's own text asks of the item."""
        for inner in self.layout.scope_facts:
            unstated = p.not_(self.layout.stated(inner, None))
            self.fact(inner, None, p.all_of([way, self.layout.asks_of(inner, slot), unstated]))

    def want(self, name: str, slot: int, tests: list[p.Formula]) -> None:
        if (way := p.all_of(tests)) != p.FALSE:
            self.facts[Wanted(name, slot)].append(way)
