"""Export: FollowTheMoney that its own package accepts and that reads back whole, and a table of names."""

from __future__ import annotations

import csv
import gzip
import io
import json
from datetime import date
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licet.lists.exporting import COLUMNS, entry_id, to_csv, to_followthemoney
from licet.lists.record import Address, Identifier, Kind, NameKind, OtherName, Record
from licet.lists.sources import china, eu, followthemoney, japan, un
from shared_reference import shared

HISILICON = Record(
    list="entity_list",
    name="HiSilicon Technologies Co., Ltd.",
    kind="organisation",
    others=(
        OtherName("HiSilicon"),
        OtherName("海思半导体有限公司", "script"),
        OtherName("HS", "weak"),
        OtherName("Huawei ASIC Design Center", "former"),
    ),
    addresses=(Address("Bantian Longgang District, Shenzhen, CN", "CN"), Address("Somewhere")),
    countries=("CN", "SU"),
    identifiers=(Identifier("imo", "9187629"), Identifier("okpo", "57243722"), Identifier("tax", "123")),
    programmes=("EAR",),
    requirement="For all items subject to the EAR",
    policy="Presumption of denial",
    citations=("84 FR 22961", "https://example.org/a"),
    published=date(2019, 5, 21),
    effective=date(2019, 5, 16),
    ends=date(2030, 1, 1),
    parent="Huawei Technologies Co., Ltd.",
    footnotes=("1",),
    notes=("note",),
    published_id="77",
)


def back(records: list[Record] | tuple[Record, ...]) -> dict[str, Record]:
    text = "".join(to_followthemoney(records))
    reading = followthemoney.read(text.encode(), "export.ftm.json")
    assert (reading.fatal, reading.faults) == ((), ())
    return {record.published_id: record for record in reading.records}


def same(one: Record, other: Record) -> bool:
    def core(record: Record) -> tuple[object, ...]:
        names = {record.name, *(other.name for other in record.others)}
        days = (record.published, record.effective, record.ends)
        return (
            record.name,
            names,
            record.kind,
            record.countries,
            record.addresses,
            set(record.identifiers),
            days,
        )

    return core(one) == core(other)


def test_an_entry_comes_back_with_all_that_it_said() -> None:
    one = back([HISILICON])[entry_id(HISILICON)]
    assert same(one, HISILICON)
    assert {(o.name, o.kind) for o in one.others} == {(o.name, o.kind) for o in HISILICON.others}
    assert one.list == "ftm:entity_list"
    assert one.requirement == HISILICON.requirement
    assert one.policy == HISILICON.policy
    assert one.related == (HISILICON.parent,)
    assert one.notes == HISILICON.notes
    assert "84 FR 22961" in one.citations


def test_the_sanction_says_who_listed_it_why_and_when() -> None:
    entities = [json.loads(line) for line in to_followthemoney([HISILICON])]
    assert [e["schema"] for e in entities] == [
        "Organization",
        "Sanction",
        "Address",
        "Address",
        "Identification",
    ]
    assert entities[0]["properties"]["topics"] == ["export.control"]
    said = entities[1]["properties"]
    assert said["entity"] == [entities[0]["id"]]
    assert said["authority"] == ["US Department of Commerce, Bureau of Industry and Security"]
    assert said["listingDate"] == ["2019-05-21"]
    assert said["startDate"] == ["2019-05-16"]
    assert said["endDate"] == ["2030-01-01"]
    assert said["sourceUrl"] == [
        "https://example.org/a",
        "https://www.federalregister.gov/citation/84-FR-22961",
    ]


def test_the_same_records_give_the_same_bytes_and_other_ids_can_be_given() -> None:
    assert list(to_followthemoney([HISILICON])) == list(to_followthemoney([HISILICON]))
    assert len(list(to_followthemoney([HISILICON, HISILICON]))) == 5
    first = json.loads(next(to_followthemoney([HISILICON], lambda record: f"mine-{record.published_id}")))
    assert first["id"] == "mine-77"


