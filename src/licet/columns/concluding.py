"""Concluding: from the verdicts of a book to outcome, bounds, review and reasons, as steps.

What :mod:`licet.decisions.judge` and :mod:`licet.decisions.outcome` say of one act, said of
columns. Sets come out as packed bits; which bit means what is told by :class:`Results`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from licet.columns import program as p
from licet.columns.layout import text_atoms
from licet.columns.lowering import Lowering, named
from licet.decisions.outcome import BY_BASIS, Outcome
from licet.language.expression import TRUE
from licet.language.rule import POLICIES, Rule

OUTCOMES = tuple(Outcome)
_CODE = {outcome: i for i, outcome in enumerate(OUTCOMES)}
_BASES = tuple(BY_BASIS)


@dataclass(frozen=True, slots=True)
class Pair:
    """A demand, for one slot where it is per party, and a rule by which the act escapes it."""

    demand: str
    slot: int | None
    by: str


@dataclass(frozen=True, slots=True)
class Results:
    """What the bits of the packed outputs mean: bit ``i`` of a kind is in word ``i // 62``."""

    rules: tuple[str, ...]
    demands: tuple[str, ...]
    pairs: tuple[Pair, ...]
    outputs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Demand:
    """What matters of a demand in one slot, each as a formula."""

    rule: Rule
    slot: int | None
    remains: p.Formula
    relied_on: tuple[tuple[Rule, p.Formula], ...]
    may_rely_on: tuple[tuple[str, p.Formula], ...]
    lightest: tuple[tuple[str, p.Formula], ...]


def concluded(low: Lowering, scope: str) -> Results:
    """Add the steps of the conclusion to a lowering, and say what they are."""
    demands = _demands(low)
    ends, review = _outcome(low, demands, scope), _review(low, demands)
    rules = tuple(r for r in low.book.order if r in low.book.rules)
    somewhere = [low.verdict(r, None) for r in rules]
    shared = [low.bind(f"somewhere {r}", v) for r, v in zip(rules, somewhere, strict=True)]
    packed = [
        *_packed(low, "stands", shared),
        *_packed(low, "open", [p.is_unknown(v) for v in shared]),
    ]
    remaining = {
        rule: p.any_of([d.remains for d in demands if d.rule.id == rule])
        for rule in dict.fromkeys(d.rule.id for d in demands)
    }
    packed += _packed(low, "unmet", [p.is_true(test) for test in remaining.values()])
    packed += _packed(low, "unsettled", [p.is_unknown(test) for test in remaining.values()])
    pairs = [(Pair(d.rule.id, d.slot, by.id), test) for d in demands for by, test in d.relied_on]
    packed += _packed(low, "pairs", [test for _, test in pairs])
    return Results(rules, tuple(remaining), tuple(pair for pair, _ in pairs), (*ends, review, *packed))


def outcome_alone(low: Lowering, scope: str) -> str:
    """Add the steps of the outcome and nothing else; the name of the number."""
    return _outcome(low, _demands(low), scope)[0]


def _packed(low: Lowering, kind: str, bits: Sequence[p.Formula]) -> list[str]:
    names = []
    for i in range(0, len(bits), p.BITS):
        names.append(low.output(f"{kind}.{i // p.BITS}", p.Pack(tuple(bits[i : i + p.BITS]))))
    return names


def _demands(low: Lowering) -> list[_Demand]:
    return [_demand(low, r, slot) for r in low.book if r.demands for slot in low.spans(r)]


