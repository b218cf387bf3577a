"""The consolidated list of the UN Security Council (official XML): one record for each individual and entity.

Tested on two real files (October 2024, whose ampersands are not escaped, and February 2026).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Any

from licet.lists.record import Address, NameKind, Reading, Record
from licet.lists.sources.common import data_file, date_of
from licet.lists.sources.foreign import (
    clean,
    country_in,
    identifiers,
    mended_tree,
    nationalities,
    nationality,
    number_in,
    others,
)
from licet.lists.sources.xml_tree import child_text, children, local

FORMAT = "un-consolidated-xml"
_LISTS = ("un",)
_ENTRIES = {"INDIVIDUAL": "person", "ENTITY": "organisation"}
_NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_PLACE = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY")


def recognises(head: bytes, name: str) -> bool:
    """Whether the root of the list stands near the beginning."""
    return b"<CONSOLIDATED_LIST" in head[:4096]


def read(data: bytes, name: str) -> Reading:
    """Every individual and entity; ``rows`` counts them."""
    tree = mended_tree(data)
    root, fatal = tree.root, list(tree.fatal)
    if root is None:
        return Reading(FORMAT, (), _LISTS, 0, fatal=tuple(fatal))
    faults = list(tree.faults)
    dated, fault = date_of(root.get("dateGenerated", ""), "dateGenerated")
    faults += [fault] if fault else []
    entries = [element for element in root.iter() if local(element) in _ENTRIES]
    for section in ("INDIVIDUALS", "ENTITIES"):
        if not children(root, section):
            fatal.append(f"no <{section}>; the file is half of the list or another one")
    records = tuple(_record(element) for element in entries)
    return Reading(FORMAT, records, _LISTS, len(entries), dated, tuple(faults), tuple(fatal))


def _record(entry: Any) -> Record:
    kind = local(entry)
    published = clean(" ".join(child_text(entry, tag) for tag in _NAMES))
    # A few entities are written with two names in one: "COMPAGNIE AERIENNE ; GREAT LAKES AIR".
    names = [n for n in re.split(r"\s+;\s+", published) if n] if kind == "ENTITY" else [published]
    main = names[0] if names else ""
    terms = data_file("foreign_un.yaml")
    faults: list[str] = []
    listed, fault = _day(entry, "LISTED_ON")
    faults += [fault] if fault else []
    if not main:
        faults.append("FIRST_NAME: no name")
    rest: list[tuple[str, NameKind]] = [(n, "alias") for n in names[1:]]
    rest += _aliases(entry, kind, terms)
    rest.append((child_text(entry, "NAME_ORIGINAL_SCRIPT"), "script"))
    return Record(
        list="un",
        name=main,
        kind=_ENTRIES[kind],  # type: ignore[arg-type]
        others=others(main, rest),
        addresses=_addresses(entry, kind),
        countries=nationalities(_values(entry, "NATIONALITY")),
        identifiers=identifiers(_documents(entry, terms)),
        programmes=tuple(p for p in (child_text(entry, "UN_LIST_TYPE"),) if p),
        citations=tuple(p for p in (child_text(entry, "REFERENCE_NUMBER"),) if p),
        effective=listed,
        birth=_births(entry),
        notes=_notes(entry),
        published_id=child_text(entry, "DATAID"),
        published_name=published if len(names) > 1 else "",
        publisher_list="UN Security Council consolidated list",
        line=entry.sourceline or 0,
        faults=tuple(faults),
    )


def _day(entry: Any, tag: str) -> tuple[date | None, str]:
    # Some days carry the offset of a time zone: "2015-07-01-04:00".
    text = re.sub(r"(?<=\d)[+-]\d\d:\d\d$", "", child_text(entry, tag))
    return date_of(text, f"line {entry.sourceline}, {tag}")


def _values(entry: Any, tag: str) -> list[str]:
    return [
        text
        for part in children(entry, tag)
        for value in children(part, "VALUE")
        if (text := clean(value.text or ""))
    ]


def _aliases(entry: Any, kind: str, terms: dict[str, dict[str, Any]]) -> list[tuple[str, NameKind]]:
    found: list[tuple[str, NameKind]] = []
    for alias in children(entry, f"{kind}_ALIAS"):
        note = child_text(alias, "NOTE")
        quality: NameKind = terms["notes"].get(note.casefold()) or terms["quality"].get(
            child_text(alias, "QUALITY").casefold(), "alias"
        )
        found.append((child_text(alias, "ALIAS_NAME"), quality))
        if (script := re.match(r"in \w+ script: (.+)", note)) is not None:
            found.append((script[1], "script"))
    return found


def _addresses(entry: Any, kind: str) -> tuple[Address, ...]:
    found: dict[str, Address] = {}
    for place in children(entry, f"{kind}_ADDRESS"):
        text = ", ".join(part for tag in _PLACE if (part := child_text(place, tag).strip(" ,")))
        note = child_text(place, "NOTE")
        country = nationality(child_text(place, "COUNTRY")) or country_in(text or note)
        whole = f"{text} ({note})" if text and note else text or note
        if whole:
            found.setdefault(whole, Address(whole, country))
    return tuple(found.values())


def _documents(entry: Any, terms: dict[str, dict[str, str]]) -> Iterable[tuple[str, str]]:
    for document in children(entry, "INDIVIDUAL_DOCUMENT"):
        titles = (child_text(document, tag) for tag in ("TYPE_OF_DOCUMENT", "TYPE_OF_DOCUMENT2"))
        named = " ".join(titles).casefold()
        kind = next((k for word, k in terms["documents"].items() if word in named), "document")
        yield kind, number_in(child_text(document, "NUMBER"))


def _births(entry: Any) -> tuple[str, ...]:
    found = []
    for birth in children(entry, "INDIVIDUAL_DATE_OF_BIRTH"):
        span = [child_text(birth, tag) for tag in ("FROM_YEAR", "TO_YEAR")]
        day = (
            child_text(birth, "DATE") or child_text(birth, "YEAR") or "/".join(year for year in span if year)
        )
        found.append(day or child_text(birth, "NOTE"))
    return tuple(dict.fromkeys(text for text in found if text))


def _notes(entry: Any) -> tuple[str, ...]:
    texts = [
        *_values(entry, "TITLE"),
        *_values(entry, "DESIGNATION"),
        child_text(entry, "GENDER"),
        child_text(entry, "COMMENTS1"),
    ]
    return tuple(dict.fromkeys(text for text in texts if text))
