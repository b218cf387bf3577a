"""Acts as columns: nothing is lost on the way there and back, whoever carries them; faults are named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import strategies as some
from licet.act import Act, Party
from licet.columns.acts import ActsError, act_at, batches, checked, to_arrow
from licet.intake import countries_from, read_orders
from licet.language.values import ABSENT, PartlyKnown, members
from licet.regime import Regime

EXAMPLE = Path(__file__).resolve().parents[1] / "examples" / "orders-2019.csv"


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value is not None}


def plain(act: Act) -> Act:
    """The act as columns keep it: what is unknown is not stated, and where it was read is lost."""
    parties = tuple(replace(party, facts=_known(party.facts)) for party in act.parties)
    return Act(_known(act.facts), parties, _known(act.particulars))


def stateable(name: str) -> st.SearchStrategy[Any]:
    return some.values(name).filter(lambda value: not isinstance(value, PartlyKnown))


def facts(names: Mapping[str, str]) -> st.SearchStrategy[dict[str, Any]]:
    return st.dictionaries(st.sampled_from(sorted(names)), st.none(), max_size=6).flatmap(
        lambda drawn: st.fixed_dictionaries({name: st.none() | stateable(name) for name in drawn})
    )


words = st.none() | st.sampled_from(["none", "unknown", "CN", "-", "Å b", "n/a"])
parties = st.builds(
    Party,
    words,
    st.frozensets(st.sampled_from(["end_user", "purchaser", "other"])),
    words,
    words,
    words,
    facts(some.ROW_FACTS),
    st.sampled_from(["", "C-1"]),
)
particulars = st.fixed_dictionaries(
    {},
    optional={
        "order_id": st.text(max_size=4),
        "line": st.integers(-(2**60), 2**60),
        "value": st.none() | st.decimals(0, 10**9, places=2),
        "share": st.floats(allow_nan=False),
        "open": st.booleans(),
        "day": st.dates(),
        "Cust. P.O.": st.sampled_from(["1", "2"]),
        "act.date": st.just("as written"),
        "parties": st.just("3"),
    },
)
drawn = st.builds(Act, facts(some.ACT_FACTS), st.lists(parties, max_size=3).map(tuple), particulars)


@given(st.lists(drawn, max_size=5))
def test_there_and_back(acts: list[Act]) -> None:
    table = to_arrow(acts, some.VOCABULARY)
    assert [act_at(table, row, some.VOCABULARY) for row in range(len(table))] == list(map(plain, acts))
    kinds = {type(v) for a in acts for v in a.facts.values() if isinstance(v, float)}
    assert kinds <= {float}


@settings(max_examples=40)
@given(st.data())
def test_what_the_engine_is_tested_with_can_be_stated(data: st.DataObject) -> None:
    stated, rows = data.draw(some.books().flatmap(some.acts))
    act = Act(stated, tuple(Party("x", members(["end_user"]), facts=row) for row in rows))
    values = [*stated.values(), *(v for row in rows for v in row.values())]
    if any(isinstance(value, PartlyKnown) for value in values):
        with pytest.raises(ActsError, match="only partly known"):
            to_arrow([act], some.VOCABULARY)
    else:
        assert act_at(to_arrow([act], some.VOCABULARY), 0, some.VOCABULARY) == plain(act)


@pytest.fixture(scope="module")
def book(regime: Regime) -> list[Act]:
    countries = countries_from(regime.folder / "us" / "ear" / "tables" / "countries.csv")
    return read_orders(EXAMPLE, regime.vocabulary, countries).acts


@pytest.fixture(scope="module")
def table(book: list[Act], regime: Regime) -> pa.Table:
    return to_arrow(book, regime.vocabulary)


def acts_of(source: Any, regime: Regime, size: int = 100, **more: Any) -> list[Act]:
    found = []
    for batch in batches(source, size, **more):
        assert 0 < len(batch) <= size
        found += [act_at(batch, row, regime.vocabulary) for row in range(len(batch))]
    return found


def test_the_example_book_is_the_same_in_columns(book: list[Act], regime: Regime) -> None:
    assert acts_of(book, regime, vocabulary=regime.vocabulary) == list(map(plain, book))


def test_what_is_absent_is_text_where_text_says_it(table: pa.Table) -> None:
    assert table.schema.field("order.date").type == pa.date32()
    assert table.schema.field("item.us_content_pct").type == pa.float64()
    assert table.schema.field("item.published").type == pa.bool_()
    assert "none" in table.column("transport.en_route_since").unique().to_pylist()


@pytest.mark.parametrize(
    "kind", ["table", "reader", "batches", "polars", "lazy", "pandas", "duckdb", "dataset"]
)
def test_every_source_gives_the_same_acts(
    kind: str, book: list[Act], table: pa.Table, regime: Regime, tmp_path: Path
) -> None:
    source: Any = table
    match kind:
        case "reader":
            source = table.to_reader(max_chunksize=7)
        case "batches":
            source = iter(table.to_batches(max_chunksize=150))
        case "polars" | "lazy":
            pl = pytest.importorskip("polars")
            frame = pl.from_arrow(table)
            source = frame.lazy() if kind == "lazy" else frame
        case "pandas":
            pytest.importorskip("pandas")
            source = table.to_pandas()
        case "duckdb":
            connection = pytest.importorskip("duckdb").connect()
            pq.write_table(table, tmp_path / "book.parquet")
            source = connection.sql(f"select * from '{tmp_path / 'book.parquet'}'")
        case "dataset":
            from pyarrow import dataset

            source = dataset.dataset(table)
    assert acts_of(source, regime) == list(map(plain, book))


def test_a_file_and_a_folder_are_read_in_batches(
    book: list[Act], table: pa.Table, regime: Regime, tmp_path: Path
) -> None:
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=60, store_schema=False)
    assert acts_of(tmp_path / "a.parquet", regime) == list(map(plain, book))
    first = next(batches(tmp_path / "a.parquet", 50))
    assert first.schema.field("item.eccn").type == pa.dictionary(pa.int32(), pa.string())
    # A column that only the second file has is not lost.
    pq.write_table(to_arrow([Act({"item.in_supplement_2": True})], regime.vocabulary), tmp_path / "b.parquet")
    (tmp_path / "_SUCCESS").write_text("")
    found = acts_of(str(tmp_path), regime)
    assert found[:-1] == list(map(plain, book))
    assert found[-1].facts == {"item.in_supplement_2": True}
    clashing = pa.table({"item.in_supplement_2": [1.5]})
    pq.write_table(clashing, tmp_path / "c.parquet")
    with pytest.raises(ActsError, match=r"Field item.in_supplement_2 has incompatible types"):
        list(batches(tmp_path))


def test_a_day_may_come_as_a_midnight_and_an_instant_with_its_zone(regime: Regime) -> None:
    instants = pa.array([datetime(2019, 5, 16, 20, 30, tzinfo=UTC)], pa.timestamp("ns", "UTC"))
    columns = pa.table(
        {
            "act.date": pa.array([datetime(2019, 5, 16)], pa.timestamp("ns")),
            "order.date": instants,
            "item.value_usd": pa.array([5], pa.int8()),
            "act.claimed_exception": ["none"],
            "item.eccn": ["unknown"],
        }
    )
    act = next(iter(acts_of(columns, regime)))
    assert act.facts == {
        "act.date": date(2019, 5, 16),
        "order.date": datetime(2019, 5, 16, 20, 30, tzinfo=UTC),
        "item.value_usd": 5,
        "act.claimed_exception": ABSENT,
    }


def one(regime: Regime, **columns: Any) -> Act:
    return act_at(
        pa.table({name.replace("__", "."): [v] for name, v in columns.items()}), 0, regime.vocabulary
    )


def test_a_partys_name_is_never_read_as_a_word(regime: Regime) -> None:
    people = [{"name": "None", "roles": ["end_user"]}, {"name": " ", "roles": None}, {"name": "unknown"}]
    assert [p.name for p in one(regime, parties=people).parties] == ["None", None, "unknown"]


@pytest.mark.parametrize(
    ("columns", "said"),
    [
        ({"item.eccm": ["EAR99"]}, r"'item.eccm' is not in the vocabulary; did you mean item.eccn\?"),
        ({"subject_to_the_ear": [True]}, "concluded by the law"),
        ({"party.government": [True]}, "belongs to a party: state it in parties"),
        ({"parties": ["x"]}, "expected a list of structs"),
        ({"parties": [[{"nam": "x"}]]}, "'nam' says nothing of a party; did you mean name"),
        ({"parties": [[{"name": 3}]]}, "name is int64; expected string"),
        ({"parties": [[{"item.eccn": "EAR99"}]]}, "belongs to the act"),
        ({"parties": [[{"party.government": 1.5}]]}, r"party.government is double; expected bool"),
        ({"parties": [[{"name": "x"}, None]]}, "row 0, party 2: is null"),
        ({"parties": [[{"roles": ["end_usr"]}]]}, "row 0, party 1: party.roles: 'end_usr' is not one of"),
        ({"item.published": [1.0]}, r"item.published is double; expected bool \(flag\) or text"),
        ({"item.kind": ["hardware"]}, "row 0: item.kind: 'hardware' is not one of commodity"),
        ({"item.us_content_pct": [120.0]}, "row 0: item.us_content_pct: 120.0 is not a share"),
        ({"item.controls": [["NS1", None]]}, "row 0: item.controls: a member of the set is null"),
        ({"particulars": ["x"]}, "particulars is string; expected a struct"),
    ],
)
def test_what_cannot_be_read_is_named(columns: dict[str, Any], said: str, regime: Regime) -> None:
    with pytest.raises(ActsError, match=said):
        act_at(pa.table(columns), 0, regime.vocabulary)


def test_what_cannot_be_stated_is_named(regime: Regime, tmp_path: Path) -> None:
    vocabulary = regime.vocabulary
    with pytest.raises(ActsError, match="the column repeated is there 2 times"):
        checked(pa.schema([("repeated", pa.string()), ("repeated", pa.string())]), vocabulary)
    with pytest.raises(ActsError, match=r"item.us_content_pct: 120 .* is no number that can be stated"):
        to_arrow([Act({"item.us_content_pct": 120})], vocabulary)
    with pytest.raises(ActsError, match="'value' is not of one simple type"):
        to_arrow([Act(particulars={"value": "1"}), Act(particulars={"value": 1})], vocabulary)
    with pytest.raises(ActsError, match=r"did you mean item\.eccn"):
        to_arrow([Act({"item.eccm": "EAR99"})], vocabulary)
    with pytest.raises(ActsError, match="pass vocabulary="):
        list(batches([Act()]))
    for source, why in ((3, "no source of acts"), ([3], "int is no act"), (tmp_path, "no Parquet file")):
        with pytest.raises(ActsError, match=why):
            list(batches(source))
    (tmp_path / "orders.csv").write_text("a,b")
    with pytest.raises(ActsError, match="not a Parquet file"):
        list(batches(tmp_path / "orders.csv"))
    with pytest.raises(ActsError, match="no such file"):
        list(batches(tmp_path / "nowhere.parquet"))
    (tmp_path / "cut.parquet").write_bytes(b"PAR1 cut off")
    with pytest.raises(ActsError, match="cannot be read as acts"):
        list(batches(tmp_path / "cut.parquet"))
    assert list(batches([], vocabulary=vocabulary)) == []
