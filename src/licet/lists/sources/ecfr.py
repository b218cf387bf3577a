"""The Entity List as the regulation prints it (Supplement No. 4 to Part 744, eCFR XML), with its footnotes.

Each row of the table is an entry; the country stands only in the first row of a country. A second
form is a JSON file whose entries hold the regulation's text for one name each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

from licet.lists.record import Reading, Record
from licet.lists.sources import entry_table, xml_tree
from licet.lists.sources.citations import citations
from licet.lists.sources.common import date_of, text_of
from licet.lists.sources.entry_table import Cells

FORMAT = "ecfr-entity-list"

_BREAKS = frozenset({"br"})
# Footnote marks run into the text, as in the Bureau's own lists.
_MARKS = frozenset({"sup"})
_COLUMNS = 5


def recognises(head: bytes, name: str) -> bool:
    """Whether this is an eCFR appendix with a table of entities, or the JSON of raw entries."""
    if head.lstrip().startswith(b"{"):
        return b'"generatedAt"' in head and b'"raw"' in head
    return b"<DIV9" in head and b"Entity List" in head


def read(data: bytes, name: str) -> Reading:
    """Every entry of the supplement; ``rows`` are table rows, and records may be more (subordinates)."""
    if data.lstrip().startswith(b"{"):
        return _read_json(data)
    tree = xml_tree.tree_of(data)
    if tree.root is None:
        return Reading(FORMAT, (), (entry_table.LIST,), 0, faults=tree.faults, fatal=tree.fatal)
    rows = list(_rows(tree.root))
    records = tuple(r for cells in entry_table.joined(rows) for r in entry_table.records(cells))
    faults, fatal = list(tree.faults), list(tree.fatal)
    if not rows:
        fatal.append("no table of entities found; expected rows of five columns")
    notes = tuple(_footnotes(tree.root))
    missing = sorted({n for r in records for n in r.footnotes} - {number for number, _ in notes})
    if missing and rows:
        faults.append(f"footnotes {', '.join(missing)} are referred to, but their text is not in the file")
    return Reading(
        FORMAT, records, (entry_table.LIST,), len(rows), _latest(rows), tuple(faults), tuple(fatal)
    )


def footnotes(data: bytes) -> tuple[tuple[str, str], ...]:
    """Number and text of every footnote under the table; these say what an entry's marks mean."""
    root = xml_tree.tree_of(data).root
    return tuple(_footnotes(root)) if root is not None else ()


def _footnotes(root: Any) -> Iterator[tuple[str, str]]:
    for note in xml_tree.all_of(root, "P"):
        if note.get("class") == "gpotbl_note" and (sup := xml_tree.children(note, "sup")):
            number = xml_tree.text_in(sup[0])
            yield number, xml_tree.text_in(note).removeprefix(number).strip()


def _rows(root: Any) -> Iterator[Cells]:
    country = ""
    for row in xml_tree.all_of(root, "TR"):
        cells = xml_tree.children(row, "TD")
        if not cells:
            continue
        line = row.sourceline or 0
        faults: list[str] = []
        if len(cells) > _COLUMNS and not xml_tree.text_in(cells[1]):
            faults.append(f"line {line}: an empty cell too many after the country; left out")
            del cells[1]
        if len(cells) != _COLUMNS:
            faults.append(
                f"line {line}: {len(cells)} columns where 5 are expected; entry read as far as it goes"
            )
        texts = [" ".join(xml_tree.lines_in(cell, _BREAKS, marks=_MARKS)) for cell in cells]
        texts += [""] * _COLUMNS
        country = texts[0] or country
        sups = [xml_tree.text_in(s) for cell in cells[2:4] for s in xml_tree.all_of(cell, "sup")]
        lines = tuple(xml_tree.lines_in(cells[1], _BREAKS, marks=_MARKS)) if len(cells) > 1 else ()
        requirement, policy, citation = texts[2:_COLUMNS]
        marks = entry_table.marks(sups)
        yield Cells(line, country, lines, requirement, policy, citation, marks, tuple(faults))


def _latest(rows: list[Cells]) -> date | None:
    """The day of the last rule cited; the file names no day of its own."""
    days = [
        day
        for row in rows
        for one in citations(row.citation, "")[0]
        if (day := citations(one, "")[1]) is not None
    ]
    return max(days, default=None)


def _read_json(data: bytes) -> Reading:
    # An extract covers no list whole: what it lacks has not been taken off.
    try:
        body = json.loads(text_of(data))
    except (ValueError, RecursionError) as error:
        return Reading(FORMAT, (), (), 0, fatal=(f"not readable as JSON: {error}; fetch it again",))
    entries = body.get("entries") if isinstance(body, dict) else None
    if not isinstance(entries, list):
        return Reading(FORMAT, (), (), 0, fatal=("no list 'entries' of texts of entries",))
    dated, fault = date_of(str(body.get("generatedAt") or ""), "generatedAt")
    records: list[Record] = []
    faults = [fault] if fault else []
    for place, entry in enumerate(entries, start=1):
        raw = entry.get("raw") if isinstance(entry, dict) else None
        if not isinstance(raw, str) or not raw.strip():
            faults.append(f"entry {place}, raw: expected the text of an entry")
            continue
        found = list(entry_table.records(Cells(place, "", (raw,)), columns=False))
        called = str(entry.get("name") or "")
        if called and called != found[0].name:
            faults.append(f"entry {place}, name: {called!r} where the text reads {found[0].name!r}")
        records += found
    return Reading(FORMAT, tuple(records), (), len(entries), dated, tuple(faults))
