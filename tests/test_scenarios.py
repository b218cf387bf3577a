"""Scenarios: files that say what the law might have been; what they change, and what they refuse."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from licet.act import Act, Party
from licet.changes.parameters import values_from
from licet.changes.reading_changes import VERBS
from licet.changes.scenario import Scenario, find, repinned, shipped, stacked, void
from licet.changes.scenario_file import ScenarioError
from licet.changes.sweeping import sweep
from licet.cli.options import load_book
from licet.cli.scenario import scenario as command
from licet.decisions.book import decide_book
from licet.decisions.decide import Decision, decide
from licet.decisions.end_use import with_stated_end_use
from licet.parties.listing import Listings
from licet.regime import Regime

BOOK = Path(__file__).resolve().parents[1] / "examples" / "orders-2019.csv"
NAMES = [path.stem for path in shipped()]
# The days to which the book is moved so that the scenario has something to bite on.
DAYS = {"tgl-extended": date(2020, 9, 15)}
USUAL = date(2019, 12, 3)

HEAD = """\
scenario: A test
reason: because it is one
sources: [{cite: somewhere, on: 2019-06-29}]
assumes: [nothing]
from: 2019-07-01
"""


def moved(act: Act, to: date, **facts: Any) -> Act:
    return replace(
        act, facts={**act.facts, "act.date": to, **{k.replace("__", "."): v for k, v in facts.items()}}
    )


@pytest.fixture(scope="module")
def acts(regime: Regime) -> dict[tuple[str, str], Act]:
    book = (with_stated_end_use(act, regime) for act in load_book(BOOK, regime).acts)
    return {(str(a.particulars["order_id"]), str(a.particulars["line"])): a for a in book}


@pytest.fixture(scope="module")
def chips(acts: dict[tuple[str, str], Act]) -> Act:
    """Programmable chips (3A991.d) for HiSilicon, 1 July 2019."""
    return acts["T-2", "2"]


@pytest.fixture(scope="module")
def parts(acts: dict[tuple[str, str], Act]) -> Act:
    """Power management circuits (EAR99) with Huawei as end user, 3 July 2019."""
    return acts["4500075702", "1"]


def under(name: str, regime: Regime, **values: Any) -> Regime:
    return Scenario.read(find(name), regime, values).over(regime)


def outcome(act: Act, regime: Regime) -> str:
    return decide(act, regime).outcome.value


def told(decision: Decision | None) -> tuple[Any, ...]:
    assert decision is not None
    return decision.outcome, decision.bounds, decision.review, decision.obligations


# -- the shipped scenarios -------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_scenario_is_sound_and_says_what_it_does(name: str, regime: Regime) -> None:
    found = Scenario.read(find(name), regime)
    assert found.says()
    assert found.reason
    assert found.assumes
    assert all(source.cite and source.on for source in found.sources)
    edited = found.over(regime)
    assert edited.digest != regime.digest
    assert edited.book.digest != regime.book.digest or edited.lists_digest != regime.lists_digest
    hypothesis = edited.instruments[found.instrument.id]
    assert not hypothesis.binding
    assert hypothesis.state_on(date(2026, 1, 1)) == "hypothetical"


@pytest.fixture(scope="module")
def plain(regime: Regime, acts: dict[tuple[str, str], Act]) -> dict[date, list[tuple[Any, ...]]]:
    """The book under the law as it was, moved to each of the days used."""
    days = {USUAL, *DAYS.values()}
    return {on: decided(acts.values(), regime, on) for on in days}


def decided(acts: Iterable[Act], regime: Regime, on: date) -> list[tuple[Any, ...]]:
    return [told(line.decision) for line in decide_book([moved(act, on) for act in acts], regime)]


@pytest.mark.parametrize("name", NAMES)
def test_every_shipped_scenario_changes_something_but_the_lock(
    name: str, regime: Regime, acts: dict[tuple[str, str], Act], plain: dict[date, list[tuple[Any, ...]]]
) -> None:
    on = DAYS.get(name, USUAL)
    after = decided(acts.values(), under(name, regime), on)
    assert (after != plain[on]) == (name != "statutory-lock")


def test_the_base_regime_stays_as_it_is(regime: Regime, chips: Act) -> None:
    digest, listings = regime.digest, dict(regime.listings.versions)
    rules, words = dict(regime.book.rules), set(regime.vocabulary.entries)
    before = decide(chips, regime)
    for name in NAMES:
        assert under(name, regime) is not regime
    assert Regime.load().digest == digest == regime.digest
    assert dict(regime.listings.versions) == listings
    assert dict(regime.book.rules) == rules
    assert set(regime.vocabulary.entries) == words
    assert told(decide(chips, regime)) == told(before)


def test_general_licence_not_extended(regime: Regime, acts: dict[tuple[str, str], Act]) -> None:
    edited = under("tgl-not-extended", regime)
    spare = acts["NV-200120-01", "1"]
    assert outcome(spare, regime) == "authorised_general_licence"
    assert outcome(spare, edited) == "licence_required"
    # On its last day the first version still holds, with its certificate by the exporter.
    patch = acts["T-1", "4"]
    assert (outcome(patch, regime), outcome(patch, edited)) == (
        "licence_required",
        "authorised_general_licence",
    )
    assert outcome(moved(patch, date(2019, 8, 20)), edited) == "licence_required"


def test_general_licence_extended(regime: Regime, acts: dict[tuple[str, str], Act]) -> None:
    update = acts["SW-2020-0251", "1"]
    assert outcome(update, regime) == "licence_required"
    decision = decide(update, under("tgl-extended", regime))
    assert decision.outcome.value == "authorised_general_licence"
    assert decision.authorisations[0].label == "TGL v6, extended (c)(2)"
    assert "scenario tgl-extended" in decision.authorisations[0].standing.because
    assert outcome(update, under("tgl-extended", regime, through="2020-08-13")) == "licence_required"
    assert (
        outcome(update, under("tgl-extended", regime, through="2020-08-14")) == "authorised_general_licence"
    )
    # Cut short, it ends sooner than in truth.
    spare = acts["NV-200120-01", "1"]
    assert outcome(spare, under("tgl-extended", regime, through="2019-11-25")) == "licence_required"


def test_delisting_and_the_lock_that_bites_on_nothing_else(
    regime: Regime, acts: dict[tuple[str, str], Act], chips: Act
) -> None:
    delisted = Scenario.read(find("huawei-delisted"), regime)
    lock = Scenario.read(find("statutory-lock"), regime)
    assert outcome(chips, regime) == "licence_required"
    assert outcome(chips, delisted.over(regime)) == "no_licence_required"
    assert outcome(acts["T-2", "1"], delisted.over(regime)) == outcome(acts["T-2", "1"], regime)
    assert outcome(chips, lock.over(regime)) == "licence_required"
    for order in permutations([delisted, lock]):
        both = stacked(order, regime)
        assert outcome(chips, both) == "licence_required"
        assert "section 1260I" in void(both)[0]
        assert both.instruments[delisted.instrument.id].state_on(date(2019, 7, 2)) == "vacated"
    certified = Scenario.read(find("huawei-delisted"), regime, {"certified": "yes"})
    freed = stacked([certified, lock], regime)
    assert outcome(chips, freed) == "no_licence_required"
    assert void(freed) == []
    assert void(delisted.over(regime)) == []


def test_a_delisting_after_the_real_statute_is_void_without_certification(regime: Regime) -> None:
    late = Scenario.read(find("huawei-delisted"), regime, {"day": "2020-01-02"})
    assert "section 1260I" in void(late.over(regime))[0]
    assert late.over(regime).listings.versions == regime.listings.versions
    certified = Scenario.read(find("huawei-delisted"), regime, {"day": "2020-01-02", "certified": "yes"})
    assert void(certified.over(regime)) == []


def test_a_delisting_changes_nothing_before_its_day(regime: Regime, acts: dict[tuple[str, str], Act]) -> None:
    """Whoever would be listed later is still known by name, and nobody is taken for somebody else."""
    early = [a for a in acts.values() if str(a.facts["act.date"])[:10] < "2019-07-01"]
    edited = under("huawei-delisted", regime)
    before = [told(line.decision) for line in decide_book(early, regime)]
    assert before == [told(line.decision) for line in decide_book(early, edited)]


def test_a_scenario_over_published_lists(regime: Regime, chips: Act) -> None:
    """Beside a history of lists the law's own listings are edited, and names are found as before."""
    history = replace(
        regime,
        listings=Listings(regime.listings.versions, regime.listings.finder),
        own=regime.listings,
        roll_digest="0" * 64,
    )
    edited = under("huawei-delisted", history)
    assert outcome(chips, edited) == "no_licence_required"
    assert edited.lists_digest != history.lists_digest
    assert edited.own is not None
    assert edited.own.versions["hisilicon"][0].through == date(2019, 6, 30)
    assert edited.listings.finder is history.listings.finder


