"""Rows of the Entity List's table, in the regulation or in an amending rule, made into records.

A row whose other columns are empty goes on with the entry above it; one whose text begins with an
alias belongs to a row above that has no other columns.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from licet.lists.record import Address, Record
from licet.lists.sources.citations import citations
from licet.lists.sources.entry_addresses import country_at_end
from licet.lists.sources.entry_text import Entry, take
from licet.lists.sources.us_countries import country

LIST = "entity_list"


@dataclass(frozen=True, slots=True)
class Cells:
    """One row: where it stands, the country in force, the entity's lines, the other columns, footnotes."""

    line: int
    country: str
    lines: tuple[str, ...]
    requirement: str = ""
    policy: str = ""
    citation: str = ""
    footnotes: tuple[str, ...] = ()
    faults: tuple[str, ...] = field(default=())

    @property
    def bare(self) -> bool:
        """Whether the row has nothing but the entity's text."""
        return not (self.requirement or self.policy or self.citation)


def joined(rows: Iterable[Cells]) -> Iterator[Cells]:
    """Whole entries: rows that go on with the row above are added to it."""
    held: Cells | None = None
    for row in rows:
        goes_on = bool(row.lines) and row.lines[0].startswith("—")
        if held is not None and held.bare and goes_on:
            held = replace(
                row, line=held.line, lines=(*held.lines, *row.lines), faults=(*held.faults, *row.faults)
            )
        elif held is not None and row.bare and (not held.bare or goes_on) and _continues(row):
            held = replace(held, lines=(*held.lines, *row.lines), faults=(*held.faults, *row.faults))
        else:
            if held is not None:
                yield held
            held = row
    if held is not None:
        yield held


def _continues(row: Cells) -> bool:
    """A bare row is a continuation unless it announces aliases that stand in the next row."""
    return not re.search(r"alias(?:es)?:$", row.lines[0]) if row.lines else True


def records(row: Cells, *, columns: bool = True) -> Iterator[Record]:
    """The records of one entry: the party itself, then its subordinates and affiliates.

    ``columns`` says whether the form has columns beside the text, so that an empty one is a fault.
    """
    where = f"line {row.line}"
    taken = take(row.lines)
    cited, _, wrong = citations(row.citation, f"{where}, citation")
    code = country(row.country)
    faults = [*row.faults, *wrong]
    if row.country and not code:
        faults.append(f"{where}, country: {row.country!r} is not known")
    if not taken.entries:
        faults.append(f"{where}, entity: no name could be read")
    if columns and not row.requirement:
        faults.append(f"{where}, licence requirement: empty")
    whole = " ".join(row.lines)
    main = taken.entries[0].name if taken.entries else whole[:200]
    for entry in taken.entries or (Entry(main, text=whole),):
        record = _record(entry, row, code)
        yield replace(
            record,
            parent=entry.parent or (main if entry.subordinate and entry.name != main else ""),
            citations=cited,
            published_name=whole if len(taken.entries) > 1 or entry.parent else "",
            faults=(*faults, *(f"{where}, {fault}" for fault in entry.faults)),
        )


def _record(entry: Entry, row: Cells, code: str) -> Record:
    return Record(
        list=LIST,
        name=entry.name,
        others=entry.others,
        addresses=tuple(Address(text, country_at_end(text) or code) for text in entry.addresses),
        countries=(code,) if code else (),
        requirement=row.requirement,
        policy=row.policy,
        footnotes=row.footnotes,
        notes=entry.notes,
        publisher_list="EL",
        line=row.line,
    )


def marks(texts: Sequence[str]) -> tuple[str, ...]:
    """Numbers of footnotes, each once, in order: ``,3`` is 3."""
    return tuple(dict.fromkeys(digits for text in texts for digits in re.findall(r"\d+", text)))
