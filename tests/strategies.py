"""Hypothesis strategies: conditions over a small vocabulary, rule books, facts and what completes them."""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

import naive
from licet.language import expression as e
from licet.language.rule import BASES, Rule
from licet.language.rulebook import Rulebook
from licet.language.values import ABSENT, PartlyKnown, Truth
from licet.language.vocabulary import Vocabulary
from licet.language.window import Clock, Window

TODAY = date(2020, 5, 16)
CLOCK = Clock(TODAY, TODAY, ZoneInfo("America/New_York"))
SCOPE = "in_scope"

TEXTS = ("", "a", "ab", "b", "[i]", 'q"', "back\\slash", "some party (x)", "2019-05-16")
CODES = ("3A001", "3A001.a", "3A001.a.5", "3A0010", "EAR99")
NUMBERS = (-1.5, -1, 0, 0.5, 1, 1e22)
DAYS = (date(2019, 5, 16), date(2019, 5, 17), date(2020, 5, 18))
INSTANTS = tuple(datetime(2019, 5, 16, h, tzinfo=timezone(timedelta(hours=-4))) for h in (9, 16))
CHOICES = ("one", "two", "none")
MEMBERS = ("NS1", "NS2", "AT1")

# What a fact of each type can be, and what a condition may compare it with.
VALUES: dict[str, tuple[Any, ...]] = {
    "flag": (True, False),
    "text": TEXTS,
    "code": CODES,
    "number": NUMBERS,
    "date": DAYS + INSTANTS,
    "choice": CHOICES,
    "set": (),
}
LITERALS = {**VALUES, "date": DAYS}

ACT_FACTS = {
    "act.flag": "flag", "act.other": "flag", "act.text": "text", "act.code": "code", "act.number": "number",
    "act.limit": "number", "act.date": "date", "act.until": "date", "act.choice": "choice",
    "act.set": "set", "act.codes": "set",
}  # fmt: skip
ROW_FACTS = {
    "party.flag": "flag", "party.text": "text", "party.code": "code", "party.number": "number",
    "party.date": "date", "party.choice": "choice", "party.set": "set", "listing.flag": "flag",
    "listing.codes": "set",
}  # fmt: skip
SETS = {"act.set": MEMBERS, "act.codes": CODES, "party.set": MEMBERS, "listing.codes": CODES}
# Concluded by rules: each may be read by rules that conclude a later one.
DERIVED = ("act.caught", "party.caught", "act.saved", "listing.caught", SCOPE)


def _entry(kind: str, source: str, values: Sequence[str] = ()) -> dict[str, Any]:
    return {"type": kind, "source": source, "ask": "?", "values": values}


VOCABULARY = Vocabulary.from_data(
    {
        name: _entry(kind, "caller", CHOICES if kind == "choice" else SETS.get(name, ()))
        for name, kind in (ACT_FACTS | ROW_FACTS).items()
    }
    | {name: _entry("flag", "rule") for name in DERIVED}
)

# Conditions -----------------------------------------------------------------------------


def _of(kind: str, facts: Mapping[str, str]) -> list[str]:
    return [name for name, own in facts.items() if own == kind]


def flags(concluded: int = 0, in_row: bool = False) -> st.SearchStrategy[e.Condition]:
    """Conditions that are a flag or hold anyway, for books where it matters how rules bear on each other."""
    names = ["act.flag", "act.other", *(["party.flag", "listing.flag"] if in_row else [])]
    names += [d for d in DERIVED[:concluded] if in_row or not VOCABULARY[d].of_party]
    return st.sampled_from([e.TRUE, e.TRUE, *map(e.Fact, names)])


@lru_cache(maxsize=256)
def conditions(
    concluded: int = 0, in_row: bool = False, known: bool = True
) -> st.SearchStrategy[e.Condition]:
    """Conditions that may read the first ``concluded`` derived facts, well typed and as ``parse`` makes them.

    ``in_row`` lets them read facts of a party outside ``some party``; ``known`` lets them ask
    whether a fact is known.
    """
    leaves = _leaves(concluded, in_row, known)
    about_parties = st.builds(e.SomeParty, leaves if in_row else _joined(_leaves(concluded, True, known), 4))
    return _joined(st.one_of(leaves, leaves, about_parties), 6)


def _joined(leaves: st.SearchStrategy[e.Condition], size: int) -> st.SearchStrategy[e.Condition]:
    return st.recursive(leaves, _connected, max_leaves=size)


def _connected(inner: st.SearchStrategy[e.Condition]) -> st.SearchStrategy[e.Condition]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(st.builds(e.Not, inner), st.builds(e.And, several), st.builds(e.Or, several))


