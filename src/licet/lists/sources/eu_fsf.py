"""The EU consolidated financial sanctions file (FSF, official XML 1.1): one record for each subject.

Written from the published format; no real file was at hand, so it is tested only on files
made by hand. The subject types and document codes beyond ``person``, ``enterprise``,
``passport`` and ``id`` are not confirmed on real data.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any, cast

from licet.lists.record import Address, Kind, NameKind, Reading, Record
from licet.lists.sources.common import country_code, data_file, date_of
from licet.lists.sources.foreign import clean, identifiers, mended_tree, others
from licet.lists.sources.xml_tree import children, local

FORMAT = "eu-fsf-xml"
_LISTS = ("eu_fsf",)
_PLACE = ("street", "poBox", "city", "zipCode", "region", "place", "countryDescription")


def recognises(head: bytes, name: str) -> bool:
    """Whether the root is an ``export`` in the namespace of the file."""
    return b"eu.europa.ec/fpi/fsd/export" in head[:4096]


def read(data: bytes, name: str) -> Reading:
    """Every ``sanctionEntity``; ``rows`` counts them."""
    tree = mended_tree(data)
    if tree.root is None:
        return Reading(FORMAT, (), _LISTS, 0, fatal=tree.fatal)
    dated, fault = date_of(tree.root.get("generationDate", ""), "generationDate")
    faults = [*tree.faults, *([fault] if fault else [])]
    records = tuple(_record(e) for e in tree.root.iter() if local(e) == "sanctionEntity")
    fatal = tree.fatal or (() if records else ("no <sanctionEntity>; expected one for each subject",))
    return Reading(FORMAT, records, _LISTS, len(records), dated, tuple(faults), fatal)


def _record(entry: Any) -> Record:
    terms = data_file("foreign_eu.yaml")
    faults: list[str] = []
    names = _names(entry)
    main = names[0][0] if names else ""
    faults += [] if main else ["nameAlias: no name"]
    subject = next(iter(children(entry, "subjectType")), None)
    acts = children(entry, "regulation")
    starts = _days(acts, "entryIntoForceDate", faults)
    published = _days(acts, "publicationDate", faults)
    return Record(
        list="eu_fsf",
        name=main,
        kind=cast(Kind, terms["subjects"].get(subject.get("code", ""), "") if subject is not None else ""),
        others=others(main, names[1:]),
        addresses=_addresses(entry),
        countries=_citizenships(entry),
        identifiers=identifiers(_documents(entry, terms)),
        programmes=_distinct(act.get("programme", "") for act in acts),
        citations=_distinct(clean(act.get("numberTitle", "")) for act in acts),
        published=min(published, default=None),
        effective=min(starts, default=None),
        birth=_distinct(b.get("birthdate") or b.get("year") or "" for b in children(entry, "birthdate")),
        notes=_distinct(clean(remark.text or "") for remark in children(entry, "remark")),
        published_id=entry.get("euReferenceNumber") or entry.get("logicalId") or "",
        publisher_list="EU consolidated financial sanctions list",
        line=entry.sourceline or 0,
        faults=tuple(faults),
    )


def _names(entry: Any) -> list[tuple[str, NameKind]]:
    """Names in the order of the file, the strong ones first."""
    found: list[tuple[str, NameKind]] = []
    for alias in children(entry, "nameAlias"):
        given = " ".join(alias.get(part, "") for part in ("firstName", "middleName", "lastName"))
        if name := clean(alias.get("wholeName", "")) or clean(given):
            found.append((name, "weak" if alias.get("strong", "").casefold() == "false" else "alias"))
    return sorted(found, key=lambda one: one[1] == "weak")


def _days(acts: list[Any], attribute: str, faults: list[str]) -> list[date]:
    found = []
    for act in acts:
        day, fault = date_of(act.get(attribute, ""), f"line {act.sourceline}, {attribute}")
        faults += [fault] if fault else []
        found += [day] if day else []
    return found


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in texts if text))


def _addresses(entry: Any) -> tuple[Address, ...]:
    found: dict[str, Address] = {}
    for place in children(entry, "address"):
        code = country_code(place.get("countryIso2Code", ""))
        shown = [clean(place.get(part, "")) for part in (_PLACE if code else _PLACE[:-1])]
        if (text := ", ".join(part for part in shown if part)) or code:
            found.setdefault(text, Address(text, code))
    return tuple(found.values())


def _citizenships(entry: Any) -> tuple[str, ...]:
    return _distinct(country_code(c.get("countryIso2Code", "")) for c in children(entry, "citizenship"))


def _documents(entry: Any, terms: dict[str, dict[str, str]]) -> Iterable[tuple[str, str]]:
    for document in children(entry, "identification"):
        kind = terms["documents"].get(document.get("identificationTypeCode", "").casefold(), "document")
        yield kind, document.get("number", "")
