"""The Consolidated Screening List as the CSV that trade.gov offers for download.

Three forms are known: of 2019 (28 columns, without ``_id``), of 2022 and of 2025 (29 columns).
They differ in nothing else that matters here.
"""

from __future__ import annotations

import re

from licet.lists.record import Address, Reading
from licet.lists.sources.common import Row, parts, sheet, text_of
from licet.lists.sources.csl_entry import (
    Entry,
    address_of,
    identifier_kind,
    lists,
    missing_lists,
    record_of,
    unknown_lists,
)

FORMAT = "csl-csv"
_NEEDED = ("source", "name", "addresses", "federal_register_notice", "start_date", "alt_names")
_VESSEL = (
    "call_sign",
    "vessel_type",
    "gross_tonnage",
    "gross_registered_tonnage",
    "vessel_flag",
    "vessel_owner",
)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def recognises(head: bytes, name: str) -> bool:
    """Whether the first line is the header of this format."""
    first = text_of(head).partition("\n")[0].replace('"', "")
    return set(_NEEDED) <= set(first.split(","))


def read(data: bytes, name: str) -> Reading:
    """Every entry; a file that breaks off inside a row is ``fatal``, as is one without a needed column."""
    table = sheet(text_of(data))
    lacking = [c for c in _NEEDED if c not in table.columns]
    fatal = [
        *table.fatal,
        *(f"no column {c!r}; expected the header of the CSV of trade.gov" for c in lacking),
    ]
    records = tuple(record_of(_entry(row)) for row in table.rows)
    nameless = [r.line for r in records if not r.name]
    faults = [*table.faults, *(f"line {line}: no name; the row is left out" for line in nameless)]
    found = {r.list for r in records}
    return Reading(
        FORMAT,
        tuple(r for r in records if r.name),
        tuple(dict.fromkeys((*lists(), *sorted(found)))),
        len(table.rows),
        faults=(*faults, *unknown_lists(found), *missing_lists(found)),
        fatal=tuple(fatal),
    )


def _entry(row: Row) -> Entry:
    addresses = [address_of(text) for text in parts(row["addresses"])]
    return Entry(
        source=row["source"],
        name=row["name"],
        line=row.line,
        id=row["_id"],
        type=row["type"],
        title=row["title"],
        addresses=tuple(a for a in addresses if isinstance(a, Address)),
        countries=(
            *(a for a in addresses if isinstance(a, str)),
            *parts(row["citizenships"]),
            *parts(row["nationalities"]),
        ),
        notice=row["federal_register_notice"],
        start=row["start_date"],
        end=row["end_date"],
        requirement=row["license_requirement"],
        policy=row["license_policy"],
        programmes=parts(row["programs"]),
        aliases=parts(row["alt_names"]),
        born=(*parts(row["dates_of_birth"]), *parts(row["places_of_birth"])),
        ids=tuple(_identifier(text) for text in parts(row["ids"])),
        remarks=row["remarks"],
        vessel={column: row[column] for column in _VESSEL},
    )


def _identifier(text: str) -> tuple[str, str, str]:
    """Type, number and country of an identifier; the whole text as the type where none is known.

    Until 2022 ``JO, 2014-08-30, 2009-08-31, K475336, Passport``, since then ``Passport, K475336, JO``.
    """
    pieces = text.split(", ")
    if len(pieces) < 2 or not (identifier_kind(pieces[-1]) or identifier_kind(pieces[0])):
        return text, "", ""
    kind = pieces.pop() if identifier_kind(pieces[-1]) else pieces.pop(0)
    codes = [p for p in (pieces[0], pieces[-1]) if re.fullmatch(r"[A-Z]{2}", p)] if len(pieces) > 1 else []
    for code in codes[:1]:
        pieces.remove(code)
    # Days of expiry and issue stand among the numbers; where a day is the number, it stands alone.
    kept = [p for p in pieces if not _DAY.fullmatch(p)] or pieces[-1:]
    return kind, ", ".join(kept), codes[0] if codes else ""