@lru_cache(maxsize=256)
def _leaves(concluded: int, in_row: bool, known: bool) -> st.SearchStrategy[e.Condition]:
    facts = ACT_FACTS | (ROW_FACTS if in_row else {})
    facts |= {d: "flag" for d in DERIVED[:concluded] if in_row or not VOCABULARY[d].of_party}
    found = [st.sampled_from([e.TRUE, e.FALSE])]
    for name in facts:
        found += _about(name, facts, known)
    return st.one_of(found)


def _about(name: str, facts: Mapping[str, str], known: bool) -> list[st.SearchStrategy[e.Condition]]:
    fact, kind = e.Fact(name), facts[name]
    literal = st.sampled_from(LITERALS[kind] or SETS.get(name, ()))
    several = st.lists(literal, max_size=3, unique=True).map(tuple)
    found: list[st.SearchStrategy[e.Condition]] = [st.just(e.IsAbsent(fact))]
    if known:
        found.append(st.just(e.IsKnown(fact)))
    if kind == "set":
        found.append(st.builds(e.Has, st.just(fact), literal))
    else:
        signs = ["==", "!="] + (["<", "<=", ">", ">="] if kind in ("number", "date") else [])
        like = st.sampled_from(_of(kind, facts)).map(e.Fact)
        right = st.one_of(st.builds(e.Literal, literal), like)
        found.append(st.builds(e.Compare, st.sampled_from(signs), st.just(fact), right))
        found.append(st.builds(e.OneOf, st.just(fact), several))
    if kind == "flag":
        found += [st.just(fact)] * 2
    if kind in ("text", "code"):
        found.append(st.builds(e.StartsWith, st.just(fact), literal))
    if kind == "code" or SETS.get(name) == CODES:
        found.append(st.builds(e.Under, st.just(fact), several))
    return found


_words = st.text(string.ascii_letters, min_size=1, max_size=3).map(lambda w: f"x{w}")
_facts = st.lists(_words, min_size=1, max_size=3).map(lambda words: e.Fact(".".join(words)))
_nasty = st.text(st.sampled_from("\"'\\\n\r\t\0#%@[i] é\u2028(),and-2019") | st.characters(), max_size=12)
_scalars = st.one_of(
    _nasty,
    st.integers(-(10**30), 10**30),
    st.floats(allow_nan=False, allow_infinity=False),
    st.booleans(),
    st.dates(),
)
_tuples = st.lists(_scalars, max_size=3).map(tuple)
_codes = st.lists(_nasty, max_size=3).map(tuple)


def written() -> st.SearchStrategy[e.Condition]:
    """Conditions over any facts and any literals, typed or not, in every shape that ``parse`` makes."""
    signs = st.sampled_from(["==", "!=", "<", "<=", ">", ">="])
    leaves = st.one_of(
        _facts,
        st.sampled_from([e.TRUE, e.FALSE]),
        st.builds(e.Compare, signs, _facts, _facts | st.builds(e.Literal, _scalars)),
        st.builds(e.OneOf, _facts, _tuples),
        st.builds(e.Has, _facts, _nasty),
        st.builds(e.StartsWith, _facts, _nasty),
        st.builds(e.Under, _facts, _codes),
        st.builds(e.IsKnown, _facts),
        st.builds(e.IsAbsent, _facts),
    )

    return st.recursive(leaves, lambda x: st.one_of(_connected(x), st.builds(e.SomeParty, x)), max_leaves=8)


# Rule books -----------------------------------------------------------------------------


ALWAYS = (Window(None, None, "84 FR 1"),)


def windows() -> st.SearchStrategy[tuple[Window, ...]]:
    """One or two windows around :data:`TODAY`: mostly in force, some past, to come, struck or uncertain."""
    starts = st.sampled_from([None, *(TODAY + timedelta(days=n) for n in (-9, -1, 0, 1))])
    ends = st.sampled_from([None, None, *(TODAY + timedelta(days=n) for n in (-1, 0, 1))])
    states = st.sampled_from(["in force", "in force", "in force", "suspended", "uncertain"])
    drawn = st.builds(Window, starts, ends, st.just("84 FR 1"), struck=ends, state=states)
    return st.just(ALWAYS) | st.lists(drawn, min_size=1, max_size=2, unique_by=lambda w: w.start).map(tuple)


