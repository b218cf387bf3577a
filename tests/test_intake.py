"""Order books: what is read from each format, what is refused and how it is said."""

from __future__ import annotations

import csv
import io
import sys
import zipfile
from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyarrow import parquet

import licet
from licet.intake import (
    IntakeError,
    OrderBook,
    Profile,
    Reject,
    countries_from,
    read_bytes,
    read_orders,
    write_rejects,
)
from licet.language.values import ABSENT
from licet.language.vocabulary import Vocabulary

VOCABULARY = Vocabulary.from_file(Path(licet.__file__).parent / "law" / "facts.yaml")
COUNTRIES = {
    spelling.casefold(): code
    for code, spellings in {
        "US": "US USA|United States",
        "CN": "CN CHN|China",
        "NO": "NO NOR|Norway",
        "CI": "CI CIV|Côte d'Ivoire",
        "DE": "DE DEU|Germany",
    }.items()
    for spelling in [*spellings.split("|")[0].split(), spellings.split("|")[1]]
}


def read(text: str | bytes, name: str = "orders.csv", profile: Profile | None = None) -> OrderBook:
    data = text.encode() if isinstance(text, str) else text
    return read_bytes(data, name, VOCABULARY, COUNTRIES, profile)


def only(book: OrderBook) -> Any:
    assert not book.rejects
    assert len(book.acts) == 1
    return book.acts[0]


def fact(column: str, cell: str, profile: Profile | None = None) -> Any:
    return only(read(f"order_id,{column}\n1,{quoted(cell)}\n", profile=profile)).facts


def refusal(column: str, cell: str, profile: Profile | None = None) -> Reject:
    return refused(f"order_id,{column}\n1,{quoted(cell)}\n", profile)


def refused(text: str, profile: Profile | None = None) -> Reject:
    book = read(text, profile=profile)
    assert not book.acts
    return book.rejects[0]


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


def workbook(path: Path, rows: list[list[Any]], other: str = "") -> Path:
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in rows:
        book.active.append(row)
    if other:
        book.create_sheet(other).append(["something", "else"])
    book.save(path)
    book.close()
    return path


FULL = (
    "order_id,line,date,action,from,destination,end_user_name,end_user_country,end_user_address,"
    "purchaser_name,purchaser_country,eccn,kind,us_origin,hts,value,currency,quantity,unit,end_use,"
    "support.purpose,end_user_military_end_user,certificate_by,contract_date\n"
    "7,1,2019-05-16T16:30-04:00,Re-export,US,China,Acme Ltd,CN,1 Main St,ACME  Ltd,China,3a001a5,commodity,"
    "yes,8542.31.0001,1234.50,usd,3,EA,base stations,network support,no,none,unknown\n"
)


def test_every_column_finds_its_place() -> None:
    act = only(read(FULL))
    assert act.facts == {
        "act.date": datetime(2019, 5, 16, 16, 30, tzinfo=timezone(timedelta(hours=-4))),
        "act.action": "reexport",
        "origin.country": "US",
        "destination.country": "CN",
        "item.eccn": "3A001.a.5",
        "item.kind": "commodity",
        "item.us_origin": True,
        "item.value_usd": 1234.5,
        "support.purpose": "network_support",
        "certificate.by": ABSENT,
    }
    (party,) = act.parties
    assert (party.name, party.country, party.address) == ("Acme Ltd", "CN", "1 Main St")
    assert party.roles == {"end_user", "purchaser"}
    assert party.facts == {"party.military_end_user": False}
    assert act.particulars == {
        "order_id": "7",
        "line": "1",
        "hts": "8542310001",
        "value": "1234.50",
        "currency": "USD",
        "quantity": "3",
        "unit": "EA",
        "end_use": "base stations",
    }
    assert act.source == "orders.csv, row 2"


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("Sold To", "purchaser_name"),
        ("SHIP_TO", "ultimate_consignee_name"),
        ("Ship-To Country", "ultimate_consignee_country"),
        ("Requested Ship Date", "date"),
        ("Date of Export", "date"),
        ("ECCN", "eccn"),
        ("Schedule B", "hts"),
        ("Ultimate Consignee", "ultimate_consignee_name"),
        ("Country of Ultimate Destination", "destination"),
        ("Qty", "quantity"),
        ("UOM", "unit"),
        ("Amount", "value"),
        ("End User", "end_user_name"),
        ("endUserListedSharePct", "end_user_listed_share_pct"),
        ("freight forwarder takes possession", "freight_forwarder_takes_possession"),
        ("orders_finished_equipment_name", "orders_finished_equipment_name"),
        ("releasee same as", "releasee_same_as"),
        ("Network.Operational", "network.operational"),
    ],
)
def test_headers_of_other_systems(header: str, column: str) -> None:
    assert read(f"order_id,{header}\n1,\n").columns == {"order_id": "order_id", header: column}


