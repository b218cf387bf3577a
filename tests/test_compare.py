"""Two views of one book: what changes, why exactly, and that looking the other way shows the mirror image."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.act import Act, Party
from licet.changes.causes import Cause
from licet.changes.compare import Change, Comparison, View, compare
from licet.changes.scenario import Scenario, shipped
from licet.cli.options import load_book
from licet.decisions.decide import Decision
from licet.decisions.outcome import Outcome
from licet.language import citation
from licet.language import expression as e
from licet.language.rule import Review
from licet.language.rulebook import Rulebook
from licet.language.values import any_of, members
from licet.parties.listing import Listings
from licet.regime import Regime

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "orders-2019.csv"
LISTING, SECOND, GAP = (
    (date(2019, 5, 15), date(2019, 5, 21)),
    (date(2019, 8, 18), date(2019, 8, 20)),
    (date(2020, 8, 13), date(2020, 8, 18)),
)
DAYS = (*LISTING, *SECOND, *GAP, date(2019, 5, 17), date(2020, 5, 15), date(2020, 6, 18), date(2025, 10, 1))


class Orders(tuple[Act, ...]):
    """The acts of the example book; Hypothesis tells of them in a word."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "the example book"


@pytest.fixture(scope="session")
def book(regime: Regime) -> Orders:
    return Orders(load_book(EXAMPLE, regime).acts)


def between(book: Iterable[Act], regime: Regime, days: tuple[date, date]) -> Comparison:
    return compare(book, View("before", regime, days[0]), View("after", regime, days[1]))


@pytest.fixture(scope="session")
def compared(regime: Regime, book: Orders) -> dict[tuple[date, date], Comparison]:
    return {days: between(book, regime, days) for days in (LISTING, SECOND, GAP)}


def line(comparison: Comparison, order: str, number: str = "1") -> Change:
    wanted = {"order_id": order, "line": number}
    return next(p for p in comparison.pairs if wanted.items() <= p.act.particulars.items())


# How many lines go from what to what: counted by hand for the lines below, and by reading the reports.
GOLDEN: dict[tuple[date, date], dict[tuple[str, str], int]] = {
    LISTING: {
        ("authorised_licence_exception", "indeterminate"): 1,
        ("authorised_licence_exception", "licence_required"): 1,
        ("no_licence_required", "authorised_general_licence"): 15,
        ("no_licence_required", "authorised_savings_clause"): 5,
        ("no_licence_required", "indeterminate"): 21,
        ("no_licence_required", "licence_required"): 68,
    },
    SECOND: {
        ("authorised_general_licence", "licence_required"): 15,
        ("indeterminate", "licence_required"): 2,
        ("licence_required", "authorised_general_licence"): 11,
        ("licence_required", "indeterminate"): 1,
        ("no_licence_required", "authorised_general_licence"): 3,
        ("no_licence_required", "authorised_savings_clause"): 2,
        ("no_licence_required", "indeterminate"): 6,
        ("no_licence_required", "licence_required"): 12,
    },
    GAP: {
        ("authorised_general_licence", "licence_required"): 12,
        ("indeterminate", "licence_required"): 5,
        ("indeterminate", "no_licence_required"): 3,
        ("no_licence_required", "indeterminate"): 1,
        ("no_licence_required", "licence_required"): 1,
        ("not_subject", "indeterminate"): 1,
        ("not_subject", "licence_required"): 1,
    },
}


@pytest.mark.parametrize("days", GOLDEN)
def test_so_many_lines_turn(compared: dict[tuple[date, date], Comparison], days: tuple[date, date]) -> None:
    turned = Counter(
        (c.before.outcome.value, c.after.outcome.value) for c in compared[days].changes if c.turns
    )
    assert turned == GOLDEN[days]