def _demand(low: Lowering, rule: Rule, slot: int | None) -> _Demand:
    book = low.book
    verdict = low.verdict(rule.id, slot)
    stands, open_ = p.is_true(verdict), p.is_unknown(verdict)
    lifters = [(book[x], low.verdict(x, slot)) for x in book.lifters.get(rule.id, ())]
    against = [(book[x], low.verdict(x, slot)) for x in book.exceptions.get(rule.id, ())]
    defences = [(x, v) for x, v in against if x.basis]
    lifted = p.any_of([v for _, v in lifters])
    applies = low.applies(rule, slot)
    excluded = p.any_of([v for x, v in against if x.basis not in BY_BASIS])
    excluded = low.bind(named("excluded", rule.id, slot), excluded)
    # A demand that falls is told of only where a defence holds it off.
    held = p.any_of([p.is_true(v) for _, v in defences])
    weighed = [p.not_(stands), p.any_of([open_, held]), p.not_(p.is_false(applies))]
    escaped = low.bind(named("escaped", rule.id, slot), p.all_of([*low.present(slot), *weighed]))
    surely = p.is_true(applies) if rule.encoded else p.FALSE

    relied_on = [(x, p.all_of([stands, p.is_true(v)])) for x, v in lifters]
    for x, v in defences:
        footing = p.not_(p.is_true(excluded)) if x.basis in BY_BASIS else p.TRUE
        sure = [p.is_true(v), p.not_(p.is_unknown(excluded)), footing]
        relied_on.append((x, p.all_of([escaped, surely, *sure])))
    told = p.all_of([p.any_of([stands, escaped]), p.not_(p.is_true(excluded))])
    may = [
        *_by_basis(p.any_of([stands, open_]), [(x, _possible(low, x, v, slot)) for x, v in lifters]),
        *_by_basis(told, [(x, _possible(low, x, v, slot)) for x, v in defences]),
    ]
    waiting = p.all_of([stands, p.not_(p.is_true(lifted))])
    undecided = p.all_of([escaped, surely, open_, p.is_false(excluded)])
    ways = [(x, _possible(low, x, v, slot)) for x, v in lifters]
    footings = [(x, _possible(low, x, v, slot)) for x, v in defences if x.basis in BY_BASIS]
    lightest = [
        *_lightest(waiting, [(x, p.is_unknown(v)) for x, v in lifters]),
        *_lightest(undecided, [*ways, *footings]),
    ]
    return _Demand(
        rule,
        slot,
        low.bind(named("remains", rule.id, slot), p.all_of([verdict, p.not_(lifted)])),
        tuple((x, low.bind(named(f"by {x.id}:", rule.id, slot), t)) for x, t in relied_on if t != p.FALSE),
        tuple(may),
        tuple(lightest),
    )


def _possible(low: Lowering, rule: Rule, verdict: p.Formula, slot: int | None) -> p.Formula:
    """That a rule stands or may."""
    return low.bind(named("possibly", rule.id, slot if rule.per_party else None), p.not_(p.is_false(verdict)))


def _by_basis(where: p.Formula, ways: list[tuple[Rule, p.Formula]]) -> Iterator[tuple[str, p.Formula]]:
    """For each basis: that there is a way of that kind."""
    for basis in _BASES:
        if own := [test for x, test in ways if x.basis == basis]:
            yield basis, p.all_of([where, p.any_of(own)])


def _lightest(where: p.Formula, ways: list[tuple[Rule, p.Formula]]) -> Iterator[tuple[str, p.Formula]]:
    """For each basis: that of the ways which are open it is the one that asks least."""
    if where == p.FALSE or not ways:
        return
    for i, basis in enumerate(_BASES):
        own = [test for x, test in ways if x.basis == basis]
        lighter = [test for x, test in ways if x.basis not in _BASES[: i + 1]]
        if own:
            yield basis, p.all_of([where, p.any_of(own), p.not_(p.any_of(lighter))])