def test_general_merchandise_in_three_readings(regime: Regime, chips: Act, parts: Act) -> None:
    assert outcome(parts, regime) == outcome(chips, regime) == "licence_required"
    free = under("general-merchandise", regime)
    assert outcome(parts, free) == "authorised_general_licence"
    assert outcome(chips, free) == "licence_required"
    on = moved(parts, date(2019, 7, 9))
    policy = decide(on, under("general-merchandise-by-licence", regime))
    assert (policy.outcome.value, policy.review) == ("licence_required", "presumption_of_approval")
    assert decide(on, regime).review == "presumption_of_denial"
    available = under("general-merchandise-widely-available", regime)
    assert outcome(chips, available) == "indeterminate"
    assert [q.fact for q in decide(chips, available).missing] == ["item.foreign_available"]
    assert outcome(moved(chips, date(2019, 7, 1), item__foreign_available=True), available) == (
        "authorised_general_licence"
    )
    assert (
        outcome(moved(chips, date(2019, 7, 1), item__foreign_available=False), available)
        == "licence_required"
    )


def test_choke_points_in_two_readings_and_chips_not_for_5g(regime: Regime, chips: Act, parts: Act) -> None:
    on = date(2019, 7, 3)
    choke = under("choke-points", regime)
    assert outcome(moved(parts, on, item__network_generation="4G"), choke) == "no_licence_required"
    assert outcome(moved(parts, on, item__network_generation="5G"), choke) == "licence_required"
    assert outcome(moved(chips, on, item__network_generation="4G"), choke) == "licence_required"
    logic = under("choke-points-programmable-logic", regime)
    assert (outcome(parts, logic), outcome(chips, logic)) == ("no_licence_required", "licence_required")
    freed = under("programmable-chips-not-for-5g", regime)
    assert outcome(moved(chips, on, end_use__for_5g=False), freed) == "authorised_general_licence"
    assert outcome(moved(chips, on, end_use__for_5g=True), freed) == "licence_required"
    assert outcome(chips, freed) == "indeterminate"


