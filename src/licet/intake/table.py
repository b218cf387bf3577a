"""A table as every file format gives it: a header, numbered rows, cells that are text or typed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from licet.intake.errors import IntakeError

# Text in the file is text here, untouched. Only formats with types of their own (XLSX,
# Parquet) leave anything else, so a code that is a number has been turned into one.
Cell = str | bool | int | float | Decimal | date | datetime

Recognise = Callable[[Sequence[str]], int]

HEADER_WITHIN = 20
# As many as a sheet of a spreadsheet has: few bytes can stand for more than any memory holds.
ROWS_AT_MOST = 1_048_576
_NAMED_AT_MOST = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One row; ``number`` is the one a spreadsheet shows, ``damage`` why it cannot be used."""

    number: int
    cells: Sequence[Cell]
    damage: str = ""
    remedy: str = ""

    @property
    def blank(self) -> bool:
        return not self.damage and not any(is_text(cell) for cell in self.cells)


@dataclass(frozen=True, slots=True)
class Table:
    """A header and the rows under it.

    ``decimal`` is the decimal sign that the format itself suggests (``"point"`` or nothing).
    """

    header: tuple[str, ...]
    rows: Sequence[Row]
    warnings: Sequence[str] = field(default_factory=list)
    decimal: str = ""


def is_text(cell: Cell) -> bool:
    """Whether there is anything in the cell."""
    return bool(cell.strip()) if isinstance(cell, str) else True


def shown(cell: Cell) -> str:
    """The cell as a person would read it; a midnight without a zone is a day."""
    match cell:
        case str():
            return cell.replace("\0", "\ufffd").strip()
        case bool():
            return "TRUE" if cell else "FALSE"
        case datetime():
            if cell.tzinfo is None and cell.time() == cell.time().min:
                return cell.date().isoformat()
            return cell.isoformat()
        case date():
            return cell.isoformat()
        case Decimal():
            return format(cell, "f") if abs(cell.adjusted()) < 40 else str(cell)
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    try:
        return str(cell)
    except ValueError:  # Python refuses to write out integers of thousands of digits
        return "a number of thousands of digits"


def header_row(rows: Sequence[Row], recognise: Recognise) -> tuple[int, int]:
    """Where the header is among the first rows, and how many of its cells are recognised.

    Reports put a title or two above the header: the row with most known names is it.
    """
    best, most = 0, 0
    for index, row in enumerate(rows[:HEADER_WITHIN]):
        count = 0 if row.damage else recognise([shown(cell) for cell in row.cells])
        if count > most:
            best, most = index, count
    return best, most


def letter(index: int) -> str:
    """The letters of a column, counted from 0, as a spreadsheet shows them."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def heading(header: Sequence[str], index: int) -> str:
    """The name of a column: its header, or its place where the header is blank or too short."""
    return (header[index] if index < len(header) else "") or f"column {letter(index)}"


def listed(numbers: Sequence[int]) -> str:
    """Row numbers for a message: ``row 3``, ``rows 3, 4``, ``rows 3, 4, 5, 6, 7 and 90 more``."""
    first = ", ".join(str(number) for number in numbers[:_NAMED_AT_MOST])
    more = len(numbers) - _NAMED_AT_MOST
    return f"row{'s' * (len(numbers) > 1)} {first}" + (f" and {more} more" if more > 0 else "")


def too_many_rows(name: str) -> IntakeError:
    """What is said of a file with more rows than are read."""
    return IntakeError(
        f"{name}: has more than {ROWS_AT_MOST:,} rows; split it, and repeat the header in each part"
    )


def above_header(rows: Sequence[Row], at: int, name: str) -> list[str]:
    """A warning for rows above the header, so that nothing is passed over in silence."""
    passed = [row.number for row in rows[:at] if not row.blank]
    return [f"{name}, {listed(passed)}: above the header, not read"] if passed else []
