"""Lists from outside the United States: real files with the counts of their publishers, and every kind of damage."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import date
from functools import cache
from types import ModuleType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from licet.lists.record import Identifier, OtherName, Reading, Record
from licet.lists.sources import china, eu, eu_fsf, followthemoney, japan, uk, un
from licet.lists.sources.foreign import apart, country_in, nationalities, number_in
from shared_reference import shared

READERS = (uk, eu, eu_fsf, un, japan, china, followthemoney)
UK = "uk-hmt-consolidated-2020-04-27.csv.gz"
UN_2024, UN_2026 = "un-sc-consolidated-2024-10-16.xml.gz", "un-sc-consolidated-2026-02-27.xml.gz"
EU_833, EU_269 = "eu-833-2014-annexes-2026-08.csv.gz", "eu-269-2014-2026-08.csv.gz"
EUL, RUSSIA = "jp-meti-end-user-list-2026-07-20.json.gz", "jp-meti-russia-2025-09-12.txt.gz"
THIRD = "jp-meti-third-countries-2025-09-12.txt"
MOFCOM, COUNTER = "cn-mofcom-lists-2026-07-19.json", "cn-counter-sanctions-2026-08.csv"
UA = "opensanctions-ua-war-sanctions-2026-03-13.targets.simple.csv.gz"
REAL = {
    UK: (uk, 9492, 2114),
    UN_2024: (un, 877, 877),
    UN_2026: (un, 1003, 1003),
    EU_833: (eu, 1746, 1746),
    EU_269: (eu, 2802, 2802),
    EUL: (japan, 835, 835),
    RUSSIA: (japan, 561, 561),
    THIRD: (japan, 56, 56),
    MOFCOM: (china, 240, 240),
    COUNTER: (china, 610, 610),
    UA: (followthemoney, 5600, 5600),
}


@cache
def real(name: str) -> bytes:
    data = shared(f"data/foreign-lists/{name}").read_bytes()
    return gzip.decompress(data) if name.endswith(".gz") else data


@cache
def reading_of(name: str) -> Reading:
    reading: Reading = REAL[name][0].read(real(name), name)
    return reading


def named(reading: Reading, name: str) -> Record:
    return next(r for r in reading.records if r.name == name)


@pytest.mark.parametrize("name", REAL)
def test_every_real_file_is_recognised_by_one_reader_and_has_the_rows_of_its_publisher(name: str) -> None:
    data = real(name)
    reader, rows, records = REAL[name]
    assert [r for r in READERS if r.recognises(data[:65536], name.removesuffix(".gz"))] == [reader]
    reading = reading_of(name)
    assert (reading.rows, len(reading.records), reading.fatal) == (rows, records, ())
    assert all(record.name and record.list in reading.lists for record in reading.records)
    assert len({record.line for record in reading.records}) == records


@pytest.mark.parametrize("name", REAL)
def test_a_real_file_that_breaks_off_inside_an_entry_is_fatal_and_names_the_place(name: str) -> None:
    data = real(name)
    for share in (0.31, 0.62):
        cut = data[: int(len(data) * share)]
        if name in (RUSSIA, THIRD):
            # The text has no marks of structure: only the missing address of the last item shows it.
            cut = cut[: cut.rfind("所在地".encode())]
        reading = REAL[name][0].read(cut, name)
        assert reading.fatal, share
        assert any(word in " ".join(reading.fatal) for word in ("line ", "item ")), reading.fatal
        assert name in (EUL, MOFCOM) or reading.records


def test_the_british_list_is_grouped_by_its_group_id() -> None:
    reading = reading_of(UK)
    assert reading.dated == date(2020, 4, 27)
    assert Counter(r.kind for r in reading.records) == {"person": 1523, "organisation": 565, "vessel": 26}
    one = next(r for r in reading.records if r.published_id == "13349")
    assert one.name == "Nayef Salam Muhammad Ujaym AL-HABABI"
    assert OtherName("Faruq AL-QATARI") in one.others
    assert one.countries == ("SA", "QA")
    assert one.birth == ("1980", "1981")
    assert one.effective == date(2016, 4, 1)
    assert one.identifiers == (Identifier("passport", "592667"),)
    vessel = named(reading, "TONG SAN 2")
    assert vessel.identifiers == (Identifier("imo", "8937675"), Identifier("mmsi", "445539000"))
    # Windows-1252: curly quotation marks and accents come out as themselves.
    texts = " ".join(r.as_json() for r in reading.records)
    assert "‘Lugansk People´s Republic’" in texts
    assert "\ufffd" not in texts


def test_the_un_list_with_bare_ampersands_is_mended_and_says_where() -> None:
    reading = reading_of(UN_2024)
    assert reading.dated == date(2024, 10, 16)
    assert "39788" in reading.faults[0]
    assert "unescaped '&'" in reading.faults[0]
    assert any(r.name == "AL-HARAMAIN & AL MASJED AL-AQSA CHARITY FOUNDATION" for r in reading.records)
    assert all(r.effective for r in reading.records)
    one = named(reading, "MUHAMMAD TAHER ANWARI")
    assert OtherName("Haji Mudir", "weak") in one.others
    assert OtherName("محمد طاهر أنوري", "script") in one.others
    assert one.kind == "person"
    assert reading_of(UN_2026).faults == ()


def test_an_entity_of_two_names_is_taken_apart() -> None:
    one = next(r for r in reading_of(UN_2026).records if r.published_name)
    assert one.name == "COMPAGNIE AERIENNE DES GRANDS LACS (CAGL)"
    assert OtherName("GREAT LAKES BUSINESS COMPANY (GLBC)") in one.others


def test_names_in_cyrillic_stand_beside_the_latin_name() -> None:
    reading = reading_of(EU_269)
    assert reading.lists == ("eu_269",)
    one = reading.records[0]
    assert one.name == "Sergey Valeryevich AKSYONOV"
    assert one.others == (
        OtherName("Sergei Valerievich AKSENOV"),
        OtherName("Сергей Валерьевич АКСЁНОВ", "script"),
        OtherName("Serhiy Valeriyovych AKSYONOV"),
        OtherName("Сергiй Валерiйович АКСЬОНОВ", "script"),
    )
    assert one.effective == date(2014, 3, 17)
    assert one.birth == ("1972-11-26",)
    annexes = reading_of(EU_833)
    sirius = named(annexes, "JSC Sirius")
    assert OtherName("ОАО «Концерн «Сириус»", "script") in sirius.others
    assert sirius.identifiers == (Identifier("tax", "7704730655"),)
    assert sirius.addresses[0].country == "RU"
    assert sirius.programmes == ("EU-RUS", "Export control")
    assert Counter(r.kind for r in annexes.records)["vessel"] == 633
    # Both ways of writing a day are read: 12.9.2014 and 12 March 2022.
    assert sum(r.effective is not None for r in annexes.records) == 1665
    assert not [f for r in annexes.records for f in r.faults]


def test_the_registry_puts_some_japanese_names_into_the_address() -> None:
    reading = reading_of(EUL)
    assert reading.dated == date(2026, 7, 20)
    stuck = [r for r in reading.records if r.faults]
    assert len(stuck) == 37
    assert "Dandong Hongxiang Industrial Development Co Ltd" in {r.name for r in stuck}
    assert all(r.countries and r.countries != ("JP",) for r in reading.records)
    one = named(reading, "Academy of National Defense Science")
    assert OtherName("国防科学院", "script") in one.others


def test_japanese_designations_are_read_by_counting() -> None:
    reading = reading_of(RUSSIA)
    assert [r.published_id for r in reading.records] == [str(n) for n in range(1, 562)]
    assert (reading.lists, reading.dated) == (("jp_russia",), date(2025, 9, 12))
    one = named(reading, "Moscow Institute of Physics and Technology")
    assert [o.name for o in one.others if o.kind == "alias"] == ["MIPT", "MFTI"]
    assert len(one.addresses) == 3
    assert {a.country for a in one.addresses} == {"RU"}
    # An item whose address heading is spaced out, and the one that begins behind it.
    assert named(reading, "Rybinsk Shipyard Engineering").published_id == "97"
    assert named(reading, "Scientific Research Institute of Applied Chemistry").published_id == "98"
    # Names that stand in one line with the Japanese ones.
    assert named(reading, "JSC Rocket and Space Centre – Progress").published_id == "18"
    assert sum(1 for r in reading.records for f in r.faults) <= 2
    third = reading_of(THIRD)
    assert third.lists == ("jp_third_countries",)
    assert (
        OtherName("广州欧赛科技有限公司", "script")
        in named(third, "Guangzhou Ausay Technology Co. Limited").others
    )
    assert named(third, "Hong Kong Qisu Electronic Technology Co Ltd").addresses[0].country == "CN"


def test_the_chinese_lists_are_told_apart() -> None:
    ministry = reading_of(MOFCOM)
    assert Counter(r.list for r in ministry.records) == {
        "cn_export_control": 139,
        "cn_unreliable": 61,
        "cn_watch": 40,
    }
    assert "2 ids stand for several entries" in ministry.faults[0]
    assert OtherName("斯巴鲁株式会社", "script") in named(ministry, "SUBARU Corporation").others
    assert not any(r.countries == ("CN",) for r in ministry.records)
    counter = reading_of(COUNTER)
    assert Counter(r.list for r in counter.records) == {
        "cn_counter": 351,
        "cn_export_control": 153,
        "cn_unreliable": 66,
        "cn_watch": 40,
    }
    # 13.07.20 is a day of July: the day comes first and the year has two digits.
    assert named(counter, "Ted Cruz").published == date(2020, 7, 13)
    assert Counter(r.ends for r in counter.records)[date(2026, 4, 24)] == 2


def test_the_simple_table_keeps_every_name_and_number() -> None:
    reading = reading_of(UA)
    assert reading.lists == ("ftm:ukraine_war_and_sanctions",)
    assert reading.dated == date(2026, 3, 11)
    kinds = Counter(r.kind for r in reading.records)
    assert kinds == {"person": 1543, "organisation": 1524, "vessel": 1340, "": 1193}
    one = named(reading, "ROSALIN")
    assert [o.name for o in one.others] == ["Ceram Sea", "Gold Sun", "Nurkez"]
    assert one.identifiers == (Identifier("imo", "9253325"),)
    assert one.countries == ("LR", "PA", "SG", "ST")


FSF = b"""<?xml version="1.0" encoding="UTF-8"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2024-05-06T13:02:17.123+02:00">
  <sanctionEntity euReferenceNumber="EU.1.2" logicalId="12">
    <remark>Former owner.</remark>
    <regulation publicationDate="2014-03-21" entryIntoForceDate="2014-03-22" numberTitle="1/2014 (OJ L78)" programme="UKR"/>
    <regulation publicationDate="2015-01-01" entryIntoForceDate="2015-01-02" numberTitle="2/2015 (OJ L1)" programme="UKR"/>
    <subjectType code="person" classificationCode="P"/>
    <nameAlias firstName="" lastName="" wholeName="Vanya" strong="false"/>
    <nameAlias firstName="Ivan" middleName="" lastName="Petrov" wholeName="" strong="true"/>
    <nameAlias wholeName="\xd0\x98\xd0\xb2\xd0\xb0\xd0\xbd \xd0\x9f\xd0\xb5\xd1\x82\xd1\x80\xd0\xbe\xd0\xb2" strong="true"/>
    <citizenship countryIso2Code="RU"/>
    <birthdate birthdate="1970-02-03" year="1970"/>
    <identification number="AB 123" identificationTypeCode="passport"/>
    <address street="Nevsky 1" city="St Petersburg" countryIso2Code="RU" countryDescription="RUSSIAN FEDERATION"/>
    <address countryIso2Code="00" countryDescription="UNKNOWN"/>
  </sanctionEntity>