def test_every_column_is_a_word_of_the_vocabulary() -> None:
    from licet.intake.headers import naming

    assert not [fact for fact in naming()["facts"].values() if fact not in VOCABULARY]
    for column in [*naming()["facts"], *naming()["particulars"]]:
        assert column == "order_id" or read(f"order_id,{column}\n1,\n").columns[column] == column


def test_misspelt_header_is_named_and_its_cells_are_kept() -> None:
    book = read("order_id,destnation\n1,CN\n")
    assert only(book).particulars["destnation"] == "CN"
    assert "'destnation' is not known (did you mean 'destination'?)" in book.warnings[0]
    assert book.columns["destnation"] == ""


def test_concluded_and_listed_words_are_not_columns() -> None:
    book = read("order_id,subject_to_the_ear,party.military_end_user\n1,no,yes\n")
    assert only(book).facts == {}
    assert len(book.warnings) == 2


@pytest.mark.parametrize(
    "header", ["eccn,eccn", "ECCN,eccn number", "sold_to,purchaser", "notes,eccn,notes", "eccn,item.eccn"]
)
def test_repeated_header_is_one_clear_error(header: str) -> None:
    with pytest.raises(IntakeError, match="repeated"):
        read(f"{header}\n1,2\n")


def test_two_names_of_a_particular_are_both_kept() -> None:
    book = read("Schedule B,hts\n8542310001,8542.31.0002\n")
    assert only(book).particulars == {"Schedule B": "8542310001", "hts": "8542310002"}
    assert "both mean hts" in book.warnings[0]


# -- text and its encodings -------------------------------------------------------------------


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_delimiters_encodings_and_line_ends(delimiter: str, encoding: str, end: str) -> None:
    lines = [["order_id", "end_user_name", "destination"], ["1", "华为 é", "NO"], ["2", "B", "CHN"]]
    text = end.join(delimiter.join(line) for line in lines) + end
    book = read(text.encode(encoding))
    assert [act.parties[0].name for act in book.acts] == ["华为 é", "B"]
    assert [act.facts["destination.country"] for act in book.acts] == ["NO", "CN"]
    assert (book.rows, book.rejects, book.warnings) == (2, [], [])


def test_western_text_is_read_with_a_warning() -> None:
    book = read("order_id,end_user_name\n1,Müller\n".encode("cp1252"))
    assert only(book).parties[0].name == "Müller"
    assert "Windows-1252" in book.warnings[0]


def test_one_bad_byte_does_not_turn_the_other_names_into_western_letters() -> None:
    book = read("order_id,end_user_name\n1,华为技术\n2,B".encode() + b"\xff\n")
    assert [act.parties[0].name for act in book.acts] == ["华为技术"]
    assert "could not be read" in book.rejects[0].problem


def test_separator_line_of_spreadsheets_is_obeyed() -> None:
    assert only(read("sep=;\norder_id;value\n1;5,5\n")).source == "orders.csv, row 2"


def test_open_quotation_mark_costs_one_row() -> None:
    book = read('order_id,description,eccn\n1,"5 inch,3A001\n2,b,3A002\n3,"c, d",3A003\n')
    assert [act.particulars["order_id"] for act in book.acts] == ["2", "3"]
    assert book.rejects[0].row == 2
    assert "quotation mark" in book.rejects[0].remedy


def test_cell_over_several_lines_is_one_row() -> None:
    book = read('order_id,description,eccn\n1,"a\nb",3A001\n2,c,3A002\n')
    assert [act.source for act in book.acts] == ["orders.csv, row 2", "orders.csv, row 3"]
    assert book.acts[0].particulars["description"] == "a\nb"


