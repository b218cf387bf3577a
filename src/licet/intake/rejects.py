"""Rejected rows: what was wrong with each, and a file of them to mend and read again."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from licet.intake.errors import IntakeError

_FOUND_AT_MOST = 200
NOTES = ("row", "column", "problem", "remedy")

# A cell that starts so is run as a formula by a spreadsheet that opens the file.
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?[0-9][0-9.,]*")
# And what looks so is turned into a number: 3E001 into 30, 0101210000 into 101210000.
_TURNED = re.compile(r"[0-9]+[eE][0-9]+|0[0-9]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with one row: the column's header, what was found, why, how to mend it."""

    column: str
    found: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Reject:
    """One row that was not decided.

    ``row`` is the number a spreadsheet shows, ``cells`` the whole row by header. Where several
    columns are at fault, ``column``, ``found``, ``problem`` and ``remedy`` list them in the
    same order, separated by `` | ``; ``faults`` has them one by one.
    """

    file: str
    row: int
    column: str
    found: str
    problem: str
    remedy: str
    cells: Mapping[str, str]
    faults: tuple[Fault, ...] = ()

    @classmethod
    def of(cls, file: str, row: int, faults: Sequence[Fault], cells: Mapping[str, str]) -> Reject:
        """The reject of one row with all its faults."""
        return cls(
            file,
            row,
            " | ".join(fault.column for fault in faults),
            " | ".join(fault.found[:_FOUND_AT_MOST] for fault in faults),
            " | ".join(fault.problem for fault in faults),
            " | ".join(fault.remedy for fault in faults),
            cells,
            tuple(faults),
        )

    def __str__(self) -> str:
        said = self.faults or (Fault(self.column, self.found, self.problem, self.remedy),)
        return "\n".join(
            f"{self.file}, row {self.row}{f', column {fault.column}' * bool(fault.column)}: "
            f"{fault.problem}. {fault.remedy}"
            for fault in said
        )


def write_rejects(path: Path, rejects: Iterable[Reject]) -> None:
    """Writes rejected rows as CSV: their own columns, then row, column, problem and remedy.

    Cells that a spreadsheet would run or turn into numbers are written with an apostrophe in
    front, which reading takes away again: mend the file and read it in place of the rows.

    Raises:
        IntakeError: when the file cannot be written.
    """
    text = rejects_as_csv(rejects)
    try:
        with path.open("w", encoding="utf-8-sig", newline="", errors="replace") as file:
            file.write(text)
    except OSError as error:
        raise IntakeError(f"{path.name}: cannot be written: {error.strerror or error}") from None


def rejects_as_csv(rejects: Iterable[Reject]) -> str:
    """What :func:`write_rejects` writes."""
    rows = list(rejects)
    columns = list(dict.fromkeys(header for reject in rows for header in reject.cells))
    notes = [note if note not in columns else f"reject {note}" for note in NOTES]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([guarded(header) for header in [*columns, *notes]])
    for reject in rows:
        own = [reject.cells.get(header, "") for header in columns]
        said = [str(reject.row), reject.column, reject.problem, reject.remedy]
        writer.writerow([guarded(cell) for cell in [*own, *said]])
    return text.getvalue()


def harmless(text: str) -> str:
    """The text with an apostrophe in front where a spreadsheet would run it as a formula."""
    risky = text.lstrip(" ").startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(text)
    return f"'{text}" if risky else text


def guarded(text: str) -> str:
    """The text as a spreadsheet leaves it: neither run as a formula nor turned into a number."""
    return f"'{text}" if _TURNED.fullmatch(text) else harmless(text)


def unguarded(text: str) -> str:
    """The text without the apostrophe that :func:`guarded` puts in front, nor ``="..."`` around it."""
    if text.startswith("'") and guarded(text[1:]) == text:
        return text[1:]
    if len(text) > 3 and text.startswith('="') and text.endswith('"') and '"' not in text[2:-1]:
        return text[2:-1]
    return text
