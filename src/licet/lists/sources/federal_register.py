"""An amending rule in Federal Register XML: what it adds to the Entity List, revises and removes, from when.

The amendment paragraphs say what is done to which entry of which country; the table after them, with
rows of stars for what stays, prints the entries added and revised. Each record's notes begin
with its action.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from licet.lists.record import Reading, Record
from licet.lists.sources import entry_table, xml_tree
from licet.lists.sources.citations import citations
from licet.lists.sources.common import date_of
from licet.lists.sources.entry_table import Cells
from licet.lists.sources.us_countries import country as country_of

FORMAT = "federal-register-rule"

_BLOCKS = frozenset({"LI"})
_MARKS = frozenset({"SU"})
_COLUMNS = 5
_STARS = re.compile(r"[*\s]+")
_ACTION = re.compile(r"\b(add|revis|remov)(?:ing|es?|ed)\b", re.IGNORECASE)
_ACTIONS = {"add": "add", "revis": "revise", "remov": "remove"}
_UNDER = re.compile(
    r"\b(?:Under|for|in) (?:the (?:country|destination) of )?([A-Z][A-Z'’., ]+[A-Z])(?=[,:;]| by)"
)
_QUOTED = re.compile(r"[“\"]\s*([^”\"]+?)\s*[”\"]")
_DAY = re.compile(r"[A-Z][a-z]+ \d{1,2}, \d{4}")


@dataclass(frozen=True, slots=True)
class Amendment:
    """One entry that the rule acts on, as its amendment paragraph names it."""

    action: str
    country: str
    name: str
    line: int


def recognises(head: bytes, name: str) -> bool:
    """Whether this is a Federal Register document that amends the Entity List."""
    return re.search(rb"<(?:RULE|PRORULE|FEDREG|RULES)[\s>]", head) is not None and b"Entity List" in head


def read(data: bytes, name: str) -> Reading:
    """The entries that the rule acts on; ``rows`` counts them, and ``dated`` is its day of publication.

    A rule covers no list whole: what it does not name stays as it was.
    """
    tree = xml_tree.tree_of(data)
    if tree.root is None:
        return Reading(FORMAT, (), (), 0, faults=tree.faults, fatal=tree.fatal)
    amendments = list(_amendments(tree.root))
    printed = list(_printed(tree.root))
    effective, wrong = _effective(tree.root)
    document = next((xml_tree.text_in(e) for e in xml_tree.all_of(tree.root, "FRDOC")), "")
    number = re.search(r"\d{4}-\d{4,6}", document)
    faults = [*tree.faults, *wrong]
    if number is None:
        faults.append("FRDOC: no document number; expected such as 2023-03929")
    told = ["effective: " + effective.isoformat()] if effective else []
    told += ["document: " + number[0]] if number else []
    records, days, rows = _records(amendments, printed, faults, effective, told)
    published = min(days, default=None)
    fatal = list(tree.fatal)
    if not records:
        fatal.append("no entry of the Entity List is added, revised or removed here")
    return Reading(FORMAT, records, (), rows, published, tuple(faults), tuple(fatal))


def _records(
    amendments: list[Amendment],
    printed: list[Cells],
    faults: list[str],
    effective: date | None,
    told: list[str],
) -> tuple[tuple[Record, ...], list[date], int]:
    open_ones = list(amendments)
    found: list[Record] = []
    days: list[date] = []
    rows = 0
    for cells in printed:
        rows += 1
        day = citations(cells.citation, "")[1]
        days += [day] if day else []
        taken = list(entry_table.records(cells))
        met = _named(open_ones, cells.country, taken[0].name, " ".join(cells.lines))
        if met is not None:
            open_ones.remove(met)
        else:
            faults.append(
                f"line {cells.line}: {taken[0].name!r} ({cells.country}) is printed, "
                "but no amendment paragraph names it"
            )
        notes = (f"action: {met.action}" if met else "action: unknown", *told)
        found += [replace(r, published=day, effective=effective, notes=(*notes, *r.notes)) for r in taken]
    published = min(days, default=None)
    for left in open_ones:
        rows += 1
        code = country_of(left.country)
        if left.action != "remove":
            faults.append(
                f"line {left.line}: {left.name!r}: {left.action} is ordered, but no such entry is printed"
            )
        found.append(
            Record(
                entry_table.LIST,
                left.name,
                countries=(code,) if code else (),
                published=published,
                effective=effective,
                notes=(f"action: {left.action}", *told),
                publisher_list="EL",
                line=left.line,
            )
        )
    return tuple(found), days, rows


def _named(open_ones: list[Amendment], country: str, name: str, text: str) -> Amendment | None:
    """The amendment that names this entry, under its country."""
    said, whole = _folded(name), _folded(text)
    for one in open_ones:
        called = _folded(one.name)
        here = _folded(one.country) == _folded(country) or not one.country
        if here and one.action != "remove" and (called == said or whole.startswith(called)):
            return one
    return None


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text).casefold().strip()


def _amendments(root: Any) -> Iterator[Amendment]:
    """What the paragraphs order, with the country that the paragraph or one before it names."""
    country = action = ""
    for paragraph in xml_tree.all_of(root, "AMDPAR"):
        said = xml_tree.text_in(paragraph)
        line = paragraph.sourceline or 0
        signs = sorted(
            [(m.start(), "country", m[1].strip(" ,")) for m in _UNDER.finditer(said)]
            + [(m.start(), "action", _ACTIONS[m[1].casefold()]) for m in _ACTION.finditer(said)]
            + [(m.start(), "name", m[1].strip(" ,;")) for m in _QUOTED.finditer(said)]
        )
        for _, sign, value in signs:
            if sign == "country":
                country = value
            elif sign == "action":
                action = value
            elif action and _letters(value):
                yield Amendment(action, country, value, line)


def _letters(text: str) -> bool:
    return bool(re.search(r"\w{2}", text))


def _effective(root: Any) -> tuple[date | None, list[str]]:
    """The day the rule says it takes effect; the first where it gives several."""
    for element in xml_tree.all_of(root, "EFFDATE"):
        said = xml_tree.text_in(element)
        days = [day for text in _DAY.findall(said) if (day := date_of(text, "")[0])]
        if days:
            more = (
                [f"DATES: several days are given, the first was taken: {said}"] if len(set(days)) > 1 else []
            )
            return days[0], more
        return None, [f"DATES: no day of effect could be read in {said!r}"]
    return None, ["DATES: the rule gives no day of effect"]


def _printed(root: Any) -> Iterator[Cells]:
    """Entries printed in the tables, whole."""
    for table in xml_tree.all_of(root, "GPOTABLE"):
        yield from entry_table.joined(_rows(table))


def _rows(table: Any) -> Iterator[Cells]:
    country = ""
    for row in xml_tree.all_of(table, "ROW"):
        cells = xml_tree.children(row, "ENT")
        lines = [xml_tree.lines_in(cell, (), _BLOCKS, _MARKS) for cell in cells]
        texts = [" ".join(cell) for cell in lines]
        if texts and not _STARS.fullmatch(texts[0] or " ") and country_of(texts[0]):
            country = texts[0]
        if len(cells) < 2 or not texts[1] or _STARS.fullmatch(texts[1]) or texts[0].casefold() == "country":
            continue
        marks = [xml_tree.text_in(su) for cell in cells[2:4] for su in xml_tree.all_of(cell, "SU")]
        texts += [""] * _COLUMNS
        requirement, policy, citation = texts[2:_COLUMNS]
        entity, line = tuple(lines[1]), row.sourceline or 0
        yield Cells(line, country, entity, requirement, policy, citation, entry_table.marks(marks))