class Book(Rulebook):
    """A rule book that shows its rules as a person would write them."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "".join(map(_said, self))

    def _repr_pretty_(self, printer: Any, cycle: bool) -> None:
        printer.text(repr(self))


def _said(rule: Rule) -> str:
    what = rule.concludes or "; ".join(rule.authorises + rule.exception_to)
    own = f"{' for each party' * rule.per_party}{' not encoded' * (not rule.encoded)}"
    force = naive.in_force(rule.windows, TODAY)
    return f"\n{rule.id}: {rule.effect} {what} {rule.basis}{own}, in force {force}, when {e.show(rule.when)}"


@st.composite
def books(draw: st.DrawFn, bases: Sequence[str] = BASES, known: bool = True) -> Book:
    """Rule books without circles: conclusions, demands, what lifts demands, and exceptions to any of them.

    ``bases`` are the kinds of authorisation used; ``known`` lets conditions ask what is known.
    Half of the books are simple: they conclude little and their conditions are flags.
    """
    rules: list[Rule] = []
    simple = draw(st.booleans())

    def rule(effect: str, concluded: int, per_party: bool | None = None, **more: Any) -> Rule:
        per_party = draw(st.booleans()) if per_party is None else per_party
        made = Rule(
            id=f"rule {len(rules)}",
            title="A rule",
            cite="15 CFR 744.11",
            when=draw(flags(concluded, per_party) if simple else conditions(concluded, per_party, known)),
            windows=ALWAYS if simple else draw(windows()),
            effect=effect,
            per_party=per_party,
            encoded=draw(st.integers(0, 9)) > 0,
            **more,
        )
        rules.append(made)
        return made

    def excepted(roots: list[Rule], concluded: int, most: int) -> None:
        """Exceptions to ``roots``, then exceptions to those: later ones never depend on earlier ones."""
        targets = [r.id for r in roots]
        for _ in range(draw(st.integers(0, most))):
            to = draw(st.lists(st.sampled_from(targets), min_size=1, max_size=2, unique=True))
            basis = draw(st.sampled_from(["", *bases]))
            targets.append(rule("excepts", concluded, exception_to=tuple(to), basis=basis).id)

    for concluded in range(draw(st.integers(0, 1 if simple else len(DERIVED)))):
        name = SCOPE if simple else DERIVED[concluded]
        count = draw(st.integers(1, 2))
        of_party = VOCABULARY[name].of_party
        excepted([rule("concludes", concluded, of_party, concludes=name) for _ in range(count)], concluded, 2)
    concluded = 0 if simple else len({r.concludes for r in rules if r.concludes})
    demands = [
        rule(draw(st.sampled_from(["requires", "requires", "forbids"])), concluded)
        for _ in range(draw(st.integers(1, 2)))
    ]
    lifters = []
    for _ in range(draw(st.integers(0, 3))):
        to = draw(st.lists(st.sampled_from([d.id for d in demands]), min_size=1, max_size=2, unique=True))
        basis = draw(st.sampled_from(list(bases)))
        lifters.append(rule("authorises", concluded, authorises=tuple(to), basis=basis))
    excepted([*demands, *lifters], concluded, 4)
    return Book.of(draw(st.permutations(rules)), VOCABULARY)


# Facts ----------------------------------------------------------------------------------


def _sets(name: str) -> st.SearchStrategy[Any]:
    members = st.frozensets(st.sampled_from(SETS[name]), max_size=2)
    partly = st.builds(lambda sure, more: PartlyKnown(sure, more - sure), members, members)
    return members | partly


def values(name: str) -> st.SearchStrategy[Any]:
    """What somebody may say of a fact: a value, or that there is none."""
    kind = VOCABULARY[name].type
    given = _sets(name) if kind == "set" else st.sampled_from(VALUES[kind])
    return st.one_of(given, given, given, st.just(ABSENT))


def read_by(book: Rulebook) -> frozenset[str]:
    """The facts that somebody must state for a book."""
    return frozenset(n for r in book for n in e.facts(r.when)) - set(DERIVED)


def _stated(names: Iterable[str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({n: st.none() | values(n) | values(n) for n in sorted(names)})


@st.composite
def acts(draw: st.DrawFn, book: Rulebook) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What the book reads of an act and of no to three parties: stated, absent, partly known or unknown."""
    read = read_by(book)
    facts = draw(_stated(read & ACT_FACTS.keys()))
    return facts, draw(st.lists(_stated(read & ROW_FACTS.keys()), max_size=3))


@st.composite
def learnt(draw: st.DrawFn, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The same facts with more of them known: nothing that was known is taken back."""
    return {name: draw(_learnt(name, value)) for name, value in facts.items()}


def _learnt(name: str, value: Any) -> st.SearchStrategy[Any]:
    match value:
        case None:
            return st.none() | values(name) | values(name)
        case PartlyKnown(sure, still_open) if still_open:
            settled = st.frozensets(st.sampled_from(sorted(still_open))).map(lambda more: sure | more)
            return st.just(value) | settled
    return st.just(value)


def learnt_force(force: Sequence[Truth]) -> st.SearchStrategy[list[Truth]]:
    """The same windows, with some of the uncertain ones settled."""
    either = st.sampled_from([None, True, False])
    return st.tuples(*(either if f is None else st.just(f) for f in force)).map(list)
