"""OFAC's lists as XML (``sdnList``): SDN and the other lists in one schema, with weak aliases marked."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from licet.lists.record import Address, Identifier, NameKind, OtherName, Reading, Record
from licet.lists.sources import ofac_words
from licet.lists.sources.common import date_of
from licet.lists.sources.us_countries import country
from licet.lists.sources.xml_tree import all_of, child_text, children, text_in, tree_of

FORMAT = "ofac-xml"

_STREET = ("address1", "address2", "address3", "city", "stateOrProvince", "postalCode", "country")
_VESSEL = ("vesselType", "tonnage", "grossRegisteredTonnage")


def recognises(head: bytes, name: str) -> bool:
    """Whether the first element is ``sdnList``."""
    return re.search(rb"<(?:\w+:)?sdnList[\s>]", head) is not None


def read(data: bytes, name: str) -> Reading:
    """Every ``sdnEntry``; a file with fewer than its ``Record_Count`` is not whole."""
    tree = tree_of(data)
    consolidated = ofac_words.is_consolidated(name)
    lists = ofac_words.codes(consolidated)
    if tree.root is None:
        return Reading(FORMAT, (), lists, 0, faults=tree.faults, fatal=tree.fatal)
    entries = [e for e in tree.root if str(e.tag).endswith("sdnEntry")]
    faults, fatal = list(tree.faults), list(tree.fatal)
    head = next(iter(children(tree.root, "publshInformation")), None)
    dated = None
    if head is None:
        faults.append("publshInformation is missing; the file does not say its day or its number of entries")
    else:
        dated, fault = date_of(child_text(head, "Publish_Date"), "Publish_Date")
        faults += [fault] if fault else []
        counted = child_text(head, "Record_Count")
        if counted.isdecimal() and int(counted) != len(entries):
            fatal.append(
                f"Record_Count is {counted}, but {len(entries)} entries are in the file; fetch it again"
            )
    if not entries and not fatal:
        fatal.append("the file has no entries; an empty list is not taken for a list that has been emptied")
    records = tuple(r for e in entries for r in _records(e, consolidated))
    return Reading(FORMAT, records, lists, len(entries), dated, tuple(faults), tuple(fatal))


def _records(entry: Any, consolidated: bool) -> Iterator[Record]:
    name = _name(entry)
    if not name:
        return
    said = child_text(entry, "remarks")
    understood = ofac_words.remarks(said)
    found, more = _identified(entry)
    vessel = next(iter(children(entry, "vesselInfo")), None)
    codes = [
        country(text_in(e)) for tag in ("nationality", "citizenship") for e in _items(entry, tag, "country")
    ]
    notes = [f"title: {title}"] if (title := child_text(entry, "title")) else []
    related = list(understood.related)
    if vessel is not None:
        codes.append(country(child_text(vessel, "vesselFlag")))
        notes += [f"{tag}: {text}" for tag in _VESSEL if (text := child_text(vessel, tag))]
        related += [owner] if (owner := child_text(vessel, "vesselOwner")) else []
        found += [Identifier("call_sign", sign)] if (sign := child_text(vessel, "callSign")) else []
    record = Record(
        "sdn",
        name,
        kind=ofac_words.kind_of(child_text(entry, "sdnType")),
        others=tuple(dict.fromkeys([*_aliases(entry), *understood.others])),
        addresses=tuple(dict.fromkeys(_addresses(entry))),
        countries=tuple(dict.fromkeys(c for c in (*codes, *understood.countries) if c)),
        identifiers=tuple(dict.fromkeys([*found, *understood.identifiers])),
        programmes=tuple(text_in(p) for p in all_of(entry, "program") if text_in(p)),
        related=tuple(related),
        birth=(*(text_in(e) for e in _items(entry, "dateOfBirth", "dateOfBirth")), *understood.birth),
        notes=(
            *notes,
            *(f"POB {text_in(e)}" for e in _items(entry, "placeOfBirth", "placeOfBirth")),
            *more,
            *understood.notes,
        ),
        published_id=child_text(entry, "uid"),
        publisher_list="SDN",
        line=entry.sourceline or 0,
    )
    whole = said + " " + " ".join(more)
    yield from ofac_words.on_lists(record, whole, consolidated)


def _name(element: Any) -> str:
    """``LASTNAME, Given`` as OFAC's other form has it."""
    both = [child_text(element, "lastName"), child_text(element, "firstName")]
    return ", ".join(part for part in both if part)


def _items(entry: Any, kind: str, tag: str) -> Iterator[Any]:
    for group in children(entry, f"{kind}List"):
        for item in group:
            yield from children(item, tag)


def _aliases(entry: Any) -> Iterator[OtherName]:
    for group in children(entry, "akaList"):
        for aka in children(group, "aka"):
            kind: NameKind = "alias"
            if child_text(aka, "type").startswith("f"):
                kind = "former"
            elif child_text(aka, "category") == "weak":
                kind = "weak"
            if name := _name(aka):
                yield OtherName(name, kind)


def _addresses(entry: Any) -> Iterator[Address]:
    for group in children(entry, "addressList"):
        for one in children(group, "address"):
            if said := [text for tag in _STREET if (text := child_text(one, tag))]:
                yield Address(", ".join(said), country(child_text(one, "country")))


def _identified(entry: Any) -> tuple[list[Identifier], list[str]]:
    """Identifiers, and what stands among them but is none, such as a directive or a gender."""
    found: list[Identifier] = []
    notes: list[str] = []
    for group in children(entry, "idList"):
        for one in children(group, "id"):
            kind, number = child_text(one, "idType"), child_text(one, "idNumber")
            known = ofac_words.identifier(kind, number) if number else None
            if known is not None:
                found.append(known)
            elif said := f"{kind} {number}".strip():
                notes.append(said)
    return found, notes