V1, V2 = "84 FR 23468", "84 FR 43487"
TEXT_1, TEXT_2 = "supp. 7 to 744 (c){}, text of May 2019", "supp. 7 to 744 (c){}, text of August 2019"
# Each by hand, from the words of the line and of the rule: order, from, to, (rule, how, instrument).
BY_HAND: list[tuple[tuple[date, date], str, str, str, str, set[tuple[str, str, str]]]] = [
    # A patch under a contract of 2018, certified by the exporter: listed on 16 May, licensed from the 20th.
    (LISTING, "T-1", "1", "no_licence_required", "authorised_general_licence",
     {("744.11(a)", "begins to stand", "84 FR 22961"), (TEXT_1.format("(1)"), "begins to stand", V1)}),
    # A chip for HiSilicon: listed, and no paragraph of the general licence is for chips.
    (LISTING, "T-2", "1", "no_licence_required", "licence_required",
     {("744.11(a)", "begins to stand", "84 FR 22961")}),
    # Aboard a carrier since 14 May under an order of March: the savings clause.
    (LISTING, "4500075340", "3", "no_licence_required", "authorised_savings_clause",
     {("savings clause of a listing", "begins to stand", "84 FR 22961")}),
    # ENC does not overcome a listing (15 CFR 744.16(b)).
    (LISTING, "NV-190613-01", "1", "authorised_licence_exception", "licence_required",
     {("744.11(a)", "begins to stand", "84 FR 22961")}),
    # A contribution to 5G standards in 3GPP: paragraph (c)(4), in the first version only.
    (LISTING, "SW-2019-0259", "1", "no_licence_required", "authorised_general_licence",
     {("744.11(a)", "begins to stand", "84 FR 22961"), ("supp. 7 to 744 (c)(4)", "begins to stand", V1)}),
    # Huawei of Kenya was never listed, but bears the name: a question, not a clearance.
    (LISTING, "D-88305", "1", "no_licence_required", "indeterminate",
     {("744.11(a)", "is left open", "84 FR 22961")}),
    # The certificate of the exporter is worth nothing under the second text.
    (SECOND, "T-1", "1", "authorised_general_licence", "licence_required",
     {(TEXT_1.format("(1)"), "no longer stands", V2)}),
    # The British affiliate is listed as well; the purchaser was, and its licence ended that day.
    (SECOND, "NV-190522-04", "1", "authorised_general_licence", "licence_required",
     {(TEXT_1.format("(1)"), "no longer stands", V2), ("744.11(a)", "begins to stand", "84 FR 43493")}),
    (SECOND, "SW-2019-0259", "1", "authorised_general_licence", "licence_required",
     {("supp. 7 to 744 (c)(4)", "no longer stands", V2)}),
    # Certified by the listed entity, a third party's network: what the second text asks for.
    (SECOND, "NV-190902-01", "1", "no_licence_required", "authorised_general_licence",
     {("744.11(a)", "begins to stand", "84 FR 43493"), (TEXT_2.format("(1)"), "begins to stand", V2)}),
    (SECOND, "SW-2019-0355", "1", "licence_required", "authorised_general_licence",
     {(TEXT_2.format("(2)"), "begins to stand", V2)}),
    # To Australia, aboard since 16 August under an order of July; to New Zealand, aboard a day too late.
    (SECOND, "D-88361", "1", "no_licence_required", "authorised_savings_clause",
     {("savings clause of a listing", "begins to stand", "84 FR 43493")}),
    (SECOND, "D-88362", "1", "no_licence_required", "licence_required",
     {("744.11(a)", "begins to stand", "84 FR 43493")}),
    # Huawei Cloud was listed with the last 38 affiliates.
    (GAP, "D-88801", "1", "no_licence_required", "licence_required",
     {("744.11(a)", "begins to stand", "85 FR 51596")}),
    # A panel that Samsung designed: the product rule of August 2020 needs no Huawei design.
    (GAP, "4500077402", "1", "not_subject", "licence_required",
     {("734.9(e)(1)", "begins to stand", "85 FR 51596")}),
    # Disclosure of flaws: the general licence ended, the permanent exclusion began.
    (GAP, "SW-2019-0431", "1", "indeterminate", "no_licence_required",
     {("cybersecurity exclusion", "begins to stand", "85 FR 51596"),
      (TEXT_2.format("(3)"), "no longer stands", "85 FR 29610")}),
]  # fmt: skip


@pytest.mark.parametrize(("days", "order", "number", "before", "after", "causes"), BY_HAND)
def test_lines_checked_by_hand(
    compared: dict[tuple[date, date], Comparison],
    days: tuple[date, date],
    order: str,
    number: str,
    before: str,
    after: str,
    causes: set[tuple[str, str, str]],
) -> None:
    change = line(compared[days], order, number)
    assert (change.before.outcome.value, change.after.outcome.value) == (before, after)
    assert {(c.rule, c.turned, c.instrument) for c in change.causes} == causes


