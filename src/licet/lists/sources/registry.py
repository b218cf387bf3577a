"""The JSON of the security-export-control registry: an array of entries, each with the id of its list.

Its ``country`` is the country whose list it is, never that of the entry; where the address is
no more than a country's name, that is the country of the entry.
"""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from typing import Any, cast

from licet.lists.record import Address, Kind, Reading, Record
from licet.lists.sources.common import country_code, data_file, date_of
from licet.lists.sources.foreign import apart, clean, country_in, json_of, others

_NEEDED = ("list_id", "entity_name")


def registered(head: bytes, publisher: str) -> bool:
    """Whether the beginning of a file is this JSON, with a list whose id begins so."""
    return re.search(rb'"list_id"\s*:\s*"' + publisher.encode(), head) is not None


def of_registry(text: str, form: str) -> Reading:
    """One record for each entry; ``rows`` counts them, ``dated`` is the last day of verification."""
    found, fault = json_of(text)
    entries = found if isinstance(found, list) else []
    fatal = [fault] if fault else [] if entries else ["no array of entries; expected [{...}, ...]"]
    named = {a for e in entries if isinstance(e, dict) for a in _texts(e, "addresses") if country_code(a)}
    countries = tuple(sorted(named, key=len, reverse=True))
    records: list[Record] = []
    days: list[date] = []
    for ordinal, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict) or not all(isinstance(entry.get(key), str) for key in _NEEDED):
            fatal.append(f"entry {ordinal}: no object with {' and '.join(_NEEDED)}")
            continue
        records.append(_record(entry, ordinal, countries))
        day, _ = date_of(_text(entry, "last_verified"), "")
        days += [day] if day else []
    twice = [one for one, times in Counter(r.published_id for r in records).items() if one and times > 1]
    faults = (f"{len(twice)} ids stand for several entries: {', '.join(twice[:5])}",) if twice else ()
    lists = tuple(dict.fromkeys(record.list for record in records))
    return Reading(form, tuple(records), lists, len(entries), max(days, default=None), faults, tuple(fatal))


def _text(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    return clean(value) if isinstance(value, str) else ""


def _texts(entry: dict[str, Any], key: str) -> list[str]:
    value = entry.get(key)
    items = value if isinstance(value, list) else []
    return [said for item in items if isinstance(item, str) and (said := clean(item))]


def _unstuck(name: str, addresses: list[str], countries: tuple[str, ...]) -> tuple[str, list[str], str]:
    """Name and addresses; where the name is empty and stands behind the country instead, put right."""
    if not name and addresses:
        country = next((c for c in countries if addresses[0].startswith(f"{c} ")), "")
        if country:
            fault = (
                "entity_name: empty; the name was taken from addresses, where it stands behind the country"
            )
            return addresses[0].removeprefix(country).strip(), [country, *addresses[1:]], fault
    return name, addresses, "" if name else "entity_name: empty"


def _record(entry: dict[str, Any], ordinal: int, countries: tuple[str, ...]) -> Record:
    terms = data_file("foreign_registry.yaml")
    listed = _text(entry, "list_id")
    published_name, where, stuck = _unstuck(
        _text(entry, "entity_name"), _texts(entry, "addresses"), countries
    )
    main, *rest = apart(published_name) or ("",)
    published, fault = date_of(_text(entry, "date_added"), f"entry {ordinal}, date_added")
    known = terms["lists"].get(listed)
    faults = [said for said in (fault, stuck) if said]
    faults += [] if known else [f"list_id: {listed!r} is not known"]
    aliases = [name for alias in _texts(entry, "aliases") for name in apart(alias)]
    addresses = tuple(Address(text, leading_country(text) or country_in(text)) for text in where)
    return Record(
        list=known or listed.replace("-", "_"),
        name=main,
        kind=cast(Kind, terms["kinds"].get(_text(entry, "entity_type"), "")),
        others=others(main, ((name, "alias") for name in (*rest, *aliases))),
        addresses=addresses,
        countries=tuple(
            dict.fromkeys(a.country for a in addresses if a.country == country_code(a.text) != "")
        ),
        citations=tuple(url for url in (_text(entry, "source_url"),) if url),
        published=published,
        notes=tuple(note for note in (_text(entry, "reason"),) if note),
        published_id=_text(entry, "id"),
        published_name=published_name if rest else "",
        publisher_list=_text(entry, "source_list_name"),
        line=ordinal,
        faults=tuple(faults),
    )


def leading_country(address: str) -> str:
    """The code of the country with which an address in Chinese begins; empty for other addresses."""
    leading: dict[str, str] = data_file("foreign_registry.yaml")["leading"]
    return next((code for word, code in leading.items() if address.startswith(word)), "")