def test_rows_of_the_wrong_width() -> None:
    book = read("order_id,eccn,kind\n1,3A001,commodity,x\n2,3A001\n\n3,3A001,commodity\n4,3A0")
    assert [reject.row for reject in book.rejects] == [2, 6]
    assert "4 cells, the header 3" in book.rejects[0].problem
    assert "ends in the middle" in book.rejects[1].problem
    assert [act.source[-1] for act in book.acts] == ["3", "5"]
    assert "row 3: fewer cells" in book.warnings[0]


def test_titles_above_the_header_are_passed_over_aloud() -> None:
    book = read("Report of May,\n,\norder_id,eccn\n1,3A001\n")
    assert only(book).source == "orders.csv, row 4"
    assert "row 1: above the header" in book.warnings[0]


def test_huge_cell_is_rejected() -> None:
    book = read(f"order_id,description\n1,{'x' * 200_000}\n2,y\n3,{quoted('x' * 200_000)}\n")
    assert (len(book.acts), len(book.rejects)) == (1, 2)


# -- codes ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "eccn"),
    [
        ("3E001", "3E001"),
        ("3A001.A.5.A", "3A001.a.5.a"),
        ("3A001a5", "3A001.a.5"),
        ("3a001(a)(5)", "3A001.a.5"),
        ('="3E001"', "3E001"),
        ("'3E001", "3E001"),
        ("5a992.c", "5A992.c"),
        ("ear 99", "EAR99"),
        ("none", ABSENT),
    ],
)
def test_eccn_spellings(written: str, eccn: object) -> None:
    assert fact("eccn", written) == {"item.eccn": eccn}


@pytest.mark.parametrize(
    ("found", "meant"),
    [
        ("30", "3E001"),
        ("3.00E+01", "3E001"),
        ("3,00E+01", "3E001"),
        ("3E+01", "3E001"),
        ("9000", "9E003"),
        ("500", "5E002"),
        ("1E+101", "1E101"),
        ("3.00E+991", "3E991"),
        ("0", "0E001"),
    ],
)
def test_eccn_that_a_spreadsheet_has_mangled(found: str, meant: str) -> None:
    reject = refusal("ECCN", found)
    assert f"{found} is" in reject.problem
    assert meant in reject.problem
    assert (reject.row, reject.column, reject.found) == (2, "ECCN", found)
    assert "text" in reject.remedy
    assert reject.cells == {"order_id": "1", "ECCN": found}


@pytest.mark.parametrize(
    "found", ["45", "3A01", "3F001", "3А001", "XI(c)", "3A001 - amplifiers", "1e99999999"]
)
def test_what_is_no_eccn(found: str) -> None:
    assert refusal("eccn", found).column == "eccn"


def test_mangled_codes_in_a_set_of_eccns() -> None:
    assert fact("product.direct_product_of", "3e001 3D001") == {
        "product.direct_product_of": {"3E001", "3D001"}
    }
    assert "3E001" in refusal("product.direct_product_of", "30").problem


@pytest.mark.parametrize("found", ["101210000", "8.54E+09", "85x", "54231000"[1:]])
def test_mangled_hts_is_a_warning_and_not_used(found: str) -> None:
    book = read(f"order_id,hts\n1,{found}\n")
    assert "hts" not in only(book).particulars
    assert "row 2, column hts" in book.warnings[0]


def test_warnings_of_many_rows_are_said_once() -> None:
    book = read("order_id,hts\n" + "1,101210000\n" * 100)
    assert len(book.warnings) == 1
    assert "rows 2, 3, 4, 5, 6 and 95 more" in book.warnings[0]


# -- countries, dates, amounts ------------------------------------------------------------------


@pytest.mark.parametrize("written", ["NO", "no", "NOR", "Norway", " norway "])
def test_no_is_norway(written: str) -> None:
    assert fact("destination", written) == {"destination.country": "NO"}


def test_typographic_apostrophe() -> None:
    assert fact("made_in", "Côte d’Ivoire") == {"item.made_in": "CI"}


