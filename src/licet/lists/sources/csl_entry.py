"""One entry of the Consolidated Screening List as a record, whatever form its file has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from licet.lists.compound import is_address, other_names, take_apart
from licet.lists.record import Address, Identifier, Record
from licet.lists.sources.common import country_code, country_codes, data_file, date_of, parts

# A citation with its page; publishers write F.R. and FR, with and without blanks.
_CITATION = re.compile(r"\b(\d{2,3})\.?\s*F\.?\s?R\.?,?\s*(\d{1,3}(?:,\d{3})+|\d+)(?![\d/])", re.IGNORECASE)
_PAGELESS = re.compile(r"\b(\d{2,3})\s*F\.?\s?R\.?+\s*+(?=$|[;,.]|No\b)", re.IGNORECASE)
_COUNTRY = re.compile(r"(?:^|, ?|\s)([A-Z]{2})$")
# A state and a postal code at the end, with which addresses in the United States stand alone.
_STATE = re.compile(r", [A-Z]{2},? \d{5}(?:-\d{4})?$")
# A footnote's number run into a section, ``734.9(e)1`` and ``734.9(g),3``, or into what it follows, ``EAR2``.
_FOOTNOTES = (
    re.compile(r"(\d{3}\.\d+(?:\([a-z]+\))+,?) ?(\d{1,2})(?=$|[\s,.;)])"),
    re.compile(r"(\bEAR(?! ?99)[.)]{0,2}) ?(\d{1,2})(?=$|[\s,.;)])"),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """The fields of the federal API, lists as lists; dates and texts as published."""

    source: str
    name: str
    line: int
    id: str = ""
    type: str = ""
    title: str = ""
    addresses: tuple[Address, ...] = ()
    countries: tuple[str, ...] = ()
    notice: str = ""
    start: str = ""
    end: str = ""
    requirement: str = ""
    policy: str = ""
    programmes: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    born: tuple[str, ...] = ()
    ids: tuple[tuple[str, str, str], ...] = ()
    remarks: str = ""
    vessel: dict[str, str] = field(default_factory=dict)
    odd: tuple[str, ...] = ()


def lists() -> tuple[str, ...]:
    """The lists that a complete file covers, in the order of the file of names."""
    return tuple(str(code) for code in data_file("csl_lists.yaml")["lists"].values())


def list_of(source: str) -> str:
    """Our code of the list that ``Entity List (EL) - Bureau of Industry and Security`` names.

    A source nobody knows gets a code of its own, so that its entries are not lost.
    """
    known = data_file("csl_lists.yaml")
    met = re.search(r"\(([\w\- ]+?)(?: List)?\)", source)
    code = (met[1] if met else source).strip().upper()
    found = known["lists"].get(code) or known["also"].get(code)
    return str(found) if found else "csl_" + (re.sub(r"\W+", "_", code.casefold()).strip("_") or "none")


def unknown_lists(codes: Iterable[str]) -> list[str]:
    """A fault for each list that is not one of the Consolidated Screening List."""
    odd = sorted({code for code in codes if code.startswith("csl_")})
    return [
        f"unknown source {code.removeprefix('csl_')!r}; its entries are kept as list {code!r}" for code in odd
    ]


def missing_lists(codes: Iterable[str]) -> list[str]:
    """A fault for each list of which the file has no entry."""
    there = set(codes)
    return [
        f"no entry of the list {code!r}, which this format covers" for code in lists() if code not in there
    ]


@cache
def citations(text: str) -> tuple[tuple[str, ...], str]:
    """Federal Register citations as ``84 FR 22963``, one each, and what is wrong with the rest.

    A text in which none is recognised, such as ``Vol. 83, No. 91, 05/10/2018``, is one citation as published.
    """
    said = " ".join(text.replace("\u00ff", " ").split())
    found = tuple(dict.fromkeys(f"{v} FR {page.replace(',', '')}" for v, page in _CITATION.findall(said)))
    fault = f"citation without a page: {said!r}" if _PAGELESS.search(said) else ""
    return (found or ((said,) if said else ())), fault


@cache
def without_footnotes(text: str) -> tuple[str, tuple[str, ...]]:
    """A text without the footnote numbers that run into it, and these numbers."""
    numbers: list[str] = []
    for pattern in _FOOTNOTES:
        numbers += [met[2] for met in pattern.finditer(text)]
        text = pattern.sub(r"\1", text)
    return text.strip(), tuple(sorted(set(numbers), key=int))


def unknown_footnotes(numbers: Iterable[str], where: str) -> list[str]:
    """A fault for each footnote that the Entity List is not known to have."""
    known = {str(number) for number in data_file("csl_lists.yaml")["footnotes"]}
    return [
        f"{where}: footnote {n!r} is not known; look at the list itself" for n in numbers if n not in known
    ]


def address_of(text: str) -> Address | str:
    """An address of the CSV form with the country it ends in; only the code where there is nothing else.

    Newer files put several addresses into one, as ``Street 1, Town, China; and Street 2, Town, China,``.
    """
    text = re.sub(r"^and (?=[^a-z])", "", text).strip(" ,;")
    met = _COUNTRY.search(text)
    code = country_code(met[1]) if met else ""
    if code and met and not text[: met.start()].strip(" ,"):
        return code
    if not code and _STATE.search(text):
        code = "US"
    if not code and re.fullmatch(r"[^\W\d_][^\d]{2,}", last := text.rpartition(",")[2].strip()):
        code = country_code(last)
    return Address(text, code)


@cache
def identifier_kind(text: str) -> str:
    """Our short name of a kind of identifier, ``effective`` or ``listed`` for days; empty for all else."""
    known: dict[str, Any] = data_file("csl_lists.yaml")
    plain = text.casefold().split(" - ")[0].strip(" :-")
    for day in ("effective", "listed"):
        if re.search(known[day], plain):
            return day
    return str(known["identifiers"].get(plain) or known["identifiers"].get(plain + ".", ""))


def record_of(entry: Entry) -> Record:
    """The record of an entry."""
    known = data_file("csl_lists.yaml")
    where = f"line {entry.line}"
    code = list_of(entry.source)
    taken = take_apart(entry.name)
    others, told = other_names(entry.aliases, taken.name)
    requirement, first = without_footnotes(entry.requirement)
    policy, second = without_footnotes(entry.policy)
    cited, odd = citations(entry.notice)
    start, wrong_start = date_of(entry.start, f"{where}, start_date")
    end, wrong_end = date_of(entry.end, f"{where}, end_date")
    effect = code in known["start_is_effect"]
    numbers, days, said = _identifiers(entry.ids)
    linked, remarks = _remarks(entry.remarks)
    vessel = [
        f"{name.replace('_', ' ')}: {value}"
        for name, value in entry.vessel.items()
        if value and name != "call_sign"
    ]
    footnotes = tuple(dict.fromkeys((*first, *second)))
    faults = [
        *entry.odd,
        *unknown_footnotes(footnotes, where),
        *(f for f in (wrong_start, wrong_end, odd and f"{where}: {odd}") if f),
    ]
    if start and end and end < start:
        faults.append(f"{where}: end_date {end} lies before start_date {start}")
    if re.search(r"\?\w|\w\?\w", entry.name):
        faults.append(f"{where}, name: a '?' stands where the publisher lost a character")
    return Record(
        list=code,
        name=taken.name,
        kind="address" if is_address(taken.name) else known["kinds"].get(entry.type.casefold(), ""),
        others=tuple(dict.fromkeys((*taken.aliases, *others))),
        addresses=entry.addresses,
        countries=country_codes((*entry.countries, entry.vessel.get("vessel_flag", ""))),
        identifiers=tuple(dict.fromkeys((*numbers, *_call_sign(entry)))),
        programmes=entry.programmes,
        requirement=requirement,
        policy=policy,
        citations=cited,
        published=days.get("listed") if effect else start or days.get("listed"),
        effective=start if effect else days.get("effective"),
        ends=end,
        parent=taken.parent,
        related=(*taken.related, *linked),
        footnotes=footnotes,
        birth=entry.born,
        notes=tuple(n for n in (*taken.notes, *told, entry.title, *remarks, *said, *vessel) if n),
        published_id=entry.id,
        published_name="" if taken.whole else entry.name,
        publisher_list=entry.source,
        line=entry.line,
        faults=tuple(faults),
    )


def _call_sign(entry: Entry) -> list[Identifier]:
    sign = entry.vessel.get("call_sign", "")
    return [Identifier("call_sign", sign)] if sign else []


def _identifiers(
    ids: Iterable[tuple[str, str, str]],
) -> tuple[list[Identifier], dict[str, date], list[str]]:
    """Numbers, days that stand among the numbers, and what is neither; each of (type, number, country)."""
    prefix = data_file("csl_lists.yaml")["prefix"]
    numbers: list[Identifier] = []
    days: dict[str, date] = {}
    notes: list[str] = []
    for kind, number, country in ids:
        short = identifier_kind(kind)
        if short in ("effective", "listed") and (value := date_of(number.rpartition(": ")[2], kind)[0]):
            days.setdefault(short, value)
        elif short and number and short not in ("effective", "listed"):
            plain = re.sub(prefix, "", number)
            # Ships without a number of the IMO have some other one in the same place.
            wrong = short == "imo" and not re.fullmatch(r"\d{7}", plain)
            numbers.append(Identifier("vessel_registration" if wrong else short, plain))
        else:
            notes.append(": ".join(t for t in (kind.strip(" :-"), number, country) if t))
    return numbers, days, notes


def _remarks(text: str) -> tuple[list[str], list[str]]:
    """Names after ``Linked To:``, and the remarks that are something else."""
    pattern = data_file("csl_lists.yaml")["linked"]
    pieces = parts(text[1:-1] if text.startswith("(") and text.endswith(")") else text)
    linked = [
        re.sub(pattern, "", p, flags=re.IGNORECASE) for p in pieces if re.match(pattern, p, re.IGNORECASE)
    ]
    return linked, [text] if len(linked) < len(pieces) else []
