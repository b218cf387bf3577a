"""What is fast held to what is plain: traces, outcomes of known acts, and standings by stretches of time."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st

import strategies as some
from licet.decisions.judge import Judge
from licet.decisions.outcome import Outcome, conclude
from licet.decisions.proof import TRUTHS, VERDICTS, Said
from licet.decisions.tracing import Tracer, told
from licet.language import expression as e
from licet.language.evaluating import truth
from licet.language.instrument import Instrument
from licet.language.rulebook import Rulebook
from licet.language.values import PartlyKnown
from licet.language.verdicts import Verdicts
from licet.language.window import Clock, Window, standing
from test_engine_properties import book_of, rule


@st.composite
def situations(draw: st.DrawFn) -> tuple[Rulebook, Any, Any]:
    """A book, facts and parties; in half of them everything is known."""
    book = draw(some.books())
    facts, rows = draw(some.acts(book))
    if draw(st.booleans()):
        facts, rows = _known(facts), [_known(row) for row in rows]
    return book, facts, rows


def _known(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: _settled(name, value) for name, value in facts.items()}


def _settled(name: str, value: Any) -> Any:
    if isinstance(value, PartlyKnown):
        return value.sure
    return next(iter(some.VALUES[some.VOCABULARY[name].type]), frozenset()) if value is None else value


def judge_of(book: Rulebook) -> Judge:
    return Judge(book, some.SCOPE if some.SCOPE in book.conclusions else "")


@settings(max_examples=200)
@given(situations())
def test_the_outcome_of_a_known_act_is_the_weighed_outcome(situation: Any) -> None:
    """However the outcome was come to, it is what weighing every demand in three values gives."""
    book, facts, rows = situation
    judge, force = judge_of(book), book.in_force(some.CLOCK).truths
    _, demands, in_scope = judge.weigh(force, facts, rows)
    judge.settling(force).__globals__["weigh"] = lambda _facts, _rows: None  # type: ignore[attr-defined]
    found = judge.outcome(force, facts, rows)
    event("left to the weighing" if found is None else "settled")
    assert found in (None, conclude(demands, in_scope)[0])


def test_a_known_act_needs_no_weighing(monkeypatch: Any) -> None:
    """Known acts never get to the three-valued path; an unknown fact gets there only where it matters."""
    judge = Judge(_book_of_two())
    force = judge.book.in_force(some.CLOCK).truths
    known = {"act.flag": True, "act.other": True}
    assert judge.outcome(force, known) is Outcome.AUTHORISED_GENERAL_LICENCE
    assert judge.outcome(force, {"act.flag": True, "act.other": None}) is Outcome.INDETERMINATE
    monkeypatch.setattr(judge, "weigh", None)
    assert judge.outcome(force, known) is Outcome.AUTHORISED_GENERAL_LICENCE
    assert judge.outcome(force, {"act.flag": False}) is Outcome.NO_LICENCE_REQUIRED


def _book_of_two() -> Rulebook:
    lifts = rule("b", "authorises", "act.other", authorises=("a",), basis="general_licence")
    return book_of(rule("a", "requires", "act.flag"), lifts)


@settings(max_examples=200)
@given(situations())
def test_a_trace_says_of_every_part_what_the_specification_says(situation: Any) -> None:
    """Every rule, every part of its condition and every fact, told as the plain evaluator has them."""
    book, facts, rows = situation
    standings = book.in_force(some.CLOCK)
    specified = Verdicts.specified(book, standings.truths, facts, rows)
    trace = Tracer(judge_of(book)).trace(standings, facts, rows)
    assert trace.outcome is judge_of(book).outcome(standings.truths, facts, rows)
    weighed = iter(told(trace))
    for rule_id, stands in standings.of.items():
        rule = book[rule_id]
        for row in range(len(rows)) if rule.per_party else [None]:
            one = next(weighed)
            assert (one.rule, one.in_force) == (rule_id, stands.because)
            assert one.verdict == VERDICTS[specified.at(rule_id, row)]
            _check(one.condition, rule.when, specified, row)
    assert next(weighed, None) is None


def _check(said: Said, node: e.Condition, specified: Verdicts, row: int | None) -> None:
    facts = specified.seen(row)
    assert said.text == e.show(node)
    assert said.holds == TRUTHS[truth(node, facts, specified.rows)]
    places: list[int | None] = [row]
    inside: tuple[e.Condition, ...] = ()
    if isinstance(node, e.And | e.Or | e.Not):
        inside = e.children(node)
    elif isinstance(node, e.SomeParty):
        inside, places = (node.body,), list(range(len(specified.rows)))
    else:
        assert [name for name, _ in said.facts] == list(dict.fromkeys(e.facts(node)))
    expected = [(part, place) for place in places for part in inside]
    for told_part, (part, place) in zip(said.parts, expected, strict=True):
        _check(told_part, part, specified, place)


# Standings by stretches of time ---------------------------------------------------------------

NOON = datetime(2020, 5, 16, 12, tzinfo=UTC)


@settings(max_examples=150)
@given(some.windows(), some.windows(), st.booleans(), st.integers(-2, 2))
def test_standings_are_those_of_the_very_moment(first: Any, second: Any, at_noon: bool, shown: int) -> None:
    """What is remembered for a stretch of days is what is true of each day and instant in it, in words too."""
    instrument = Instrument("84 FR 1", "A rule", "rule", displayed=NOON + timedelta(days=shown))
    ours = [Window(NOON, None, "84 FR 2"), *second] if at_noon else second
    rules = [rule("a", "requires"), rule("b", "requires")]
    rules = [replace(r, windows=tuple(w)) for r, w in zip(rules, (first, ours), strict=True)]
    book = Rulebook.of(rules, some.VOCABULARY, {"84 FR 1": instrument})
    days = [some.TODAY + timedelta(days=n) for n in range(-11, 4)]
    instants = [NOON + timedelta(hours=h) for h in (-36, -12, -1, 0, 1, 12, 36)]
    for as_of in [*days, *instants]:
        for known_at in [*days[8:], *instants]:
            clock = Clock(as_of, known_at, some.CLOCK.zone)
            plain = {r.id: standing(r.windows, clock, book.instruments) for r in book}
            assert dict(book.in_force(clock).of) == plain


def test_a_stretch_is_worked_out_once(regime: Any) -> None:
    """Two days between which nothing turns share one answer, and so one outcome function."""
    first = regime.book.in_force(regime.clock(date(2019, 6, 3)))
    assert regime.book.in_force(regime.clock(date(2019, 6, 4))) is first
    assert regime.book.in_force(regime.clock(date(2019, 5, 15))) is not first


def test_many_acts_are_decided_under_the_law_of_their_own_day() -> None:
    """``outcomes`` and ``traces`` read the day from the act."""
    window = Window(some.TODAY, some.TODAY, "84 FR 1")
    book = book_of(replace(rule("a", "requires"), windows=(window,)))
    judge = Judge(book)
    outcome = judge.outcomes(some.TODAY, some.CLOCK.zone)
    trace = Tracer(judge).traces(some.TODAY, some.CLOCK.zone)
    for day, expected in ((some.TODAY, "licence_required"), (date(2020, 5, 17), "no_licence_required")):
        assert outcome({"act.date": day}) == expected == trace({"act.date": day}).outcome