def test_affiliates_by_ownership(regime: Regime, parts: Act) -> None:
    roles = frozenset({"purchaser", "ultimate_consignee", "end_user"})
    owned = Party("Quartz Lake Ceramics", roles, "CN", same_as="none", facts={"party.listed_share_pct": 60})
    act = replace(parts, parties=(owned,))
    on = moved(act, date(2019, 7, 3), end_use__category="civil")
    assert outcome(on, regime) != "licence_required"
    assert outcome(on, under("affiliates-by-ownership", regime)) == "licence_required"
    assert outcome(on, under("affiliates-by-ownership", regime, percent=60)) == "licence_required"
    assert outcome(on, under("affiliates-by-ownership", regime, percent=70)) != "licence_required"


def test_de_minimis_counts_controlled_content_unless_the_other_reading_is_taken(
    regime: Regime, acts: dict[tuple[str, str], Act]
) -> None:
    on = date(2019, 12, 3)
    twelve = moved(acts["D-88530", "1"], on, support__purpose="other")
    assert outcome(twelve, regime) == "not_subject"
    assert outcome(twelve, under("de-minimis-10", regime)) == "licence_required"
    assert outcome(twelve, under("de-minimis-10", regime, percent=12)) == "not_subject"
    free_parts = moved(acts["4500075577", "1"], on, support__purpose="other")
    assert outcome(free_parts, under("de-minimis-10", regime)) == "not_subject"
    assert outcome(free_parts, under("de-minimis-10-all-content", regime)) == "licence_required"
    assert outcome(free_parts, under("de-minimis-10-all-content", regime, percent=15)) == "not_subject"