def told(decision: Decision, cause: Cause) -> tuple[Any, ...]:
    """What a decision knows of the rule of a cause: its verdict, window, and what it reads of the party."""
    rule = decision.regime.book.rules.get(cause.rule)
    if rule is None:
        return ("absent",)
    rows = [
        i for i, w in enumerate(decision.case.who) if (w.party.name or "a party not named") == cause.party
    ]
    verdict = any_of(decision.verdicts.at(rule.id, row) for row in (rows if rule.per_party else [None]))
    window = decision.standings[rule.id].window
    reviews = tuple(r.review for r in decision.requirements if r.rule.id == rule.id)
    met = any_of(decision.verdicts.when(rule, row) for row in (rows if rule.per_party else [None]))
    return verdict, met, window and (window.by, window.name), decision.standings[rule.id].truth, reviews


@pytest.mark.parametrize("days", GOLDEN)
def test_every_change_has_causes_that_can_be_checked(
    regime: Regime, compared: dict[tuple[date, date], Comparison], days: tuple[date, date]
) -> None:
    for change in compared[days].changes:
        assert change.causes, change.act.source
        for cause in change.causes:
            assert cause.cite == regime.book[cause.rule].cite
            assert citation.keys(cause.cite), cause.cite
            assert cause.instrument in regime.instruments
            assert cause.because
            assert cause.title == regime.book[cause.rule].title
            assert cause.demand in regime.book.rules
            assert told(change.before, cause) != told(change.after, cause), cause


def test_few_things_are_named(compared: dict[tuple[date, date], Comparison]) -> None:
    counts = [len(c.causes) for comparison in compared.values() for c in comparison.changes]
    assert max(counts) <= 6
    assert sum(counts) / len(counts) < 2.5


def test_a_view_and_itself_have_no_changes(regime: Regime, book: Orders) -> None:
    own = View("own", regime)
    comparison = compare(book, own, own)
    assert comparison.changes == ()
    assert comparison.lines == len(book) == 243
    assert not any(pair.causes for pair in comparison.pairs)


@given(st.sampled_from(DAYS), st.sampled_from(DAYS), st.integers(0, 8))
@settings(max_examples=10)
def test_the_other_way_round_is_the_mirror_image(
    regime: Regime, book: Orders, one: date, two: date, offset: int
) -> None:
    some = book[offset::9]
    there, back = between(some, regime, (one, two)), between(some, regime, (two, one))
    assert [c.number for c in there.changes] == [c.number for c in back.changes]
    for here, mirrored in zip(there.changes, back.changes, strict=True):
        assert (here.before.outcome, here.after.outcome) == (mirrored.after.outcome, mirrored.before.outcome)
        assert {c.rule for c in here.causes} == {c.rule for c in mirrored.causes}
        assert here.causes


def test_two_states_of_knowledge(regime: Regime, book: Orders) -> None:
    """On 17 May 2019 the rule of the 16th had been on display for a day; on the 15th nobody could know it."""
    chip = [act for act in book if act.particulars["order_id"] == "T-2"]
    on, known = date(2019, 5, 17), (date(2019, 5, 15), date(2019, 5, 17))
    comparison = compare(chip, *(View(str(k), regime, on, k) for k in known))
    assert [c.after.outcome for c in comparison.changes] == [Outcome.LICENCE_REQUIRED] * 2
    (cause,) = comparison.changes[0].causes
    assert cause.instrument == "84 FR 22961"
    assert "no list known then" in cause.because


def test_an_extension_of_the_same_text_is_another_authorisation(regime: Regime, book: Orders) -> None:
    comparison = between(book, regime, (date(2019, 11, 17), date(2019, 11, 19)))
    licensed = [c for c in comparison.changes if c.after.outcome is Outcome.AUTHORISED_GENERAL_LICENCE]
    assert licensed
    assert not any(c.turns for c in licensed)
    assert {(x.turned, x.instrument) for c in licensed for x in c.causes} == {
        ("stands, on other terms", "84 FR 64018")
    }


def test_an_announcement_changes_nothing(regime: Regime, book: Orders) -> None:
    assert not between(book, regime, (date(2019, 6, 28), date(2019, 6, 30))).changes


