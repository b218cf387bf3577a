"""Ownership: who is reached at a percentage, alone or together, through chains, on which days."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.intake.errors import IntakeError, Misread
from licet.intake.ownership import read_ownership, share_of
from licet.language.values import Truth
from licet.parties.listing import Listing
from licet.parties.ownership import Holdings, OwnershipTest, Share, listed_share
from licet.parties.ownership_rules import Reach, reach, read_ownership_rules
from licet.regime import LAW, Regime

HALF = OwnershipTest(50)


def exact(owner: str, owned: str, pct: float) -> Share:
    return Share(owner, owned, pct, pct)


def is_listed(name: str) -> Truth:
    return name in ("listed", "other listed")


STATED = Holdings(
    (
        exact("listed", "half", 50), exact("somebody", "half", 50),
        exact("listed", "under", 49.9), exact("somebody", "under", 50.1),
        exact("listed", "two", 25), exact("other listed", "two", 25),
        exact("half", "chain", 60),
        exact("under", "weak chain", 100),
        Share("listed", "not known"), exact("somebody", "not known", 20),
        exact("listed", "settled", 70), Share("other listed", "settled"),
        exact("circle", "circle", 80), exact("listed", "circle", 20),
        exact("ring", "round", 90), exact("round", "ring", 90),
        Share("listed", "squeezed"), exact("somebody", "squeezed", 60),
    ),
    rest="nobody",
)  # fmt: skip


@pytest.mark.parametrize(
    ("party", "share"),
    [("half", 50), ("under", 49.9), ("two", 50), ("chain", 60), ("weak chain", 0), ("not known", None), ("settled", 70),
     ("circle", 20), ("ring", 0), ("nobody", 0), ("squeezed", None)],
)  # fmt: skip
def test_shares_add_up_and_stay_unknown_where_they_are(party: str, share: float | None) -> None:
    assert listed_share(party, STATED, is_listed, HALF) == share


def test_what_others_surely_hold_nobody_else_can() -> None:
    found = STATED.capture("squeezed", is_listed, HALF)
    assert (found.low, found.high, found.reached) == (0, 40, False)


@pytest.mark.parametrize(
    ("pct", "or_more", "more_than"), [(49.9, False, False), (50.0, True, False), (50.1, True, True)]
)
def test_the_boundary_of_each_test(pct: float, or_more: bool, more_than: bool) -> None:
    holdings = Holdings((exact("listed", "firm", pct),), rest="nobody")
    assert holdings.capture("firm", is_listed, HALF).reached is or_more
    assert holdings.capture("firm", is_listed, OwnershipTest(50, or_more=False)).reached is more_than


def test_two_owners_of_a_quarter_count_together_or_not() -> None:
    assert STATED.capture("two", is_listed, HALF).reached is True
    assert STATED.capture("two", is_listed, OwnershipTest(50, together=False)).reached is False


def test_shares_nobody_stated_leave_it_open() -> None:
    open_ = Holdings((exact("listed", "firm", 30), exact("somebody", "firm", 10)))
    assert open_.capture("firm", is_listed, HALF).reached is None
    closed = Holdings((exact("listed", "firm", 30), exact("somebody", "firm", 60)))
    assert closed.capture("firm", is_listed, HALF).reached is False
    assert Holdings(()).capture("firm", is_listed, HALF).reached is None


def test_the_chain_and_what_would_tip_it_are_shown() -> None:
    found = STATED.capture("chain", is_listed, HALF)
    assert [c.told for c in found.chains] == ["listed - 50 % -> half - 60 % -> chain"]
    assert found.owners == ("listed",)
    assert STATED.capture("under", is_listed, HALF).tips == pytest.approx(0.1)


def test_an_owner_who_may_be_listed_leaves_it_open() -> None:
    found = Holdings((exact("perhaps", "firm", 80),), rest="nobody").capture("firm", lambda _: None, HALF)
    assert found.reached is None


NAMES = st.sampled_from("abcdef")
PERCENT = st.integers(0, 100).map(float)
SHARES = st.lists(
    st.builds(lambda a, b, x, y: Share(a, b, min(x, y), max(x, y)), NAMES, NAMES, PERCENT, PERCENT),
    max_size=12,
)


@given(SHARES, st.sets(NAMES), st.data())
def test_learning_a_share_never_contradicts_what_was_sure(
    shares: list[Share], listed: set[str], data: st.DataObject
) -> None:
    """Each narrower statement keeps every sure answer: bounds only close in."""
    pairs = {(s.owner, s.owned): s for s in shares}
    wide = Holdings(tuple(pairs.values()))
    learnt = []
    for s in pairs.values():
        at = data.draw(st.floats(s.low, s.high))
        learnt.append(Share(s.owner, s.owned, at, at))
    sums = {s.owned: sum(x.low for x in learnt if x.owned == s.owned and x.owner != x.owned) for s in learnt}
    if any(total > 100 for total in sums.values()):
        return  # nobody can hold more than the whole
    narrow = Holdings(tuple(learnt))
    for party in "abcdef":
        before = wide.capture(party, lambda n: n in listed, HALF)
        after = narrow.capture(party, lambda n: n in listed, HALF)
        if before.reached is not None:
            assert after.reached is before.reached
        assert after.low >= before.low - 1e-9
        assert after.high <= before.high + 1e-9


def rule_says(
    rule_id: str, day: date, pct: float, listing: str, country: str = "CN", party: str = "firm"
) -> Reach:
    regime = Regime.load()
    rule = next(r for r in read_ownership_rules(LAW / "ownership.yaml") if r.id == rule_id)
    huawei = regime.listings.versions["huawei"][0]
    held = Holdings((exact("owner", "firm", pct),), rest="nobody")

    def listings_of(name: str) -> list[tuple[Listing, bool]]:
        from dataclasses import replace

        return [(replace(huawei, list=listing), True)] if name == "owner" else []

    clock = regime.clock(day)
    return reach(
        party, country, rule, held, listings_of, clock, lambda i: regime.book.standing(regime.book[i], clock)
    )


@pytest.mark.parametrize(
    ("day", "reached"),
    [(date(2025, 9, 28), False), (date(2025, 9, 29), True), (date(2025, 11, 9), True), (date(2025, 11, 10), False),
     (date(2026, 11, 9), False), (date(2026, 11, 10), None)],
)  # fmt: skip
def test_the_affiliates_rule_reaches_only_while_it_was_in_force(day: date, reached: Truth) -> None:
    assert rule_says("affiliates", day, 50, "entity_list").reached is reached
    assert rule_says("affiliates", day, 49.9, "entity_list").reached is False


def test_each_rule_counts_its_own_lists() -> None:
    day = date(2025, 10, 15)
    assert rule_says("ofac", day, 50, "entity_list").reached is False
    assert rule_says("ofac", day, 50, "sdn").reached is True
    assert rule_says("ofac", day, 50, "cmic").reached is False
    assert rule_says("affiliates", day, 50, "sdn").reached is None, "only some programmes count"
    assert rule_says("affiliates", day, 60, "entity_list", country="US").reached is False
    assert rule_says("uk", day, 50, "uk").reached is None, "control may reach it"
    assert rule_says("uk", day, 50.1, "uk").reached is True
    assert rule_says("eu before July 2024", date(2024, 7, 2), 50, "eu_fsf").reached is None
    assert rule_says("eu", date(2024, 7, 3), 50, "eu_fsf").reached is True


@pytest.mark.parametrize(
    ("text", "share"),
    [("51", (51, 51)), ("51 %", (51, 51)), ("33,3", (33.3, 33.3)), ("25-50", (25, 50)), (">=25", (25, 100)), ("up to 10", (0, 10)),
     ("", (0, 100)), ("unknown", (0, 100)), (0.5, (0.5, 0.5))],
)  # fmt: skip
def test_shares_are_read_as_written(text: str | float, share: tuple[float, float]) -> None:
    assert share_of(text) == share


@pytest.mark.parametrize("text", ["half", "150", "50-25", "-3", "12 of 50", "5e1"])
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(Misread):
        share_of(text)


def test_a_table_with_dates_ranges_and_a_bad_row(tmp_path: Path) -> None:
    path = tmp_path / "owners.csv"
    path.write_text(
        "Shareholder,Company,Stake,Valid from,Valid to\n"
        "Alpha Holding,Beta Works,50,2020-01-01,2021-06-30\nAlpha Holding,Beta Works,40,2021-07-01,\n"
        "Gamma,Beta Works,lots,,\n,Beta Works,3,,\n",
        encoding="utf-8",
    )
    found = read_ownership(path)
    assert [(s.low, s.start) for s in found.holdings.shares] == [
        (50, date(2020, 1, 1)),
        (40, date(2021, 7, 1)),
    ]
    assert len(found.problems) == 2
    assert "row 4" in found.problems[0]
    assert "'lots' is not a share" in found.problems[0]
    on = found.holdings.on(date(2021, 6, 30))
    assert on.capture("Beta Works", lambda n: n == "Alpha Holding", HALF).reached is True
    later = found.holdings.on(date(2021, 7, 1))
    assert later.capture("Beta Works", lambda n: n == "Alpha Holding", HALF).reached is None


def test_relations_as_gleif_writes_them(tmp_path: Path) -> None:
    path = tmp_path / "rr.csv"
    path.write_text(
        "Relationship.StartNode.NodeID,Relationship.EndNode.NodeID,Relationship.RelationshipType\n"
        "CHILD,PARENT,IS_DIRECTLY_CONSOLIDATED_BY\nFUND,MANAGER,IS_FUND-MANAGED_BY\nFUND,MANAGER,IS_SUBFUND_OF\n",
        encoding="utf-8",
    )
    found = read_ownership(path)
    assert [(s.owner, s.owned, s.told) for s in found.holdings.shares] == [
        ("PARENT", "CHILD", "unknown share")
    ]
    assert len(found.problems) == 2


def test_entities_of_followthemoney(tmp_path: Path) -> None:
    entities = [
        {"id": "a", "schema": "Company", "caption": "Alpha", "properties": {"name": ["Alpha"]}},
        {"id": "b", "schema": "Company", "properties": {"name": ["Beta"]}},
        {"id": "o", "schema": "Ownership",
         "properties": {"owner": ["a"], "asset": ["b"], "percentage": ["51%"], "startDate": ["2020-01-01"]}},
    ]  # fmt: skip
    path = tmp_path / "owners.ftm.json"
    path.write_text("\n".join(json.dumps(e) for e in entities) + "\nnonsense\n", encoding="utf-8")
    found = read_ownership(path)
    assert found.holdings.shares == (
        Share("Alpha", "Beta", 51, 51, date(2020, 1, 1), None, "owners.ftm.json, entity o"),
    )
    assert "line 4" in found.problems[0]


def test_a_file_without_owners_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    with pytest.raises(IntakeError):
        read_ownership(path)


def test_the_command_tells_who_is_reached_and_who_is_not(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from licet.cli.main import licet

    example = Path(__file__).resolve().parents[1] / "examples" / "ownership-2025.csv"
    run = CliRunner(env={"LICET_LISTS": ""}).invoke

    done = run(
        licet, ["owners", str(example), "--as-of", "2025-10-15", "--format", "jsonl"], standalone_mode=False
    )
    rows = {r["party"]: r for r in map(json.loads, done.stdout.splitlines()) if r["rule"] == "affiliates"}
    assert done.return_value == 1
    assert {p: r["reached"] for p, r in rows.items()} == {
        "Eastport Optical": "yes", "Linden Cloud": "no", "Northgate Vision Holding": "yes", "Southquay Sensors": "yes",
        "Westhaven Radio": "not known",
    }  # fmt: skip
    assert (
        "50 % -> Northgate Vision Holding - 60 % -> Southquay Sensors" in rows["Southquay Sensors"]["chain"]
    )
    assert rows["Linden Cloud"]["tips"] == 0.1

    suspended = run(licet, ["owners", str(example), "--as-of", "2025-11-15"], standalone_mode=False)
    assert suspended.return_value == 0
    assert "suspended" in suspended.stdout
    back = run(licet, ["owners", str(example), "--as-of", "2026-11-10"], standalone_mode=False)
    assert back.return_value == 3
