"""The law as it is installed, on random acts built from what orders really hold."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date, datetime, time, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from licet.act import Act, Party
from licet.decisions.circumstances import circumstances
from licet.decisions.decide import Decision, decide, outcome_of
from licet.decisions.judge import Judge
from licet.decisions.outcome import Outcome, conclude
from licet.language import expression as e
from licet.language.values import ABSENT
from licet.language.verdicts import Verdicts
from licet.language.vocabulary import Entry
from licet.language.window import turning_days
from licet.regime import Regime

INVENTED = (
    "Ruritania Instruments",
    "Acme Widgets GmbH",
    "Huawei Noodle Bar",
    "株式会社テスト",
    "X",
    "-",
    "Smith & Sons",
)
LISTED = "Huawei Technologies Co., Ltd."
ROLES = (
    ["end_user"],
    ["ultimate_consignee", "purchaser"],
    ["intermediate_consignee"],
    ["freight_forwarder"],
    [],
)
DATES = tuple(date(2018, 1, 1) + timedelta(days=97 * n) for n in range(35))
# What differs from one order to the next.
USUAL = ("item.kind", "item.eccn", "destination.country", "certificate.by", "support.purpose")
ORDINARY: dict[str, Any] = {
    "act.action": "export", "origin.country": "US", "destination.country": "CN", "item.kind": "commodity",
    "item.eccn": "EAR99", "item.us_origin": True, "item.published": False, "end_use.category": "civil",
    "support.purpose": "other", "order.actual": False, "transport.en_route_since": ABSENT,
    "standards.body": ABSENT, "certificate.by": ABSENT, "act.claimed_exception": ABSENT,
}  # fmt: skip


class Pools:
    """Values that occur in the law and its tables, for each fact that a caller may state."""

    def __init__(self, regime: Regime) -> None:
        self.regime = regime
        book, listings = regime.book, [v for found in regime.listings.versions.values() for v in found]
        self.names = sorted({v.name for v in listings} | {n for v in listings for n in v.also})
        self.ids = sorted(regime.listings.versions)
        self.countries = sorted(set(regime.destinations.names.values()) | {regime.destinations.home, "ZZ"})
        self.eccns = sorted({line.eccn for lines in regime.control_list.controls.values() for line in lines})
        self.eccns += ["EAR99", "EAR99", "3A001", "5A991", "9Z999", "garbage"]
        turning = {d for rule in book for d in turning_days(rule.windows)}
        turning |= {v.start.date() if isinstance(v.start, datetime) else v.start for v in listings}
        self.days = sorted(turning)
        self.mentioned: dict[str, set[Any]] = {}
        for rule in book:
            for atom in e.atoms(rule.when):
                self.mention(atom)

    def mention(self, atom: e.Condition) -> None:
        """Remember the values with which the law compares a fact."""
        match atom:
            case e.Compare(_, e.Fact(name), e.Literal(value)) | e.Has(e.Fact(name), value):
                self.mentioned.setdefault(name, set()).add(value)
            case e.StartsWith(e.Fact(name), value):
                self.mentioned.setdefault(name, set()).add(value)
            case e.OneOf(e.Fact(name), values) | e.Under(e.Fact(name), values):
                self.mentioned.setdefault(name, set()).update(values)

    def moments(self) -> st.SearchStrategy[date]:
        """Days around those on which the law turns, and instants on them."""
        days = st.builds(
            lambda day, n: day + timedelta(days=n), st.sampled_from(self.days), st.sampled_from([-1, 0, 1])
        )
        hours = st.sampled_from([time(h, m, tzinfo=self.regime.zone) for h, m in ((0, 0), (16, 0), (16, 15))])
        return days | st.sampled_from(DATES) | st.builds(datetime.combine, days, hours)

    def values(self, entry: Entry) -> st.SearchStrategy[Any]:
        """What a caller may state of a fact."""
        known = sorted(self.mentioned.get(entry.name, ()), key=str)
        match entry.type:
            case "flag":
                return st.booleans()
            case "choice":
                return st.sampled_from([*entry.values, ABSENT])
            case "number":
                return st.sampled_from([0, 1, 9.99, 10, 25, 50, 100, *(n for n in known if n <= 100)])
            case "date":
                return self.moments() | st.just(ABSENT)
            case "set":
                return st.frozensets(
                    st.sampled_from([*(entry.values or known), "XX"][: -1 if entry.values else None])
                )
        if entry.name.endswith((".country", ".made_in", ".headquarters")):
            return st.sampled_from(self.countries)
        if entry.name == "item.eccn":
            return st.sampled_from(self.eccns)
        return st.sampled_from(["text", *known, ABSENT])


_pools: dict[int, Pools] = {}


def pools(regime: Regime) -> Pools:
    """The pools of a regime, gathered once."""
    if id(regime) not in _pools:
        _pools[id(regime)] = Pools(regime)
    return _pools[id(regime)]


@st.composite
def parties(draw: st.DrawFn, regime: Regime) -> Party:
    """A party: listed, of a like name, invented or unnamed; identified or not; with or without a country."""
    own = pools(regime)
    name = draw(st.none() | st.sampled_from(INVENTED) | st.sampled_from(own.names) | st.just(LISTED))
    stated = draw(_some([x for x in regime.vocabulary if x.of_party and _askable(x)], regime, 3))
    return Party(
        name=name,
        roles=frozenset(draw(st.sampled_from(ROLES))),
        country=draw(st.sampled_from([None, "CN", *own.countries])),
        same_as=draw(st.sampled_from([None, None, None, "none", "no such listing", *own.ids[:3]])),
        facts=stated,
    )


def _askable(entry: Entry) -> bool:
    return entry.source == "caller" and entry.name not in ("party.name", "party.roles", "party.country")


@st.composite
def _some(draw: st.DrawFn, entries: Sequence[Entry], regime: Regime, most: int) -> dict[str, Any]:
    chosen = draw(st.lists(st.sampled_from(entries), max_size=most, unique_by=lambda x: x.name))
    return {x.name: draw(pools(regime).values(x)) for x in chosen}


@st.composite
def acts(draw: st.DrawFn, regime: Regime) -> Act:
    """An act on some day: an item to a country for some parties, more or less of it known."""
    own, vocabulary = pools(regime), regime.vocabulary
    entries = [x for x in vocabulary if not x.of_party and x.source == "caller"]
    stated = draw(_some(entries, regime, 8))
    stated |= {n: draw(own.values(vocabulary[n])) for n in USUAL if draw(st.booleans())}
    match draw(st.sampled_from(["unknown", "denied", "denied", "ordinary", "anything"])):
        case "denied":
            stated = {x.name: x.denied for x in entries} | ORDINARY | stated
        case "ordinary":
            stated = ORDINARY | stated
        case "anything":
            stated = {x.name: draw(own.values(x)) for x in entries} | stated
    stated["act.date"] = draw(own.moments())
    return Act(stated, tuple(draw(st.lists(parties(regime), max_size=3))))


def views(regime: Regime) -> st.SearchStrategy[date | None]:
    """How far the law was known: wholly, or at one of the moments around which it turned."""
    return st.one_of(*[st.none()] * 6, pools(regime).moments())


@settings(max_examples=100)
@given(data=st.data())
def test_deciding_is_total_and_repeatable(regime: Regime, data: st.DataObject) -> None:
    """Any act is decided, twice alike, and ``outcome_of`` says what ``decide`` says."""
    act, known_at = data.draw(acts(regime)), data.draw(views(regime))
    first, again = (decide(act, regime, known_at=known_at) for _ in range(2))
    assert first.outcome is again.outcome is outcome_of(act, regime, known_at=known_at)
    assert (first.bounds, first.requirements, first.missing) == (
        again.bounds,
        again.requirements,
        again.missing,
    )
    assert first.proof == again.proof


@settings(max_examples=40)
@given(data=st.data())
def test_decisions_follow_the_specification(regime: Regime, data: st.DataObject) -> None:
    """Verdicts and outcome of the compiled law are those of the law read rule by rule."""
    act, known_at = data.draw(acts(regime)), data.draw(views(regime))
    decision, book = decide(act, regime, known_at=known_at), regime.book

    def specified(force: Any, facts: Any, rows: Any) -> list[Any]:
        verdicts = Verdicts.specified(book, force, facts, rows)
        assert verdicts.of == decision.verdicts.of
        return [verdicts.of[n] if n in book.rules else derived(verdicts, n[2:]) for n in book.order]

    def derived(verdicts: Verdicts, name: str) -> Any:
        return [r[name] for r in verdicts.rows] if book.is_row_fact(name) else verdicts.facts[name]

    case = circumstances(act, regime, decision.clock)
    force = book.in_force(decision.clock).truths
    _, demands, in_scope = Judge(book, regime.scope, specified).weigh(force, case.facts, case.rows)
    assert decision.outcome is conclude(demands, in_scope)[0]


@settings(max_examples=100)
@given(data=st.data())
def test_what_is_in_force_is_so_rule_by_rule(regime: Regime, data: st.DataObject) -> None:
    """On any day and instant, however the law was known, each rule is in force as its windows say."""
    moments = data.draw(st.lists(pools(regime).moments(), min_size=2, max_size=6))
    for as_of in moments:
        clock = regime.clock(as_of, data.draw(views(regime)))
        found = regime.book.in_force(clock)
        by_rule = {rule.id: regime.book.standing(rule, clock).truth for rule in regime.book}
        assert {name: standing.truth for name, standing in found.of.items()} == by_rule


@settings(max_examples=60)
@given(data=st.data())
def test_proofs_are_plain_data(regime: Regime, data: st.DataObject) -> None:
    """A proof can be stored as JSON and read back, and tells the outcome of its decision."""
    decision = decide(data.draw(acts(regime)), regime)
    stored = json.loads(json.dumps(asdict(decision.proof)))
    assert stored["outcome"] == decision.outcome.value
    assert len(stored["parties"]) == len(decision.act.parties)


@settings(max_examples=150)
@given(data=st.data())
def test_questions_are_asked_exactly_while_an_answer_could_matter(
    regime: Regime, data: st.DataObject
) -> None:
    """An indeterminate decision asks for something; a certain one asks for nothing.

    Only where the law itself holds it up (a provision that is not encoded, a window that is
    not certain, an entry whose text was not read) is there nothing to ask.
    """
    decision = decide(data.draw(acts(regime)), regime)
    if decision.outcome is not Outcome.INDETERMINATE:
        assert decision.missing == ()
    else:
        assert decision.missing or held_up_by_law(decision)


def held_up_by_law(decision: Decision) -> bool:
    """Whether some open demand rests on an open rule whose text or force nobody can settle by a fact."""
    book, waiting, seen = decision.regime.book, [], set()
    waiting += [r.rule.id for r in decision.requirements if r.remains is None]
    while waiting:
        rule = book[waiting.pop()]
        if rule.id in seen or decision.verdicts.somewhere(rule.id) is False:
            continue
        seen.add(rule.id)
        if not rule.encoded or decision.standings[rule.id].truth is None:
            return True
        waiting += [*book.exceptions.get(rule.id, ()), *book.lifters.get(rule.id, ())]
        waiting += [x for name in e.facts(rule.when) for x in book.conclusions.get(name, ())]
    return any(who.listing and who.listing.scope.covers is None for who in decision.case.who)


def to_huawei(day: date, others: Sequence[Party], place: int) -> Act:
    """An ordinary sale to a listed party that nothing authorises, with other parties around it."""
    listed = Party(LISTED, frozenset({"end_user"}), "CN")
    return Act({**ORDINARY, "act.date": day}, (*others[:place], listed, *others[place:]))


listed_days = st.sampled_from([day for day in DATES if day > date(2019, 5, 21)])


@settings(max_examples=40)
@given(day=listed_days, roles=st.sampled_from(ROLES), place=st.integers(0, 2), count=st.integers(0, 2))
def test_an_unknown_party_beside_a_listed_one_leaves_it_listed(
    regime: Regime, day: date, roles: list[str], place: int, count: int
) -> None:
    """Unknown for one and listed for another is listed: a licence is required, whoever the other is."""
    unknown = [Party(None, frozenset(roles))] * count
    assert outcome_of(to_huawei(day, unknown, place), regime) is Outcome.LICENCE_REQUIRED


@settings(max_examples=60)
@given(data=st.data())
def test_further_parties_never_make_a_sale_to_a_listed_one_easier(
    regime: Regime, data: st.DataObject
) -> None:
    """Whoever else takes part, listed or not, a licence stays the least that is required."""
    others = data.draw(st.lists(parties(regime), max_size=2))
    decision = decide(to_huawei(data.draw(listed_days), others, data.draw(st.integers(0, 2))), regime)
    assert decision.bounds.mildest in (Outcome.LICENCE_REQUIRED, Outcome.FORBIDDEN)