def test_unknown_country_rejects_the_row() -> None:
    reject = refused("end_user,end_user_country\nAcme,Norwy\n")
    assert reject.column == "end_user_country"
    assert "norway" in reject.remedy


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("2019-05-16", date(2019, 5, 16)),
        ("20190516", date(2019, 5, 16)),
        ("2019-05-16 00:00:00", date(2019, 5, 16)),
        ("16 May 2019", date(2019, 5, 16)),
        ("16-MAY-2019", date(2019, 5, 16)),
        ("May 16, 2019", date(2019, 5, 16)),
        ("05/16/2019", date(2019, 5, 16)),
        ("16.05.2019", date(2019, 5, 16)),
        ("05/05/2019", date(2019, 5, 5)),
        ("2019-05-16T16:30-04:00", datetime(2019, 5, 16, 16, 30, tzinfo=timezone(timedelta(hours=-4)))),
        ("2019-05-16 16:30 -04:00", datetime(2019, 5, 16, 16, 30, tzinfo=timezone(timedelta(hours=-4)))),
        ("16 May 2019 4:30 PM -0400", datetime(2019, 5, 16, 16, 30, tzinfo=timezone(timedelta(hours=-4)))),
        ("2019-05-16T20:30:00Z", datetime(2019, 5, 16, 20, 30, tzinfo=timezone.utc)),  # noqa: UP017
    ],
)
def test_dates(written: str, day: date) -> None:
    found = fact("date", written)["act.date"]
    assert found == day
    assert type(found) is type(day)


def test_ambiguous_date_says_both_readings() -> None:
    reject = refusal("date", "05/06/2019")
    assert "6 May 2019 or 5 June 2019" in reject.problem
    assert "dates: mdy" in reject.remedy
    assert fact("date", "05/06/2019", Profile(dates="mdy"))["act.date"] == date(2019, 5, 6)
    assert fact("date", "05/06/2019", Profile(dates="dmy"))["act.date"] == date(2019, 6, 5)
    assert "profile" in refusal("date", "16/05/2019", Profile(dates="mdy")).problem


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("2019-05-16 16:30", "zone"),
        ("43601", "2019-05-16"),
        ("31/04/2019", "calendar"),
        ("16 Mai 2019", "month"),
        ("16-MAY-19", "two digits"),
        ("soon", "not a date"),
        ("0001-01-01", "year"),
        ("2019-05-16 25:30Z", "time of day"),
    ],
)
def test_dates_that_are_refused(written: str, why: str) -> None:
    assert why in refusal("order_date", written).problem


def amounts(text: str) -> list[str]:
    return [act.particulars["value"] for act in read(text).acts]


def test_decimal_comma_and_thousands() -> None:
    assert amounts('order_id,value\n1,"1,234.50"\n2,"1,234"\n3,$1 234.5\n') == ["1234.50", "1234", "1234.5"]
    assert amounts("order_id;value\n1;1.234,50\n2;1.234\n3;12,5\n") == ["1234.50", "1234", "12.5"]
    assert fact("us_content_pct", "24,875") == {"item.us_content_pct": 24.875}


def test_number_with_two_readings_is_rejected() -> None:
    book = read("order_id;value\n1;1.234\n")
    assert "1.234 or 1234" in book.rejects[0].problem
    assert only(read("order_id;value\n1;1.234\n", profile=Profile(decimal="comma"))).particulars == {
        "order_id": "1",
        "value": "1234",
    }


def test_value_in_dollars_is_a_fact_and_no_other_is() -> None:
    text = "order_id,value,currency\n1,5,USD\n2,5,EUR\n3,5,\n4,USD 5,\n5,USD 5,EUR\n6,-5,USD\n7,5,dollars\n"
    book = read(text)
    assert [act.facts for act in book.acts] == [{"item.value_usd": 5}, {}, {}, {"item.value_usd": 5}]
    assert [reject.row for reject in book.rejects] == [6, 7, 8]


def test_fraction_of_a_percent_is_pointed_out() -> None:
    assert "write 25" in read("order_id,us_content_pct\n1,0.25\n").warnings[0]


# -- unknown, none, misspelt ---------------------------------------------------------------------


def test_blank_and_unknown_are_unknown_and_none_is_absent() -> None:
    book = read("order_id,claimed_exception\n1,\n2,unknown\n3,?\n4,none\n5,TSR\n")
    assert [act.facts.get("act.claimed_exception") for act in book.acts] == [None, None, None, ABSENT, "TSR"]