</export>
"""


def test_the_official_file_of_the_union() -> None:
    assert [r for r in READERS if r.recognises(FSF, "x.xml")] == [eu_fsf]
    reading = eu_fsf.read(FSF, "x.xml")
    assert (reading.rows, reading.dated, reading.fatal) == (1, date(2024, 5, 6), ())
    (one,) = reading.records
    assert (one.name, one.kind, one.countries) == ("Ivan Petrov", "person", ("RU",))
    assert one.others == (OtherName("Иван Петров", "script"), OtherName("Vanya", "weak"))
    assert (one.published, one.effective) == (date(2014, 3, 21), date(2014, 3, 22))
    assert one.identifiers == (Identifier("passport", "AB 123"),)
    assert [a.country for a in one.addresses] == ["RU"]
    assert eu_fsf.read(FSF[:700], "x.xml").fatal


def entity(ident: str, schema: str, said: dict[str, list[object]], **more: object) -> dict[str, object]:
    return {"id": ident, "schema": schema, "properties": said, **more}


def lines(*entities: dict[str, object]) -> bytes:
    return "".join(json.dumps(e) + "\n" for e in entities).encode()


GRAPH = (
    entity(
        "a",
        "Company",
        {
            "name": ["ООО Ромашка", "Romashka LLC"],
            "alias": ["Romashka", "Ромашка"],
            "weakAlias": ["RMK"],
            "previousName": ["Lutik LLC"],
            "country": ["ru", "suhh"],
            "innCode": ["7704730655"],
            "addressEntity": ["d"],
        },
        datasets=["xx_list"],
        target=True,
        last_change="2024-03-02T01:02:03",
    ),
    entity(
        "s",
        "Sanction",
        {"entity": ["a"], "listingDate": ["2022-03-01"], "startDate": ["2022"], "program": ["P1"]},
    ),
    entity("d", "Address", {"full": ["Lenina 1, Moscow"], "country": ["ru"]}, target=False),
    entity("i", "Identification", {"holder": ["a"], "type": ["OKPO"], "number": ["57243722"]}),
    entity("o", "Person", {"name": ["Pyotr Sidorov"]}, target=False),
    entity(
        "w", "Ownership", {"owner": ["o"], "asset": ["a"], "percentage": ["51"], "startDate": ["2020-01-01"]}
    ),
)


def test_entities_are_joined_to_their_subject() -> None:
    reading = followthemoney.read(lines(*GRAPH), "entities.ftm.json")
    assert (reading.rows, reading.lists, reading.fatal) == (6, ("ftm:xx_list",), ())
    assert reading.dated == date(2024, 3, 2)
    assert "1 entities are marked as no targets" in reading.faults[0]
    (one,) = reading.records
    assert (one.name, one.kind, one.countries) == ("Romashka LLC", "organisation", ("RU", "SU"))
    assert one.others == (
        OtherName("ООО Ромашка", "script"),
        OtherName("Romashka"),
        OtherName("Ромашка", "script"),
        OtherName("RMK", "weak"),
        OtherName("Lutik LLC", "former"),
    )
    assert (one.published, one.effective) == (date(2022, 3, 1), None)
    assert "startDate" in one.faults[0]
    assert [(a.text, a.country) for a in one.addresses] == [("Lenina 1, Moscow", "RU")]
    assert set(one.identifiers) == {Identifier("tax", "7704730655"), Identifier("okpo", "57243722")}
    assert one.related == ("Pyotr Sidorov",)
    assert one.notes == ("owner: Pyotr Sidorov (51, 2020-01-01)",)


def test_nested_entities_and_those_without_marks() -> None:
    address = entity("d", "Address", {"full": ["Lenina 1"], "country": ["ru"]})
    nested = entity(
        "a",
        "Vessel",
        {"name": ["Ulan"], "imoNumber": ["IMO9187629"], "addressEntity": [address]},
        target=True,
    )
    (one,) = followthemoney.read(lines(nested), "targets.nested.json").records
    assert (one.list, one.addresses[0].country) == ("ftm:targets", "RU")
    assert one.identifiers == (Identifier("imo", "9187629"),)
    bare = [
        entity("b", "LegalEntity", {"name": ["Umbrella"]}),
        entity("d", "Address", {"full": ["Lenina 1"]}),
    ]
    assert [r.name for r in followthemoney.read(lines(*bare), "x.json").records] == ["Umbrella"]


def test_a_listing_ends_when_all_its_sanctions_have_ended() -> None:
    subject = entity("a", "Person", {"name": ["Ivan"]})
    ended = entity("s", "Sanction", {"entity": ["a"], "endDate": ["2020-01-01"]})
    lasting = entity("t", "Sanction", {"entity": ["a"]})
    assert followthemoney.read(lines(subject, ended), "x").records[0].ends == date(2020, 1, 1)
    assert followthemoney.read(lines(subject, ended, lasting), "x").records[0].ends is None


def test_a_link_that_leads_nowhere_and_a_line_that_is_none_are_told() -> None:
    data = lines(entity("s", "Sanction", {"entity": ["gone"]})) + b'{"id": "x", "sch'
    reading = followthemoney.read(data, "x.json")
    assert "1 links lead to entities that are not in the file" in reading.faults
    assert "line 2" in reading.fatal[0]


def test_entities_of_xml_are_never_resolved() -> None:
    bomb = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><CONSOLIDATED_LIST dateGenerated="2024-01-02"><INDIVIDUALS>'
    bomb += b"<INDIVIDUAL><FIRST_NAME>A &x; B</FIRST_NAME></INDIVIDUAL></INDIVIDUALS><ENTITIES/></CONSOLIDATED_LIST>"
    assert "root:" not in un.read(bomb, "x.xml").records[0].as_json()


def test_a_swapped_day_is_a_fault_and_no_other_day() -> None:
    head = "celex,recordId,programKey,annex,measure,startDate,reason,schema,name,alias\n"
    reading = eu.read(f"{head}32014R0833,1,EU-RUS,IV,Ban,3.31.2022,,LegalEntity,X,\n".encode(), "x.csv")
    assert reading.records[0].effective is None
    assert "swapped" in reading.records[0].faults[0]
    assert "line 2, startDate" in reading.records[0].faults[0]
    assert reading.fatal == ()
    assert "no column 'annex'" in eu.read(b"celex,recordId,programKey\na,b,c\n", "x").fatal[0]
    unended = eu.read(f"{head}32014R0833,1,EU-RUS,IV,Ban,3.3.2022,,LegalEntity,X,al".encode(), "x.csv")
    assert "line 2" in unended.fatal[0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("119435, Moscow, Pirogovskaya M. Str., 18, Russian Federation", "RU"),
        ("Russian Federation, 125424, Moscow, Volokolamskoe sh., 90", "RU"),
        ("Willy-Messerschmitt-Strasse 3, Taufkirchen, Germany（邮编：82024）", "DE"),
        ("Murmansk, Russian Federation (ter. Murmansk-17, 1)", "RU"),
        ("Tehran", "IR"),
        ("United Arab Emirates, Russian Federation, somewhere", ""),
        ("Branch Office 2, near the bazaar", ""),
        ("", ""),
    ],
)
def test_the_country_of_an_address(text: str, code: str) -> None:
    assert country_in(text) == code


def test_nationalities_names_and_numbers_within_words() -> None:
    assert nationalities(["Iranian national and US national/citizen", "Qatarian"]) == ("IR", "US", "QA")
    assert nationalities(["Kuwaiti citizenship withdrawn in 2002", "USSR (until 1991)"]) == ()
    assert apart("A LLC (А ООО) B LLC (Б ООО)") == ("A LLC", "B LLC", "А ООО", "Б ООО")
    assert apart("VTB Bank (Kazakhstan)") == ("VTB Bank (Kazakhstan)",)
    assert number_in("Libyan Passport No. 96/184442") == "96/184442"
    assert number_in("A 123 456") == "A 123 456"


SEEDS = {
    uk: "Last Updated,27/04/2020\nName 6,Name 1,Group Type,Alias Type,Group ID,DOB,Country\nA,B,Individual,AKA,1,00/00/1980,Iran\n",
    eu: "celex,recordId,programKey,annex,measure,startDate,reason,schema,name,alias\n32014R0833,1,P,IV,M,1.2.2014,,Person,N (Н),A; B (Б)\n",
    eu_fsf: FSF.decode(),
    un: '<CONSOLIDATED_LIST dateGenerated="2024-01-01"><INDIVIDUALS><INDIVIDUAL><FIRST_NAME>A & B</FIRST_NAME><LISTED_ON>2001-01-01</LISTED_ON></INDIVIDUAL></INDIVIDUALS><ENTITIES/></CONSOLIDATED_LIST>',
    japan: "（外務省告示第一号）ロシア連邦の団体\n指定日：2022年\n1 有限会社タコ（別称、タ及びコ）\nTako LLC, a.k.a. the following one alias:\n-Taco LLC.\n所在地：1 Street, Russia.2 株式会社ア\nA JSC\n所在地：X, Russia\n",
    china: '[{"list_id": "cn-attention-list", "entity_name": "A", "aliases": ["甲"], "addresses": ["日本"], "date_added": "2026-02-24"}]',
    followthemoney: lines(*GRAPH).decode(),
}


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.FORMAT)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
@example(data=None)
def test_no_bytes_of_any_kind_make_a_reader_raise(reader: ModuleType, data: st.DataObject | None) -> None:
    seed = SEEDS[reader].encode()
    if data is None:
        damaged = b"[" * 100_000 if reader in (china, japan) else b'{"id":' * 50_000
    elif data.draw(st.booleans()):
        damaged = data.draw(st.binary(max_size=300))
    else:
        at, end = sorted(data.draw(st.tuples(*[st.integers(0, len(seed))] * 2)))
        damaged = (
            seed[:at]
            + data.draw(st.binary(max_size=8) | st.text(max_size=4).map(lambda t: t.encode(errors="replace")))
            + seed[end:]
        )
    for one in (reader, *READERS):
        assert one.recognises(damaged, "x") in (True, False)
    reading = reader.read(damaged, "x")
    assert all(isinstance(fault, str) for fault in (*reading.faults, *reading.fatal))
    assert all(record.digest for record in reading.records)


@pytest.mark.parametrize("reader", READERS, ids=lambda reader: reader.FORMAT)
def test_nothing_is_read_from_nothing(reader: ModuleType) -> None:
    assert reader.read(SEEDS[reader].encode(), "x").records
    assert reader.read(b"", "x").records == ()


@pytest.mark.parametrize("form", [china, japan, followthemoney], ids=lambda reader: reader.FORMAT)
@settings(max_examples=80, deadline=None)
@given(
    value=st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "id",
                        "schema",
                        "properties",
                        "name",
                        "target",
                        "datasets",
                        "list_id",
                        "entity_name",
                        "addresses",
                        "caption",
                    ]
                ),
                inner,
                max_size=5,
            )
        ),
    )
)
def test_no_json_of_any_shape_makes_a_reader_raise(form: ModuleType, value: object) -> None:
    reading = form.read(json.dumps(value).encode(), "x")
    assert all(record.digest for record in reading.records)
