"""Decisions in columns, held to those of single acts: random rule books, and the whole law."""

from __future__ import annotations

import dataclasses
import random
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import licet
import strategies as some
from licet.act import Act, Party
from licet.cli.options import load_book
from licet.columns import acts as in_arrow
from licet.columns.concluding import OUTCOMES
from licet.columns.deciding import Decider
from licet.columns.engines import engine
from licet.columns.layout import Layout, add_truth, row_word
from licet.columns.program import evaluate
from licet.columns.results import Plan
from licet.decisions.end_use import with_stated_end_use
from licet.decisions.judge import Judge
from licet.decisions.outcome import conclude
from licet.language.evaluating import truth
from licet.language.rulebook import Rulebook
from licet.language.values import members
from licet.language.verdicts import Verdicts
from licet.regime import Regime

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "orders-2019.csv"
DAYS = (date(2019, 5, 16), date(2019, 11, 19), date(2020, 8, 14), date(2020, 8, 18), date(2025, 10, 1))


def words_of(layout: Layout, facts: Any, rows: Any, slots: int) -> dict[str, int]:
    """The words of one act, made without a batch."""
    words = dict(zip(layout.force_words, layout.force_at(some.CLOCK), strict=True))
    words |= dict.fromkeys(layout.act_words, 0)
    words |= {row_word(s, i): 0 for s in range(slots) for i in range(len(layout.row_words))}

    def write(masks: dict[int, int], slot: int | None) -> None:
        for word, mask in masks.items():
            name = layout.act_words[word] if slot is None else row_word(slot, word)
            words[name] |= mask

    for name, fact in layout.facts.items():
        if not layout.of_row(name):
            write(fact.masks(facts.get(name)), None)
    for slot, row in enumerate(rows):
        write({layout.marks["present"].word: layout.marks["present"].true}, slot)
        for name, fact in layout.facts.items():
            if layout.of_row(name):
                write(fact.masks(row.get(name)), slot)
    for node, bits in layout.pairs.items():
        for slot in range(len(rows)) if layout.row_pair(node) else (None,):
            seen = facts if slot is None else {**facts, **rows[slot]}
            masks: dict[int, int] = {}
            add_truth(masks, bits, truth(node, seen))
            write(masks, slot)
    return words


@st.composite
def situations(draw: st.DrawFn) -> tuple[Rulebook, Any, Any, bool]:
    book = draw(some.books())
    return book, *draw(some.acts(book)), draw(st.booleans())


@settings(max_examples=150)
@given(situations())
def test_random_books_come_to_the_same_in_columns(case: Any) -> None:
    """Outcome, bounds, rules that stand and are open, and what is relied on, from any rule book."""
    book, facts, rows, unrelieved = case
    force = list(book.in_force(some.CLOCK).truths)
    layout = Layout([book])
    plan = Plan.of(book, layout, max(len(rows), 1), some.SCOPE, unrelieved)
    words = words_of(layout, facts, rows, plan.slots)
    got = evaluate(plan.program, {name: words[name] for name in plan.program.words})
    verdicts = Verdicts.specified(book, force, facts, rows, unrelieved)
    judge = Judge(book, some.SCOPE, None if not unrelieved else licet.decisions.judge.compiled(book, True))
    _, demands, in_scope = judge.weigh(force, facts, rows)
    outcome, bounds = conclude(demands, in_scope)
    assert OUTCOMES[got["outcome"]] is outcome
    assert (OUTCOMES[got["mildest"]], OUTCOMES[got["strictest"]]) == (bounds.mildest, bounds.strictest)
    rules = plan.results.rules
    assert bits(got, "stands", rules) == [r for r in rules if verdicts.somewhere(r) is True]
    assert bits(got, "open", rules) == [r for r in rules if verdicts.somewhere(r) is None]
    met = {(d.rule.id, d.row, by.id) for d in demands for by in d.relied_on}
    assert {(x.demand, x.slot, x.by) for x in bits(got, "pairs", plan.results.pairs)} == met
    table = pa.table({name: [words[name]] for name in plan.program.words})
    if table.num_columns:
        assert engine("polars").run(plan.program, table).to_pylist() == [got]


def bits(numbers: dict[str, int], kind: str, names: Any) -> list[Any]:
    return [n for i, n in enumerate(names) if numbers[f"{kind}.{i // 62}"] >> i % 62 & 1]


# The whole law --------------------------------------------------------------------------------


def expected(act: Act, regime: Regime, **how: Any) -> dict[str, Any]:
    """What the columns are to say of an act, from its decision."""
    found = licet.decide(act, regime, **how)
    rules = [r for r in regime.book.order if r in regime.book.rules]
    pairs = [(r.rule.id, a.rule.id) for r in found.requirements for a in r.authorised_by]
    return {
        "outcome": found.outcome.value,
        "mildest": found.bounds.mildest.value,
        "strictest": found.bounds.strictest.value,
        "review": found.review,
        "requirements": list(dict.fromkeys(r.rule.id for r in found.explained)),
        "obligations": list(found.obligations),
        "stands": [r for r in rules if found.verdicts.somewhere(r)],
        "open": [r for r in rules if found.verdicts.somewhere(r) is None],
        "authorised": list(dict.fromkeys(pairs)),
        "missing": {(q.fact, q.party) for q in found.missing},
        "problem": None,
    }