def test_every_fault_of_a_row_is_told_and_the_rest_is_read() -> None:
    book = read("order_id,kind,us_origin,eccn\n1,gizmo,perhaps,30\n2,software,no,3D001\n")
    assert len(book.acts) == 1
    assert book.rejects[0].column == "kind | us_origin | eccn"
    assert "commodity, software, technology" in book.rejects[0].problem
    assert str(book.rejects[0]).count("orders.csv, row 2, column") == 3


@pytest.mark.parametrize("cell", ["=A1+B1", "#N/A", "#REF!", "a\ufffdb"])
def test_cells_that_are_no_values(cell: str) -> None:
    assert refusal("end_user_name", cell).column == "end_user_name"


def test_end_use_is_a_fact_only_in_the_very_word() -> None:
    assert fact("end_use", "military") == {"end_use.category": "military"}
    assert fact("end_use", "for the military") == {}
    assert refused("end_use,end_use.category\nmilitary,civil\n").column == "end_use"


# -- parties -----------------------------------------------------------------------------------


def parties(header: str, cells: str) -> set[tuple[Any, ...]]:
    act = only(read(f"order_id,{header}\n1,{cells}\n"))
    return {(party.name, party.country, *sorted(party.roles)) for party in act.parties}


def test_nobody_who_receives_is_asked_for() -> None:
    assert parties("purchaser_name", "Acme") == {
        ("Acme", None, "purchaser"),
        (None, None, "ultimate_consignee"),
    }
    assert parties("releasee_name", "Jo") == {("Jo", None, "releasee")}
    assert parties("end_user_name", "") == {(None, None, "ultimate_consignee")}


def test_roles_are_merged_by_name_and_country() -> None:
    assert parties(
        "purchaser,purchaser country,end_user,end_user_country,ship_to,ship_to_country", "A,CN,a,China,A,US"
    ) == {("A", "CN", "end_user", "purchaser"), ("A", "US", "ultimate_consignee")}


def test_blank_unknown_and_no_party() -> None:
    assert parties("end_user,purchaser,intermediate", "A,,unknown") == {
        ("A", None, "end_user"),
        (None, None, "intermediate_consignee"),
    }
    assert parties("end_user,intermediate", "A,none") == {("A", None, "end_user")}


def test_fact_about_a_party_without_a_name_is_not_lost() -> None:
    act = only(read("ship_to,end_user,end_user_military_end_user\nAcme,,yes\n"))
    assert act.parties[1].name is None
    assert act.parties[1].facts == {"party.military_end_user": True}
    act = only(read("ship_to,end_user,end_user_military_end_user\nAcme,,no\n"))
    assert len(act.parties) == 1


def test_country_of_a_role_without_a_name_is_pointed_out() -> None:
    book = read("ship_to,end_user_name,end_user_country\nAcme,,CN\n")
    assert [p.name for p in only(book).parties] == ["Acme", None]


def test_stand_ins_for_a_name_are_refused() -> None:
    assert "names nobody" in refusal("end_user", "Same as Ultimate Consignee").problem


def test_contradiction_within_one_party_is_refused() -> None:
    header = "purchaser,purchaser_government,end_user,end_user_government"
    assert "party.government" in read(f"{header}\nA,yes,A,no\n").rejects[0].problem


def test_who_a_name_means() -> None:
    act = only(read("end_user,end_user_same_as,end_user_ref\nAcme,none,C-17\n"))
    assert (act.parties[0].same_as, act.parties[0].reference) == ("none", "C-17")


# -- workbooks and Parquet -------------------------------------------------------------------------


def test_workbook(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "orders.xlsx",
        [
            ["Order", "Date", "ECCN", "HTS", "Destination", "US content pct", "US origin", "Value"],
            [1, datetime(2019, 5, 16), "3E001", "0101210000", "NO", 12.5, True, 1234.5],
            [2, datetime(2019, 5, 16), 30, 101210000, "NO", None, None, None],
            [None] * 8,
            [3, datetime(2019, 5, 16, 12), "3A001", None, "NO", None, None, None],
            [4, "2019-05-16", "3A001", "=1+1", "=B2", None, None, None],
            [5, "2019-05-16", "3A001", 101210000, "CN", "25%", "no", "1234,5"],
        ],
        other="Notes",
    )
    book = read_orders(path, VOCABULARY, COUNTRIES)
    assert [act.source for act in book.acts] == ["orders.xlsx, row 2", "orders.xlsx, row 7"]
    assert book.acts[0].facts == {
        "act.date": date(2019, 5, 16),
        "item.eccn": "3E001",
        "destination.country": "NO",
        "item.us_content_pct": 12.5,
        "item.us_origin": True,
    }
    assert book.acts[0].particulars == {"order_id": "1", "hts": "0101210000", "value": "1234.5"}
    assert book.acts[1].facts["item.us_content_pct"] == 25
    assert [(reject.row, reject.column) for reject in book.rejects] == [
        (3, "ECCN"),
        (5, "Date"),
        (6, "Destination"),
    ]
    assert "30 is what a spreadsheet makes of 3E001" in book.rejects[0].problem
    assert "formula" in book.rejects[2].problem
    assert any("'Notes'" in warning for warning in book.warnings)
    assert any("column HTS" in warning for warning in book.warnings)


