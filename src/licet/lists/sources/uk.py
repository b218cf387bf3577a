"""The consolidated list of HM Treasury (CSV): a row for each name, day of birth and address of an entry.

Tested on the real file of April 2020 (29 columns, Windows-1252). The columns that the list
gained later (names in other scripts, alias quality, UK reference) are read where they stand;
no real file with them was at hand. Dates are day first; ``00`` is a day or month not known.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date

from licet.lists.record import Address, Kind, NameKind, Reading, Record
from licet.lists.sources.common import Row, data_file, date_of, sheet, text_of
from licet.lists.sources.foreign import (
    clean,
    country_in,
    identifiers,
    nationalities,
    not_whole,
    number_in,
    numbered,
    others,
)

FORMAT = "uk-hmt-consolidated"
_LISTS = ("uk",)
_NAMES = ("Name 1", "Name 2", "Name 3", "Name 4", "Name 5", "Name 6")
_LINES = ("Address 1", "Address 2", "Address 3", "Address 4", "Address 5", "Address 6", "Post/Zip Code")
_NEEDED = ("Name 6", "Group Type", "Alias Type", "Group ID")
# Only a number at the very start is the entry's own; later ones are those of ships it has to do with.
_OWN_IMO = re.compile(r"\(?IMO(?: number)?:? *(\d{7})\b")
_MMSI = re.compile(r"\bMMSI:? *(\d{9})\b")


def recognises(head: bytes, name: str) -> bool:
    """Whether the file begins with a line of its day and the columns of this list."""
    lines = text_of(head[:4096]).split("\n")[:2]
    return len(lines) == 2 and lines[0].startswith("Last Updated") and "Group ID" in lines[1]


def read(data: bytes, name: str) -> Reading:
    """One record for each group id, in the order of its first row; ``rows`` counts the rows as published."""
    first, _, body = text_of(data).partition("\n")
    stamp = first.partition(",")[2].strip('" ,')
    dated, fault = date_of(stamp, "line 1", day_first=True)
    faults = (
        [fault] if fault else [] if dated else ["line 1: no day of the file; expected 'Last Updated,day'"]
    )
    # The first line is left blank, so that every message names the line of the file.
    table = sheet("\n" + body)
    fatal = (*table.fatal, *not_whole("\n" + body, table.columns, _NEEDED))
    groups: dict[str, list[Row]] = {}
    for row in table.rows:
        key = row["Group ID"]
        if not key:
            faults.append(f"line {row.line}: no Group ID; read as an entry of its own")
        groups.setdefault(key or f"line {row.line}", []).append(row)
    records = tuple(_record(rows) for rows in groups.values())
    return Reading(FORMAT, records, _LISTS, len(table.rows), dated, (*faults, *table.faults), fatal)


def _record(rows: list[Row]) -> Record:
    terms = data_file("foreign_uk.yaml")
    kinds = [terms["aliases"].get(row["Alias Type"].casefold(), "alias") for row in rows]
    names = [clean(" ".join(row[column] for column in _NAMES)) for row in rows]
    faults: list[str] = []
    primary = next((n for n, k in zip(names, kinds, strict=True) if k == "name" and n), "")
    if not primary:
        primary = next((n for n in names if n), "")
        faults.append("Alias Type: no row is the primary name; the first name is taken")
    first = rows[0]
    about = [clean(row["Other Information"]) for row in rows]
    listed = _days(rows, "Listed On", faults)
    if len(set(listed)) > 1:
        faults.append("Listed On: several days, one for each regime; the earliest is taken")
    return Record(
        list="uk",
        name=primary,
        kind=_kind(first["Group Type"], about[0], terms),
        others=others(primary, _names(rows, names, kinds)),
        addresses=_addresses(rows),
        countries=nationalities(n for n in _items(rows, "Nationality")),
        identifiers=identifiers(_identifiers(rows, about)),
        programmes=_distinct(row["Regime"] for row in rows),
        effective=min(listed, default=None),
        birth=_distinct(_birth(row["DOB"]) for row in rows),
        notes=_distinct([*about, *(clean(row["Position"]) for row in rows), *_documents(rows)]),
        published_id=first["Group ID"],
        publisher_list="UK consolidated list",
        line=first.line,
        faults=tuple(faults),
    )


def _names(rows: list[Row], names: list[str], kinds: list[str]) -> Iterable[tuple[str, NameKind]]:
    for row, name, kind in zip(rows, names, kinds, strict=True):
        weak = row["Alias Quality"].casefold() == "low"
        yield name, "weak" if weak else "former" if kind == "former" else "alias"
        yield row["Name Non-Latin Script"], "alias"


def _kind(group: str, about: str, terms: dict[str, dict[str, str]]) -> Kind:
    kind = terms["kinds"].get(group.casefold(), "")
    if kind == "organisation" and _OWN_IMO.match(about):
        return "vessel"
    return kind  # type: ignore[return-value]


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _items(rows: list[Row], column: str) -> tuple[str, ...]:
    return _distinct(item for row in rows for item in numbered(clean(row[column])))


def _days(rows: list[Row], column: str, faults: list[str]) -> list[date]:
    found = []
    for text, line in {row[column]: row.line for row in reversed(rows)}.items():
        day, fault = date_of(text, f"line {line}, {column}", day_first=True)
        faults += [fault] if fault else []
        found += [day] if day else []
    return found


def _birth(text: str) -> str:
    """``00/03/1980`` as ``1980-03``; what is no such date stays as written."""
    met = re.fullmatch(r"(\d\d)/(\d\d)/(\d{4})", text)
    return "-".join(p for p in (met[3], met[2], met[1]) if p != "00") if met else clean(text)


def _addresses(rows: list[Row]) -> tuple[Address, ...]:
    found: dict[str, Address] = {}
    for row in rows:
        country = " ".join(row["Country"].split())
        text = ", ".join(part for c in (*_LINES, "Country") if (part := clean(row[c]).strip(" ,")))
        if text and text not in found:
            found[text] = Address(text, country_in(country) or country_in(text))
    return tuple(found.values())


def _documents(rows: list[Row]) -> list[str]:
    columns = (("Passport Details", "Passport"), ("NI Number", "National identification"))
    return [f"{label}: {item}" for column, label in columns for item in _items(rows, column)]


def _identifiers(rows: list[Row], about: list[str]) -> Iterable[tuple[str, str]]:
    for column, kind in (("Passport Details", "passport"), ("NI Number", "national")):
        for item in _items(rows, column):
            yield kind, number_in(item)
    for text in about:
        if imo := _OWN_IMO.match(text):
            yield "imo", imo[1]
            if mmsi := _MMSI.search(text):
                yield "mmsi", mmsi[1]
