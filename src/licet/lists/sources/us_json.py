"""US lists as one JSON object each: ``{list_id, source_file, extracted, count, entities: [...]}``.

The form keeps the first citation and few aliases of each entry; what an agency says beside that
stands in ``notes`` and is read from there where it has a form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from licet.lists.record import Address, Identifier, Kind, Reading, Record
from licet.lists.sources import us_words
from licet.lists.sources.common import date_of, parts, text_of
from licet.lists.sources.entry_addresses import country_at_end
from licet.lists.sources.us_countries import countries_in

FORMAT = "us-list-json"

_TEXTS = ("name", "country", "address", "status", "effective_date", "federal_register", "notes")
_ENDED = re.compile(r"status:\s*(?:Expired|Lifted|Waived|Terminated|Removed)\b[^;|]*", re.IGNORECASE)
_STATUS = re.compile(r"status:\s*([^;|]+)", re.IGNORECASE)
_BORN = re.compile(r"Date of birth:\s*([^;|]+)", re.IGNORECASE)
_TOGETHER = re.compile(r"Listed together with subsidiaries:\s*([^|]+)", re.IGNORECASE)
_USCC = re.compile(r"USCC:\s*([0-9A-Z]{18})")
_PROGRAMME = re.compile(r"Program:\s*([^;|]+)")
_LISTED = re.compile(r"Listing Date[^:;|]*:\s*([^;|]+)")


@dataclass(frozen=True, slots=True)
class _List:
    """The list that the file holds."""

    code: str
    kind: Kind
    published: str


def recognises(head: bytes, name: str) -> bool:
    """Whether the object names a list and has entities."""
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{") and all(
        key in head for key in (b'"list_id"', b'"entities"', b'"extracted"')
    )


def read(data: bytes, name: str) -> Reading:
    """Every entity; ``dated`` is the day of extraction."""
    try:
        body = json.loads(text_of(data))
    except (ValueError, RecursionError) as error:
        return Reading(FORMAT, (), (), 0, fatal=(f"{name}: not readable as JSON: {error}; fetch it again",))
    entities = body.get("entities") if isinstance(body, dict) else None
    if not isinstance(entities, list):
        return Reading(FORMAT, (), (), 0, fatal=(f"{name}: no list 'entities'",))
    published = str(body.get("list_id"))
    known = us_words.words("json").get(published)
    if known is None:
        fatal = f"{name}, list_id: {published[:60]!r} is no list that is known"
        return Reading(FORMAT, (), (), len(entities), fatal=(fatal,))
    dated, fault = date_of(str(body.get("extracted") or ""), "extracted")
    faults = [fault] if fault else []
    fatal_ones = []
    if body.get("count") != len(entities):
        fatal_ones.append(
            f"{name}: count is {body.get('count')!r}, but {len(entities)} entities are in the file"
        )
    if not entities:
        fatal_ones.append(f"{name}: no entities; an empty list is not taken for a list that has been emptied")
    which = _List(str(known["list"]), known["kind"], published)
    records: list[Record] = []
    for place, entity in enumerate(entities, start=1):
        if wrong := _wrong(entity):
            faults.append(f"entity {place}, {wrong}; the entity was not read")
        else:
            records += _records(entity, place, which)
    over = sum(r.ends is not None and dated is not None and r.ends < dated for r in records)
    if over and dated is not None:
        faults.append(
            f"{over} entries ended before {dated.isoformat()}, the day of the data, and are still in it"
        )
    lists = () if known.get("part") else (which.code,)
    return Reading(FORMAT, tuple(records), lists, len(entities), dated, tuple(faults), tuple(fatal_ones))


def _wrong(entity: Any) -> str:
    """Why an entity cannot be read; empty where it can."""
    if not isinstance(entity, dict):
        return "expected an object"
    for key in _TEXTS:
        if not isinstance(entity.get(key), str | None):
            return f"{key}: expected a text"
    aliases = entity.get("aliases") or []
    if not isinstance(aliases, list) or not all(isinstance(a, str) for a in aliases):
        return "aliases: expected a list of texts"
    return "" if (entity.get("name") or "").strip() else "name: empty"


def _records(entity: Mapping[str, Any], place: int, which: _List) -> Iterator[Record]:
    where = f"entity {place}"
    notes = entity.get("notes") or ""
    cited = entity.get("federal_register") or ""
    effective, fault = date_of(entity.get("effective_date") or "", f"{where}, effective_date")
    faults = [fault] if fault else []
    codes = countries_in(entity.get("country") or "")
    named = us_words.names(entity["name"], which.kind, notes)
    vessel = any(one.kind == "vessel" for one in named)
    if entity.get("country") and not codes and not vessel and "vessels" not in entity["country"].casefold():
        faults.append(f"{where}, country: {entity['country']!r} is not known")
    born = _BORN.search(notes)
    address = entity.get("address") or ""
    related = _TOGETHER.search(notes)
    listed = _LISTED.search(notes)
    days = us_words.days_in(listed[1] if listed else cited)
    if ";" in entity["name"]:
        faults.append(f"{where}, name: {entity['name']!r} may name several parties; it was kept whole")
    given = (alias.strip() for alias in entity.get("aliases") or ())
    aliases = tuple(dict.fromkeys(us_words.other_name(alias) for alias in given if alias))
    first = codes[0] if codes else ""
    for one in named:
        yield Record(
            which.code,
            one.name,
            kind="person" if born else one.kind,
            others=aliases,
            addresses=(Address(address, country_at_end(address) or first),) if address else (),
            countries=codes,
            identifiers=tuple(Identifier("uscc", met[1]) for met in _USCC.finditer(notes)),
            programmes=tuple(dict.fromkeys(met[1].strip() for met in _PROGRAMME.finditer(notes))),
            citations=parts(cited),
            published=days[0] if days else None,
            effective=effective,
            ends=_ends(notes),
            related=parts(related[1]) if related else (),
            birth=(born[1].strip(),) if born else (),
            notes=tuple(n for n in (_status(entity), one.note, *parts(notes, "|")) if n),
            published_name=entity["name"] if one.name != entity["name"] else "",
            publisher_list=which.published,
            line=place,
            faults=tuple(faults),
        )


def _status(entity: Mapping[str, Any]) -> str:
    return f"status: {entity['status']}" if entity.get("status") else ""


def _ends(notes: str) -> date | None:
    """The last day of the last measure, where every measure that the notes name has ended and says when."""
    stated, ended = _STATUS.findall(notes), _ENDED.findall(notes)
    days = [us_words.days_in(one) for one in ended]
    if not stated or len(stated) != len(ended) or not all(days):
        return None
    return max(day for found in days for day in found)
