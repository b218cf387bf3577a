"""US lists as small CSV tables: the FCC's Covered List, NDAA sections, 1260H over all years, notices.

Five headers are known. Equipment, goods and programmes are things and never parties.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date

from licet.lists.record import Kind, Reading, Record
from licet.lists.sources import us_words
from licet.lists.sources.common import Row, Sheet, date_of, sheet, text_of
from licet.lists.sources.us_countries import countries_in

FORMAT = "us-list-csv"

_YEAR = re.compile(r"\d{4}")
_THING_MARKS = re.compile(r"\s*(?:[†^£³#]+|\bVisit\s*-)\s*")


def recognises(head: bytes, name: str) -> bool:
    """Whether the first line is one of the five headers."""
    first = text_of(head[:4096]).split("\n", 1)[0]
    return _reader(sheet(first).columns) is not None


def _reader(columns: tuple[str, ...]) -> tuple[str, Callable[[Row], Iterator[Record]]] | None:
    """The list that a header belongs to (empty where the rows say it) and what reads its rows."""
    has = set(columns)
    if {"covered_equipment_or_services", "date_of_inclusion_on_covered_list"} <= has:
        return "fcc_covered", _covered
    if {"Name", "Clean Name", "Previous Name", "Start date"} <= has:
        return "1260h", _military_company
    if {"Type", "Name", "Program", "Date", "Source URL"} <= has:
        return "", _end_user
    if {"schema", "name", "program", "report-date"} <= has:
        return "", _section
    if {"document_number", "publication_date", "html_url"} <= has:
        return "us_notices", _notice
    return None


def read(data: bytes, name: str) -> Reading:
    """Every row; rows that name several parties give several records and count once."""
    table = sheet(text_of(data))
    known = _reader(table.columns)
    if known is None:
        fatal = f"{name}, line 1: no header of a US list that is known ({', '.join(table.columns)[:120]})"
        return Reading(FORMAT, (), (), len(table.rows), faults=table.faults, fatal=(*table.fatal, fatal))
    code, of_row = known
    records: list[Record] = []
    faults = list(table.faults)
    for row in table.rows:
        found = [record for record in of_row(row) if record.name]
        records += found
        if not found:
            faults.append(f"line {row.line}: no name, or no list that is known; the row was not read")
    lists = (code,) if code else us_words.covered(r.list for r in records)
    return Reading(FORMAT, tuple(records), lists, len(table.rows), None, tuple(faults), _fatal(table, data))


def _fatal(table: Sheet, data: bytes) -> tuple[str, ...]:
    if not table.rows and not table.fatal:
        return ("the file has no rows; an empty list is not taken for a list that has been emptied",)
    if table.rows and not table.fatal and not data.endswith((b"\n", b"\r")):
        last = table.rows[-1].line
        return (
            f"line {last}: the last line has no end; the file breaks off in its last cell, fetch it again",
        )
    return table.fatal


def _covered(row: Row) -> Iterator[Record]:
    """The maker that a paragraph of the Covered List names, or the equipment where it names none."""
    text = row["covered_equipment_or_services"]
    added = row["date_of_inclusion_on_covered_list"]
    days = us_words.days_in(added)
    faults = () if days else (f"line {row.line}, date_of_inclusion_on_covered_list: {added!r} states no day",)
    updates = tuple(f"updated: {day.isoformat()}" for day in days[1:])

    def record(name: str, kind: Kind, parent: str = "") -> Record:
        return Record(
            "fcc_covered",
            name,
            kind=kind,
            effective=days[0] if days else None,
            parent=parent,
            notes=(text, *updates),
            published_name=text,
            publisher_list="fcc-covered",
            line=row.line,
            faults=faults,
        )

    maker = us_words.search("maker", text)
    if us_words.is_thing(text) or maker is None:
        end = us_words.search("thing_ends", text)
        name = _THING_MARKS.sub(" ", text[: end.start()] if end else text)
        # A mark may stand before "produced in a foreign country", which still belongs to the name.
        if end and not us_words.is_thing(name):
            name = _THING_MARKS.sub(" ", re.split(r",?\s*—?\s*except\b", text)[0])
        yield record(" ".join(name.split()).strip(" .,"), "thing")
        return
    both = re.split(us_words.words("subsidiary"), maker["name"].strip(" ,"))
    for place, name in enumerate(both):
        yield record(name.strip(" ,"), "organisation", both[0] if place else "")


def _military_company(row: Row) -> Iterator[Record]:
    name = row["Clean Name"] or row["Name"]
    start, end, faults = _days(row, "Start date", "End date")
    yield Record(
        "1260h",
        name,
        kind="organisation",
        others=us_words.others(row["Alias"], former=row["Previous Name"]),
        effective=start,
        ends=end,
        parent=row["Parent Name"],
        citations=_link(row["Source Url"]),
        notes=_notes(row["Note"]),
        published_name=row["Name"] if row["Name"] != name else "",
        publisher_list="1260H",
        line=row.line,
        faults=faults,
    )


def _end_user(row: Row) -> Iterator[Record]:
    start, end, faults = _days(row, "Date", "End date")
    code = us_words.list_of(row["Program"])
    if code:
        yield Record(
            code,
            row["Name"],
            kind=us_words.kind_of(row["Type"]),
            others=us_words.others(row["Alias"]),
            countries=countries_in(row["Country"]),
            programmes=_notes(row["Program"]),
            effective=start,
            ends=end,
            citations=_link(row["Source URL"]),
            publisher_list=row["Program"],
            line=row.line,
            faults=(*faults, *_unknown(row, "Country")),
        )


def _section(row: Row) -> Iterator[Record]:
    start, end, faults = _days(row, "start-date", "end-date")
    reported, more = row["report-date"], row["notes"]
    published: date | None = None
    if not _YEAR.fullmatch(reported):
        published, wrong = date_of(reported, f"line {row.line}, report-date")
        faults = (*faults, wrong) if wrong else faults
    code = us_words.list_of(row["program"])
    if code:
        for one in us_words.names(row["name"], us_words.kind_of(row["schema"])):
            year = f"report of {reported}" if reported and published is None else ""
            yield Record(
                code,
                one.name,
                kind=one.kind,
                others=us_words.others(row["aliases"]),
                countries=countries_in(row["country"]),
                programmes=_notes(row["program"]),
                published=published,
                effective=start,
                ends=end,
                citations=_link(row["source_url"]),
                notes=_notes(year, one.note, more, row["reason"]),
                publisher_list=row["program"],
                line=row.line,
                published_name=row["name"] if one.name != row["name"] else "",
                faults=(*faults, *_unknown(row, "country")),
            )


def _notice(row: Row) -> Iterator[Record]:
    """A notice in the Federal Register, which names parties in its text only."""
    title = row["html_url"].rstrip("/").rsplit("/", 1)[-1].replace("-", " ")
    published, wrong = date_of(row["publication_date"], f"line {row.line}, publication_date")
    yield Record(
        "us_notices",
        title,
        kind="thing",
        published=published,
        published_id=row["document_number"],
        citations=(*_link(f"FR Doc. {row['document_number']}"), *_link(row["html_url"])),
        publisher_list="notices",
        line=row.line,
        faults=(wrong,) if wrong else (),
    )


def _days(row: Row, start: str, end: str) -> tuple[date | None, date | None, tuple[str, ...]]:
    first, wrong = date_of(row[start], f"line {row.line}, {start}")
    last, wrong_end = date_of(row[end], f"line {row.line}, {end}")
    faults = [fault for fault in (wrong, wrong_end) if fault]
    if first and last and last < first:
        faults.append(f"line {row.line}, {end}: {last} lies before {first}")
    return first, last, tuple(faults)


def _link(text: str) -> tuple[str, ...]:
    return (text,) if text else ()


def _notes(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


def _unknown(row: Row, column: str) -> tuple[str, ...]:
    said = row[column]
    return (f"line {row.line}, {column}: {said!r} is not known",) if said and not countries_in(said) else ()
