"""The Consolidated Screening List as JSON: of the federal API, and the compact form with tables.

The API's form is ``{"total": .., "results": [..]}`` or the bare list; the compact one names
its short keys in ``fieldKey`` and keeps repeated texts in ``tables``.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from licet.lists.record import Address, Reading, Record
from licet.lists.sources.common import country_code, date_of, parts, text_of
from licet.lists.sources.csl_entry import Entry, lists, missing_lists, record_of, unknown_lists

FORMAT = "csl-json"
_VESSEL = (
    "call_sign",
    "vessel_type",
    "gross_tonnage",
    "gross_registered_tonnage",
    "vessel_flag",
    "vessel_owner",
)


def recognises(head: bytes, name: str) -> bool:
    """Whether the file begins as one of the two forms."""
    text = text_of(head).lstrip()
    if text[:1] not in ("{", "["):
        return False
    compact = '"countsBySource"' in text and '"fieldKey"' in text
    return compact or ('"source_list_url"' in text and '"alt_names"' in text)


def read(data: bytes, name: str) -> Reading:
    """Every entry; a file that breaks off, or holds other than it declares, is ``fatal``."""
    said, fatal = _decoded(text_of(data))
    compact = "fieldKey" in said
    raw = said.get("entries" if compact else "results")
    entries = [e for e in raw if isinstance(e, dict)] if isinstance(raw, list) else []
    faults = [] if isinstance(raw, list) else ["there is no list of entries"]
    if isinstance(raw, list) and len(entries) < len(raw):
        faults.append(f"{len(raw) - len(entries)} entries are no objects and were not read")
    fatal += [] if isinstance(raw, list) else ["there is no list of entries; expected 'results' or 'entries'"]
    tables = said["tables"] if isinstance(said.get("tables"), dict) else {}
    turn = (lambda e, n: _compact(e, n, tables)) if compact else _full
    records = tuple(r for n, e in enumerate(entries, start=1) if (r := record_of(turn(e, n))).name)
    if len(records) < len(entries):
        faults.append(f"{len(entries) - len(records)} entries have no name and were left out")
    fatal += _declared(said, records, len(entries))
    day, fault = date_of(
        _text(said.get("sourceGeneratedAt") or said.get("search_performed_at")), "day of the file"
    )
    found = {r.list for r in records}
    return Reading(
        FORMAT,
        records,
        tuple(dict.fromkeys((*lists(), *sorted(found)))),
        len(entries),
        dated=day,
        faults=(*faults, *([fault] if fault else []), *unknown_lists(found), *missing_lists(found)),
        fatal=tuple(fatal),
    )


def _decoded(text: str) -> tuple[dict[str, Any], list[str]]:
    """The whole, or as many entries as stand before the fault."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        return _as_far_as_whole(text, error)
    return (said if isinstance(said, dict) else {"results": said}), []


def _as_far_as_whole(text: str, error: Exception) -> tuple[dict[str, Any], list[str]]:
    key = "entries" if '"fieldKey"' in text[:65536] else "results"
    start = text.find(f'"{key}"')
    start = text.find("[", start) if start >= 0 else (0 if text.lstrip().startswith("[") else -1)
    said: dict[str, Any] = {key: []}
    place = start + 1
    decoder = json.JSONDecoder()
    try:
        said |= json.loads(text[:place] + "]}") if text.lstrip().startswith("{") else {}
        while start >= 0:
            place += len(text[place:]) - len(text[place:].lstrip(" ,\n\t")) if text[place] in " ,\n\t" else 0
            entry, place = decoder.raw_decode(text, place)
            said[key].append(entry)
    except (ValueError, IndexError, RecursionError):
        pass
    where = (
        f"line {error.lineno}, column {error.colno}"
        if isinstance(error, json.JSONDecodeError)
        else "its nesting"
    )
    return said, [f"not readable as JSON at {where}, after {len(said[key])} whole entries; fetch it again"]


def _declared(said: Mapping[str, Any], records: Iterable[Record], rows: int) -> list[str]:
    """Where the file holds other than it says it does."""
    wrong = []
    total = said.get("total", said.get("entryCount"))
    if isinstance(total, int) and total != rows:
        wrong.append(f"holds {rows} of {total} entries; expected the whole list, not one page of a search")
    counts = said.get("countsBySource")
    if isinstance(counts, dict):
        there = Counter(record.publisher_list for record in records)
        wrong += [
            f"holds {there[source]} entries of {source!r} and declares {count}"
            for source, count in counts.items()
            if there[source] != count
        ]
    return wrong


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _texts(value: Any) -> tuple[str, ...]:
    """A list as it is, or what older answers write as one text."""
    if isinstance(value, list):
        return tuple(dict.fromkeys(t for item in value if (t := " ".join(_text(item).split()))))
    return parts(_text(value))


def _full(said: Mapping[str, Any], number: int) -> Entry:
    addresses = [a for a in said.get("addresses") or () if isinstance(a, dict)]
    ids = [i for i in said.get("ids") or () if isinstance(i, dict)]
    return Entry(
        source=_text(said.get("source")),
        name=_text(said.get("name")),
        line=number,
        id=_text(said.get("id") or said.get("_id")),
        type=_text(said.get("type")),
        title=_text(said.get("title")),
        addresses=tuple(a for raw in addresses if (a := _address(raw)).text),
        countries=(
            *(_text(raw.get("country")) for raw in addresses if not _address(raw).text),
            *_texts(said.get("citizenships")),
            *_texts(said.get("nationalities")),
        ),
        notice=_text(said.get("federal_register_notice")),
        start=_text(said.get("start_date")),
        end=_text(said.get("end_date")),
        requirement=_text(said.get("license_requirement")),
        policy=_text(said.get("license_policy")),
        programmes=_texts(said.get("programs")),
        aliases=_texts(said.get("alt_names")),
        born=(*_texts(said.get("dates_of_birth")), *_texts(said.get("places_of_birth"))),
        ids=tuple((_text(i.get("type")), _text(i.get("number")), _text(i.get("country"))) for i in ids),
        remarks=_text(said.get("remarks")),
        vessel={column: _text(said.get(column)) for column in _VESSEL},
    )


def _address(said: Mapping[str, Any]) -> Address:
    pieces = [_text(said.get(part)) for part in ("address", "city", "state", "postal_code")]
    country = _text(said.get("country"))
    text = ", ".join(p for p in pieces if p)
    return Address(f"{text}, {country}" if text and country else text, country_code(country))


def _compact(said: Mapping[str, Any], number: int, tables: Mapping[str, Any]) -> Entry:
    odd: list[str] = []

    def told(key: str, table: str) -> str:
        """The text of a table that the entry points to."""
        place, texts = said.get(key), tables.get(table)
        if place is None:
            return ""
        if isinstance(place, int) and isinstance(texts, list) and 0 <= place < len(texts):
            return _text(texts[place])
        odd.append(f"entry {number}, {key}: there is no text {place!r} in the table {table!r}")
        return ""

    return Entry(
        source=told("s", "sources"),
        name=_text(said.get("n")),
        line=number,
        id=_text(said.get("e")),
        type=_text(said.get("t")),
        countries=_texts(said.get("c")),
        notice=_text(said.get("fr")),
        requirement=told("lr", "licenceRequirements"),
        policy=told("lp", "licencePolicies"),
        programmes=parts(told("pg", "programmes")),
        aliases=_texts(said.get("a")),
        odd=tuple(odd),
    )
