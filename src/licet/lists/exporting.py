"""Records written for others: as FollowTheMoney entities (JSON Lines), and as a table of names (CSV).

Every id is made from what it stands for, so that the same records give the same bytes.
Nothing is added that the record does not say, but for the authority and the topics of its
list, which are in ``export_topics.yaml``.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from licet.language import plain_yaml
from licet.lists.record import Address, Identifier, Record

Identify = Callable[[Record], str]

# Columns of the table; several values of a cell are parted by " | ".
COLUMNS = {
    "list": "our code of the list",
    "id": "id of the entry, the same in all its rows",
    "name": "one name of the entry",
    "name_kind": "name (the main one), alias, former, weak or script",
    "kind": "person, organisation, vessel, aircraft, address, thing or empty",
    "countries": "two-letter codes of the entry",
    "addresses": "as published",
    "address_countries": "two-letter codes, one for each address, - where unknown",
    "identifiers": "kind:number",
    "programmes": "as published",
    "requirement": "licence requirement, verbatim",
    "policy": "licence review policy, verbatim",
    "citations": "as published",
    "published": "day of publication, year-month-day",
    "effective": "day of effect",
    "ends": "last day",
    "parent": "the entry in which this one stands as an affiliate",
    "birth": "dates of birth",
    "published_id": "the publisher's own id",
}
_BETWEEN = " | "
_RISKY = ("=", "+", "-", "@", "\t", "\r")


@cache
def _terms() -> dict[str, Any]:
    read = plain_yaml.read_file(Path(__file__).with_name("export_topics.yaml"))
    assert isinstance(read, dict)
    return read


def entry_id(record: Record) -> str:
    """An id made from the list and everything that the entry says."""
    return f"licet-{re.sub(r'[^a-z0-9]+', '-', record.list.casefold()).strip('-')}-{record.digest[:20]}"


def entity_id(ident: str) -> str:
    """An id as FollowTheMoney takes it, where no low line may stand; :func:`listing_id` takes it back."""
    return ident.replace("_", ".")


def listing_id(ident: str) -> str:
    """The id of the listing that an entity is."""
    return ident.replace(".", "_")


def ids_beside(record: Record, ident: str) -> Iterator[str]:
    """Ids of the entities that stand beside that of an entry."""
    yield sanction_id(record.list, ident)
    if record.kind != "address":
        yield from (_place_id(address) for address in record.addresses)
    yield from (_document_id(number, ident) for number in _documents(record))


def is_beside(ident: str) -> bool:
    """Whether an id is that of an entity that stands beside another."""
    return ident.startswith(("sanction-", "addr-", "document-"))


def sanction_id(code: str, ident: str) -> str:
    """The id of what says that an entity is on a list."""
    return _made_id("sanction", ident, code)


def _document_id(number: Identifier, ident: str) -> str:
    return _made_id("document", ident, number.kind, number.value)


def schema_of(kind: str) -> str:
    """The schema under which a kind of entry is written."""
    schemas: dict[str, str] = _terms()["schemas"]
    return schemas[kind]


def topics_of(code: str) -> tuple[str, ...]:
    """What a list means for those who are on it, as topics."""
    terms = _terms()
    return tuple(terms["lists"].get(code, terms["other"])["topics"])


def _made_id(prefix: str, *said: str) -> str:
    return f"{prefix}-{sha256(chr(0).join(said).encode(errors='replace')).hexdigest()[:20]}"


def to_followthemoney(records: Iterable[Record], identify: Identify = entry_id) -> Iterator[str]:
    """Lines of JSON: each entry, its addresses and documents, and one Sanction that says of its listing.

    Entries with the same id are written once, as are addresses that several entries share.

    Args:
        records: in the order in which they are to be written.
        identify: gives an entry its id; by default the id changes whenever the entry does.
    """
    seen: set[str] = set()
    for record in records:
        for entity in entities_of(record, entity_id(identify(record))):
            if entity["id"] not in seen:
                seen.add(entity["id"])
                yield json.dumps(entity, ensure_ascii=False, sort_keys=True) + "\n"


def entities_of(record: Record, ident: str, applies: bool = True) -> Iterator[dict[str, Any]]:
    """The entity of an entry first, then its Sanction, its addresses and its documents.

    Args:
        record: the entry.
        ident: the id of its entity.
        applies: whether the topics of the list are said of it.
    """
    terms = _terms()
    listed = terms["lists"].get(record.list, terms["other"])
    places = [] if record.kind == "address" else [(_place_id(a), a) for a in record.addresses]
    documents = _documents(record)
    notes = [*record.notes, *_too_long(record)]
    said = {
        **_names(record),
        **_kept(record),
        "topics": list(listed["topics"]) if applies else [],
        "country": country_codes(record.countries),
        "address": [a.text for _, a in places if a.text and _fits(a.text, "address")],
        "addressEntity": [place for place, _ in places],
        "notes": notes,
    }
    if record.kind == "address":
        said["full"] = [a.text for a in record.addresses]
        said["country"] = country_codes((*record.countries, *(a.country for a in record.addresses)))
    if record.kind == "person":
        dated = [birth for birth in record.birth if re.fullmatch(r"\d{4}(-\d\d(-\d\d)?)?", birth)]
        said["birthDate"] = dated
        said["notes"] = [*notes, *(f"born: {b}" for b in record.birth if b not in dated)]
    yield _entity(ident, schema_of(record.kind), said, record, caption=record.name, target=applies)
    yield _entity(sanction_id(record.list, ident), "Sanction", _sanction(record, ident, listed), record)
    for place, address in places:
        full = "full" if _fits(address.text, "address") else "description"
        where = {full: [address.text], "country": country_codes([address.country])}
        yield _entity(place, "Address", where, record)
    for number in documents:
        made = _document_id(number, ident)
        said = {"holder": [ident], "type": [number.kind], **_numbered(number.value)}
        yield _entity(made, "Identification", said, record)


def _entity(
    ident: str,
    schema: str,
    said: dict[str, list[str]],
    record: Record,
    caption: str = "",
    target: bool = False,
) -> dict[str, Any]:
    properties = {name: list(dict.fromkeys(v for v in values if v)) for name, values in said.items()}
    entity = {
        "id": ident,
        "schema": schema,
        "properties": {name: values for name, values in properties.items() if values},
        "datasets": [record.list.removeprefix("ftm:")],
        "target": target,
    }
    return {**entity, "caption": caption} if caption else entity


def _fits(text: str, kind: str) -> bool:
    longest: int = _terms()["longest"][kind]
    return len(text) <= longest


def _short(texts: Iterable[str]) -> list[str]:
    return [text for text in texts if _fits(text, "string")]


def _too_long(record: Record) -> list[str]:
    """Names that are longer than a name may be, as notes."""
    return [n for n in (record.name, *(o.name for o in record.others)) if not _fits(n, "name")]


def _numbered(value: str) -> dict[str, list[str]]:
    """A number; of one that is too long the beginning, and the whole as a description."""
    if _fits(value, "identifier"):
        return {"number": [value]}
    return {"number": [value[: _terms()["longest"]["identifier"]]], "description": [value]}


def _names(record: Record) -> dict[str, list[str]]:
    """Names by property; a name in another script is a name like the first."""
    properties: dict[str, list[str]] = {"name": [record.name[: _terms()["longest"]["name"]]]}
    for other in (o for o in record.others if _fits(o.name, "name")):
        properties.setdefault(_terms()["names"][other.kind], []).append(other.name)
    return properties


def country_codes(codes: Iterable[str]) -> list[str]:
    """Codes of countries as FollowTheMoney writes them."""
    former: dict[str, str] = _terms()["former_countries"]
    return [former.get(code, code.casefold()) for code in codes if code]


def _place_id(address: Address) -> str:
    return _made_id("addr", address.text, address.country)


def _documents(record: Record) -> tuple[Identifier, ...]:
    """Identifiers for which the schema has no property of their own, or that would not pass as one."""
    return tuple(i for i in dict.fromkeys(record.identifiers) if not _property(record, i))


def _property(record: Record, number: Identifier) -> tuple[str, str] | None:
    """The property for a number and the number as it is written there."""
    rule = _terms()["identifiers"].get(number.kind)
    if rule is None or record.kind not in rule["kinds"] or not _fits(number.value, "identifier"):
        return None
    if "format" not in rule:
        return rule["property"], number.value
    from rigour.ids import get_identifier_format

    form = get_identifier_format(rule["format"])
    checked = form.normalize(number.value) if form else None
    # Only a number that comes back as it is: none may be changed or lost by the check.
    return (rule["property"], checked) if checked and checked.endswith(number.value) else None


def number_of(name: str, value: str) -> str:
    """A number in a property as the screening reads it, ``imo:9187629``; empty where it is no identifier."""
    rules: dict[str, dict[str, str]] = _terms()["identifiers"]
    kind = next((kind for kind, rule in rules.items() if rule["property"] == name), "")
    if kind == "imo":
        value = value.upper().removeprefix("IMO").strip()
    return f"{kind}:{value}" if kind else ""


def _kept(record: Record) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for number in record.identifiers:
        if placed := _property(record, number):
            found.setdefault(placed[0], []).append(placed[1])
    return found


def _sanction(record: Record, ident: str, listed: dict[str, Any]) -> dict[str, list[str]]:
    days = {"listingDate": record.published, "startDate": record.effective, "endDate": record.ends}
    notes = [f"Footnote {number}" for number in record.footnotes]
    terms = [record.requirement, record.policy]
    notes += [text for text in (*terms, *record.programmes) if not _fits(text, "string")]
    links = [c for c in record.citations if c.startswith(("https://", "http://"))]
    pattern, address = _terms()["citation"]["pattern"], _terms()["citation"]["address"]
    pages = [met.expand(address) for c in record.citations if (met := re.fullmatch(pattern, c))]
    return {
        "entity": [ident],
        "authority": [listed["authority"] or record.publisher_list],
        "program": _short([listed["name"] or record.publisher_list, *record.programmes]),
        "provisions": _short(terms[:1]),
        "status": _short(terms[1:]),
        "description": [*notes, record.published_name],
        "recordId": [record.published_id],
        "summary": [c for c in record.citations if c not in links],
        "sourceUrl": [*links, *pages],
        "namesMentioned": [name for name in (record.parent, *record.related) if _fits(name, "name")],
        **{name: [day.isoformat()] if day else [] for name, day in days.items()},
    }


def to_csv(records: Iterable[Record], identify: Identify = entry_id) -> str:
    """A table with one row for each name; ``COLUMNS`` says what the columns hold.

    A cell that a spreadsheet would run as a formula begins with an apostrophe.
    """
    text = io.StringIO()
    writer = csv.DictWriter(text, list(COLUMNS), lineterminator="\n")
    writer.writeheader()
    for record in records:
        said = _row(record, identify(record))
        for name, kind in ((record.name, "name"), *((o.name, o.kind) for o in record.others)):
            row = {**said, "name": name, "name_kind": kind}
            writer.writerow({c: f"'{v}" if v.startswith(_RISKY) else v for c, v in row.items()})
    return text.getvalue()


def _row(record: Record, ident: str) -> dict[str, str]:
    days = {"published": record.published, "effective": record.effective, "ends": record.ends}
    return {
        "list": record.list,
        "id": ident,
        "kind": record.kind,
        "countries": _BETWEEN.join(record.countries),
        "addresses": _BETWEEN.join(a.text for a in record.addresses),
        "address_countries": _BETWEEN.join(a.country or "-" for a in record.addresses),
        "identifiers": _BETWEEN.join(f"{i.kind}:{i.value}" for i in record.identifiers),
        "programmes": _BETWEEN.join(record.programmes),
        "requirement": record.requirement,
        "policy": record.policy,
        "citations": _BETWEEN.join(record.citations),
        **{name: day.isoformat() if day else "" for name, day in days.items()},
        "parent": record.parent,
        "birth": _BETWEEN.join(record.birth),
        "published_id": record.published_id,
    }