@pytest.mark.parametrize("path", shipped(), ids=lambda path: path.stem)
def test_what_a_scenario_changes_is_put_down_to_it(regime: Regime, book: Orders, path: Path) -> None:
    """On one day of 2019, or on the acts' own: whatever differs differs by the scenario, and says so."""
    scenario = Scenario.read(path, regime)
    other = scenario.over(regime)
    for on in (None, date(2019, 9, 2)):
        comparison = compare(book[::5], View("law", regime, on), View(scenario.title, other, on))
        for change in comparison.changes:
            assert {cause.instrument for cause in change.causes} == {scenario.instrument.id}, (
                change.act.source
            )


def test_a_party_on_several_lists_turns_by_the_one_that_turned(regime: Regime, book: Orders) -> None:
    """Huawei is on an investment list as well, which does not bear on a shipment."""
    (entry,) = regime.listings.versions["huawei"]
    elsewhere = replace(
        entry, id="also invested", list="cmic", start=date(2021, 6, 3), first=date(2021, 6, 3)
    )
    every = [version for versions in regime.listings.versions.values() for version in versions]
    other = regime.with_listings(Listings.of([elsewhere, *every]))
    under_way = [act for act in book if act.particulars["order_id"] == "4500075340"]
    comparison = between(under_way, other, LISTING)
    saved = [c for c in comparison.changes if c.after.outcome is Outcome.AUTHORISED_SAVINGS_CLAUSE]
    assert saved
    for change in saved:
        assert [row.listing.list for row in change.after.case.who if row.listing] == ["cmic", "entity_list"]
        assert [(c.rule, c.instrument) for c in change.causes] == [
            ("savings clause of a listing", "84 FR 22961")
        ]


def test_another_wording_of_the_same_rule_is_told(regime: Regime, book: Orders) -> None:
    """Two editions of the law: a rule that reads otherwise, or is reviewed otherwise, under the same name."""

    def edition(**changed: Any) -> Regime:
        rules = (replace(r, **changed) if r.id == "744.11(a)" else r for r in regime.book)
        return replace(regime, book=Rulebook.of(rules, regime.vocabulary, regime.instruments))

    chip = [act for act in book if act.particulars["order_id"] == "T-2"][:1]
    own = View("own", regime)
    (reviewed,) = compare(chip, own, View("other", edition(reviews=(Review("case_by_case"),)))).changes
    assert [(c.rule, c.turned) for c in reviewed.causes] == [("744.11(a)", "stands, on other terms")]
    assert "reviewed under case by case; before, presumption of denial" in reviewed.causes[0].because
    (worded,) = compare(chip, own, View("other", edition(when=e.FALSE))).changes
    assert [(c.rule, c.turned) for c in worded.causes] == [("744.11(a)", "no longer stands")]
    assert "it reads: false; before, listing.list" in worded.causes[0].because


def test_an_act_without_a_date_is_told_apart(regime: Regime, book: Orders) -> None:
    undated = Act({**book[0].facts, "act.date": None}, book[0].parties, book[0].particulars)
    own = View("own", regime)
    comparison = compare([undated, book[1]], own, own)
    assert [u.number for u in comparison.undecided] == [1]
    assert comparison.lines == 2
    assert "act.date" in comparison.undecided[0].problem
    assert not between([undated], regime, LISTING).undecided


def test_causes_of_a_delisting_name_what_ended_it(regime: Regime) -> None:
    """ZTE left the Entity List on 29 March 2017 by 82 FR 15461; its general licence had nothing more to lift."""
    facts = {
        "act.date": "2017-03-01", "act.action": "export", "origin.country": "US", "destination.country": "CN",
        "item.kind": "commodity", "item.eccn": "EAR99", "item.us_origin": True, "end_use.category": "civil",
        "transport.en_route_since": "none",
    }  # fmt: skip
    zte = Party("ZTE Corporation", members(["ultimate_consignee", "end_user"]), "CN")
    act = Act.stating(regime.vocabulary, facts, [zte])
    comparison = between([act], regime, (date(2017, 3, 28), date(2017, 3, 29)))
    (change,) = comparison.changes
    assert change.after.outcome is Outcome.NO_LICENCE_REQUIRED
    assert ("744.11(a)", "no longer stands", "82 FR 15461") in {
        (c.rule, c.turned, c.instrument) for c in change.causes
    }