FILES = {
    "foreign-lists/un-sc-consolidated-2026-02-27.xml.gz": un,
    "foreign-lists/eu-833-2014-annexes-2026-08.csv.gz": eu,
    "foreign-lists/jp-meti-third-countries-2025-09-12.txt": japan,
    "foreign-lists/cn-counter-sanctions-2026-08.csv": china,
}


def checked(lines: list[str]) -> None:
    """Every entity passes followthemoney's own model, and cleaning loses no value."""
    model = pytest.importorskip("followthemoney", reason="followthemoney is a tool of the tests").model
    for line in lines:
        entity = json.loads(line)
        model.get(entity["schema"]).validate(entity)
        proxy = model.make_entity(entity["schema"])
        for name, values in entity["properties"].items():
            for value in values:
                proxy.add(name, value)
            assert len(proxy.get(name)) == len(values), (entity["id"], name, values)


@pytest.mark.parametrize("name", FILES)
def test_real_lists_pass_the_package_and_come_back_whole(name: str) -> None:
    data = shared(f"data/{name}").read_bytes()
    records = FILES[name].read(gzip.decompress(data) if name.endswith(".gz") else data, name).records
    checked(list(to_followthemoney(records))[:1500])
    read = back(records)
    lost = [record.name for record in records if not same(record, read[entry_id(record)])]
    assert not lost


def test_the_made_entry_passes_the_package() -> None:
    checked(list(to_followthemoney([HISILICON])))


texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs", "P")), min_size=1, max_size=12).map(
    lambda text: " ".join(text.split())
)
names = texts.filter(bool)
codes = st.sampled_from(["US", "CN", "RU", "SU", "GB", "YU"])
days = st.none() | st.dates(date(1950, 1, 1), date(2090, 1, 1))
records = st.builds(
    Record,
    list=st.sampled_from(["entity_list", "un", "ftm:xx", "unheard_of"]),
    name=names,
    kind=st.sampled_from([k for k in get_args(Kind) if k != "address"]),
    others=st.lists(st.builds(OtherName, names, st.sampled_from(get_args(NameKind))), max_size=4).map(tuple),
    addresses=st.lists(
        st.builds(Address, names, codes | st.just("")), max_size=2, unique_by=lambda a: a.text
    ).map(tuple),
    countries=st.lists(codes, max_size=3, unique=True).map(tuple),
    identifiers=st.lists(
        st.builds(Identifier, st.sampled_from(["imo", "tax", "passport", "okpo", "lei", "odd"]), names),
        max_size=3,
        unique=True,
    ).map(tuple),
    published=days,
    effective=days,
    ends=days,
)


@settings(max_examples=100, deadline=None)
@given(record=records)
def test_any_entry_comes_back_without_loss(record: Record) -> None:
    assert same(back([record])[entry_id(record)], record)


def test_an_address_alone_is_listed_as_one() -> None:
    record = Record(
        list="entity_list",
        name="Address 01",
        kind="address",
        addresses=(Address("1 Street, Hong Kong", "HK"),),
        countries=("HK",),
    )
    checked(list(to_followthemoney([record])))
    one = back([record])[entry_id(record)]
    assert (one.name, one.kind, one.addresses, one.countries) == (
        "Address 01",
        "address",
        record.addresses,
        ("HK",),
    )


def test_the_table_has_a_row_for_every_name() -> None:
    risky = Record(list="sdn", name="=cmd()", addresses=(Address("x", "CN"), Address("y")))
    rows = list(csv.DictReader(io.StringIO(to_csv([HISILICON, risky]))))
    assert list(rows[0]) == list(COLUMNS)
    assert [row["name_kind"] for row in rows] == ["name", "alias", "script", "weak", "former", "name"]
    assert len({row["id"] for row in rows}) == 2
    assert rows[1]["name"] == "HiSilicon"
    assert rows[0]["published"] == "2019-05-21"
    assert rows[0]["countries"] == "CN | SU"
    assert rows[0]["identifiers"] == "imo:9187629 | okpo:57243722 | tax:123"
    assert rows[-1]["name"] == "'=cmd()"
    assert rows[-1]["address_countries"] == "CN | -"
