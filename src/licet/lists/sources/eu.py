"""Annexes of EU regulations as OpenSanctions takes them from the Official Journal: a table of 45 columns.

Tested on the real files for Regulations 833/2014 and 269/2014. Which regulation a row belongs
to is read from its CELEX number, so that files for other regulations work likewise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import cast

from licet.lists.record import Address, Kind, NameKind, Reading, Record
from licet.lists.sources.common import Row, country_code, data_file, date_of, parts, sheet, text_of
from licet.lists.sources.foreign import (
    apart,
    clean,
    country_in,
    identifiers,
    nationalities,
    not_whole,
    number_in,
    others,
    own_script,
)

FORMAT = "eu-journal-csv"
_NEEDED = ("celex", "recordId", "programKey", "annex", "measure", "startDate", "schema", "name", "alias")
_CELEX = re.compile(r"3\d{4}[A-Z](\d{4})")
_NAMES: tuple[tuple[str, NameKind], ...] = (
    ("alias", "alias"),
    ("weakAlias", "weak"),
    ("previousName", "former"),
)
_NOTES = (
    "position",
    "legalForm",
    "sector",
    "reason",
    "notes",
    "birthPlace",
    "gender",
    "incorporationDate",
)


def recognises(head: bytes, name: str) -> bool:
    """Whether the header is that of this table."""
    return text_of(head[:200]).startswith(",".join(_NEEDED[:5]))


def read(data: bytes, name: str) -> Reading:
    """One record for each row; the list is ``eu_`` and the number of the regulation (``eu_833``)."""
    text = text_of(data)
    table = sheet(text)
    fatal = (*table.fatal, *not_whole(text, table.columns, _NEEDED))
    records = tuple(_record(row) for row in table.rows)
    lists = tuple(sorted({record.list for record in records}))
    return Reading(FORMAT, records, lists, len(table.rows), faults=table.faults, fatal=fatal)


def _record(row: Row) -> Record:
    terms = data_file("foreign_eu.yaml")
    number = _CELEX.fullmatch(row["celex"])
    main, *rest = _names_in(row["name"]) or ("",)
    faults = [] if number else [f"celex: {row['celex']!r} is no CELEX number such as 32014R0833"]
    faults += [] if main else ["name: empty"]
    start, fault = date_of(row["startDate"], f"line {row.line}, startDate", day_first=True)
    faults += [fault] if fault else []
    names: list[tuple[str, NameKind]] = [(name, "alias") for name in rest]
    names += ((n, kind) for column, kind in _NAMES for one in listed(row[column]) for n in _names_in(one))
    return Record(
        list=f"eu_{int(number[1])}" if number else "eu",
        name=main,
        kind=cast(Kind, terms["kinds"].get(row["schema"], "")),
        others=others(main, names),
        addresses=tuple(Address(clean(a), country_in(a)) for a in listed(row["address"])),
        countries=_countries(row),
        identifiers=identifiers(_identifiers(row, terms)),
        programmes=tuple(p for p in (row["programKey"], row["measure"]) if p),
        citations=tuple(c for c in (row["celex"],) if c),
        effective=start,
        birth=tuple(_birth(text) for text in listed(row["birthDate"])),
        notes=tuple(dict.fromkeys([*(n for c in _NOTES if (n := clean(row[c]))), *_documents(row, terms)])),
        published_name=row["name"] if main != clean(row["name"]) else "",
        published_id=f"{row['annex']}/{row['recordId']}" if row["recordId"] else "",
        publisher_list=f"{row['celex']} {row['annex']}",
        line=row.line,
        faults=tuple(faults),
    )


def listed(text: str) -> tuple[str, ...]:
    """The entries of a cell parted by ``;``, but not by one that stands within brackets."""
    found: list[str] = []
    for piece in parts(text):
        if found and (found[-1].count("(") > found[-1].count(")")):
            found[-1] = f"{found[-1]}; {piece}"
        else:
            found.append(piece)
    return tuple(dict.fromkeys(found))


def _names_in(text: str) -> tuple[str, ...]:
    """The names that stand together in one: in two languages, in two scripts, in full and in short."""
    found: list[str] = []
    for piece in re.split(r"\s+/\s+", text):
        for name in apart(piece):
            # In their own script, brackets hold the short form: "Акционерное Общество «Дукс» (АО «Дукс»)".
            short = re.fullmatch(r"(.+?) \(([^()]+)\)", name) if own_script(name) else None
            found += [short[1], *parts(short[2], ",")] if short else [name]
    return tuple(dict.fromkeys(name for name in found if name))


def _countries(row: Row) -> tuple[str, ...]:
    named = [country_code(c) for column in ("country", "jurisdiction", "flag") for c in listed(row[column])]
    people = nationalities(n for one in listed(row["nationality"]) for n in one.split(","))
    return tuple(dict.fromkeys(code for code in (*named, *people) if code))


def _birth(text: str) -> str:
    day, _ = date_of(text, "", day_first=True)
    return day.isoformat() if day else clean(text)


def _documents(row: Row, terms: dict[str, dict[str, str]]) -> Iterable[str]:
    """What is said of documents beyond their numbers, in full."""
    values = (value for column in terms["identifiers"] for value in listed(row[column]))
    return (value for value in values if number_in(value) != value)


def _identifiers(row: Row, terms: dict[str, dict[str, str]]) -> Iterable[tuple[str, str]]:
    for column, kind in terms["identifiers"].items():
        for value in listed(row[column]):
            # "7704730655 (Tax ID/INN)" says in brackets what the number is.
            met = re.fullmatch(r"([^()]+?) *\((.+)\)", value)
            label = met[2].casefold() if met else ""
            named = next((k for word, k in terms["labels"].items() if word in label), kind)
            yield named, number_in(met[1] if met else value).strip(" .")