def test_an_amended_rule_does_not_keep_a_title_that_no_longer_holds(regime: Regime) -> None:
    """The number in it may be the one that was changed; where there is none, the title stays."""
    five = under("de-minimis-10", regime, percent=5).book["734.4(d), as amended"]
    assert five.title == "Foreign items are reached from more than 5 percent controlled US content"
    policy = under("general-merchandise-by-licence", regime).book["744.11(a), as amended"]
    assert policy.title == "Entity List licence requirement, as amended"


def test_product_rule_a_year_earlier(regime: Regime, acts: dict[tuple[str, str], Act]) -> None:
    edited = under("product-rule-a-year-earlier", regime)
    wafers = moved(acts["4500077391", "1"], date(2019, 12, 3))
    assert (outcome(wafers, regime), outcome(wafers, edited)) == ("not_subject", "licence_required")
    # From the day of the true rule on both are the same law.
    later = moved(wafers, date(2020, 6, 1))
    assert told(decide(later, regime)) == told(decide(later, edited))


# -- knowledge, stacking, sweeping ---------------------------------------------------------------


def test_a_hypothesis_is_not_known_before_it_is_public(regime: Regime, chips: Act) -> None:
    edited = under("huawei-delisted", regime)
    assert decide(chips, edited, known_at=date(2019, 6, 30)).outcome.value == "licence_required"
    assert decide(chips, edited, known_at=date(2019, 7, 1)).outcome.value == "no_licence_required"
    amended = under("general-merchandise-by-licence", regime)
    on = moved(chips, date(2019, 7, 10))
    assert told(decide(on, amended, known_at=date(2019, 7, 8))) == told(decide(on, regime))


def test_scenarios_that_do_not_clash_stack_in_any_order(regime: Regime, chips: Act, parts: Act) -> None:
    names = ("de-minimis-10", "general-merchandise", "programmable-chips-not-for-5g")
    found = [Scenario.read(find(name), regime) for name in names]
    digests = set()
    for order in permutations(found):
        both = stacked(order, regime)
        digests.add((both.digest, both.book.digest))
        assert outcome(parts, both) == "authorised_general_licence"
        assert (
            outcome(moved(chips, date(2019, 7, 3), end_use__for_5g=False), both)
            == "authorised_general_licence"
        )
    assert len(digests) == 1


def test_stacking_refuses_contradictions_and_names_both_files(regime: Regime) -> None:
    never, run = (Scenario.read(find(n), regime) for n in ("tgl-not-extended", "tgl-extended"))
    with pytest.raises(ScenarioError, match=r"tgl-\S+\.yaml:\d+: .*tgl-\S+\.yaml:\d+: these contradict"):
        stacked([never, run], regime)
    ten, twenty = (Scenario.read(find("de-minimis-10"), regime, {"percent": p}) for p in (10, 20))
    with pytest.raises(ScenarioError, match=r"734\.4\(d\)"):
        stacked([ten, twenty], regime)


def test_a_scenario_laid_over_itself_is_itself(regime: Regime) -> None:
    for name in ("tgl-extended", "general-merchandise", "huawei-delisted"):
        found = Scenario.read(find(name), regime)
        assert stacked([found, found], regime).digest == found.over(regime).digest


