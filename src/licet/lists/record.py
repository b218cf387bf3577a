"""A record: what one publisher's file says of one entry, before anybody judges it.

Readers turn every published format into records. Texts stay as published; only their
shape is made even. What a file does not say stays empty.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, fields
from datetime import date
from functools import cached_property
from hashlib import sha256
from typing import Literal

Kind = Literal["person", "organisation", "vessel", "aircraft", "address", "thing", ""]
NameKind = Literal["alias", "former", "weak", "script"]


@dataclass(frozen=True, slots=True)
class OtherName:
    """Another name of the same entry: alias, former name, weak alias, or the name in its own script."""

    name: str
    kind: NameKind = "alias"


@dataclass(frozen=True, slots=True)
class Address:
    """An address as published, and the two-letter code of its country where the file says or implies one."""

    text: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number that identifies: ``kind`` is short and lower case (``imo``, ``tax``, ``passport``)."""

    kind: str
    value: str


@dataclass(frozen=True)
class Record:
    """One entry of one published list.

    Args:
        list: our code of the list (``entity_list``, ``sdn``).
        name: the name this entry is about, taken out of any compound.
        kind: what it names; empty where the file does not say.
        others: aliases, former names and names in their own script.
        addresses: as published, in order.
        countries: two-letter codes of the entry where the file gives them apart from addresses.
        requirement: the licence requirement, verbatim.
        policy: the licence review policy, verbatim.
        citations: Federal Register and other citations as published, one each.
        published: the day the file gives for publication of the listing.
        effective: the day the file gives for its effect.
        ends: the day after which the file says the listing no longer has effect.
        parent: the name of the entry that this one stands in as an affiliate.
        related: names the entry mentions as related, not as itself.
        footnotes: numbers of the footnotes the entry carries.
        published_id: the publisher's own id; not stable between files of some publishers.
        published_name: the name as published, where a compound was taken apart.
        publisher_list: the list's name or code as the file writes it.
        line: the line or ordinal in the file, for messages; no part of what the entry says.
        faults: what was noticed about this entry, each a sentence that names the field.
    """

    list: str
    name: str
    kind: Kind = ""
    others: tuple[OtherName, ...] = ()
    addresses: tuple[Address, ...] = ()
    countries: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    programmes: tuple[str, ...] = ()
    requirement: str = ""
    policy: str = ""
    citations: tuple[str, ...] = ()
    published: date | None = None
    effective: date | None = None
    ends: date | None = None
    parent: str = ""
    related: tuple[str, ...] = ()
    footnotes: tuple[str, ...] = ()
    birth: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    published_id: str = ""
    published_name: str = ""
    publisher_list: str = ""
    line: int = field(default=0, compare=False)
    faults: tuple[str, ...] = field(default=(), compare=False)

    def as_json(self) -> str:
        """What the entry says as canonical JSON, without its published id and its place in the file.

        The publisher's id is left out because it changes without cause.
        """
        said = {name: _plain(value) for name in _SAID if (value := getattr(self, name))}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what the entry says."""
        return sha256(self.as_json().encode("utf-8", "surrogatepass")).hexdigest()


_SAID = tuple(sorted(f.name for f in fields(Record) if f.name not in ("line", "faults", "published_id")))


def _plain(value: object) -> object:
    match value:
        case tuple():
            return [_plain(item) for item in value]
        case OtherName(name, kind):
            return {"kind": kind, "name": name}
        case Address(text, country):
            return {"country": country, "text": text}
        case Identifier(kind, number):
            return {"kind": kind, "value": number}
        case date():
            return value.isoformat()
    return value


@dataclass(frozen=True)
class Reading:
    """A whole file, read.

    Args:
        format: the name of the reader (``csl-csv``).
        records: every entry, in the order of the file.
        lists: list codes the file covers, also those for which it has no entry.
        rows: rows or elements of the file as its publisher counts them (compound rows count once).
        dated: the day of the data where the file itself says one.
        faults: what is wrong with the file as a whole; a file with ``fatal`` faults is refused.
        fatal: faults for which the file must not be imported without insistence.
    """

    format: str
    records: tuple[Record, ...]
    lists: tuple[str, ...]
    rows: int
    dated: date | None = None
    faults: tuple[str, ...] = ()
    fatal: tuple[str, ...] = ()