def _outcome(low: Lowering, demands: Sequence[_Demand], scope: str) -> tuple[str, str, str]:
    """The outcome and its bounds, as numbers of ``OUTCOMES``."""

    def remaining(effect: str) -> p.Formula:
        some = p.any_of([d.remains for d in demands if d.rule.effect == effect])
        return low.bind(effect, some)

    def on(basis: str, tests: Iterator[tuple[str, p.Formula]], name: str) -> p.Formula:
        return low.bind(f"{name} {basis}", p.any_of([test for b, test in tests if b == basis]))

    forbidden, licence = remaining("forbids"), remaining("requires")
    subject = low.derived(scope, None) if scope in low.book.conclusions else p.TRUE
    sure = {b: on(b, ((x.basis, t) for d in demands for x, t in d.relied_on), "sure") for b in _BASES}
    best = {b: on(b, (one for d in demands for one in d.lightest), "lightest") for b in _BASES}
    worst = {b: on(b, (one for d in demands for one in d.may_rely_on), "may") for b in _BASES}
    best = {b: p.any_of([sure[b], best[b]]) for b in _BASES}
    in_scope, out_of_scope = p.is_true(subject), p.is_false(subject)
    footing = [(sure[b], BY_BASIS[b]) for b in _BASES]
    mildest = _ranked(
        [*((best[b], BY_BASIS[b]) for b in _BASES), (in_scope, Outcome.NO_LICENCE_REQUIRED)],
        Outcome.NOT_SUBJECT,
    )
    strictest = _ranked(
        [*((worst[b], BY_BASIS[b]) for b in _BASES), (p.not_(out_of_scope), Outcome.NO_LICENCE_REQUIRED)],
        Outcome.NOT_SUBJECT,
    )
    mildest = {o: low.bind(f"mildest {o}", t) for o, t in mildest.items()}
    strictest = {o: low.bind(f"strictest {o}", t) for o, t in strictest.items()}
    first = [
        (p.is_true(forbidden), Outcome.FORBIDDEN),
        (p.all_of([p.is_true(licence), p.is_false(forbidden)]), Outcome.LICENCE_REQUIRED),
    ]
    barred = p.any_of([p.is_unknown(forbidden), p.is_unknown(licence)])
    same = [(p.all_of([t, strictest[o]]), o) for o, t in mildest.items()]
    outcome = _first([*first, (barred, Outcome.INDETERMINATE), *footing, *same], Outcome.INDETERMINATE)
    mild = _first(
        [*first, (p.is_true(licence), Outcome.LICENCE_REQUIRED)]
        + [(p.all_of([p.not_(barred), t]), o) for t, o in footing]
        + [(t, o) for o, t in mildest.items()],
        Outcome.NOT_SUBJECT,
    )
    unknown = [
        (p.is_unknown(forbidden), Outcome.FORBIDDEN),
        (p.is_unknown(licence), Outcome.LICENCE_REQUIRED),
    ]
    strict = _first(
        [*first, *unknown, *footing] + [(t, o) for o, t in strictest.items()],
        Outcome.NOT_SUBJECT,
    )
    return low.output("outcome", outcome), low.output("mildest", mild), low.output("strictest", strict)


def _ranked(tests: list[tuple[p.Formula, Outcome]], otherwise: Outcome) -> dict[Outcome, p.Formula]:
    """Exactly one of several outcomes: the first whose test holds."""
    found: dict[Outcome, p.Formula] = {}
    before: list[p.Formula] = []
    for test, outcome in tests:
        found[outcome] = p.all_of([*(p.not_(b) for b in before), test])
        before.append(test)
    found[otherwise] = p.all_of([p.not_(b) for b in before])
    return found


def _first(cases: list[tuple[p.Formula, Outcome]], otherwise: Outcome) -> p.First:
    return p.First(tuple((test, _CODE[o]) for test, o in cases if test != p.FALSE), _CODE[otherwise])


# -- review policies ------------------------------------------------------------------------


def _review(low: Lowering, demands: Sequence[_Demand]) -> str:
    """The strictest policy of what remains: code 0 for none (or open), else 1 + its place in POLICIES."""
    open_ = []
    found: dict[str, list[p.Formula]] = {policy: [] for policy in POLICIES}
    for demand in demands:
        if demand.rule.effect != "requires":
            continue
        remains = p.is_true(demand.remains)
        known = []
        before: list[p.Formula] = []
        for review in demand.rule.reviews:
            holds = p.TRUE if review.when == TRUE else low.condition(review.when, demand.slot)
            chosen = [*before, p.is_true(holds)]
            for policy, test in _policies(low, review.policy, demand.slot):
                here = p.all_of([*chosen, test])
                known.append(here)
                if policy:
                    found[policy].append(p.all_of([remains, here]))
            before.append(p.is_false(holds))
        open_.append(p.all_of([remains, p.not_(p.any_of(known))]))
    some_open = low.bind("a review open", p.any_of(open_))
    by_policy = [low.bind(f"review {policy}", p.any_of(tests)) for policy, tests in found.items()]
    strictest = (by_policy[0], 1)
    cases = [strictest, (some_open, 0), *((test, i) for i, test in enumerate(by_policy, 1) if i > 1)]
    return low.output("review", p.First(tuple(cases), 0))


def _policies(low: Lowering, policy: str, slot: int | None) -> Iterator[tuple[str, p.Formula]]:
    """Which policy it is, where it is one; an empty name for any other text."""
    if policy in POLICIES:
        yield policy, p.TRUE
        return
    *named_so, absent = text_atoms(policy)
    tests = [p.is_true(low.layout.atom(node, slot)) for node in named_so]
    yield from zip(POLICIES, tests, strict=True)
    told = [low.layout.stated(policy, slot), p.not_(p.is_true(low.layout.atom(absent, slot)))]
    yield "", p.all_of([*told, p.not_(p.any_of(tests))])