def test_a_sweep_over_months_has_its_kink_where_the_licence_ends(
    regime: Regime, acts: dict[tuple[str, str], Act]
) -> None:
    scenario = Scenario.read(find("tgl-extended"), regime)
    act = acts["SW-2020-0251", "1"]
    found = {
        value: outcome(act, edited)
        for value, edited in sweep(scenario, "through", "2020-06-19..2020-10-19 by month", regime)
    }
    assert list(found.values()) == ["licence_required"] * 2 + ["authorised_general_licence"] * 3
    assert next(iter(found)) == date(2020, 6, 19)
    months = [value for value, _ in sweep(scenario, "through", None, regime)]
    assert (len(months), months[0], months[-1]) == (17, date(2019, 8, 19), date(2020, 12, 19))


def test_a_sweep_over_percents_is_monotonic_and_meets_the_law(
    regime: Regime, acts: dict[tuple[str, str], Act]
) -> None:
    act = moved(acts["D-88530", "1"], date(2019, 12, 3), support__purpose="other")
    scenario = Scenario.read(find("de-minimis-10"), regime)
    swept = dict(sweep(scenario, "percent", None, regime))
    assert list(swept) == list(range(0, 51, 5))
    assert [v for v, r in swept.items() if outcome(act, r) == "licence_required"] == [0, 5, 10]
    assert swept[25].book.digest == regime.book.digest
    assert len({r.digest for r in swept.values()}) == 11
    with pytest.raises(ScenarioError, match=r"not in 0\.\.50"):
        list(sweep(scenario, "percent", [60], regime))
    with pytest.raises(ScenarioError, match="did you mean 'percent'"):
        list(sweep(scenario, "percnt", [10], regime))


