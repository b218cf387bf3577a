"""The Denied Persons List in the Bureau's own tab-separated form.

Orders stay in the file after they end, and ``Last_Update`` has years that cannot be; both are said,
neither is mended.
"""

from __future__ import annotations

import re
from datetime import date

from licet.lists.record import Address, OtherName, Reading, Record
from licet.lists.sources.citations import citations
from licet.lists.sources.common import Row, date_of, sheet, text_of
from licet.lists.sources.us_countries import country

FORMAT = "dpl-tab"
LIST = "denied_persons"

_HEADER = b"Standard_Order"
_ALIAS = re.compile(r"\s*,?\s*\b(A/K/A|D/B/A|F/K/A|A\.K\.A\.?|F\.K\.A\.?)\s*", re.IGNORECASE)


def recognises(head: bytes, name: str) -> bool:
    """Whether the first line is the header of the Denied Persons List, parted by tabs."""
    first = head.split(b"\n", 1)[0]
    return _HEADER in first and b"FR_Citation" in first and b"\t" in first


def read(data: bytes, name: str) -> Reading:
    """Every row; ``dated`` is the last possible day of ``Last_Update``."""
    table = sheet(text_of(data), delimiter="\t", lazy=_is_lazy(data))
    faults, fatal = list(table.faults), list(table.fatal)
    if "Name" not in table.columns:
        fatal.append("line 1: the column 'Name' is missing; expected the header of the Denied Persons List")
    read_on = [_updated(row) for row in table.rows]
    dated = max((day for day, _ in read_on if day is not None), default=None)
    records = [_record(row, updated, dated) for row, (_, updated) in zip(table.rows, read_on, strict=True)]
    whole = tuple(r for r in records if r is not None)
    faults += [
        f"line {row.line}, Name: empty; the row was not read"
        for row, r in zip(table.rows, records, strict=True)
        if r is None
    ]
    if not table.rows and not fatal:
        fatal.append("the file has no rows; an empty list is not taken for a list that has been emptied")
    expired = sum(r.ends is not None and dated is not None and r.ends < dated for r in whole)
    if expired and dated is not None:
        faults.append(
            f"{expired} orders ended before {dated.isoformat()}, the day of the data, and are still listed"
        )
    return Reading(FORMAT, whole, (LIST,), len(table.rows), dated, tuple(faults), tuple(fatal))


def _is_lazy(data: bytes) -> bool:
    """Whether the publisher's program quoted only where it must, and so left empty cells at the end away."""
    return not data.lstrip(b"\xef\xbb\xbf").startswith(b'"')


def _updated(row: Row) -> tuple[date | None, str]:
    return date_of(row["Last_Update"], f"line {row.line}, Last_Update")


def _record(row: Row, updated: str, dated: date | None) -> Record | None:
    """The record of one row; None where it names nobody."""
    names = _ALIAS.split(row["Name"])
    if not names[0].strip():
        return None
    others = tuple(
        OtherName(said.strip(), "former" if word[0] in "Ff" else "alias")
        for word, said in zip(names[1::2], names[2::2], strict=True)
        if said.strip()
    )
    where = f"line {row.line}"
    effective, wrong = date_of(row["Effective_Date"], f"{where}, Effective_Date")
    ends, wrong_end = date_of(row["Expiration_Date"], f"{where}, Expiration_Date")
    cited, published, wrong_cite = citations(row["FR_Citation"], f"{where}, FR_Citation", comma=False)
    faults = [f for f in (wrong, wrong_end, updated, *wrong_cite) if f]
    if effective and ends and ends < effective:
        faults.append(f"{where}, Expiration_Date: {ends} lies before the order of {effective}")
    if ends is not None and dated is not None and ends < dated:
        faults.append(f"{where}, Expiration_Date: the order ended on {ends} and is still listed on {dated}")
    code = _country(row)
    place = [row[c] for c in ("Street_Address", "City", "State", "Postal_Code") if row[c]]
    if row["Country"]:
        place.append(row["Country"])
        if not code:
            faults.append(f"{where}, Country: {row['Country']!r} is not known")
    notes = [row["Action"]] if row["Action"] else []
    if row["Standard_Order"].upper() == "N":
        notes.append("not a standard order")
    return Record(
        LIST,
        names[0].strip(),
        others=others,
        addresses=(Address(", ".join(place), code),) if place else (),
        countries=(code,) if code else (),
        citations=cited,
        published=published,
        effective=effective,
        ends=ends,
        notes=tuple(notes),
        published_name=row["Name"] if others else "",
        publisher_list="DPL",
        line=row.line,
        faults=tuple(faults),
    )


def _country(row: Row) -> str:
    """The country; the Bureau often leaves it empty where it gives a US state and postal code."""
    if row["Country"]:
        return country(row["Country"])
    us_postal = re.fullmatch(r"\d{5}(-\d{4})?", row["Postal_Code"])
    return "US" if us_postal and re.fullmatch(r"[A-Z]{2}", row["State"]) else ""
