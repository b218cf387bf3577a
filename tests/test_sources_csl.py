"""The Consolidated Screening List, the Bureau's own list and older feeds are read as their files say."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licet.lists.reading import UnknownFormatError, read_bytes, read_file, readers
from licet.lists.record import Address, Identifier, Reading, Record
from licet.lists.sources import bis_entity_csv, csl_csv, csl_json, legacy_feeds, names_only
from licet.lists.sources.common import country_code, date_of, parts, sheet, text_of
from licet.lists.sources.csl_entry import citations, without_footnotes
from shared_reference import shared

HEADER = (
    "_id,source,entity_number,type,programs,name,title,addresses,federal_register_notice,start_date,end_date,"
    "standard_order,license_requirement,license_policy,call_sign,vessel_type,gross_tonnage,"
    "gross_registered_tonnage,vessel_flag,vessel_owner,remarks,source_list_url,alt_names,citizenships,"
    "dates_of_birth,nationalities,places_of_birth,source_information_url,ids"
)
ENTITY = "Entity List (EL) - Bureau of Industry and Security"
SDN = "Specially Designated Nationals (SDN) - Treasury Department"


def row(**cells: str) -> str:
    return ",".join('"' + cells.get(column.lstrip("_"), "") + '"' for column in HEADER.split(","))


def csl(*rows: str) -> Reading:
    return csl_csv.read("\n".join([HEADER, *rows, ""]).encode(), "csl.csv")


def counts(reading: Reading) -> dict[str, int]:
    return dict(Counter(record.list for record in reading.records))


def named(reading: Reading, word: str, code: str = "entity_list") -> list[Record]:
    return [r for r in reading.records if word in (r.published_name or r.name).casefold() and r.list == code]


# Text, days, countries


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfa,b\r\n1,2\r\n", "a,b\n1,2\n"),
        ("Müller – “x” Öl".encode("cp1252"), "Müller – “x” Öl"),
        ("Xi’an é é é".encode() + b" \x96", "Xi’an é é é –"),
        ("Xi\u0092an".encode(), "Xi’an"),
        ("日本".encode("utf-16"), "日本"),
    ],
)
def test_bytes_become_the_text_that_was_meant(data: bytes, text: str) -> None:
    assert text_of(data) == text


@pytest.mark.parametrize(
    ("said", "day"),
    [
        ("2019-05-16", date(2019, 5, 16)),
        ("5/16/2019", date(2019, 5, 16)),
        ("5/16/19", date(2019, 5, 16)),
        ("8/11/93", date(1993, 8, 11)),
        ("16-May-2019", date(2019, 5, 16)),
        ("02 Aug 2021", date(2021, 8, 2)),
        ("May 16, 2019", date(2019, 5, 16)),
        ("2026-07-31T13:15:00.015113+00:00", date(2026, 7, 31)),
        ("", None),
    ],
)
def test_days_are_read_in_the_forms_in_use(said: str, day: date | None) -> None:
    assert date_of(said, "line 1, x") == (day, "")


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("16/5/2019", "look swapped"),
        ("3/4/3017", "impossible year 3017"),
        ("0097-06-30", "impossible year 97"),
        ("2/30/2020", "no day of the calendar"),
        ("soon", "not a date"),
        ("2023-12-31", "lies after 2023-11-21"),
    ],
)
def test_a_day_that_cannot_be_is_refused_with_a_sentence(said: str, told: str) -> None:
    day, fault = date_of(said, "line 7, start_date", latest=date(2023, 11, 21))
    assert day is None
    assert fault.startswith("line 7, start_date: ")
    assert told in fault


def test_a_publisher_may_write_the_day_first() -> None:
    assert date_of("31/12/2020", "x", day_first=True) == (date(2020, 12, 31), "")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("CN", "CN"),
        ("Korea, North", "KP"),
        ("Burma", "MM"),
        ("UAE", "AE"),
        ("Crimea (Occupied)", "UA"),
        ("Macau", "MO"),
        ("Namibia", "NA"),
        ("undetermined", ""),
        ("Atlantis", ""),
        ("", ""),
    ],
)
def test_countries_by_code_and_name(said: str, code: str) -> None:
    assert country_code(said) == code


def test_parts_of_a_cell() -> None:
    assert parts(" a ;b;; a ") == ("a", "b")


# Tables


def test_a_quotation_left_open_is_a_file_that_breaks_off() -> None:
    table = sheet('a,b\n1,2\n"x,3\n4,5\n')
    assert [r.line for r in table.rows] == [2]
    assert table.fatal == (
        "the file breaks off inside the row that starts on line 3, in column 'a' (cell 1 of 2); fetch it again",
    )


def test_a_last_row_without_all_its_cells_is_fatal_and_one_before_it_a_fault() -> None:
    table = sheet("a,b\n1,2\n3\n5,6\n7")
    assert [r["a"] for r in table.rows] == ["1", "5"]
    assert "line 3" in table.faults[0]
    assert "line 5" in table.fatal[0]


def test_a_repeated_header_and_nuls_are_noticed() -> None:
    table = sheet("a,b\na,b\n1,\x002\n\x1a")
    assert [r.cells for r in table.rows] == [{"a": "1", "b": "2"}]
    assert len(table.faults) == 2
    assert not table.fatal


@given(st.text())
def test_any_text_is_a_table_of_some_kind(text: str) -> None:
    table = sheet(text)
    assert all(r.line > 0 for r in table.rows)


@given(st.binary(max_size=300))
def test_no_reader_raises_on_any_bytes(data: bytes) -> None:
    for reader in (csl_csv, csl_json, bis_entity_csv, legacy_feeds, names_only):
        reader.recognises(data, "x")
        reader.read(data, "x")
        reader.read(HEADER.encode() + b"\n" + data, "x")
        reader.read(b'{"fieldKey": {}, "tables": ' + data + b', "entries": [{"s": 1}', "x")


# One entry


def test_an_entry_of_the_entity_list() -> None:
    reading = csl(
        row(
            id="1f",
            source=ENTITY,
            name="Example Works (Example).  Affiliated Entity:  Example Net Co., Ltd.",
            addresses="No. 1 Road, Ningbo, CN; and No. 2 Road, Kowloon, Hong Kong",
            federal_register_notice="84 FR 22963, 85  FR 29853; 88 FR",
            start_date="2019-05-21",
            license_requirement="For all items subject to the EAR, see §§ 734.9(e)1 and 744.11 of the EAR2",
            license_policy="Presumption of denial ",
            alt_names="EN Co.; and EN Net",
        )
    )
    (record,) = reading.records
    assert (record.name, record.parent) == ("Example Net Co., Ltd.", "Example Works (Example)")
    assert [o.name for o in record.others] == ["EN Co.", "EN Net"]
    assert record.addresses == (
        Address("No. 1 Road, Ningbo, CN", "CN"),
        Address("No. 2 Road, Kowloon, Hong Kong", "HK"),
    )
    assert record.requirement == "For all items subject to the EAR, see §§ 734.9(e) and 744.11 of the EAR"
    assert record.footnotes == ("1", "2")
    assert record.citations == ("84 FR 22963", "85 FR 29853")
    assert (record.published, record.effective) == (date(2019, 5, 21), None)
    assert record.faults == ("line 2: citation without a page: '84 FR 22963, 85 FR 29853; 88 FR'",)
    assert not reading.fatal
    assert "no entry of the list 'sdn', which this format covers" in reading.faults


@pytest.mark.parametrize(
    "ids",
    [
        "CN, A123, Passport; Male, Gender; JO, 2014-08-30, 2009-08-31, K47, Passport; X: 02 Aug 2021, Effective Date (CMIC)",
        "Passport, A123, CN; Gender, Male; Passport, K47, JO; Effective Date (CMIC), 2021-08-02",
    ],
)  # fmt: skip
def test_identifiers_in_the_older_and_the_newer_order(ids: str) -> None:
    (record,) = csl(row(source=SDN, name="DOE, Jan", type="Individual", addresses="SY", ids=ids)).records
    assert record.identifiers == (Identifier("passport", "A123"), Identifier("passport", "K47"))
    assert record.effective == date(2021, 8, 2)
    assert (record.kind, record.countries, record.addresses) == ("person", ("SY",), ())


def test_a_ship_with_what_it_is_linked_to() -> None:
    (record,) = csl(
        row(
            source=SDN,
            name="SEVEN",
            type="Vessel",
            vessel_flag="Iran",
            call_sign="EPAB",
            ids="IMO 9187629, Vessel Registration Identification",
            remarks="(Linked To: ONE CO; Linked To: TWO CO)",
        )
    ).records
    assert record.kind == "vessel"
    assert record.identifiers == (Identifier("imo", "9187629"), Identifier("call_sign", "EPAB"))
    assert (record.countries, record.related) == (("IR",), ("ONE CO", "TWO CO"))


def test_of_denied_persons_the_start_is_the_day_of_effect() -> None:
    source = "Denied Persons List (DPL) - Bureau of Industry and Security"
    (record,) = csl(
        row(source=source, name="DOE", start_date="2003-06-19", end_date="2056-06-29", addresses="1 WAY, AKRON, OH, 44116")
    ).records  # fmt: skip
    assert (record.published, record.effective, record.ends) == (None, date(2003, 6, 19), date(2056, 6, 29))
    assert record.addresses[0].country == "US"


def test_a_source_nobody_knows_is_kept_and_told() -> None:
    reading = csl(row(source="New List (NEW) - Some Agency", name="DOE"))
    assert counts(reading) == {"csl_new": 1}
    assert "unknown source 'new'; its entries are kept as list 'csl_new'" in reading.faults


@pytest.mark.parametrize(
    ("text", "without", "numbers"),
    [
        ("(See §§734.9(g),3 746.8(a)(3), and 744.21(b) of the EAR.)", "(See §§734.9(g), 746.8(a)(3), and 744.21(b) of the EAR.)", ("3",)),
        ("(See §§ 734.9(e) and 744.11 of the EAR)4", "(See §§ 734.9(e) and 744.11 of the EAR)", ("4",)),
        ("see § 736.2(b)(3)(vi), and EAR99 items", "see § 736.2(b)(3)(vi), and EAR99 items", ()),
        ("Presumption of approval for EAR99", "Presumption of approval for EAR99", ()),
    ],
)  # fmt: skip
def test_footnote_numbers_are_taken_out_of_texts(text: str, without: str, numbers: tuple[str, ...]) -> None:
    assert without_footnotes(text) == (without, numbers)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("67 F.R. 56530 9/4/02 67 F.R. 10890 3/11/02", ("67 FR 56530", "67 FR 10890")),
        ("83F.R. 65340 12/20/2018", ("83 FR 65340",)),
        ("77 FR 61249 No. 195", ("77 FR 61249",)),
        ("Vol. 83, No. 91, 05/10/2018", ("Vol. 83, No. 91, 05/10/2018",)),
        ("90 FR 40458\u00ff", ("90 FR 40458",)),
        ("", ()),
    ],
)
def test_citations_one_each(text: str, found: tuple[str, ...]) -> None:
    assert citations(text) == (found, "")


# JSON

API = {
    "total": 1,
    "results": [
        {
            "id": "7",
            "source": ENTITY,
            "name": "Example Works",
            "alt_names": ["EW"],
            "addresses": [{"address": "1 Road", "city": "Ningbo", "state": None, "country": "CN"}],
            "federal_register_notice": "84 FR 22961",
            "start_date": "2019-05-21",
            "source_list_url": "",
            "ids": [{"type": "Tax ID No.", "number": "42", "country": "CN"}],
        }
    ],
}


def test_the_answer_of_the_federal_api() -> None:
    reading = read_bytes(json.dumps(API).encode(), "csl.json")
    (record,) = reading.records
    assert (reading.format, reading.rows, reading.fatal) == ("csl-json", 1, ())
    assert record.addresses == (Address("1 Road, Ningbo, CN", "CN"),)
    assert record.identifiers == (Identifier("tax", "42"),)
    assert record.published == date(2019, 5, 21)


def test_one_page_of_a_search_is_not_the_list() -> None:
    reading = csl_json.read(json.dumps(API | {"total": 25_921}).encode(), "csl.json")
    assert reading.fatal == (
        "holds 1 of 25921 entries; expected the whole list, not one page of a search",
    )  # fmt: skip


def test_json_that_breaks_off_keeps_its_whole_entries() -> None:
    text = json.dumps({"results": API["results"] * 3})  # type: ignore[operator]
    reading = csl_json.read(text[:-40].encode(), "csl.json")
    assert (reading.rows, len(reading.records)) == (2, 2)
    assert "after 2 whole entries" in reading.fatal[0]


# The Bureau's own file


def test_rows_of_one_entry_are_gathered() -> None:
    header = (
        "Source List,Entity Number,SDN Type,Programs,Name,Title,Address,City,State/Province,Postal Code,Country,"
        "Federal Register Notice,Effective Date,License Requirement,License Policy,Alternate Name,,"
    )
    lines = [
        header,
        'EL ,,,,Example Co.,,1 Road,Ningbo,,,China,"84 FR 22963, 87 FR 55250","5/21/2019, 9/9/2023",All items,Denial.,EC; and EX,,',
        'EL,,,,Example Co,,2 Road,Ningbo,,,China,"84 FR 22963, 87 FR 55250","5/21/2019, 9/9/2023",All items.,Denial,EC,,',
        ",,,,Example Co.,,3 Road,Riga,,,Latvia,84 FR 22963,5/21/19,All items,Denial.,,,",
    ]
    reading = read_bytes("\n".join(lines).encode(), "el.csv")
    first, second = reading.records
    assert reading.rows == 3
    assert [a.text for a in first.addresses] == ["1 Road, Ningbo, China", "2 Road, Ningbo, China"]
    assert [o.name for o in first.others] == ["EC", "EX"]
    assert (first.published, first.effective) == (date(2019, 5, 21), None)
    assert "does not agree with 87 FR 55250" in first.faults[0]
    assert second.countries == ("LV",)
    assert reading.faults == ("1 rows have no source; read as EL (line 4)",)


# Opening


def test_an_unknown_format_says_what_was_seen_and_what_is_known() -> None:
    with pytest.raises(UnknownFormatError, match=r"begins with b'hello'.*csl-csv"):
        read_bytes(b"hello", "x.bin")
    with pytest.raises(UnknownFormatError, match="has nothing in it"):
        read_bytes(b"", "x.csv")


def test_a_compressed_file_that_breaks_off_is_fatal() -> None:
    whole = "\n".join([HEADER, *(row(source=SDN, name=f"P {n}", title=str(n * n)) for n in range(3000)), ""])
    data = gzip.compress(whole.encode(), mtime=0)
    assert read_bytes(data, "csl.csv.gz").rows == 3000
    cut = read_bytes(data[: len(data) // 2], "csl.csv.gz")
    assert 0 < cut.rows < 3000
    assert "compressed file is damaged or breaks off" in cut.fatal[0]


def test_every_reader_says_its_format() -> None:
    formats = [reader.FORMAT for reader in readers()]
    assert len(set(formats)) == len(formats)


# Real files


@pytest.fixture(scope="module")
def of_2022() -> Reading:
    return read_file(shared("data/csl/csl-2022-05-16-full.csv.gz"))


@pytest.fixture(scope="module")
def of_2026() -> Reading:
    return read_file(shared("data/csl/csl-2026-07-31-compact.json.gz"))


@pytest.fixture(scope="module")
def of_the_bureau() -> Reading:
    return read_file(shared("data/entity-list/bis-entity-list-2023-11-21.csv.gz"))


def test_the_whole_list_of_2022(of_2022: Reading) -> None:
    assert (of_2022.rows, of_2022.fatal, of_2022.faults) == (14_160, (), ())
    assert counts(of_2022) == {
        "sdn": 10_026, "entity_list": 2_001, "dtc": 727, "denied_persons": 462, "ssi": 290, "unverified_list": 201,
        "isn": 163, "plc": 78, "military_end_users": 71, "cmic": 68, "capta": 53, "mbs": 17, "fse": 3,
    }  # fmt: skip
    started = Counter(record.published for record in named(of_2022, "huawei"))
    assert started == {date(2019, 5, 21): 76, date(2019, 8, 21): 23, date(2020, 8, 20): 37}
    ends = [r.ends for r in of_2022.records if r.ends]
    assert len(ends) == 417


def test_impossible_years_of_2022_are_refused(of_2022: Reading) -> None:
    told = [fault for r in of_2022.records for fault in r.faults if "impossible year" in fault]
    assert len(told) == 3
    assert all(
        2001 <= r.published.year <= 2022 or r.published.year > 1990 for r in of_2022.records if r.published
    )


def test_the_compact_list_of_2026(of_2026: Reading) -> None:
    assert (of_2026.rows, of_2026.fatal, of_2026.dated) == (25_921, (), date(2026, 7, 31))
    assert of_2026.faults == ("no entry of the list 'fse', which this format covers",)
    assert counts(of_2026) == {
        "sdn": 19_181, "entity_list": 3_420, "denied_persons": 1_596, "dtc": 787, "ssi": 286, "unverified_list": 222,
        "isn": 161, "plc": 78, "military_end_users": 70, "cmic": 68, "mbs": 51, "capta": 1,
    }  # fmt: skip
    assert sum(r.kind == "address" for r in of_2026.records) == 19
    # One of the 136 says Huawei only in an alias.
    assert (len(named(of_2026, "huawei")), len(named(of_2026, "huawei", "cmic"))) == (135, 2)


@pytest.mark.parametrize(
    ("name", "rows"), [("csl-2019-12-03-sample.csv", 115), ("csl-2025-06-25-sample.csv", 13)]
)
def test_samples_of_the_forms_of_2019_and_2025(name: str, rows: int) -> None:
    reading = read_file(shared(f"data/csl/{name}"))
    assert (reading.format, reading.rows, len(reading.records), reading.fatal) == ("csl-csv", rows, rows, ())


def test_the_truncated_download_is_refused() -> None:
    reading = read_file(shared("data/csl/csl-2023-11-30-TRUNCATED.csv.gz"))
    # The second header makes the 4,227th row that is whole.
    assert (reading.rows, counts(reading)["entity_list"], named(reading, "huawei")) == (4_226, 919, [])
    assert reading.faults == ("line 2: the header row stands here again; left out",)
    assert len(reading.fatal) == 1
    assert "breaks off inside the row that starts on line 4233, in column 'addresses'" in reading.fatal[0]


def test_the_bureaus_own_file(of_the_bureau: Reading) -> None:
    assert (of_the_bureau.rows, of_the_bureau.fatal, counts(of_the_bureau)) == (
        4_637,
        (),
        {"entity_list": 2_784},
    )
    assert len({r.published_name or r.name for r in named(of_the_bureau, "huawei")}) == 132
    shifted = [f for r in of_the_bureau.records for f in r.faults if "where nothing is expected" in f]
    assert any("Alternate Type: '102816'" in f for f in shifted)
    assert any("Date Lifted/Waived/Expired: '8/21/2019" in f for f in shifted)
    assert any(
        "2023-09-09 does not agree with 87 FR 55250" in f for r in of_the_bureau.records for f in r.faults
    )


@pytest.mark.parametrize(
    ("name", "rows", "records"),
    [
        ("legacy-state-lists/isn-2018.csv", 213, {"isn": 213}),
        ("legacy-state-lists/itar-debarred-2017-04-17.csv", 516, {"dtc": 516}),
        ("legacy-feed-samples-2018/isn__isn.csv", 5, {"isn": 5}),
        ("legacy-feed-samples-2018/uvl__uvl.csv", 19, {"unverified_list": 13}),
        ("legacy-feed-samples-2018/el__el.csv", 18, {"entity_list": 6}),
    ],
)
def test_older_feeds(name: str, rows: int, records: dict[str, int]) -> None:
    reading = read_file(shared(f"data/csl/{name}"))
    assert (reading.rows, counts(reading), reading.fatal) == (rows, records, ())


@pytest.mark.parametrize(
    ("day", "rows", "entries"),
    [("2022-11-17", 38_026, 16_000), ("2023-02-06", 39_036, 16_414), ("2024-03-29", 47_818, 20_208)],
)
def test_files_of_names_only(day: str, rows: int, entries: int) -> None:
    reading = read_file(shared(f"data/csl/names-csl-plus-meti-{day}.csv.gz"))
    assert (reading.rows, len(reading.records), reading.fatal) == (rows, entries, ())
    names = [n for r in reading.records for n in (r.published_name or r.name, *(o.name for o in r.others))]
    assert sum("HUAWEI" in name for name in names) == 166
    assert counts(reading)["jp_eul"] == (706 if day.startswith("2024") else 670)


def test_a_copy_of_the_file_reads_the_same(of_2022: Reading, tmp_path: Path) -> None:
    copy = tmp_path / "other.csv"
    copy.write_bytes(gzip.decompress(shared("data/csl/csl-2022-05-16-full.csv.gz").read_bytes()))
    assert read_file(copy) == of_2022
