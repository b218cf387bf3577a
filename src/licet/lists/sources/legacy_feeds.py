"""The feeds that agencies kept before 2019 and that older copies still hold, as CSV.

State's nonproliferation sanctions, the Bureau's Unverified List and State's debarred
parties. The feeds of Treasury and the Denied Persons List have readers of their own.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from licet.lists.compound import other_names, take_apart
from licet.lists.record import Address, OtherName, Reading, Record
from licet.lists.sources.common import Row, country_code, country_codes, date_of, parts, sheet, text_of
from licet.lists.sources.csl_entry import citations

FORMAT = "legacy-feed-csv"
_FEEDS = {
    "isn": "Source List,Programs,Name,Alternative Names,Country,",
    "unverified_list": "COUNTRY,NAME,ADDRESS",
    "dtc": "Debarred Party Full Name and Alias,Date of Birth,Notice,Notice Date",
}


def _feed(head: str) -> str:
    first = head.partition("\n")[0].replace('"', "")
    return next((code for code, header in _FEEDS.items() if first.startswith(header)), "")


def recognises(head: bytes, name: str) -> bool:
    """Whether the header is that of one of the feeds."""
    return bool(_feed(text_of(head)))


def read(data: bytes, name: str) -> Reading:
    """Every entry; rows of the Unverified List that share country and name are one entry."""
    text = text_of(data)
    code = _feed(text)
    table = sheet(text)
    column = {"isn": "Name", "unverified_list": "NAME", "dtc": "Debarred Party Full Name and Alias"}.get(
        code, ""
    )
    rows = [row for row in table.rows if row[column]]
    faults = [*table.faults, *(f"line {r.line}: no name; left out" for r in table.rows if not r[column])]
    match code:
        case "isn":
            records = [_sanctioned(row) for row in rows]
        case "unverified_list":
            groups: dict[tuple[str, str], list[Row]] = {}
            for row in rows:
                groups.setdefault((row["COUNTRY"], row["NAME"]), []).append(row)
            records = [_unverified(group) for group in groups.values()]
        case "dtc":
            records = [_debarred(row) for row in rows]
        case _:
            return Reading(FORMAT, (), (), 0, fatal=("no header of a known feed in the first line",))
    return Reading(FORMAT, tuple(records), (code,), len(table.rows), faults=tuple(faults), fatal=table.fatal)


def _said(*values: str) -> tuple[str, ...]:
    return tuple(value for value in values if value)


def _sanctioned(row: Row) -> Record:
    taken = take_apart(row["Name"])
    others, told = other_names(parts(row["Alternative Names"]), taken.name)
    day, fault = date_of(row["Effective Date"], f"line {row.line}, Effective Date")
    cited, odd = citations(row["Federal Register Notice"])
    return Record(
        list="isn",
        name=taken.name,
        others=tuple(dict.fromkeys((*taken.aliases, *others))),
        countries=country_codes(re.split(r"[;/]", row["Country"])),
        programmes=parts(row["Programs"]),
        citations=cited,
        effective=day,
        parent=taken.parent,
        related=taken.related,
        notes=(*taken.notes, *told, *_said(row["Remarks/Notes"])),
        published_name="" if taken.whole else row["Name"],
        publisher_list=row["Source List"],
        line=row.line,
        faults=_said(fault, odd and f"line {row.line}: {odd}", _unknown(row, "Country")),
    )


def _unknown(row: Row, column: str) -> str:
    known = not row[column] or country_codes(re.split(r"[;/]", row[column]))
    return "" if known else f"line {row.line}, {column}: {row[column]!r} is no country"


def _unverified(rows: Sequence[Row]) -> Record:
    first = rows[0]
    taken = take_apart(first["NAME"])
    code = country_code(first["COUNTRY"])
    return Record(
        list="unverified_list",
        name=taken.name,
        others=taken.aliases,
        addresses=tuple(dict.fromkeys(Address(r["ADDRESS"], code) for r in rows if r["ADDRESS"])),
        countries=_said(code),
        parent=taken.parent,
        related=taken.related,
        notes=taken.notes,
        published_name="" if taken.whole else first["NAME"],
        line=first.line,
        faults=_said(_unknown(first, "COUNTRY")),
    )


def _debarred(row: Row) -> Record:
    said = row["Debarred Party Full Name and Alias"]
    taken = take_apart(said)
    day, fault = _first_day(row["Notice Date"], f"line {row.line}, Notice Date")
    cited, odd = citations("; ".join(_said(row["Notice"], row["Corrected Notice"])))
    return Record(
        list="dtc",
        name=taken.name,
        others=tuple(OtherName(o.name, o.kind) for o in taken.aliases),
        citations=cited,
        published=day,
        parent=taken.parent,
        related=taken.related,
        birth=_said(row["Date of Birth"]),
        notes=(
            *taken.notes,
            *_said(row["Corrected Notice Date"] and f"corrected {row['Corrected Notice Date']}"),
        ),
        published_name="" if taken.whole else said,
        line=row.line,
        faults=_said(fault, odd and f"line {row.line}: {odd}"),
    )


def _first_day(text: str, where: str) -> tuple[date | None, str]:
    """The first of the days in a cell."""
    return date_of(re.split(r"[;,] ?(?=\d{1,2}/)", text)[0], where)
