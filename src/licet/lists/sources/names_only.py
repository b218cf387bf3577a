"""Names only: name, number of the entry in that file, and since 2023 the code of the list; no header.

The rows of one number are one entry: the first names it, the others are its aliases. Names
are in capitals. Nothing else is known of an entry.
"""

from __future__ import annotations

import csv
import re

from licet.lists.compound import other_names, take_apart
from licet.lists.record import Reading, Record
from licet.lists.sources.common import Row, data_file, sheet, text_of

FORMAT = "names-only-csv"
_NUMBER = re.compile(r"([A-Z]+)\d+")


def recognises(head: bytes, name: str) -> bool:
    """Whether the first rows are a name, a number such as ``CONS1`` and perhaps a short code."""
    lines = [line for line in text_of(head).split("\n")[:5] if line]
    rows = list(csv.reader(lines))
    return bool(rows) and all(
        len(row) in (2, 3) and row[0] and _NUMBER.fullmatch(row[1]) and row[2:3] < ["["] for row in rows
    )


def read(data: bytes, name: str) -> Reading:
    """Every entry; ``rows`` counts the names."""
    text = text_of(data)
    width = len(next(csv.reader([text.partition("\n")[0]]), [])) or 2
    table = sheet(text, columns=("name", "number", "code")[:width])
    known = data_file("csl_lists.yaml")
    codes = known["lists"] | known["also"]
    faults = list(table.faults)
    groups: dict[tuple[str, str], list[Row]] = {}
    for row in table.rows:
        if not row["name"] or not _NUMBER.fullmatch(row["number"]):
            faults.append(f"line {row.line}: no name or no number of an entry; left out")
            continue
        groups.setdefault((row["number"], row["code"]), []).append(row)
    records = tuple(_record(rows, codes) for rows in groups.values())
    if width == 2:
        faults.append("the file has no column for the list; entries are kept by the letters of their number")
    unknown = sorted({r.publisher_list for r in records if r.list.startswith("names_")})
    faults += [f"unknown list {code!r}" for code in unknown if width > 2]
    covered = dict.fromkeys(r.list for r in records)
    return Reading(FORMAT, records, tuple(covered), len(table.rows), faults=tuple(faults), fatal=table.fatal)


def _record(rows: list[Row], codes: dict[str, str]) -> Record:
    first = rows[0]
    met = _NUMBER.fullmatch(first["number"])
    letters = met[1] if met else ""
    code = first["code"] or letters
    names = list(dict.fromkeys(row["name"] for row in rows))
    taken = take_apart(names[0])
    others, told = other_names(names[1:], taken.name)
    return Record(
        list=codes.get(code, f"names_{code.casefold()}"),
        name=taken.name,
        others=tuple(dict.fromkeys((*taken.aliases, *others))),
        parent=taken.parent,
        related=taken.related,
        notes=(*taken.notes, *told),
        published_name="" if taken.whole else names[0],
        published_id=first["number"],
        publisher_list=code,
        line=first.line,
    )