def said(row: dict[str, Any]) -> dict[str, Any]:
    """A row of the columns, in the same shape."""
    pairs = [(x["requirement"], x["authorisation"]) for x in row["authorised"]]
    return row | {"authorised": pairs, "missing": {(x["fact"], x["party"]) for x in row["missing"]}}


@pytest.fixture(scope="module")
def book(regime: Regime) -> list[Act]:
    return [with_stated_end_use(act, regime) for act in load_book(EXAMPLE, regime).acts]


def assert_same(
    acts: list[Act], regime: Regime, using: str = "polars", size: int = 100, most: int = 500_000, **how: Any
) -> None:
    decider = Decider(regime, engine=engine(using), **how)
    decider.signer.patterns.most = most
    table = in_arrow.to_arrow(acts, regime.vocabulary)
    rows = [row for batch in table.to_batches(size) for row in decider.decide(batch).to_pylist()]
    for act, row in zip(acts, rows, strict=True):
        assert said(row) == expected(act, regime, **how), act.source


def test_the_example_book_row_for_row(book: list[Act], regime: Regime) -> None:
    assert_same(book, regime)


def test_what_is_forgotten_is_found_again(book: list[Act], regime: Regime) -> None:
    assert_same(book[:60] * 2, regime, size=20, most=30)


def test_as_known_at_the_time_and_without_relief(book: list[Act], regime: Regime) -> None:
    assert_same(book[::7], regime, as_of=date(2020, 8, 15), known_at=date(2020, 8, 16), unrelieved=True)


@pytest.mark.parametrize("seed", range(3))
def test_acts_of_which_little_is_known(seed: int, book: list[Act], regime: Regime) -> None:
    """Facts missing at random, parties in any order, unnamed, without roles, or many."""
    draw = random.Random(seed)
    assert_same([blurred(act, draw) for act in draw.choices(book, k=60)], regime, size=25)


def blurred(act: Act, draw: random.Random) -> Act:
    """The act with some facts forgotten, on another day, among other parties."""
    known = draw.random()
    facts = {name: value for name, value in act.facts.items() if draw.random() < known}
    facts["act.date"] = draw.choice([act.facts["act.date"], *DAYS])
    parties = draw.sample(act.parties, len(act.parties)) * draw.choice([1, 1, 1, 2])
    changes: list[dict[str, Any]] = [{}, {}, {}, {"name": None}, {"roles": members(())}, {"country": None}]
    unclear = [dataclasses.replace(p, **draw.choice(changes)) for p in parties]
    return Act(facts, tuple(unclear) or (Party(None, members(())),))


@pytest.mark.parametrize("using", ["duckdb"])
def test_other_engines_row_for_row(using: str, book: list[Act], regime: Regime) -> None:
    assert_same(book[::3], regime, using)


def test_an_act_without_a_date_or_with_an_odd_cell_stops_nothing(regime: Regime, book: list[Act]) -> None:
    table = in_arrow.to_arrow(book[:3], regime.vocabulary)
    days = pa.array([None, "the ides of March", "2019-05-21"])
    table = table.set_column(table.schema.get_field_index("act.date"), "act.date", days)
    found = licet.decide_all(table, regime, keep=["order_id"])
    assert [bool(why) for why in found.column("problem").to_pylist()] == [True, True, False]
    assert found.column("outcome").to_pylist()[:2] == [None, None]
    assert "which day's law" in found.column("problem")[0].as_py()
    assert "the ides of March" in found.column("problem")[1].as_py()
    assert found.column("order_id").to_pylist() == table.column("order_id").to_pylist()


def test_somebody_receives_it_though_nobody_has_said_who(regime: Regime) -> None:
    table = pa.table({"act.date": [date(2019, 6, 1)], "item.eccn": ["EAR99"]})
    (row,) = licet.decide_all(table, regime).to_pylist()
    act = licet.Act.stating(regime.vocabulary, {"act.date": date(2019, 6, 1), "item.eccn": "EAR99"})
    assert said(row) == expected(act, regime)
    assert ("party.name", 0) in said(row)["missing"]


def test_no_acts_give_no_rows_and_the_same_columns(regime: Regime, book: list[Act]) -> None:
    nothing = licet.decide_all([], regime)
    something = licet.decide_all(book[:1], regime)
    assert nothing.num_rows == 0
    assert nothing.schema == something.schema
    assert something.schema.metadata[b"law"].decode() == regime.digest
