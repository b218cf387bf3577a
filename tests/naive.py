"""Rule books read a second time: from the definitions only, rule by rule, as slowly as it takes.

    applies(r) = in force(r) and when(r)          (unknown instead of true where r is not encoded)
    stands(r)  = applies(r) and not any(stands(x) for x in exceptions to r)
    fact(f)    = any(stands(r) for r concluding f)

Nothing is ordered, compiled, remembered or cut short, and nothing of the engine is used but the
dataclasses it works on. Kleene's tables are written out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import product
from typing import Any

from licet.language import expression as e
from licet.language.rule import Rule
from licet.language.values import ABSENT, PartlyKnown
from licet.language.window import Window

T, F, U = True, False, None
Truth = bool | None

NOT = {T: F, F: T, U: U}
AND = {
    (T, T): T, (T, U): U, (T, F): F,
    (U, T): U, (U, U): U, (U, F): F,
    (F, T): F, (F, U): F, (F, F): F,
}  # fmt: skip
OR = {
    (T, T): T, (T, U): T, (T, F): T,
    (U, T): T, (U, U): U, (U, F): U,
    (F, T): T, (F, U): U, (F, F): F,
}  # fmt: skip


def every(truths: Iterable[Truth]) -> Truth:
    """The conjunction, by the table."""
    result: Truth = T
    for truth in truths:
        result = AND[result, truth]
    return result


def some(truths: Iterable[Truth]) -> Truth:
    """The disjunction, by the table."""
    result: Truth = F
    for truth in truths:
        result = OR[result, truth]
    return result


def in_force(windows: Sequence[Window], today: date) -> Truth:
    """The window that started last governs, from its first to its last day, both included."""
    begun = [w for w in windows if w.start is None or w.start <= today]
    if not begun:
        return F
    governing = sorted(begun, key=lambda w: w.start or date.min)[-1]
    ended = governing.through is not None and governing.through < today
    struck = governing.struck is not None and governing.struck <= today
    if ended or struck:
        return F
    return {"in force": T, "suspended": F, "uncertain": U}[governing.state]


@dataclass(frozen=True)
class Reading:
    """Rules, which of them are in force, and the facts of one act and of its parties."""

    rules: Sequence[Rule]
    force: Mapping[str, Truth]
    facts: Mapping[str, Any]
    rows: Sequence[Mapping[str, Any]]

    def fact(self, name: str, row: int | None) -> Any:
        """A fact: concluded where rules conclude it, else as stated for the party or the act."""
        concluding = [r for r in self.rules if r.concludes == name]
        if concluding:
            return some(self.stands(r, row) for r in concluding)
        if row is not None and name in self.rows[row]:
            return self.rows[row][name]
        return self.facts.get(name)

    def stands(self, rule: Rule, row: int | None) -> Truth:
        """The verdict of a rule for one party; some party's, where it is read from the act.

        A rule of the act has one verdict, whichever party it is read from.
        """
        if not rule.per_party:
            row = None
        elif row is None:
            return some(self.stands(rule, i) for i in range(len(self.rows)))
        against = [x for x in self.rules if rule.id in x.exception_to]
        defeated = some(self.stands(x, row) for x in against)
        return AND[self.applies(rule, row), NOT[defeated]]

    def applies(self, rule: Rule, row: int | None) -> Truth:
        """Whether a rule is in force and its condition holds; unknown where it would but is not encoded."""
        applies = AND[self.force[rule.id], self.holds(rule.when, row)]
        return U if applies is T and not rule.encoded else applies

    def holds(self, node: e.Condition, row: int | None) -> Truth:
        """Whether a condition holds, read for one party or for the act."""
        match node:
            case e.Literal(value):
                return value
            case e.Not(arg):
                return NOT[self.holds(arg, row)]
            case e.And(args):
                return every(self.holds(a, row) for a in args)
            case e.Or(args):
                return some(self.holds(a, row) for a in args)
            case e.SomeParty(body):
                return some(self.holds(body, i) for i in range(len(self.rows)))
            case e.Fact(name):
                value = self.fact(name, row)
                return U if value is U else value is True
            case e.IsKnown(e.Fact(name)):
                return self.fact(name, row) is not None
            case e.IsAbsent(e.Fact(name)):
                value = self.fact(name, row)
                return U if value is U else value is ABSENT
            case e.Compare(op, e.Fact(name), e.Literal(value)):
                return compare(op, self.fact(name, row), value)
            case e.Compare(op, e.Fact(name), e.Fact(other)):
                return compare(op, self.fact(name, row), self.fact(other, row))
            case e.OneOf(e.Fact(name), values):
                value = self.fact(name, row)
                return U if value is U else some(compare("==", value, v) for v in values)
            case e.Has(e.Fact(name), member):
                return some_member(self.fact(name, row), lambda m: m == member)
            case e.Under(e.Fact(name), codes):
                value = self.fact(name, row)
                members = frozenset({value}) if isinstance(value, str) else value
                return some_member(members, lambda m: any(f"{m}.".startswith(f"{c}.") for c in codes))
            case e.StartsWith(e.Fact(name), prefix):
                value = self.fact(name, row)
                return U if value is U else value is not ABSENT and value[: len(prefix)] == prefix
        raise AssertionError(node)


def compare(op: str, left: Any, right: Any) -> Truth:
    """A comparison: unknown with anything unknown; what is absent equals only what is absent."""
    if left is U or right is U:
        return U
    if left is ABSENT or right is ABSENT:
        same = left is right
        return {"==": same, "!=": not same}.get(op, F)
    if isinstance(left, datetime) != isinstance(right, datetime):
        left, right = (x.date() if isinstance(x, datetime) else x for x in (left, right))
    return {
        "==": lambda: left == right,
        "!=": lambda: left != right,
        "<": lambda: left < right,
        "<=": lambda: left <= right,
        ">": lambda: left > right,
        ">=": lambda: left >= right,
    }[op]()


def some_member(value: Any, wanted: Any) -> Truth:
    """Whether some member of a set is wanted: unknown while only an open one is."""
    if value is U:
        return U
    if value is ABSENT:
        return F
    sure, still_open = (value.sure, value.open) if isinstance(value, PartlyKnown) else (value, ())
    if any(wanted(m) for m in sure):
        return T
    return U if any(wanted(m) for m in still_open) else F


# From verdicts to an outcome ---------------------------------------------------------------

AUTHORISED = {
    "general_licence": "authorised_general_licence",
    "licence_exception": "authorised_licence_exception",
    "savings_clause": "authorised_savings_clause",
}


@dataclass(frozen=True)
class Stop:
    """One requirement or prohibition for one party, and the bases of what stands, or may, against it."""

    effect: str
    applies: Truth
    stands: Truth
    lifters: Mapping[Rule, Truth]
    defences: Mapping[Rule, Truth]

    @property
    def remains(self) -> Truth:
        """It stands, and nothing lifts it."""
        return AND[self.stands, NOT[some(self.lifters.values())]]

    def footings(self) -> set[str]:
        """The bases of the strongest that the act may come to escape by, one for each way things may lie."""
        rules = [*self.lifters, *self.defences]
        known = [self.applies, *self.lifters.values(), *self.defences.values()]
        found = set()
        for applies, *stand in product(*([T, F] if truth is U else [truth] for truth in known)):
            standing = {x.id for x, stands in zip(rules, stand, strict=True) if stands}
            defending = {x.basis for x in self.defences if x.id in standing}
            lifting = {x.basis for x in self.lifters if x.id in standing}
            if applies and not defending:
                found.add(strongest(lifting))
            elif applies and defending <= AUTHORISED.keys():
                found.add(strongest(defending))
            else:
                # What does not apply, or is kept off by something else anyway, rests on nothing.
                found.add("")
        return found

    def sure(self) -> str:
        """The basis of the strongest that surely stands against what surely applies."""
        lifting = {x.basis for x, stands in self.lifters.items() if stands is T}
        defending = {x.basis for x, stands in self.defences.items() if stands is T}
        excluded = some(stands for x, stands in self.defences.items() if x.basis not in AUTHORISED)
        if self.stands is T:
            return strongest(lifting)
        return strongest(defending) if self.applies is T and excluded is F else ""


def strongest(bases: Iterable[str]) -> str:
    """Of several footings the one that asks most; none where there is none."""
    found = set(bases)
    return next((basis for basis in AUTHORISED if basis in found), "")


def mildest(bases: Iterable[str]) -> str:
    """Of several footings the one that asks least, which is none at all."""
    found = set(bases)
    return next((basis for basis in ["", *reversed(AUTHORISED)] if basis in found), "")


def stops(reading: Reading) -> Iterator[Stop]:
    """Every demand of the book, for each party where it is read for each."""
    for rule in reading.rules:
        if rule.effect not in ("requires", "forbids"):
            continue
        for row in range(len(reading.rows)) if rule.per_party else [None]:
            yield Stop(
                rule.effect,
                reading.applies(rule, row),
                reading.stands(rule, row),
                {x: reading.stands(x, row) for x in reading.rules if rule.id in x.authorises},
                {x: reading.stands(x, row) for x in reading.rules if rule.id in x.exception_to},
            )


def outcome(reading: Reading, scope: str) -> str:
    """The strongest that holds, as long as nothing unknown could lead to another.

    An authorisation is relied on where its demand stands; an exception with a basis where its
    demand applies and for that alone does not stand. Of several the one that asks most is named, and
    one that is sure is named even where a further one is open.
    """
    found = list(stops(reading))
    forbidden = some(s.remains for s in found if s.effect == "forbids")
    licence = some(s.remains for s in found if s.effect == "requires")
    if forbidden is T:
        return "forbidden"
    if forbidden is U:
        return "indeterminate"
    if licence is T:
        return "licence_required"
    if licence is U:
        return "indeterminate"
    if sure := strongest(s.sure() for s in found):
        return AUTHORISED[sure]
    least, most = (strongest(of(s.footings()) for s in found) for of in (mildest, strongest))
    if least != most:
        return "indeterminate"
    subject = reading.fact(scope, None)
    return AUTHORISED.get(most) or {T: "no_licence_required", F: "not_subject", U: "indeterminate"}[subject]
