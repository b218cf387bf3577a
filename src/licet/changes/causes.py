"""Causes: which rules and instruments turned one act from one decision to another.

Both decisions are known with every verdict in them, so nothing here is guessed. From each demand
that explains either outcome the walk goes down to what really differs: a rule that came into force
or ran out, a listing that began or ended, a row of a table, an edit of a scenario. Where several
things hold a rule up, all that had to turn are named; what turned without bearing on it is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from licet.changes.sides import ACT, RANK, Pair, Sides
from licet.changes.turning import laid, listed, listing_instrument, named, window_instrument
from licet.decisions.decide import Decision, Requirement, review_of
from licet.decisions.outcome import Outcome
from licet.language import expression as e
from licet.language.evaluating import truth
from licet.language.rule import POLICIES, Rule
from licet.language.values import Truth, any_of, negation, spoken
from licet.language.window import Standing

_TURNED = {
    (False, True): "begins to stand",
    (True, False): "no longer stands",
    (False, None): "is left open",
    (True, None): "is left open",
    (None, True): "stands, and is open no longer",
    (None, False): "falls, and is open no longer",
}
_STAYS = {
    True: "stands, on other terms",
    None: "stays open, on other terms",
    False: "does not stand, for another reason",
}
_NAMED = 4


@dataclass(frozen=True, slots=True)
class Cause:
    """One thing that turned: a rule, how it turned, the instrument behind that, and why in words.

    ``party`` is whom the rule was read for, where it is read for each; ``demand`` the demand it bears on.
    """

    rule: str
    title: str
    turned: str
    instrument: str
    because: str
    cite: str
    party: str = ""
    demand: str = ""


def causes_of(before: Decision, after: Decision) -> tuple[Cause, ...]:
    """What turned between two decisions of one act, each thing once; empty where nothing did."""
    return _Walk(before, after).causes()


class _Walk:
    """From the demands down; ``path`` is the way to where it is, ``begun`` by what rules on it turned."""

    def __init__(self, before: Decision, after: Decision) -> None:
        self.sides = Sides(before, after)
        self.found: dict[tuple[str, str, str], Cause] = {}
        self.path: list[tuple[str, Pair]] = []
        self.bears_on = ""
        self.begun: list[str] = []
        self.seen: set[tuple[str, Pair]] = set()

    def causes(self) -> tuple[Cause, ...]:
        self.demands(_bears)
        self.scope()
        if not self.found:
            self.demands(lambda side, requirement: True)
        return tuple(self.found.values())

    # -- from the demands down -------------------------------------------------------------------

    def demands(self, bearing: Callable[[Decision, Requirement], bool]) -> None:
        """Into the demands that bear on either outcome."""
        told = {(r.rule.id, r.party) for side in self.sides for r in side.requirements if bearing(side, r)}
        for rule_id in sorted({rule for rule, _ in told}):
            self.demand(rule_id, {party for rule, party in told if rule == rule_id})

    def scope(self) -> None:
        """What brought the act under this law, or took it out, where an outcome rests on that."""
        outcomes = {o for s in self.sides for o in (s.outcome, s.bounds.mildest, s.bounds.strictest)}
        self.bears_on = ""
        if self.sides.before.subject is not self.sides.after.subject and Outcome.NOT_SUBJECT in outcomes:
            self.concluded(self.sides.after.regime.scope, ACT)

    def demand(self, rule_id: str, parties: set[str]) -> None:
        rule = self.sides.rule(rule_id)
        self.bears_on = rule_id
        self.seen.clear()
        for place in range(len(self.sides.after.act.parties)) if rule.per_party else (None,):
            known = len(self.found)
            for rows in [ACT] if place is None else self.sides.of_party(rule_id, place):
                # On several lists a party turns by one of them: the others say nothing then.
                if len(self.found) == known and (place is None or self.sides.party(rows) in parties):
                    self.weighed(rule, rows)

    def weighed(self, rule: Rule, rows: Pair) -> None:
        """Into one demand for one party: itself, its ways out, and how an application is reviewed."""
        self.rule(rule.id, rows)
        self.lifted(rule.id, rows)
        if not any(self.sides.verdicts(rule.id, rows)):
            self.escaped(rule, rows)
        self.reviewed(rule, rows)

    def lifted(self, rule_id: str, rows: Pair) -> None:
        """The authorisations that began or ceased to lift a demand, or do so under another text."""
        lifters = self.sides.targeting("lifters", rule_id)
        verdicts = {lifter: self.sides.verdicts(lifter, rows) for lifter in lifters}
        old, new = (any_of(pair[i] for pair in verdicts.values()) for i in (0, 1))
        demanded = self.sides.verdicts(rule_id, rows)
        for lifter, (one, two) in verdicts.items():
            # What lifts a demand that does not stand lifts nothing.
            idle = demanded[RANK[two] > RANK[one]] is False
            if not idle and (_swings(old, new, one, two) or (old and new and one is not two)):
                self.rule(lifter, rows)
        if old and new:
            self.relied_on(lifters, rows)

    def relied_on(self, rules: Iterable[str], rows: Pair) -> None:
        """Of the ways out of a demand those that turned, or hold by another window than before."""
        for rule_id in rules:
            one, two = self.sides.verdicts(rule_id, rows)
            if one is not two:
                self.rule(rule_id, rows)
            elif (
                one and (standings := self.sides.standings(rule_id)) and len(set(map(named, standings))) == 2
            ):
                self.path.append((rule_id, rows))
                self.window(standings)
                self.path.pop()

    def escaped(self, rule: Rule, rows: Pair) -> None:
        """What changed about a demand that stands in neither decision: a way out, else whether it applies."""
        known = len(self.found)
        self.relied_on(self.sides.targeting("exceptions", rule.id), rows)
        if len(self.found) > known:
            return
        self.path.append((rule.id, rows))
        if standings := self.same_rule(rule.id):
            if standings[0].truth is not standings[1].truth:
                self.window(standings)
            self.condition(rule.when, rows)
        self.path.pop()

    def reviewed(self, rule: Rule, rows: Pair) -> None:
        """What changed the review policy of a demand that stands, or may, in both decisions."""
        one, two = self.sides.verdicts(rule.id, rows)
        if one is not two or one is False:
            return
        policies = [
            review_of(s.regime.book[rule.id], s.verdicts, r) for s, r in zip(self.sides, rows, strict=True)
        ]
        if policies[0] == policies[1]:
            return
        self.path.append((rule.id, rows))
        for review in rule.reviews:
            self.condition(review.when, rows)
            if review.policy not in POLICIES:
                self.leaf(e.Fact(review.policy), rows)
        if len({side.regime.book[rule.id].reviews for side in self.sides}) == 2:
            told = [(policy or "open").replace("_", " ") for policy in policies]
            self.cause(self.edited_by(), f"it is reviewed under {told[1]}; before, {told[0]}")
        self.path.pop()

    def rule(self, rule_id: str, rows: Pair) -> None:
        """Into a rule whose verdict differs: its window, its condition, its exceptions."""
        rows = self.sides.own(rule_id, rows)
        old, new = self.sides.verdicts(rule_id, rows)
        if old is new or (rule_id, rows) in self.seen:
            return
        self.seen.add((rule_id, rows))
        self.path.append((rule_id, rows))
        above = len(self.begun)
        if standings := self.same_rule(rule_id):
            if _holds_up(old, new, standings[0].truth, standings[1].truth):
                self.begun.append(self.window(standings))
            when = self.sides.rule(rule_id).when
            if _holds_up(old, new, *self.sides.truths(when, rows)):
                self.condition(when, rows)
            for exception in self.sides.targeting("exceptions", rule_id):
                one, two = self.sides.verdicts(exception, rows)
                if _holds_up(old, new, negation(one), negation(two)):
                    self.rule(exception, rows)
        self.path.pop()
        del self.begun[above:]

    def same_rule(self, rule_id: str) -> tuple[Standing, Standing] | None:
        """The standings of a rule that both books have in the same words; else its edit is noted."""
        one, two = (side.regime.book.rules.get(rule_id) for side in self.sides)
        if one is not None and two is not None and one.when == two.when:
            return self.sides.standings(rule_id)
        conditions = ["no such rule" if rule is None else e.show(rule.when) for rule in (one, two)]
        told = f"it reads: {conditions[1]}; before, {conditions[0]}"
        if one is None or two is None:
            made = [side.standings[rule_id].because for side in self.sides if rule_id in side.standings]
            told = (
                f"{made[0]}; before, there is no such rule"
                if one is None
                else f"no such rule; before, {made[0]}"
            )
        self.cause(self.edited_by(), told)
        return None

    def condition(self, node: e.Condition, rows: Pair) -> None:
        """Into the parts of a condition that made it turn."""
        old, new = self.sides.truths(node, rows)
        if old is new:
            return
        match node:
            case e.And(args) | e.Or(args):
                bears = _holds_up if isinstance(node, e.And) else _swings
                for arg in args:
                    if bears(old, new, *self.sides.truths(arg, rows)):
                        self.condition(arg, rows)
            case e.Not(arg):
                self.condition(arg, rows)
            case e.SomeParty(body):
                inside = self.sides.pair(
                    lambda side, row: truth(body, side.verdicts.seen(row), side.verdicts.rows)
                )
                self.condition(body, inside)
            case _:
                self.leaf(node, rows)

    def leaf(self, node: e.Condition, rows: Pair) -> None:
        for name in dict.fromkeys(e.facts(node)):
            old, new = self.sides.values(name, rows)
            if old == new:
                continue
            if self.sides.targeting("conclusions", name):
                self.concluded(name, rows)
            elif name.startswith("listing.") and rows != ACT:
                self.listing(rows)
            else:
                instrument = "; ".join(self.tables(name)) or self.governing()
                self.cause(instrument, f"{name} is {spoken(new)}; before, {spoken(old)}")

    def concluded(self, name: str, rows: Pair) -> None:
        """Into the rules that settled a derived fact otherwise."""
        rules = self.sides.targeting("conclusions", name)
        own = [self.sides.own(rule, rows) for rule in rules]
        pairs = [self.sides.verdicts(rule, pair) for rule, pair in zip(rules, own, strict=True)]
        old, new = (any_of(pair[i] for pair in pairs) for i in (0, 1))
        for rule, pair in zip(rules, pairs, strict=True):
            if _swings(old, new, *pair):
                self.rule(rule, rows)

    # -- what turned, in words -----------------------------------------------------------------

    def window(self, standings: tuple[Standing, Standing]) -> str:
        """Note that a rule came into force or ran out; the instrument by which it did."""
        by = window_instrument(self.path[-1][0], standings, self.sides)
        self.cause(by, f"{standings[1].because}; before, {standings[0].because}")
        return by

    def listing(self, rows: Pair) -> None:
        old, new = (listed(side, row) for side, row in zip(self.sides, rows, strict=True))
        before, after = (s.case.who[r or 0].listing for s, r in zip(self.sides, rows, strict=True))
        by = listing_instrument(before, after, self.sides)
        self.cause(by, f"{self.sides.party(rows)} {new}; before, it {old}")

    def tables(self, name: str) -> list[str]:
        """The instruments of the rows that hold in one view and not in the other."""
        clocks = [side.clock for side in self.sides]
        regime = self.sides.after.regime
        country = self.sides.after.case.facts.get("destination.country")
        found = {
            "destination.marks": regime.destinations.chart.get(str(country), ()),
            "destination.groups": regime.destinations.groups.get(str(country), ()),
            "item.in_supplement_2": regime.control_list.military_list,
        }.get(name, ())
        turned = [r.by for r in found if len({r.holds(c, regime.instruments) for c in clocks}) == 2]
        return list(dict.fromkeys(by for by in turned if by))

    def edited_by(self) -> str:
        """The scenarios that one book has and the other has not, else what governs the rule at hand."""
        return "; ".join(laid(self.sides)) or self.governing()

    def governing(self) -> str:
        """The instrument of the window that governs the rule at hand."""
        rule_id = self.path[-1][0]
        for side in (self.sides.after, self.sides.before):
            standing = side.standings.get(rule_id)
            if standing is not None and standing.window is not None:
                return standing.window.by
        return ""

    def cause(self, instrument: str, because: str) -> None:
        """Note what turned, unless a rule above turned by the very instrument: that explains it too."""
        if instrument in self.begun:
            return
        rule_id, rows = self.path[-1]
        rule = self.sides.rule(rule_id)
        old, new = self.sides.verdicts(rule_id, rows)
        party = self.sides.party(rows)
        turned = _TURNED.get((old, new)) or _STAYS[new]
        if new is None and (missing := self.unknown(rule, rows)):
            because += f"; not known: {', '.join(missing)}"
        if len(self.path) > 1:
            top = self.sides.verdicts(*self.path[0])
            because += f"; so {self.path[0][0]} {_TURNED.get(top) or _STAYS[top[1]]}"
        key = (rule_id, instrument, party)
        made = Cause(rule_id, rule.title, turned, instrument, because, rule.cite, party, self.bears_on)
        self.found.setdefault(key, made)

    def unknown(self, rule: Rule, rows: Pair) -> list[str]:
        """The facts that leave a rule open after the change."""
        side = self.sides.after
        facts, book = side.verdicts.seen(rows[1]), side.regime.book
        open_ = [a for a in e.atoms(rule.when) if truth(a, facts, side.verdicts.rows) is None]
        names = dict.fromkeys(name for atom in open_ for name in e.facts(atom))
        own = [n for n in names if n not in book.conclusions and not n.startswith("listing.")]
        return [name for name in own if facts.get(name) is None][:_NAMED]


def _bears(decision: Decision, requirement: Requirement) -> bool:
    """Whether a requirement explains the outcome: unmet, or open, or met where the act may go ahead."""
    if requirement.remains:
        return True
    if decision.outcome is Outcome.INDETERMINATE:
        return requirement.remains is None or bool(requirement.authorised_by)
    return decision.outcome.clear


def _holds_up(old: Truth, new: Truth, one: Truth, two: Truth) -> bool:
    """Whether a part that went from ``one`` to ``two`` bears on a conjunction that turned."""
    return one is not two and min(RANK[one], RANK[two]) < max(RANK[old], RANK[new]) and old is not new


def _swings(old: Truth, new: Truth, one: Truth, two: Truth) -> bool:
    """Whether a part that went from ``one`` to ``two`` bears on a disjunction that turned."""
    return one is not two and max(RANK[one], RANK[two]) > min(RANK[old], RANK[new]) and old is not new
