"""The Bureau's own Entity List CSV: one row for each address or alias, gathered to entries.

``Effective Date`` there is the day of publication of every rule that changed the entry, so
its first day is ``published`` and all of them stay in the notes; nothing is taken for the
day of effect. Rows belong to one entry where name, country, terms and first citation agree.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from licet.lists.compound import is_address, other_names, take_apart
from licet.lists.record import Address, Reading, Record
from licet.lists.sources.common import Row, country_code, data_file, date_of, sheet, text_of
from licet.lists.sources.csl_entry import citations, unknown_footnotes, without_footnotes

FORMAT = "bis-entity-csv"
_NEEDED = ("Source List", "Name", "Address", "Country", "Federal Register Notice", "Effective Date")
_DAY = re.compile(r"\d{1,2}/\d{1,2}/\d{2,4}")
_CODE = "entity_list"


def recognises(head: bytes, name: str) -> bool:
    """Whether the header is the Bureau's: ``Source List,Entity Number,SDN Type,...``."""
    first = text_of(head).partition("\n")[0]
    return first.startswith("Source List,Entity Number,SDN Type,") and "Alternate Name" in first


def read(data: bytes, name: str) -> Reading:
    """Every entry, in the order of its first row; ``rows`` counts the rows as published."""
    table = sheet(text_of(data))
    fatal = [*table.fatal, *(f"no column {c!r}" for c in _NEEDED if c not in table.columns)]
    faults = list(table.faults)
    groups: dict[tuple[str, ...], list[Row]] = {}
    for row in table.rows:
        if not row["Name"]:
            faults.append(f"line {row.line}: no name; the row is left out")
            continue
        if row["Source List"] not in ("EL", ""):
            faults.append(f"line {row.line}, Source List: {row['Source List']!r} where 'EL' was expected")
        groups.setdefault(_key(row), []).append(row)
    without = [row.line for row in table.rows if not row["Source List"]]
    if without:
        faults.append(
            f"{len(without)} rows have no source; read as EL (line {', '.join(map(str, without[:5]))})"
        )
    records = tuple(_record(rows) for rows in groups.values())
    return Reading(FORMAT, records, (_CODE,), len(table.rows), faults=tuple(faults), fatal=tuple(fatal))


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace(".", " ").replace(",", " ").split())


def _key(row: Row) -> tuple[str, ...]:
    """What rows of one entry share; full stops, commas, capitals and blanks do not part them."""
    cited = citations(row["Federal Register Notice"])[0]
    terms = (without_footnotes(row[c])[0] for c in ("License Requirement", "License Policy"))
    said = (row["Name"], row["Country"], cited[0] if cited else "", *terms)
    return tuple(_plain(text) for text in said)


def _record(rows: Sequence[Row]) -> Record:
    first = rows[0]
    where = f"line {first.line}"
    taken = take_apart(first["Name"])
    aliases, told = other_names((row["Alternate Name"] for row in rows), taken.name)
    requirement, mine = without_footnotes(first["License Requirement"])
    policy, theirs = without_footnotes(first["License Policy"])
    cited = tuple(dict.fromkeys(c for row in rows for c in citations(row["Federal Register Notice"])[0]))
    published, faults = _published(rows)
    footnotes = tuple(dict.fromkeys((*mine, *theirs)))
    faults += unknown_footnotes(footnotes, where)
    faults += [
        f"line {row.line}: {odd}" for row in rows if (odd := citations(row["Federal Register Notice"])[1])
    ]
    country = country_code(first["Country"])
    if not country:
        faults.append(f"{where}, Country: {first['Country']!r} is no country")
    # Rows slip by a cell now and then; what stands where nothing belongs is shown and not read.
    faults += [
        f"line {row.line}, {column}: {row[column]!r} where nothing is expected"
        for row in rows
        for column in ("Date Lifted/Waived/Expired", "Call Sign", "Address Number", "Alternate Type")
        if row[column]
    ]
    remarks = dict.fromkeys(row["Remarks/Notes"] for row in rows if row["Remarks/Notes"])
    dates = dict.fromkeys(row["Effective Date"] for row in rows if row["Effective Date"])
    return Record(
        list=_CODE,
        name=taken.name,
        kind="address" if is_address(taken.name) else "",
        others=tuple(dict.fromkeys((*taken.aliases, *aliases))),
        addresses=tuple(dict.fromkeys(a for row in rows if (a := _address(row)).text)),
        countries=(country,) if country else (),
        requirement=requirement,
        policy=policy,
        citations=cited,
        published=published,
        parent=taken.parent,
        related=taken.related,
        footnotes=footnotes,
        notes=(*taken.notes, *told, *remarks, *(f"Effective Date as published: {d}" for d in dates)),
        published_name="" if taken.whole else first["Name"],
        publisher_list=first["Source List"] or "EL",
        line=first.line,
        faults=tuple(dict.fromkeys(faults)),
    )


def _address(row: Row) -> Address:
    pieces = (row[c].strip(" ,") for c in ("Address", "City", "State/Province", "Postal Code", "Country"))
    said = [piece for piece in pieces if piece]
    return Address(", ".join(said) if len(said) > 1 else "", country_code(row["Country"]))


def _published(rows: Sequence[Row]) -> tuple[date | None, list[str]]:
    """The first day in ``Effective Date``; each day is held against the volume of its citation."""
    base = int(data_file("csl_lists.yaml")["federal_register_base"])
    days: list[date] = []
    faults: list[str] = []
    for row in rows:
        where = f"line {row.line}, Effective Date"
        written = _DAY.findall(row["Effective Date"])
        if row["Effective Date"] and not written:
            faults.append(f"{where}: {row['Effective Date']!r} is not a date; expected month/day/year")
        read_ = [date_of(text, where) for text in written]
        faults += [fault for _, fault in read_ if fault]
        found = [day for day, _ in read_ if day]
        cited = citations(row["Federal Register Notice"])[0]
        for day, cite in zip(found, cited, strict=False) if len(cited) == len(found) else ():
            volume = cite.split()[0]
            if " FR " in cite and day.year != base + int(volume):
                faults.append(f"{where}: {day} does not agree with {cite}, a volume of {base + int(volume)}")
        if found != sorted(found):
            faults.append(f"{where}: {row['Effective Date']!r} is not in the order of time")
        days += found
    return min(days, default=None), faults