def test_percent_format_of_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["order", "us_content_pct"])
    book.active.append([1, 0.25])
    book.active["B2"].number_format = "0%"
    book.save(tmp_path / "orders.xlsx")
    book.close()
    act = only(read_orders(tmp_path / "orders.xlsx", VOCABULARY, COUNTRIES))
    assert act.facts == {"item.us_content_pct": 25}


def parquet_file(columns: Mapping[str, Any]) -> bytes:
    buffer = io.BytesIO()
    parquet.write_table(pyarrow.table(dict(columns)), buffer)
    return buffer.getvalue()


def test_parquet() -> None:
    zone = timezone(timedelta(hours=-4))
    data = parquet_file(
        {
            "order_id": [1, 2],
            "date": pyarrow.array(
                [datetime(2019, 5, 16, 16, 30, tzinfo=zone)] * 2, pyarrow.timestamp("us", tz="-04:00")
            ),
            "order_date": [date(2019, 5, 1), None],
            "eccn": ["3E001", "9000"],
            "us_content_pct": [12.0, float("nan")],
            "us_origin": [False, None],
            "item.controls": [["NS2", "AT1"], None],
        }
    )
    book = read(data, "orders.parquet")
    assert book.acts[0].facts == {
        "act.date": datetime(2019, 5, 16, 16, 30, tzinfo=zone),
        "order.date": date(2019, 5, 1),
        "item.eccn": "3E001",
        "item.us_content_pct": 12,
        "item.us_origin": False,
        "item.controls": {"NS2", "AT1"},
    }
    assert book.rejects[0].row == 3
    assert "9E003" in book.rejects[0].problem


def test_numeric_codes_in_parquet() -> None:
    book = read(parquet_file({"eccn": [30.0], "hts": [101210000]}), "orders.parquet")
    assert "30 is what a spreadsheet makes of 3E001" in book.rejects[0].problem


def test_missing_extra_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    with pytest.raises(IntakeError, match=r"pip install 'licet\[xlsx\]'"):
        read(b"PK", "orders.xlsx")


# -- profiles, rejects, files -----------------------------------------------------------------------


def test_profile_round_trip(tmp_path: Path) -> None:
    text = "Auftrag;NO;Datum;Betrag\n1;China;05.06.2019;1.234\n"
    profile = Profile(
        {"Auftrag": "order_id", "NO": "destination", "Datum": "date", "Betrag": "value"}, "dmy", "comma"
    )
    profile.save(tmp_path / "profile.yaml")
    again = Profile.load(tmp_path / "profile.yaml")
    assert again == profile
    act = only(read(text, profile=again))
    assert act.facts == {"destination.country": "CN", "act.date": date(2019, 6, 5)}
    assert act.particulars == {"order_id": "1", "value": "1234"}


def test_columns_of_a_book_are_a_profile(tmp_path: Path) -> None:
    text = "Order,ECCN,destnation,\n1,3A001,CN,x\n"
    first = read(text)
    Profile(first.columns).save(tmp_path / "profile.yaml")
    again = read(text, profile=Profile.load(tmp_path / "profile.yaml"))
    assert (again.acts, again.columns, again.warnings) == (first.acts, first.columns, first.warnings)


def test_profile_that_is_wrong(tmp_path: Path) -> None:
    for text in ("columns: [a]", "dates: ymd", "colums: {}", "columns: {a: [", "- a"):
        (tmp_path / "p.yaml").write_text(text)
        with pytest.raises(IntakeError, match=r"p\.yaml"):
            Profile.load(tmp_path / "p.yaml")
    with pytest.raises(IntakeError, match="did you mean destination"):
        read("eccn\n3A001\n", profile=Profile({"Land": "destinaton"}))
    assert "does not have" in read("eccn\n3A001\n", profile=Profile({"Land": "destination"})).warnings[0]