@given(st.integers(-50, 50), st.integers(0, 60), st.integers(1, 9))
def test_ranges_of_numbers(first: int, length: int, step: int) -> None:
    found = values_from(f"{first}..{first + length} by {step}")
    assert found == tuple(range(first, first + length + 1, step))


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 40))
def test_ranges_of_months_keep_the_day_where_the_month_has_it(first: date, months: int) -> None:
    year, month = divmod(first.year * 12 + first.month - 1 + months, 12)
    last = date(year + (month + 1) // 12, (month + 1) % 12 + 1, 1)
    found = values_from(f"{first}..{last} by month")
    assert found[0] == first
    assert len(found) in (months + 1, months + 2)
    assert all(isinstance(d, date) and d.day <= first.day for d in found)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("50..0", "ends before it begins"),
        ("0..50 by 0", "leads nowhere"),
        ("0..50 by month", "not a step for numbers"),
        ("2019-01-01..2019-03-01 by 5", "not a step for days"),
        ("0..2019-01-01", "ends with another"),
        ("often", "neither a number nor a day"),
    ],
)
def test_ranges_that_cannot_be_meant(text: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        values_from(text)


def test_other_values(regime: Regime) -> None:
    assert values_from("0, 10, 2.5") == (0, 10, 2.5)
    assert values_from("0..1 by 0.25") == (0, 0.25, 0.5, 0.75, 1)
    assert values_from("2019-08-19..2019-09-10 by 2 weeks") == (date(2019, 8, 19), date(2019, 9, 2))
    choice = Scenario.read(find("huawei-delisted"), regime)
    assert [value for value, _ in sweep(choice, "certified", None, regime)] == ["no", "yes"]


# -- files with mistakes ---------------------------------------------------------------------------

AUGUST = '"supp. 7 to 744 (c)(1), text of August 2019"'
MISTAKES = {
    "unknown key": ("chnge: []", 6, "did you mean 'change'"),
    "unknown verb": ("change:\n- amnd: 734.4(d)", 7, "did you mean 'amend'"),
    "unknown property": ("change:\n- strike rule: 734.4(d)\n  form: 2019-07-01", 8, "did you mean 'from'"),
    "unknown rule": ("change:\n- strike rule: 734.4(e)", 7, "did you mean '734.4"),
    "unknown listing": ("change:\n- delist: hisilcon", 7, "did you mean 'hisilicon'"),
    "unknown family": ("change:\n- delist: family huawai", 7, "did you mean 'huawei'"),
    "unknown instrument": ("change:\n- never issued: 84 FR 43478", 7, "did you mean '84 FR 43487'"),
    "unknown fact": ("change:\n- amend: 734.4(d)\n  when: item.us_orign", 9, "did you mean item.us_origin"),
    "unknown policy": ("change:\n- amend: 744.11(a)\n  review: presumption of aproval", 8, "presumption_of_approval"),
    "no condition": ("change:\n- amend: 734.4(d)\n  when: item.us_origin and (", 8, "never closed"),
    "text not there": ('change:\n- amend: 734.4(d)\n  replace: {"> 26": "> 3"}', 9, "not in the condition"),
    "nothing said": ("change:\n- amend: 734.4(d)", 7, "amend needs"),
    "window ends first": (
        "change:\n- add window: 744.11 affiliates\n  from: 2019-05-16\n  through: 2018-01-01",
        9, "ends on 2018-01-01, before it begins",
    ),
    "window ended first": (f"change:\n- end: {AUGUST}\n  window: v6\n  through: 2020-05-01", 9, "before it begins on 2020-05-15"),
    "not longer": (f"change:\n- extend: {AUGUST}\n  window: v6\n  through: 2020-08-01", 9, "already"),
    "no such window": (f"change:\n- end: {AUGUST}\n  window: v7\n  through: 2020-05-01", 8, "no window 'v7'"),
    "no day": ("change:\n- strike rule: 734.4(d)\n  from: soon", 8, "neither a day"),
    "struck and amended": (
        'change:\n- amend: 734.4(d)\n  replace: {"> 25": "> 3"}\n- strike rule: 734.4(d)', 9, "x.yaml:11: these contradict",
    ),
    "two thresholds": (
        'change:\n- amend: 734.4(d)\n  replace: {"> 25": "> 3"}\n- amend: 734.4(d)\n  replace: {"> 25": "> 4"}',
        11, "these contradict",
    ),
    "extended and ended": (
        f"change:\n- extend: {AUGUST}\n  window: v6\n  through: 2020-12-31\n- end: {AUGUST}\n  window: v6\n  through: 2020-06-01",
        12, "x.yaml:9: these contradict",
    ),
    "listed and delisted": (
        "change:\n- delist: hisilicon\n- add listing: {id: hisilicon, list: entity_list, name: X, items: all items subject to the EAR}",
        9, "these contradict",
    ),
    "rule that cannot be": ("change:\n- add rule: |\n    rule: x\n    titel: y", 7, "titel"),
    "rule with unknown fact": (
        "change:\n- add rule: |\n    rule: x\n    title: y\n    cite: z\n    requires: licence\n    when: item.eccm == 'EAR99'",
        8, "did you mean item.eccn",
    ),
    "rule that lifts nothing": (
        "change:\n- add rule: |\n    rule: x\n    title: y\n    cite: z\n    authorises: 744.11(b)\n    basis: exclusion\n    when: item.us_origin",
        8, "no rule '744.11(b)'",
    ),
    "rule there is": (
        "change:\n- add rule: |\n    rule: 734.4(d)\n    title: y\n    cite: z\n    requires: licence",
        8, "amend it instead",
    ),
    "word there is": ("change:\n- add word: item.eccn\n  type: code\n  ask: What?", 8, "already"),
    "listing not understood": (
        "change:\n- add listing: {id: a, list: entity_list, name: A, items: most things}", 7, "not understood",
    ),
    "undeclared parameter": ('change:\n- amend: 734.4(d)\n  replace: {"> 25": "> $pct"}', 8, "$pct is no parameter"),
    "no change": ("change: []", 7, "changes something"),
    "no YAML": ("change: [", 7, "not readable as YAML"),
}  # fmt: skip


@pytest.fixture
def wrong(tmp_path: Path, regime: Regime) -> Callable[..., str]:
    def read(path: Path, pin: bool) -> None:
        if pin:
            path.write_text(repinned(path, regime), encoding="utf-8")
        Scenario.read(path, regime)

    def message(body: str, head: str = HEAD, pin: bool = True) -> str:
        path = tmp_path / "x.yaml"
        path.write_text(f"{head}{body}\n", encoding="utf-8")
        with pytest.raises(ScenarioError) as error:
            read(path, pin)
        return str(error.value)

    return message


@pytest.mark.parametrize("mistake", list(MISTAKES))
def test_a_mistake_is_told_with_its_line(mistake: str, wrong: Callable[..., str]) -> None:
    body, line, expected = MISTAKES[mistake]
    message = wrong(body)
    assert expected in message
    assert message.startswith(f"x.yaml:{line}:"), message


@pytest.mark.parametrize("key", ["scenario", "sources", "reason", "assumes", "from"])
def test_a_scenario_without_what_it_needs(key: str, wrong: Callable[..., str]) -> None:
    head = "".join(line + "\n" for line in HEAD.splitlines() if not line.startswith(f"{key}:"))
    assert f"a scenario needs '{key}'" in wrong("change:\n- delist: hisilicon", head)


def test_sources_are_checked(wrong: Callable[..., str]) -> None:
    change = "change:\n- delist: hisilicon"
    assert "did you mean 'cite'" in wrong(change, HEAD.replace("cite:", "cote:"))
    assert "needs 'cite' and 'on'" in wrong(change, HEAD.replace(", on: 2019-06-29", ""))
    announced = HEAD.replace("cite: somewhere, on: 2019-06-29", "announcement: G20 Osaka 2019-06-28")
    assert "did you mean 'G20 Osaka 2019-06-29'" in wrong(change, announced)


def test_digests_must_fit(wrong: Callable[..., str], regime: Regime, tmp_path: Path) -> None:
    amend = 'change:\n- amend: 734.4(d)\n  replace: {"> 25": "> 3"}'
    missing = wrong(amend, pin=False)
    assert missing.startswith("x.yaml:7:")
    assert "missing under 'edits'" in missing
    stale = wrong(f"edits:\n  734.4(d): 0123456789ab\n{amend}", pin=False)
    assert stale.startswith("x.yaml:7:")
    assert "reads otherwise" in stale
    needless = wrong(f"edits:\n  744.11(a): 0123456789ab\n{amend}", pin=False)
    assert needless.startswith("x.yaml:9:")
    path = tmp_path / "x.yaml"
    path.write_text(f"{HEAD}# the level\nedits:\n  734.4(d): 0123456789ab\n{amend}\n", encoding="utf-8")
    path.write_text(repinned(path, regime), encoding="utf-8")
    assert Scenario.read(path, regime).says() == [
        "the rule 734.4(d) (More than 25 percent controlled US content), from 2019-07-01: '> 3' instead of '> 25'"
    ]
    assert "# the level" in path.read_text(encoding="utf-8")
    # A change of the very rule is noticed, one of another rule is not.
    rule = regime.book["734.4(d)"]
    other = replace(
        regime,
        book=replace(regime.book, rules={**regime.book.rules, "734.4(d)": replace(rule, digest="f" * 16)}),
    )
    with pytest.raises(ScenarioError, match="reads otherwise"):
        Scenario.read(path, other)
    unrelated = Scenario.read(find("general-merchandise"), regime).over(regime)
    assert Scenario.read(path, unrelated).says()


def test_every_other_edit_does_what_it_says(tmp_path: Path, regime: Regime, chips: Act, parts: Act) -> None:
    path = tmp_path / "mine.yaml"

    def made(change: str) -> Regime:
        path.write_text(f"{HEAD}change:\n{change}", encoding="utf-8")
        path.write_text(repinned(path, regime), encoding="utf-8")
        return Scenario.read(path, regime).over(regime)

    assert outcome(chips, made("- strike rule: 744.11(a)\n")) == "no_licence_required"
    assert outcome(chips, made("- delist: hisilicon\n")) == "no_licence_required"
    assert outcome(parts, made("- delist: hisilicon\n")) == "licence_required"
    assert outcome(chips, made("- never issued: 84 FR 22961\n")) == "no_licence_required"
    assert outcome(chips, made('- amend: 744.11(a)\n  when: item.eccn == "EAR99"\n')) == "no_licence_required"
    listed = made(
        "- add listing: {id: quartz, list: entity_list, name: Quartz Lake Ceramics, country: CN,"
        " items: all items subject to the EAR, review: presumption of denial}\n"
    )
    buyer = Party("Quartz Lake Ceramics", frozenset({"ultimate_consignee"}), "CN")
    act = moved(replace(parts, parties=(buyer,)), date(2019, 7, 3), end_use__category="civil")
    assert outcome(act, regime) != "licence_required"
    assert outcome(act, listed) == "licence_required"
    assert outcome(moved(act, date(2019, 6, 30)), listed) != "licence_required"
    assert outcome(chips, listed) == "licence_required"
    rule = (
        "- add rule:\n    rule: x\n    title: y\n    cite: somewhere\n    requires: licence\n"
        "    when: destination.country == 'CN' and item.eccn == 'EAR99'\n    review: case_by_case\n"
    )
    assert outcome(act, made(rule)) == "licence_required"
    early = "supp. 7 to 744 (c)(2), text of May 2019"
    assert len(made(f'- strike window: "{early}"\n  window: v1\n').book[early].windows) == 0
    window = made(f'- end: "{early}"\n  through: 2019-06-30\n').book[early].windows[0]
    assert window.last_day() == date(2019, 6, 30)


# -- the command line --------------------------------------------------------------------------------


def test_the_page_for_analysts(tmp_path: Path, regime: Regime) -> None:
    """Its example is sound, and every edit and shipped scenario is on it."""
    page = (Path(__file__).resolve().parents[1] / "docs" / "scenarios.md").read_text(encoding="utf-8")
    path = tmp_path / "mine.yaml"
    path.write_text(page.split("```yaml\n")[1].split("```")[0], encoding="utf-8")
    assert "runs through 2020-12-31 instead of through 2020-08-13" in Scenario.read(path, regime).says()[0]
    for word in (*VERBS, *NAMES):
        assert f"`{word}`" in page


def test_the_commands(tmp_path: Path, regime: Regime) -> None:
    run = CliRunner()
    listed = run.invoke(command, ["list"], standalone_mode=False)
    assert listed.return_value == 0
    assert all(name in listed.output for name in NAMES)
    shown = run.invoke(command, ["show", "de-minimis-10", "--set", "percent=5"], standalone_mode=False)
    for said in (
        "from more than 5 percent",
        "assumes",
        "otherwise (de-minimis-10-all-content)",
        "not legal advice",
    ):
        assert said in shown.output
    both = run.invoke(command, ["show", "huawei-delisted", "statutory-lock"], standalone_mode=False)
    assert "Without effect: the delisting of the family huawei" in both.output
    assert run.invoke(command, ["show", "tgl-extended", "--set", "depth=5"]).exit_code == 2
    good = run.invoke(command, ["lint", *NAMES], standalone_mode=False)
    assert (good.return_value, good.output.count("nothing to mend")) == (0, len(NAMES))
    path = tmp_path / "mine.yaml"
    path.write_text(HEAD + "change:\n- delist: hisilicon\n", encoding="utf-8")
    bad = run.invoke(command, ["lint", str(path)], standalone_mode=False)
    assert bad.return_value == 4
    assert "mine.yaml:7: the digest of 'hisilicon' is missing" in bad.output
    mended = run.invoke(command, ["lint", "--repin", str(path)], standalone_mode=False)
    assert mended.return_value == 0
    with pytest.raises(ScenarioError, match="did you mean 'tgl-extended'"):
        find("tgl-extend")
