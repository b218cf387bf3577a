"""The screening engine: what must be caught, what must not, and what stands on every row."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from licet.language.errors import LawError
from licet.screening import Index, compare, screen
from licet.screening.roles import BY
from licet.screening.screen import CANDIDATES

LISTED = [
    ("h1", "entity_list", "Huawei Technologies Co., Ltd.", "name", "organisation", ["CN"]),
    ("h1", "entity_list", "Huawei", "alias", "organisation", ["CN"]),
    ("h2", "entity_list", "Shanghai HiSilicon Technologies Co., Ltd.", "name", "organisation", ["CN"]),
    ("a1", "sdn", "JSC ALMAZ-ANTEY", "name", "organisation", ["RU"]),
    ("s1", "sdn", "SIS d.o.o.", "name", "organisation", ["RS"]),
    ("f1", "entity_list", "Aerotechnic France", "name", "organisation", ["FR"]),
    ("p1", "sdn", "PETROVSKIY, Ivan Sergeyevich", "name", "person", ["RU"]),
    ("v1", "sdn", "NOOR 1", "name", "vessel", ["IR"]),
    ("k1", "entity_list", "Kalinka Works", "name", "organisation", ["RU"]),
    ("d1", "entity_list", "Address 01", "address", "address", ["HK"]),
]


def table(rows: list[tuple[str, str, str, str, str, list[str]]]) -> pa.Table:
    columns = list(zip(*rows, strict=True))
    names = ("entity", "list", "name", "name_kind", "kind")
    data = {n: pa.array(c) for n, c in zip(names, columns, strict=False)}
    data["countries"] = pa.array(columns[5], pa.list_(pa.string()))
    data["addresses"] = pa.array(
        [
            ["Unit 7, 12/F, Sunbeam Centre, 27 Shing Yip Street, Kwun Tong"] if r[0] == "d1" else []
            for r in rows
        ],
        pa.list_(pa.string()),
    )
    data["identifiers"] = pa.array(
        [["imo:9187629"] if r[0] == "v1" else [] for r in rows], pa.list_(pa.string())
    )
    return pa.table(data)


@pytest.fixture(scope="module")
def index() -> Index:
    return Index.build(table(LISTED))


def ask(index: Index, name: str, **more: object) -> list[dict]:
    return screen(pa.table({"name": [name], **{k: [v] for k, v in more.items()}}), index).to_pylist()


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("SIS DOO", "SIS d.o.o."),
        ("Aerotechnic France SAS", "Aerotechnic France"),
        ("Hua Wei Technology Co Ltd", "Huawei Technologies Co., Ltd."),
        ("HiSilicon (Shanghai) Technologies", "Shanghai HiSilicon Technologies"),
        ("华为技术有限公司", "Huawei Technologies"),
        ("ATTN: Huawei Technologies, P.O. Box 12", "Huawei Technologies"),
        ("Huawei Technologies Dubai Branch", "Huawei Technologies"),
        ("Brightwater Trading (ex-Kalinka Works)", "Kalinka Works"),
        ("Brightwater Trading, formerly Kalinka Works", "Kalinka Works"),
    ],
)
def test_what_must_hit(mine: str, theirs: str) -> None:
    assert compare(mine, theirs).level == "hit"


@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("Almaz Antey Telecommunications LLC", "JSC ALMAZ-ANTEY"),
        ("Huawei Marine Networks", "Huawei Technologies"),
        ("Hauwei Technologies", "Huawei Technologies"),
    ],
)
def test_what_must_be_seen(mine: str, theirs: str) -> None:
    assert compare(mine, theirs).level in ("hit", "review")


@pytest.mark.parametrize("mine", ["Honghua Technologies", "Huahai Technologies", "Acme Widgets"])
def test_what_must_not_appear(index: Index, mine: str) -> None:
    assert ask(index, mine) == []


@pytest.mark.parametrize(
    ("mine", "theirs", "by"),
    [
        ("Shanghai Kalinka", "Beijing Kalinka", "place"),
        ("Tankograd Plant 3", "Tankograd Plant 5", "number"),
    ],
)
def test_siblings_never_hit_alone(mine: str, theirs: str, by: str) -> None:
    found = compare(mine, theirs)
    assert found.level != "hit"
    assert any(e.by == by and e.points < 0 for e in found.evidence)


def test_two_trade_words_cost_more_than_one_missing() -> None:
    other = compare("Brennock Steel Tubes", "Brennock Steel Wires")
    fewer = compare("Brennock Steel", "Brennock Steel Wires")
    assert other.points < fewer.points
    assert other.level != "hit"


def test_rare_and_long_ranks_above_short_and_common() -> None:
    long = compare("Zhenxingtai Kalinka Orlovsky Works", "Zhenxingtai Kalinka Orlovsky Works")
    short = compare("China Bank", "China Bank")
    assert long.points > short.points
    assert long.one_in > short.one_in


def test_rows_add_up_and_speak(index: Index) -> None:
    for row in ask(index, "Hua Wei Technology (Shanghai) Co Ltd", kind="organisation", country="CN"):
        assert row["score"] == sum(e["points"] for e in row["evidence"])
        assert row["score"] * 1024 == int(row["score"] * 1024)
        assert {e["by"] for e in row["evidence"]} <= set(BY)
        assert all(e["one_in"] >= 1 for e in row["evidence"])


def test_country_adds_and_takes_away(index: Index) -> None:
    def score(country: str | None) -> float:
        return ask(index, "Kalinka Works", country=country)[0]["score"]

    assert score("RU") > score(None) > score("FR")


def test_an_identifier_decides(index: Index) -> None:
    renamed = ask(index, "SUNNY BAY", kind="vessel", identifiers=["IMO:9187629"])
    assert [(r["entity"], r["level"]) for r in renamed] == [("v1", "hit")]
    same = ask(index, "NOOR 1", kind="vessel")[0]["score"]
    other = ask(index, "NOOR 1", kind="vessel", identifiers=["imo:1234567"])
    assert not other or other[0]["score"] < same


def test_a_bare_address_is_met_by_an_address(index: Index) -> None:
    found = ask(
        index, "Bluebird Ltd", address="Unit 7, 12/F Sunbeam Centre, 27 Shing Yip St, Kwun Tong, Hong Kong"
    )
    assert "d1" in {r["entity"] for r in found}
    assert not ask(index, "Address 01 Ltd")


@pytest.mark.parametrize(
    "name", ["Ivan Petrovskiy", "PETROVSKY Ivan Sergeevich", "I. S. Petrovskiy", "Иван Сергеевич Петровский"]
)
def test_persons_meet_however_written(index: Index, name: str) -> None:
    assert "p1" in {r["entity"] for r in ask(index, name, kind="person")}


def test_shape_order_and_digest(index: Index) -> None:
    found = screen(pa.table({"name": ["Kalinka Works", "Huawei"], "id": ["x", None]}), index)
    assert found.schema.names == CANDIDATES.names
    assert found.schema.metadata[b"index"].decode() == index.digest
    rows = found.to_pylist()
    assert [(r["query"], -r["score"], r["entity"]) for r in rows] == sorted(
        (r["query"], -r["score"], r["entity"]) for r in rows
    )
    assert rows[0]["id"] == "x"
    hits = screen(pa.table({"name": ["Hauwei Technologies"]}), index, floor="hit").to_pylist()
    assert all(r["level"] == "hit" for r in hits)


def test_saved_and_opened_answers_alike(index: Index, tmp_path: Path) -> None:
    index.save(tmp_path / "a.arrow")
    index.save(tmp_path / "b.arrow")
    assert (tmp_path / "a.arrow").read_bytes() == (tmp_path / "b.arrow").read_bytes()
    opened = Index.open(tmp_path / "a.arrow")
    assert opened.digest == index.digest
    parties = pa.table({"name": ["Huawei Marine", "SIS DOO", "I. Petrovskiy"]})
    assert screen(parties, opened).equals(screen(parties, index), check_metadata=True)


def test_a_file_that_is_no_index_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"nothing of the kind")
    with pytest.raises(LawError, match="build it again"):
        Index.open(tmp_path / "x")


def test_days_are_honoured() -> None:
    rows = pa.table(
        {
            "entity": ["e"],
            "list": ["sdn"],
            "name": ["Kalinka Works"],
            "from": pa.array([date(2000, 1, 2)]),
            "through": pa.array([date(2000, 1, 4)]),
            "known": pa.array([date(2000, 1, 3)]),
        }
    )
    index = Index.build(rows)
    party = pa.table({"name": ["Kalinka Works"]})

    def found(**when: date) -> bool:
        return len(screen(party, index, **when)) > 0

    assert found()
    assert not found(as_of=date(2000, 1, 1))
    assert found(as_of=date(2000, 1, 2))
    assert found(as_of=date(2000, 1, 4))
    assert not found(as_of=date(2000, 1, 5))
    assert not found(known_at=date(2000, 1, 2))
    assert found(known_at=date(2000, 1, 3), as_of=date(2000, 1, 2))


def test_a_missing_column_is_named(index: Index) -> None:
    with pytest.raises(LawError, match="'name' is missing"):
        screen(pa.table({"nom": ["x"]}), index)
    with pytest.raises(LawError, match="column 'country'"):
        screen(pa.table({"name": ["x"], "country": pa.array([[1]])}), index)


def test_nothing_in_nothing_out(index: Index) -> None:
    assert len(screen(pa.table({"name": pa.array([], pa.string())}), index)) == 0
    assert len(screen(pa.table({"name": pa.array(["", None, "...", "\0"])}), index)) == 0
    empty = Index.build(pa.table({"entity": pa.array([], pa.string()), "name": pa.array([], pa.string())}))
    assert len(screen(pa.table({"name": ["Huawei"]}), empty)) == 0


def test_many_threads_say_the_same(index: Index) -> None:
    parties = pa.table({"name": [r[2] for r in LISTED] * 20})
    one = screen(parties, index)
    with ThreadPoolExecutor(4) as pool:
        assert all(t.equals(one) for t in pool.map(lambda _: screen(parties, index), range(8)))
