"""Screening only what changed gives what the full run gives, for any lists, parties and batches."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import licet.screening as engine
from licet.lists.effect import PublishedRules
from licet.lists.history import History
from licet.lists.snapshot import Snapshot
from licet.lists.store import Store
from licet.parties.listing import Listings
from licet.regime import Regime
from licet.reviews import changes
from licet.reviews.listed import law_names, listed_names
from licet.reviews.runs import Runs
from licet.reviews.screening import screen
from licet.screening import Index
from licet.screening.index import SCHEMA
from licet.screening.screen import PARTIES
from listed import add, day, in_memory, record

WORDS = [
    "Almaz",
    "Antey",
    "Hisilicon",
    "Optics",
    "Trading",
    "Moscow",
    "Co",
    "Ltd",
    "Ivanov",
    "Sergei",
    "Qualtec",
    "JSC",
]
Row = tuple[str, str, str, list[str], list[str]]
names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
listed = st.lists(
    st.tuples(
        st.sampled_from([f"made-{n}" for n in range(5)]),
        st.sampled_from(["made", "sdn"]),
        names,
        st.sampled_from([[], ["CN"], ["RU", "CN"]]),
        st.sampled_from([[], ["imo:9187629"]]),
    ),
    max_size=7,
)
asked = st.lists(
    st.tuples(names, st.sampled_from([None, "CN", "RU"]), st.sampled_from([None, ["imo:9187629"]])),
    max_size=5,
)


def listing_table(rows: Sequence[Row]) -> pa.Table:
    keys = ("entity", "list", "name", "countries", "identifiers")
    made = [dict(zip(keys, row, strict=True)) | {"name_kind": "name"} for row in rows]
    return pa.Table.from_pylist(made, schema=SCHEMA)


def party_table(rows: Sequence[tuple[str, str | None, list[str] | None]]) -> pa.Table:
    made = [{"name": n, "country": c, "identifiers": i, "id": f"P{k}"} for k, (n, c, i) in enumerate(rows)]
    return pa.Table.from_pylist(made, schema=PARTIES)


def full(parties: pa.Table, names: pa.Table) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = engine.screen(parties, Index.build(names)).to_pylist()
    return found


@settings(max_examples=40)
@given(asked, listed, listed, st.integers(1, 4))
def test_changed_lists_against_all_parties_are_the_full_run(
    parties: list[Any], before: list[Any], after: list[Any], size: int
) -> None:
    table, old, new = party_table(parties), listing_table(before), listing_table(after)
    previous = engine.screen(table, Index.build(old))
    assert changes.rescreen(table, old, new, previous).to_pylist() == full(table, new)
    batches = changes.rescreen_batches(
        table.to_batches(max_chunksize=size), old, new, previous.to_batches(max_chunksize=size)
    )
    assert [row for part in batches for row in part.to_pylist()] == full(table, new)


@settings(max_examples=40)
@given(asked, asked, listed, listed)
def test_what_changed_on_either_side_and_what_was_found_before_are_the_full_run(
    earlier: list[Any], now: list[Any], before: list[Any], after: list[Any]
) -> None:
    parties_before, parties = party_table(earlier), party_table(now)
    old, new = listing_table(before), listing_table(after)
    index = Index.build(new)
    moved = changes.PartyChanges.of(parties_before, parties)
    lists = changes.listing_changes(old, new)
    few = changes.names_of(new, lists.changed)
    found = changes.screen_changed(parties, moved, index, Index.build(few) if len(few) else None)
    # What --since gives is the full run restricted to pairs of which a side changed ...
    expected = [
        row for row in full(parties, new) if moved.before[row["query"]] < 0 or row["entity"] in lists.changed
    ]
    assert found.to_pylist() == expected
    # ... and laid over what was found before it is the full run.
    previous = moved.moved(engine.screen(parties_before, Index.build(old)), parties)
    kept = changes.without(previous, lists.changed | lists.gone)
    assert changes.merged(kept, found).to_pylist() == full(parties, new)


def test_order_of_rows_is_no_change() -> None:
    rows: list[Row] = [("made-1", "made", "Almaz Antey", ["RU"], []), ("made-1", "made", "Antey", [], [])]
    found = changes.listing_changes(listing_table(rows), listing_table(rows[::-1]))
    assert found == changes.ListingChanges(frozenset(), frozenset())
    more = listing_table([*rows, ("made-2", "made", "Qualtec", [], [])])
    assert changes.listing_changes(listing_table(rows), more).changed == {"made-2"}
    assert changes.listing_changes(more, listing_table(rows)).gone == {"made-2"}


@pytest.fixture(scope="module")
def law(regime: Regime) -> tuple[PublishedRules, Listings]:
    path = regime.folder / "us" / "ear" / "tables" / "rules-published.csv"
    return PublishedRules.load(path, regime.instruments), regime.listings


def test_names_as_known_on_a_day(law: tuple[PublishedRules, Listings], tmp_path: Path) -> None:
    rules, listings = law
    with History.open(tmp_path / "lists.sqlite", create=True) as history:
        add(history, 0, [record("Alpha Optics", "CN")])
        add(history, 10, [record("Alpha Optics", "CN"), record("Beta Trading", "RU")], known=20)

        def known(number: int | None) -> pa.Table:
            last = None if number is None else day(number)
            return listed_names(history, listings, rules, "law", last)

        made = [
            sorted(
                n
                for n, code in zip(t["name"].to_pylist(), t["list"].to_pylist(), strict=True)
                if code == "made"
            )
            for t in (known(0), known(19), known(20), known(None))
        ]
        assert made == [["Alpha Optics"], ["Alpha Optics"], *[["Alpha Optics", "Beta Trading"]] * 2]
        changed = changes.listing_changes(known(19), known(20)).changed
        new = set(changes.names_of(known(20), changed)["list"].to_pylist())
        assert (len(changed), new) == (1, {"made"})
        assert len(list((tmp_path / "lists.names").iterdir())) <= 4


def test_the_law_before_a_listing_was_public_has_no_name_of_it(regime: Regime) -> None:
    early = set(law_names(regime.listings, date(2019, 5, 15))["name"].to_pylist())
    late = set(law_names(regime.listings)["name"].to_pylist())
    assert early < late
    assert "Huawei Technologies Co., Ltd." in late - early


def snapshot(sha: str, known: int) -> Snapshot:
    return Snapshot(sha, f"{sha}.csv", "made", day(0), day(known), 0, {})


def test_a_remembered_run_covers_what_it_had_and_no_more() -> None:
    runs = Runs(Store(Path(":memory:"), create=True))
    digests = changes.party_digests(party_table([("Alpha", "CN", None), ("Beta", None, None)]))
    files = [snapshot("a", 0), snapshot("b", 5)]
    now = datetime(2024, 3, 1, tzinfo=UTC)

    def unchanged(known: int, lists: Sequence[str] = (), more: Sequence[Snapshot] = ()) -> list[bool]:
        found = runs.unchanged(digests, known=day(known), lists=lists, snapshots=[*files, *more])
        return [bool(row >= 0) for row in found.before]

    assert unchanged(0) == [False, False]
    runs.remember(digests[:1], at=now, known=day(5), lists=(), snapshots=files, digest="x")
    assert unchanged(5) == unchanged(3, ["made"]) == [True, False]
    assert unchanged(6) == [False, False]
    # A file that was imported late had not been seen, though it had been public.
    assert unchanged(5, more=[snapshot("late", 4)]) == [False, False]
    runs.remember(digests, at=now, known=day(5), lists=["made"], snapshots=files, digest="x")
    assert unchanged(5) == [True, False]
    assert unchanged(5, ["made"]) == [True, True]
    assert unchanged(5, ["made", "sdn"]) == [True, False]


def test_effect_that_began_or_ended_is_a_change(regime: Regime) -> None:
    before, after = (regime.clock(date(2019, 5, d), date(2019, 5, d)) for d in (15, 16))
    changed = changes.effect_changes(regime.listings, before, after)
    huawei = {i for i, v in regime.listings.versions.items() if v[0].name.startswith("Huawei")}
    assert changed & huawei
    assert not changes.effect_changes(regime.listings, after, after)


def test_membership_on_the_day_beside_the_names(regime: Regime) -> None:
    asked = ["Huawei Technologies Co., Ltd.", "Maple Ridge Instruments Inc."]
    found = screen(asked, regime, date(2019, 5, 16), floor="hit")
    assert set(found["in_force"].to_pylist()) == {True}
    assert set(found["query"].to_pylist()) == {0}
    assert date(2019, 5, 16) in found["since"].to_pylist()
    assert any("84 FR 22961" in by for by in found["by"].to_pylist())
    early = screen(asked, regime, date(2019, 5, 15), floor="hit")
    huawei = "entity_list"
    assert huawei not in early["list"].to_pylist()
    # On the day before nobody could know of it, as known that day; later one can say that it was not yet.
    ever = screen(asked, regime, date(2019, 5, 15), floor="hit", ever=True, only=[huawei])
    assert set(ever["in_force"].to_pylist()) == {False}
    unseen = screen(
        asked, regime, date(2019, 5, 15), date(2019, 5, 15), floor="hit", ever=True, only=[huawei]
    )
    assert len(unseen) == 0


def test_a_day_that_snapshots_leave_open_is_not_no(
    law: tuple[PublishedRules, Listings], regime: Regime
) -> None:
    from licet.lists.membership import membership
    from licet.parties.finding import Finder
    from licet.reviews.screening import Listed

    class Made:
        zone = regime.zone

        def __init__(self, listings: Listings) -> None:
            self.listings = listings

    with in_memory() as history:
        add(history, 0, [record("Qualtec Antey", "RU"), record("Hisilicon Optics", "CN")])
        add(history, 10, [record("Hisilicon Optics", "CN")])
        found = membership(history, Listings({}), law[0]).listings
    listings = Listings.of(found)
    made: Listed = Made(Listings(listings.versions, Finder.of(found)))
    party = pa.table({"name": ["Qualtec Antey"]})
    answers = [screen(party, made, day(n), ever=True)["in_force"].to_pylist() for n in (0, 5, 10)]
    assert answers == [[True], [None], [False]]
    assert len(screen(party, made, day(10))) == 0
    assert screen(party, made)["in_force"].to_pylist() == [None]


def test_a_bare_index_knows_no_membership() -> None:
    rows: list[Row] = [
        ("made-1", "made", "Qualtec Antey", [], []),
        ("made-2", "sdn", "Qualtec Antey", [], []),
    ]
    found = screen(["Qualtec Antey"], Index.build(listing_table(rows)), only=["sdn"])
    assert found["entity"].to_pylist() == ["made-2"]
    assert found["in_force"].to_pylist() == [None]
    assert found.schema.field("since").type == pa.date32()
    with pytest.raises(Exception, match="list of names"):
        screen("Qualtec", Index.build(listing_table(rows)))
    assert dt.date.min not in found["since"].to_pylist()
