"""OFAC's remarks, identifier types and programmes, shared by its CSV and XML forms, as parts of a record."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, TypeVar

from licet.lists.record import Identifier, Kind, OtherName, Record
from licet.lists.sources.common import data_file
from licet.lists.sources.us_countries import country

_T = TypeVar("_T")

_BORN = re.compile(r"(?:alt\. )?DOB\s+(.+)", re.IGNORECASE)
_OTHER = re.compile(r"(?:alt\. )?([anf])\.k\.a\.\s+['‘](.+?)['’]?$", re.IGNORECASE)
_OF = re.compile(
    r"(?:alt\. )?(?:nationality|citizen|Nationality of Registration|Vessel Flag)\s+(.+)", re.IGNORECASE
)
_LINKED = re.compile(r"\(?Linked To:\s*(.+?)\)?$", re.IGNORECASE)
_VALUE_ENDS = re.compile(r"\s+(?:\(|issued\b|expires\b|alt\.)|;")


@dataclass(frozen=True, slots=True)
class Remarks:
    """What a remark says, by kind; what is not understood is in ``notes`` verbatim."""

    identifiers: tuple[Identifier, ...] = ()
    birth: tuple[str, ...] = ()
    others: tuple[OtherName, ...] = ()
    countries: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def remarks(text: str) -> Remarks:
    """The parts of a remark: ``DOB 1946; Passport J287011 (Colombia); Linked To: X.``"""
    identifiers: list[Identifier] = []
    birth: list[str] = []
    others: list[OtherName] = []
    countries: list[str] = []
    related: list[str] = []
    notes: list[str] = []
    for piece in re.split(r";\s+", " ".join(text.split())):
        said = piece.strip()
        bare = said[:-1] if said.endswith(".") and not re.search(r"\b\w\.\w\.$", said) else said
        if not bare:
            continue
        if met := _OTHER.fullmatch(bare):
            others.append(OtherName(met[2], "former" if met[1].casefold() == "f" else "weak"))
        elif met := _BORN.fullmatch(bare):
            birth.append(met[1])
        elif (met := _OF.fullmatch(bare)) and (code := country(met[1])):
            countries.append(code)
        elif met := _LINKED.fullmatch(bare):
            related.append(met[1])
        elif found := identifier(bare):
            identifiers.append(found)
        else:
            notes.append(said)
    return Remarks(
        _once(identifiers), _once(birth), _once(others), _once(countries), _once(related), _once(notes)
    )


def _once(items: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(items))


@cache
def _beginnings() -> tuple[tuple[str, str], ...]:
    known = data_file("us_ofac.yaml")["identifiers"]
    pairs = ((str(begins).casefold(), str(kind)) for begins, kind in known.items())
    return tuple(sorted(pairs, key=lambda pair: -len(pair[0])))


def identifier(text: str, number: str | None = None) -> Identifier | None:
    """The identifier in ``Passport J287011 (Colombia)``, or the one that a type and a number state."""
    said = text.removeprefix("alt. ") if number is None else f"{text} {number}"
    low = said.casefold()
    for begins, kind in _beginnings():
        if low.startswith(begins) and not low[len(begins) : len(begins) + 1].isalnum():
            value = said[len(begins) :]
            if number is None:
                value = value[: end.start()] if (end := _VALUE_ENDS.search(value)) else value
            value = value.strip(" #:.,")
            if kind in ("imo", "imo_company"):
                value = re.sub(r"^IMO\s*", "", value)
            return Identifier(kind, value) if re.search(r"\w", value) else None
    return None


def kind_of(text: str) -> Kind:
    """Our kind for OFAC's ``individual``, ``vessel``, ``aircraft``; what has none is an entity."""
    found: Kind = data_file("us_ofac.yaml")["kinds"].get(text.casefold() or "entity", "")
    return found


def on_lists(record: Record, said: str, consolidated: bool) -> tuple[Record, ...]:
    """The record once for each list it stands on: SDN, or those that its programmes and remarks name."""
    if not consolidated:
        return (record,)
    named = _once(
        str(rule["list"])
        for rule in _rules()
        if any(p.startswith(rule["starts"]) for p in record.programmes)
        and ("remarks" not in rule or re.search(rule["remarks"], said, re.IGNORECASE))
    )
    return tuple(replace(record, list=code) for code in named or [_otherwise()])


def _otherwise() -> str:
    return str(data_file("us_ofac.yaml")["otherwise"])


def _rules() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = data_file("us_ofac.yaml")["non_sdn"]
    return found


def codes(consolidated: bool) -> tuple[str, ...]:
    """The lists that a file covers."""
    if not consolidated:
        return ("sdn",)
    return _once([*(str(rule["list"]) for rule in _rules()), _otherwise()])


def is_consolidated(name: str) -> bool:
    """Whether the file's name says that it holds the lists other than SDN (``cons_prim.csv``)."""
    return "cons" in name.casefold()