def test_profile_can_set_a_column_aside() -> None:
    book = read("eccn,ECCN number\n3A001,x\n", profile=Profile({"ECCN number": "particulars"}))
    assert only(book).particulars == {"ECCN number": "x"}
    assert book.warnings == []


def test_rejects_file_is_safe_to_open_and_can_be_read_again(tmp_path: Path) -> None:
    text = (
        "order_id,description,eccn,hts,date,value\n"
        "1,=cmd|'/C calc'!A0,3E001,0101210000,05/06/2019,5\n"
        "2,@x,3A001,,05/07/2019,5\n3,y,3A001,,2019-05-16,5\n"
    )
    book = read(text)
    path = tmp_path / "rejects.csv"
    write_rejects(path, book.rejects)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["row"] for row in rows] == ["2", "3"]
    assert list(rows[0])[-4:] == ["row", "column", "problem", "remedy"]
    assert rows[0]["description"].startswith("'=")
    assert rows[0]["eccn"] == "'3E001"
    assert not any(cell[:1] in "=+-@\t\r" for row in rows for cell in row.values() if cell)
    mended = path.read_bytes().replace(b"05/06/2019", b"2019-05-06").replace(b"05/07/2019", b"2019-05-07")
    again = read(mended)
    assert (again.rejects, again.warnings) == ([], [])
    assert again.acts[0].facts["item.eccn"] == "3E001"
    assert again.acts[0].particulars["hts"] == "0101210000"
    assert again.acts[0].particulars["description"].startswith("=cmd")


def test_files_that_are_no_order_book(tmp_path: Path) -> None:
    for data, name, why in (
        (b"", "a.csv", "empty"),
        (b"one,two\n1,2\n", "a.csv", "no header"),
        (b"\0\1\2", "a.csv", "NUL"),
        (b"<html>", "a.xls", "HTML"),
        (b"\xd0\xcf\x11\xe0abc", "a.xls", "old"),
        (b"%PDF-1.7", "a.pdf", "PDF"),
        (b"PK\x03\x04abc", "a.xlsx", "XLSX"),
        (b"nonsense", "a.xlsx", "XLSX"),
        (b"PAR1abcPAR1", "a.parquet", "Parquet"),
        (parquet_file({"x": [1]}), "a.parquet", "no usable header"),
        (workbook(tmp_path / "b.xlsx", [["x", "y"]]).read_bytes(), "b.xlsx", "no header"),
    ):
        with pytest.raises(IntakeError, match=why):
            read(data, name)
    with pytest.raises(IntakeError, match="cannot be read"):
        read_orders(tmp_path / "missing.csv", VOCABULARY, COUNTRIES)
    with pytest.raises(IntakeError, match="cannot be written"):
        write_rejects(tmp_path, [])


def test_table_of_countries(tmp_path: Path) -> None:
    path = tmp_path / "countries.csv"
    path.write_text(
        "code,alpha3,name,also\nNO,NOR,Norway,Norge;Kingdom of Norway\nCI,CIV,Côte d'Ivoire,Ivory Coast\n"
        "NA,NAM,Namibia,\n",
        encoding="utf-8",
    )
    countries = countries_from(path)
    assert {countries[one] for one in ("no", "nor", "norway", "norge", "kingdom of norway")} == {"NO"}
    assert countries["cote d'ivoire"] == countries["ivory coast"] == "CI"
    path.write_text("code,alpha3,name,also\nCG,COG,Congo,\nCD,COD,Congo,\n")
    with pytest.raises(IntakeError, match="means both"):
        countries_from(path)
    path.write_text("a,b\n1,2\n")
    with pytest.raises(IntakeError, match="columns"):
        countries_from(path)


# -- any bytes at all -------------------------------------------------------------------------------

LENIENT = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))


def survives(data: bytes, name: str) -> None:
    try:
        book = read(data, name)
    except IntakeError:
        return
    assert book.rows == len(book.acts) + len(book.rejects)
    for reject in book.rejects:
        assert reject.problem
        assert reject.remedy
        assert str(reject)


