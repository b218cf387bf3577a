"""An outline of a file: its headings, what each is taken to mean, and what else it could be told to mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from licet.intake.errors import IntakeError
from licet.intake.files import read_table
from licet.intake.headers import KEEP, NOTE, SUGGESTIONS, Catalogue
from licet.intake.table import Table, heading, is_text, shown

_EXAMPLES = 3
_CHARACTERS = 60
_LOOKED_AT = 200


@dataclass(frozen=True, slots=True)
class Heading:
    """One column of a file: ``column`` is ours for it, or empty when it is not known.

    ``close`` is the column whose name is most like an unknown heading; ``useless`` says why a known word
    cannot be a column; ``examples`` are the first cells with something in them.
    """

    heading: str
    column: str
    close: str = ""
    useless: str = ""
    examples: tuple[str, ...] = ()


def outline(table: Table, catalogue: Catalogue) -> list[Heading]:
    """Every column of a table, in its order."""
    headings: list[Heading] = []
    hints = SUGGESTIONS
    for index in range(len(table.header)):
        headings.append(_heading(table, index, catalogue, hints > 0))
        hints -= not (headings[-1].column or headings[-1].useless)
    return headings


def headings_anyhow(data: bytes, name: str, catalogue: Catalogue) -> list[Heading]:
    """The columns of a file in which no heading is known: its first row that is not blank has the headings.

    Raises:
        IntakeError: when the file cannot be read as a table at all.
    """
    if b"\0" in data[:4096] and not data.startswith((b"PK", b"PAR1", b"\xff\xfe", b"\xfe\xff")):
        raise IntakeError(f"{name}: holds NUL bytes; expected CSV UTF-8, XLSX or Parquet")
    return outline(read_table(data, name, _filled), catalogue)


def columns_of_ours(catalogue: Catalogue) -> list[str]:
    """Every column that a heading can be told to mean."""
    usable = (c.name for c in catalogue.columns.values() if c.name not in (NOTE, "") and not c.useless)
    return [*dict.fromkeys(usable), KEEP]


def _filled(cells: Sequence[str]) -> int:
    return sum(1 for cell in cells if 0 < len(cell) <= 100)


def _heading(table: Table, index: int, catalogue: Catalogue, hinted: bool) -> Heading:
    written = table.header[index]
    found = catalogue.find(written) if written else None
    cells = (row.cells[index] for row in table.rows[:_LOOKED_AT] if index < len(row.cells) and not row.damage)
    examples = dict.fromkeys(shown(cell)[:_CHARACTERS] for cell in cells if is_text(cell))
    return Heading(
        heading(table.header, index),
        "" if found is None or found.useless else KEEP if found.name == NOTE else found.name,
        catalogue.closest(written) if hinted and found is None and written else "",
        found.useless if found is not None else "",
        tuple(examples)[:_EXAMPLES],
    )