@LENIENT
@given(st.binary(max_size=500), st.sampled_from(["a.csv", "a.xlsx", "a.parquet", "a"]))
def test_any_bytes(data: bytes, name: str) -> None:
    survives(data, name)


@LENIENT
@given(st.sampled_from(list(VOCABULARY.entries)), st.text(max_size=60))
def test_any_cell_in_any_column(column: str, cell: str) -> None:
    columns = [
        column,
        f"end_user_{column.removeprefix('party.')}",
        "eccn",
        "date",
        "value",
        "hts",
        "end_user",
    ]
    for one in dict.fromkeys(columns):
        text = f"order_id,{one}\n1,{quoted(cell)}\n2,{cell}\n"
        survives(text.encode("utf-8", errors="replace"), "a.csv")


@LENIENT
@given(
    st.lists(
        st.one_of(
            st.none(),
            st.booleans(),
            st.integers(-(2**63), 2**63 - 1),
            st.floats(),
            st.datetimes(),
            st.dates(),
            st.decimals(allow_nan=False, places=2, min_value=-(10**20), max_value=10**20),
            st.binary(max_size=5),
        ).map(lambda value: [value]),
        min_size=1,
        max_size=3,
    ),
    st.sampled_from(
        ["eccn", "date", "value", "destination", "end_user", "us_origin", "kind", "us_content_pct", "x"]
    ),
)
def test_any_typed_cell(rows: list[list[Any]], column: str) -> None:
    for row in rows:
        survives(parquet_file({"order_id": ["1"], column: row}), "a.parquet")


def mutated(data: bytes) -> st.SearchStrategy[bytes]:
    """``data`` cut off, with bytes overwritten, or with some put in between."""
    place = st.integers(0, len(data))
    patch = st.one_of(st.binary(min_size=1, max_size=4), st.sampled_from([b'"', b"\0", b"\n", b"\xff", b";"]))
    return st.one_of(
        place.map(lambda at: data[:at]),
        st.lists(st.tuples(place, patch), min_size=1, max_size=5).map(
            lambda edits: _edited(data, edits, over=True)
        ),
        st.lists(st.tuples(place, patch), min_size=1, max_size=5).map(
            lambda edits: _edited(data, edits, over=False)
        ),
    )


def _edited(data: bytes, edits: list[tuple[int, bytes]], over: bool) -> bytes:
    for at, patch in edits:
        data = data[:at] + patch + data[at + len(patch) * over :]
    return data


@LENIENT
@given(mutated(FULL.encode() + FULL.encode().split(b"\n")[1] + b"\n"))
def test_damaged_text(data: bytes) -> None:
    survives(data, "a.csv")


def _stored_workbook() -> bytes:
    """A workbook whose parts are not compressed, so that mutations reach the XML."""
    buffer = io.BytesIO()
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in csv.reader(io.StringIO(FULL)):
        book.active.append(row)
    book.active.append([1, 2.5, datetime(2019, 5, 16), True, "=1+1"])
    book.save(buffer)
    book.close()
    stored = io.BytesIO()
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(stored, "w") as target:
        for part in source.namelist():
            target.writestr(part, source.read(part))
    return stored.getvalue()


def _with_part(data: bytes, change: bytes) -> bytes:
    """The workbook with its sheet's XML replaced, checksums right."""
    target_bytes = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target_bytes, "w") as target:
        for part in source.namelist():
            target.writestr(part, change if part == "xl/worksheets/sheet1.xml" else source.read(part))
    return target_bytes.getvalue()


def _sheet(data: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        return source.read("xl/worksheets/sheet1.xml")


WORKBOOK = _stored_workbook()


@LENIENT
@given(mutated(WORKBOOK))
def test_damaged_workbook(data: bytes) -> None:
    survives(data, "a.xlsx")


@LENIENT
@given(mutated(_sheet(WORKBOOK)))
def test_damaged_sheet(sheet: bytes) -> None:
    survives(_with_part(WORKBOOK, sheet), "a.xlsx")


@LENIENT
@given(
    mutated(parquet_file({"order_id": ["1", "2"], "eccn": ["3E001", "30"], "date": [date(2019, 5, 16)] * 2}))
)
def test_damaged_parquet(data: bytes) -> None:
    survives(data, "a.parquet")
